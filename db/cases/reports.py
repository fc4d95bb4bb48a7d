"""Reports: answers that a person called not right, kept with the reply they are about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, Text, func, insert, literal, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, UtcDateTime
from db.engine import Transaction


class StoredReport(Base):
    __tablename__ = "reports"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the turn in which it was reported
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id"), index=True)
    #: the reply it is about; through its turn, the question
    reply_id: Mapped[int] = mapped_column(ForeignKey("replies.id"), index=True)
    topic: Mapped[str] = mapped_column(String(80))
    #: the section's id, empty for the short answer
    section: Mapped[str] = mapped_column(String(80))
    #: `figure`, `changed` or `meaning` (not what was meant)
    reason: Mapped[str] = mapped_column(String(8))
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class SettledReport(Base):
    """Notes that staff dealt with a report."""

    __tablename__ = "settled_reports"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    at: Mapped[datetime]


async def add(tx: Transaction, turn: int, reply: int, topic: str, section: str, reason: str, now: datetime) -> int:
    """Keep a report; returns its id."""
    row = {"turn_id": turn, "reply_id": reply, "topic": topic, "section": section, "reason": reason, "created_at": now}
    stored = await tx.execute(tx.insert(StoredReport).values(row).returning(StoredReport.id))
    return int(stored.scalar_one())


async def comment(tx: Transaction, report: int, words: str) -> None:
    """Add what the person knows about it to a report."""
    await tx.execute(update(StoredReport).where(StoredReport.id == report).values(comment=words))


async def topic(tx: Transaction, report: int) -> str:
    """Load the topic of the answer that a report is about."""
    return str((await tx.execute(select(StoredReport.topic).where(StoredReport.id == report))).scalar_one())


@dataclass(frozen=True, slots=True)
class Counted:
    """How often an answer, or a section of it, was called not right for one reason, while nobody dealt with it."""

    topic: str
    section: str
    reason: str
    count: int
    last: datetime


_OPEN = ~select(SettledReport.report_id).where(SettledReport.report_id == StoredReport.id).exists()
_KINDS = (StoredReport.topic, StoredReport.section, StoredReport.reason)
_MANY = func.count().label("many")
_COUNTED = select(*_KINDS, _MANY, func.max(StoredReport.created_at)).where(_OPEN).group_by(*_KINDS)


async def most_reported(tx: Transaction, limit: int, offset: int) -> list[Counted]:
    """Load the answers that are called not right most often."""
    rows = await tx.execute(_COUNTED.order_by(_MANY.desc(), *_KINDS).limit(limit).offset(offset))
    return [Counted(*row) for row in rows]


async def counted(tx: Transaction, topic: str, section: str, reason: str) -> Counted | None:
    """Load the count of one answer, section and reason; None once staff dealt with it."""
    row = (await tx.execute(_COUNTED.where(*_same(topic, section, reason)))).first()
    return Counted(*row) if row else None


async def comments(tx: Transaction, topic: str, section: str, reason: str, limit: int) -> list[str]:
    """Load what people wrote about it, newest first."""
    written = select(StoredReport.comment).where(*_same(topic, section, reason), StoredReport.comment != "")
    rows = await tx.execute(written.order_by(StoredReport.id.desc()).limit(limit))
    return [row[0] for row in rows]


async def settle(tx: Transaction, topic: str, section: str, reason: str, now: datetime) -> int:
    """Mark all reports with this answer, section and reason as dealt with; returns how many."""
    same = select(StoredReport.id, literal(now, UtcDateTime())).where(*_same(topic, section, reason))
    settled = await tx.execute(insert(SettledReport).from_select(["report_id", "at"], same))
    return settled.rowcount


def _same(topic: str, section: str, reason: str) -> tuple[ColumnElement[bool], ...]:
    return _OPEN, StoredReport.topic == topic, StoredReport.section == section, StoredReport.reason == reason

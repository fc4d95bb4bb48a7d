"""Reports: answers that somebody called not right, kept with the reply they are about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
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


async def add(tx: Transaction, turn: int, reply: int, topic: str, section: str, reason: str, now: datetime) -> int:
    """Keep a report; returns its id."""
    row = {
        "turn_id": turn,
        "reply_id": reply,
        "topic": topic,
        "section": section,
        "reason": reason,
        "created_at": now,
    }
    stored = await tx.execute(tx.insert(StoredReport).values(row).returning(StoredReport.id))
    return int(stored.scalar_one())


async def comment(tx: Transaction, report: int, words: str) -> None:
    """Add what the person knows about it."""
    await tx.execute(update(StoredReport).where(StoredReport.id == report).values(comment=words))


async def topic(tx: Transaction, report: int) -> str:
    """The topic of the answer that it is about."""
    return str((await tx.execute(select(StoredReport.topic).where(StoredReport.id == report))).scalar_one())


@dataclass(frozen=True, slots=True)
class Counted:
    """How often an answer, or a section of it, was called not right for one reason; one of the comments."""

    topic: str
    section: str
    reason: str
    count: int
    comment: str | None


async def most_reported(tx: Transaction, limit: int) -> list[Counted]:
    """The answers that are called not right most often."""
    many = func.count().label("many")
    columns = (StoredReport.topic, StoredReport.section, StoredReport.reason, many, func.max(StoredReport.comment))
    grouped = select(*columns).group_by(StoredReport.topic, StoredReport.section, StoredReport.reason)
    rows = await tx.execute(grouped.order_by(many.desc(), StoredReport.topic).limit(limit))
    return [Counted(*row) for row in rows]

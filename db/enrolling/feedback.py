"""Feedback: what people who took part say of a programme."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.enrolling.enrolments import StoredEnrolment


class StoredFeedback(Base):
    __tablename__ = "feedback"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), unique=True)
    at: Mapped[datetime]
    #: from 1, poor, to 5, very good
    rating: Mapped[int]
    #: what was useful, in their words; empty where they skipped it
    useful: Mapped[str] = mapped_column(Text)
    #: whether they would come again
    again: Mapped[bool | None]


@dataclass(frozen=True, slots=True)
class Summary:
    """The feedback on a programme in figures."""

    number: int
    average: float
    #: of how many who answered that, so many would come again
    would_come: int
    answered: int


async def keep(tx: Transaction, enrolment: int, now: datetime, **said: object) -> None:
    """Keep the rating, or what is said after it; said again, the new one counts."""
    row = {"enrolment_id": enrolment, "at": now, "rating": 0, "useful": "", "again": None} | said
    insert = tx.insert(StoredFeedback).values(row)
    await tx.execute(insert.on_conflict_do_update(index_elements=["enrolment_id"], set_=said))


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's feedback, see `StoredFeedback`."""

    rating: int
    useful: str
    again: bool | None


async def of(tx: Transaction, enrolment: int) -> Feedback | None:
    """Load the feedback of one enrolment."""
    columns = (StoredFeedback.rating, StoredFeedback.useful, StoredFeedback.again)
    row = (await tx.execute(select(*columns).where(StoredFeedback.enrolment_id == enrolment))).one_or_none()
    return Feedback(*row) if row else None


async def summary(tx: Transaction, programme: int) -> Summary:
    answers = (
        func.count(),
        func.coalesce(func.avg(StoredFeedback.rating), 0),
        func.count().filter(StoredFeedback.again.is_(True)),
        func.count(StoredFeedback.again),
    )
    rated = select(*answers).select_from(StoredFeedback).join(StoredEnrolment)
    rated = rated.where(StoredEnrolment.programme_id == programme, StoredFeedback.rating > 0)
    number, average, would_come, answered = (await tx.execute(rated)).one()
    return Summary(number, float(average), would_come, answered)


async def texts(tx: Transaction, programme: int, skip: int, limit: int) -> list[str]:
    """Load what people found useful, newest first, without their names."""
    said = select(StoredFeedback.useful).join(StoredEnrolment)
    said = said.where(StoredEnrolment.programme_id == programme, StoredFeedback.useful != "")
    return list((await tx.execute(said.order_by(StoredFeedback.id.desc()).offset(skip).limit(limit))).scalars())

"""Attendance: who was there on which day of a programme, recorded once."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.enrolling.enrolments import StoredEnrolment
from db.people.staff import StaffMember


class StoredAttendance(Base):
    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("enrolment_id", "day"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    #: on the clock of the place
    day: Mapped[date]
    at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    #: who came along
    guests: Mapped[int]


@dataclass(frozen=True, slots=True)
class Presence:
    """The record that somebody was there on a day; `by` is the name of the member who recorded it."""

    id: int
    enrolment_id: int
    day: date
    at: datetime
    guests: int
    by: str


_COLUMNS = (
    StoredAttendance.id,
    StoredAttendance.enrolment_id,
    StoredAttendance.day,
    StoredAttendance.at,
    StoredAttendance.guests,
    func.coalesce(StaffMember.name, ""),
)
_SELECT = select(*_COLUMNS).outerjoin(StaffMember, StaffMember.id == StoredAttendance.staff_id)


async def mark(tx: Transaction, enrolment: int, day: date, staff: int, now: datetime) -> int | None:
    """Record somebody as present; returns the record's id, None where there is one already."""
    row = {"enrolment_id": enrolment, "day": day, "at": now, "staff_id": staff, "guests": 0}
    insert = tx.insert(StoredAttendance).values(row).on_conflict_do_nothing(index_elements=["enrolment_id", "day"])
    marked: int | None = (await tx.execute(insert.returning(StoredAttendance.id))).scalar_one_or_none()
    return marked


async def of(tx: Transaction, enrolment: int) -> list[Presence]:
    """Load the days on which somebody was present."""
    found = _SELECT.where(StoredAttendance.enrolment_id == enrolment).order_by(StoredAttendance.day)
    return [Presence(*row) for row in await tx.execute(found)]


async def load(tx: Transaction, id: int) -> Presence | None:  # noqa: A002
    row = (await tx.execute(_SELECT.where(StoredAttendance.id == id))).one_or_none()
    return Presence(*row) if row else None


async def take_back(tx: Transaction, id: int) -> bool:  # noqa: A002
    """Delete a record made by mistake; False where a colleague did so before."""
    return (await tx.execute(delete(StoredAttendance).where(StoredAttendance.id == id))).rowcount == 1


async def add_guest(tx: Transaction, id: int) -> int | None:  # noqa: A002
    """Add one guest to a record; returns how many there are, None where the record was deleted meanwhile."""
    counted = update(StoredAttendance).where(StoredAttendance.id == id).values(guests=StoredAttendance.guests + 1)
    guests: int | None = (await tx.execute(counted.returning(StoredAttendance.guests))).scalar_one_or_none()
    return guests


async def counts(tx: Transaction, programme: int, day: date) -> tuple[int, int]:
    """Count the people present on this day, and their guests."""
    counted = select(func.count(), func.coalesce(func.sum(StoredAttendance.guests), 0))
    there = counted.select_from(StoredAttendance).join(StoredEnrolment).where(StoredAttendance.day == day)
    present, guests = (await tx.execute(there.where(StoredEnrolment.programme_id == programme))).one()
    return int(present), int(guests)


async def missing(tx: Transaction, programme: int, day: date, skip: int, limit: int) -> list[tuple[int, str, str]]:
    """Load the accepted people who are not present on this day, by number: id, number and name."""
    columns = (StoredEnrolment.id, StoredEnrolment.prefix, StoredEnrolment.serial, StoredEnrolment.name)
    wanted = select(*columns).where(*_accepted(programme), ~_is_there(day))
    rows = await tx.execute(wanted.order_by(StoredEnrolment.serial, StoredEnrolment.id).offset(skip).limit(limit))
    return [(row[0], f"{row[1]}-{row[2]:04d}", row[3]) for row in rows]


async def expected(tx: Transaction, programme: int) -> list[tuple[str, str, str, str]]:
    """Load all accepted people by number: number, name, business and phone."""
    columns = (StoredEnrolment.prefix, StoredEnrolment.serial, StoredEnrolment.name, StoredEnrolment.business)
    wanted = select(*columns, StoredEnrolment.phone).where(*_accepted(programme))
    rows = await tx.execute(wanted.order_by(StoredEnrolment.serial, StoredEnrolment.id))
    return [(f"{row[0]}-{row[1]:04d}", *row[2:]) for row in rows]


def _accepted(programme: int) -> tuple[ColumnElement[bool], ...]:
    return (StoredEnrolment.programme_id == programme, StoredEnrolment.state == "accepted")


def _is_there(day: date) -> ColumnElement[bool]:
    there = (StoredAttendance.enrolment_id == StoredEnrolment.id, StoredAttendance.day == day)
    return select(StoredAttendance.id).where(*there).exists()

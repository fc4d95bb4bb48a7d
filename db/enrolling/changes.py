"""Changes: how an enrolment went from state to state, when, by whom and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.people.staff import StaffMember


class EnrolmentChange(Base):
    """One change of an enrolment's state: when, by whom and why."""

    __tablename__ = "enrolment_changes"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    #: None where the person did it
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    fields: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    state: str
    staff_id: int | None
    fields: list[str]
    reason: str
    #: the name of the member who did it
    by: str


async def history(tx: Transaction, id: int) -> list[Change]:  # noqa: A002
    """Load the changes of an enrolment, oldest first."""
    columns = (EnrolmentChange.at, EnrolmentChange.state, EnrolmentChange.staff_id, EnrolmentChange.fields)
    rows = select(*columns, EnrolmentChange.reason, func.coalesce(StaffMember.name, ""))
    named = rows.outerjoin(StaffMember, StaffMember.id == EnrolmentChange.staff_id)
    found = await tx.execute(named.where(EnrolmentChange.enrolment_id == id).order_by(EnrolmentChange.id))
    return [Change(*row) for row in found]


async def last(tx: Transaction, enrolments: Collection[int]) -> dict[int, Change]:
    """Load the last acceptance or refusal of each of these enrolments, by the enrolment."""
    columns = (EnrolmentChange.enrolment_id, EnrolmentChange.at, EnrolmentChange.state, EnrolmentChange.staff_id)
    taken = (
        select(*columns, EnrolmentChange.fields, EnrolmentChange.reason, func.coalesce(StaffMember.name, ""))
        .outerjoin(StaffMember, StaffMember.id == EnrolmentChange.staff_id)
        .where(EnrolmentChange.enrolment_id.in_(enrolments), EnrolmentChange.state.in_(("accepted", "declined")))
        .order_by(EnrolmentChange.id)
    )
    return {row[0]: Change(*row[1:]) for row in await tx.execute(taken)}


async def explain(tx: Transaction, id: int, reason: str) -> None:  # noqa: A002
    """Set the reason of the last change of an enrolment."""
    last = select(func.max(EnrolmentChange.id)).where(EnrolmentChange.enrolment_id == id).scalar_subquery()
    await tx.execute(update(EnrolmentChange).where(EnrolmentChange.id == last).values(reason=reason))

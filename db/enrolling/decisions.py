"""Decisions on enrolments: the last of each, for many at once."""

from collections.abc import Collection

from sqlalchemy import func, select

from db.engine import Transaction
from db.enrolling.enrolments import Change, EnrolmentChange
from db.people.staff import StaffMember


async def last(tx: Transaction, enrolments: Collection[int]) -> dict[int, Change]:
    """How, when and by whom these were accepted or declined, by the enrolment."""
    columns = (EnrolmentChange.enrolment_id, EnrolmentChange.at, EnrolmentChange.state, EnrolmentChange.staff_id)
    taken = (
        select(*columns, EnrolmentChange.fields, EnrolmentChange.reason, func.coalesce(StaffMember.name, ""))
        .outerjoin(StaffMember, StaffMember.id == EnrolmentChange.staff_id)
        .where(EnrolmentChange.enrolment_id.in_(enrolments), EnrolmentChange.state.in_(("accepted", "declined")))
        .order_by(EnrolmentChange.id)
    )
    return {row[0]: Change(*row[1:]) for row in await tx.execute(taken)}

"""Enrolments as staff go through them: which one comes next, and which belong together."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select

from db.engine import Transaction
from db.enrolling.enrolments import Enrolment, StoredEnrolment


async def place(tx: Transaction, one: Enrolment) -> tuple[int, int]:
    """Which of how many of its programme that wait this is, in order of arrival."""
    waiting = (StoredEnrolment.programme_id == one.programme_id, StoredEnrolment.state == "submitted")
    counted = select(func.count().filter(~_after(one)), func.count()).where(*waiting)
    at, number = (await tx.execute(counted)).one()
    return at, number


async def following(tx: Transaction, one: Enrolment) -> int | None:
    """The next of its programme that waits, after the last the first; None where no other does."""
    others = (StoredEnrolment.programme_id == one.programme_id, StoredEnrolment.id != one.id)
    waiting = select(StoredEnrolment.id).where(*others, StoredEnrolment.state == "submitted")
    order = (_after(one).desc(), StoredEnrolment.submitted_at, StoredEnrolment.id)
    found: int | None = (await tx.execute(waiting.order_by(*order).limit(1))).scalar_one_or_none()
    return found


def _after(one: Enrolment) -> ColumnElement[bool]:
    same = and_(StoredEnrolment.submitted_at == one.submitted_at, StoredEnrolment.id > one.id)
    return or_(StoredEnrolment.submitted_at > one.submitted_at, same)


async def of_business(tx: Transaction, one: Enrolment) -> Sequence[int]:
    """Others that the same business sent for the same programme."""
    same = (StoredEnrolment.programme_id == one.programme_id, StoredEnrolment.business_id == one.business_id)
    others = select(StoredEnrolment.id).where(*same, StoredEnrolment.id != one.id, StoredEnrolment.prefix.is_not(None))
    return list((await tx.execute(others.order_by(StoredEnrolment.id))).scalars())

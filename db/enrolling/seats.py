"""Places of a programme, and the waitlist for them; each function needs the programme's `lock` first."""

from sqlalchemy import and_, func, or_, select

from db.engine import Transaction
from db.enrolling.enrolments import Enrolment, StoredEnrolment, load
from db.fairs.programmes import Programme, StoredProgramme

#: states that have a place, or for which one is held
SEATED = ("accepted", "offered")


async def lock(tx: Transaction, programme: int) -> None:
    """Keep everybody else from giving numbers and places of this programme until the transaction ends (PostgreSQL)."""
    await tx.execute(select(StoredProgramme.id).where(StoredProgramme.id == programme).with_for_update())


async def free(tx: Transaction, programme: Programme) -> int | None:
    """Count the free places, perhaps below 0 after a change of the quota; None where there is no limit."""
    if programme.quota is None:
        return None
    seated = (StoredEnrolment.programme_id == programme.id, StoredEnrolment.state.in_(SEATED))
    return programme.quota - int((await tx.execute(select(func.count()).where(*seated))).scalar_one())


async def first_in_line(tx: Transaction, programme: int) -> Enrolment | None:
    """Load the enrolment that has waited longest."""
    waiting = (StoredEnrolment.programme_id == programme, StoredEnrolment.state == "waiting")
    longest = select(StoredEnrolment.id).where(*waiting).order_by(StoredEnrolment.waiting_since, StoredEnrolment.id)
    found: int | None = (await tx.execute(longest.limit(1))).scalar_one_or_none()
    return await load(tx, found) if found else None


async def place_in_line(tx: Transaction, one: Enrolment) -> int:
    """Find the place in the waitlist, 1 for the next one."""
    since, id_ = StoredEnrolment.waiting_since, StoredEnrolment.id
    ahead = or_(since < one.waiting_since, and_(since == one.waiting_since, id_ < one.id))
    waiting = (StoredEnrolment.programme_id == one.programme_id, StoredEnrolment.state == "waiting", ahead)
    return int((await tx.execute(select(func.count()).where(*waiting))).scalar_one()) + 1

"""Samples: exhibitions and programmes that only show what they look like, and what people tried out with them."""

from sqlalchemy import delete, select

from db.engine import Transaction
from db.enrolling.attendance import StoredAttendance
from db.enrolling.changes import EnrolmentChange
from db.enrolling.enrolments import StoredEnrolment
from db.enrolling.feedback import StoredFeedback
from db.fairs import exhibitions, programmes
from db.fairs.programmes import StoredProgramme


async def remove(tx: Transaction) -> int:
    """Delete all samples, with every enrolment in them; returns how many samples there were."""
    samples = select(StoredProgramme.id).where(StoredProgramme.is_sample)
    tried = select(StoredEnrolment.id).where(StoredEnrolment.programme_id.in_(samples))
    for belongs in (StoredAttendance, StoredFeedback, EnrolmentChange):
        await tx.execute(delete(belongs).where(belongs.enrolment_id.in_(tried)))
    await tx.execute(delete(StoredEnrolment).where(StoredEnrolment.programme_id.in_(samples)))
    return await programmes.remove_samples(tx) + await exhibitions.remove_samples(tx)

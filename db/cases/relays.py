"""Relays: the deliveries by which a case's messages travel, seen from the messages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, cast, literal, or_, select

from db.cases.case_messages import StoredCaseMessage
from db.deliveries.deliveries import StoredDelivery
from db.engine import Transaction


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A member's message to a person that is not known to have arrived; `state` is that of its delivery."""

    id: int
    delivery: int
    state: str
    attempts: int
    text: str


_SOURCE = literal("case-message:") + cast(StoredCaseMessage.id, String)
_PASSED_ON = or_(StoredDelivery.source == _SOURCE, StoredDelivery.source.like(_SOURCE + ":_"))


async def not_arrived(tx: Transaction, case: int, staff: int, since: datetime) -> list[UnderWay]:
    """Load what `staff` wrote in a case since then and was not sent: under way, failed, blocked or unsure."""
    columns = (StoredCaseMessage.id, StoredDelivery.id, StoredDelivery.state, StoredDelivery.attempts)
    written = (
        select(*columns, StoredCaseMessage.text)
        .join(StoredDelivery, _PASSED_ON)
        .where(StoredCaseMessage.case_id == case, StoredCaseMessage.staff_id == staff)
        .where(StoredCaseMessage.created_at >= since, StoredDelivery.state != "sent")
        .order_by(StoredCaseMessage.id, StoredDelivery.id)
    )
    return [UnderWay(*row) for row in await tx.execute(written)]

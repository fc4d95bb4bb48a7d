"""Recipients: the deliveries of a broadcast, seen from it. Whatever is told of them is counted from the rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from db.deliveries.deliveries import StoredDelivery
from db.engine import Transaction
from db.people.people import Person

#: what is over, in the order in which it is told
ENDS = ("sent", "failed", "blocked", "unsure", "skipped", "cancelled")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to whom it went, as a list shows them; `delivery` is the row's id."""

    delivery: int
    name: str
    channel: str
    reason: str
    at: datetime | None


async def counts(tx: Transaction, broadcast: int) -> dict[str, int]:
    """How many stand in each state."""
    rows = select(StoredDelivery.state, func.count()).where(StoredDelivery.broadcast_id == broadcast)
    return {row[0]: row[1] for row in await tx.execute(rows.group_by(StoredDelivery.state))}


async def by_channel(tx: Transaction, broadcast: int, state: str) -> dict[str, int]:
    """How many are in a state, by channel."""
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
    rows = select(StoredDelivery.channel, func.count()).where(*in_it).group_by(StoredDelivery.channel)
    return {row[0]: row[1] for row in await tx.execute(rows)}


async def reasons(tx: Transaction, broadcast: int, state: str) -> dict[str, int]:
    """How many are in a state, by reason."""
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
    reason = func.coalesce(StoredDelivery.reason, "")
    rows = await tx.execute(select(reason, func.count()).where(*in_it).group_by(reason))
    return {row[0]: row[1] for row in rows}


async def are_open(tx: Transaction, broadcast: int) -> bool:
    """Whether any have not left yet, or are on their way."""
    for state in ("pending", "sending"):
        in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
        if (await tx.execute(select(StoredDelivery.id).where(*in_it).limit(1))).first():
            return True
    return False


async def listed(tx: Transaction, broadcast: int, state: str, skip: int = 0, limit: int = 10) -> list[Recipient]:
    """Those in a state."""
    columns = (StoredDelivery.id, Person.name, StoredDelivery.channel, func.coalesce(StoredDelivery.reason, ""))
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
    rows = select(*columns, StoredDelivery.sent_at).join(Person, Person.id == StoredDelivery.person_id).where(*in_it)
    return [Recipient(*row) for row in await tx.execute(rows.order_by(StoredDelivery.id).offset(skip).limit(limit))]


async def send_again(tx: Transaction, broadcast: int, state: str, now: datetime) -> int:
    """A person decided that those which are failed, or unsure, are tried once more; returns how many."""
    assert state in ("failed", "unsure")
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
    again = update(StoredDelivery).where(*in_it).values(state="pending", reason=None, due_at=now)
    return (await tx.execute(again)).rowcount


async def cancel(tx: Transaction, broadcast: int) -> int:
    """Take back what has not left; returns how many those are."""
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == "pending")
    taken = update(StoredDelivery).where(*in_it).values(state="cancelled", reason="broadcast-cancelled")
    return (await tx.execute(taken)).rowcount


async def got(tx: Transaction, person: int, broadcast: int) -> bool:
    """Whether somebody got it."""
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.person_id == person)
    rows = await tx.execute(select(StoredDelivery.id).where(*in_it, StoredDelivery.state == "sent"))
    return rows.first() is not None

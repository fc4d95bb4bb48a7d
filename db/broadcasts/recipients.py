"""Recipients: the deliveries of a broadcast, seen from it. Whatever is told of them is counted from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.deliveries.deliveries import StoredDelivery
from db.engine import Transaction
from db.people.people import Person

#: what is over, in the order in which it is told
ENDS = ("sent", "failed", "blocked", "unsure", "skipped", "cancelled")


class StoredListed(Base):
    """A person whose number was on a list that staff brought: the audience of this broadcast is among them."""

    __tablename__ = "broadcast_listed"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """A person to whom a broadcast went, as a list shows them; `delivery` is the row's id."""

    delivery: int
    name: str
    channel: str
    reason: str
    at: datetime | None


async def counts(tx: Transaction, broadcast: int) -> dict[str, int]:
    """Count the deliveries of a broadcast in each state."""
    rows = select(StoredDelivery.state, func.count()).where(StoredDelivery.broadcast_id == broadcast)
    return {row[0]: row[1] for row in await tx.execute(rows.group_by(StoredDelivery.state))}


async def reasons(tx: Transaction, broadcast: int, state: str) -> dict[str, int]:
    """Count the deliveries in one state, by reason."""
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
    reason = func.coalesce(StoredDelivery.reason, "")
    rows = await tx.execute(select(reason, func.count()).where(*in_it).group_by(reason))
    return {row[0]: row[1] for row in rows}


async def are_open(tx: Transaction, broadcast: int) -> bool:
    """Whether any delivery waits or is on its way."""
    for state in ("pending", "sending"):
        in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
        if (await tx.execute(select(StoredDelivery.id).where(*in_it).limit(1))).first():
            return True
    return False


async def listed(tx: Transaction, broadcast: int, state: str, skip: int = 0, limit: int = 10) -> list[RecipientRow]:
    """Load one page of the people whose delivery is in this state."""
    columns = (StoredDelivery.id, Person.name, StoredDelivery.channel, func.coalesce(StoredDelivery.reason, ""))
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
    rows = select(*columns, StoredDelivery.sent_at).join(Person, Person.id == StoredDelivery.person_id).where(*in_it)
    return [RecipientRow(*row) for row in await tx.execute(rows.order_by(StoredDelivery.id).offset(skip).limit(limit))]


async def send_again(tx: Transaction, broadcast: int, state: str, now: datetime) -> int:
    """Queue failed or unsure deliveries once more, as a person decided; returns how many."""
    assert state in ("failed", "unsure")
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == state)
    again = update(StoredDelivery).where(*in_it).values(state="pending", reason=None, due_at=now)
    return (await tx.execute(again)).rowcount


async def cancel(tx: Transaction, broadcast: int) -> int:
    """Cancel the deliveries that have not left; returns how many."""
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.state == "pending")
    taken = update(StoredDelivery).where(*in_it).values(state="cancelled", reason="broadcast-cancelled")
    return (await tx.execute(taken)).rowcount


async def got(tx: Transaction, person: int, broadcast: int) -> bool:
    """Whether this person got this broadcast."""
    in_it = (StoredDelivery.broadcast_id == broadcast, StoredDelivery.person_id == person)
    rows = await tx.execute(select(StoredDelivery.id).where(*in_it, StoredDelivery.state == "sent"))
    return rows.first() is not None


async def list_people(tx: Transaction, id: int, people: Sequence[int]) -> None:  # noqa: A002
    """Store the people of a list that staff brought, in place of an earlier list."""
    await tx.execute(delete(StoredListed).where(StoredListed.broadcast_id == id))
    for begin in range(0, len(people), 1000):
        rows = [{"broadcast_id": id, "person_id": person} for person in people[begin : begin + 1000]]
        await tx.execute(tx.insert(StoredListed).on_conflict_do_nothing(), rows)

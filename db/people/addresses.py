"""Addresses: where people write from, such as a Telegram chat or a visitor of the web chat."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.engine import Transaction


class Address(Base):
    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "value"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    #: the channel's own name for it: a Telegram chat, a terminal's person
    value: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    #: `open`, `blocked` (the person stopped us), `gone` (the platform knows it no more) or `moved`: the conversation is
    #: at another address, which its memory names
    state: Mapped[str] = mapped_column(String(8))
    #: what the conversation at this address remembers between turns; see `bot.turn.Memory`
    memory: Mapped[JsonObject]


#: the state of an address whose conversation goes on elsewhere
MOVED = "moved"
_AT = select(Address.id, Address.value, Address.state, Address.person_id, Address.created_at).where(
    Address.channel == bindparam("channel"), Address.value.in_(bindparam("values", expanding=True))
)


async def known(tx: Transaction, channel: str, values: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The (address, person) ids of those of these address values that ever wrote."""
    theirs = select(Address.value, Address.id, Address.person_id, Address.state)
    rows = (await tx.execute(theirs.where(Address.channel == channel, Address.value.in_(values)))).all()
    found = {value: (address, person) for value, address, person, state in rows if state != MOVED}
    for value in [row.value for row in rows if row.state == MOVED]:
        of_old = select(Address.memory).where(Address.channel == channel, Address.value == value)
        now = (await tx.execute(of_old)).scalar_one()[MOVED]
        found |= {value: (await known(tx, channel, [now]))[now]}
    return found


async def move(tx: Transaction, channel: str, old: str, new: str) -> None:
    """The conversation at `old` goes on at `new`; what still comes from `old` belongs to it.

    Who wrote at `new` before we heard of it keeps nothing there but what they wrote.
    """
    both = {row.value: row for row in (await tx.execute(_AT, {"channel": channel, "values": [old, new]})).all()}
    if old == new or old not in both or both[old].state == MOVED:
        return
    left: JsonObject = {"value": old, "state": MOVED, "memory": {MOVED: new}}
    if new in both:
        await _change(tx, both[new].id, value=f"{old} before")
    await _change(tx, both[old].id, value=new)
    if new in both:
        await _change(tx, both[new].id, **left)
    else:
        here = {"person_id": both[old].person_id, "channel": channel, "created_at": both[old].created_at}
        await tx.execute(tx.insert(Address), here | left)


async def _change(tx: Transaction, address: int, **values: object) -> None:
    await tx.execute(update(Address).where(Address.id == address).values(values))


_REMEMBER = (
    update(Address)
    .where(Address.id == bindparam("of_address"))
    .values(memory=bindparam("new_memory"))
    .execution_options(synchronize_session=None)
)


async def remember(tx: Transaction, memories: dict[int, JsonObject]) -> None:
    """Store what each conversation remembers, by address."""
    if memories:
        rows = [{"of_address": address, "new_memory": memory} for address, memory in memories.items()]
        await tx.execute(_REMEMBER, rows)


async def add(tx: Transaction, new: Collection[tuple[int, str, str]], now: datetime) -> None:
    """Store new addresses, given as (person, channel, value)."""
    kept = {"created_at": now, "state": "open", "memory": {}}
    rows = [{"person_id": person, "channel": channel, "value": value, **kept} for person, channel, value in new]
    if rows:
        await tx.execute(tx.insert(Address), rows)


async def of(tx: Transaction, people: Collection[int]) -> dict[int, list[str]]:
    """List where these people write, such as `telegram:123456`, by person, the first address first."""
    found: dict[int, list[str]] = {}
    theirs = select(Address.person_id, Address.channel, Address.value).where(Address.person_id.in_(people))
    for person, channel, value in await tx.execute(theirs.order_by(Address.id)):
        found.setdefault(person, []).append(f"{channel}:{value}")
    return found


async def set_state(tx: Transaction, address: int, state: str) -> None:
    await _change(tx, address, state=state)

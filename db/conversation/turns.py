"""Turns: everything that came in, raw, and what became of it. The insert itself is the check for a redelivery."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, and_, bindparam, func, select, text, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.people.addresses import Address

_UNFINISHED = "state IN ('received', 'waiting')"


class StoredTurn(Base):
    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("channel", "update_id"),
        Index(
            "ix_turns_unfinished",
            "address_id",
            "id",
            sqlite_where=text(_UNFINISHED),
            postgresql_where=text(_UNFINISHED),
        ),
        Index("ix_turns_of_address", "address_id", "id"),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    #: the channel's own id of the update
    update_id: Mapped[str] = mapped_column(Text)
    #: None where the update names no one we could answer
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"))
    #: the update as it came, in JSON
    raw: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    #: `received`, `waiting` (a fragment that may be continued), then for ever one of
    #: `done`, `failed`, `passed` (nothing to answer), `joined` (answered by another turn)
    state: Mapped[str] = mapped_column(String(8))
    finished_at: Mapped[datetime | None]
    #: the handler that took it, such as `ask.ask`; `lost.lost` counts what nobody took
    handler: Mapped[str | None] = mapped_column(String(80))
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("turns.id"))


@dataclass(frozen=True, slots=True)
class NewTurn:
    """An update to be stored as a turn; `address` is the id of who sent it, None when it names no one."""

    update_id: str
    address: int | None
    raw: str


@dataclass(frozen=True, slots=True)
class Received:
    """A stored turn that waits to be taken."""

    id: int
    channel: str
    address_id: int
    person_id: int
    #: the channel's own name of the address
    value: str
    raw: str
    received_at: datetime
    state: str = "received"
    #: the newest turn that there is, whoever it is of, as far as `unfinished` has read this one
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """How a turn ended; the fields are those of `StoredTurn`."""

    id: int
    state: str
    handler: str | None = None
    answered_by: int | None = None


async def store(tx: Transaction, channel: str, new: Sequence[NewTurn], now: datetime) -> dict[str, int]:
    """Store what came in; returns the ids of those not seen before, by update id."""
    rows = [
        {
            "channel": channel,
            "update_id": turn.update_id,
            "address_id": turn.address,
            "raw": turn.raw,
            "received_at": now,
            "state": "passed" if turn.address is None else "received",
            "finished_at": now if turn.address is None else None,
        }
        for turn in new
    ]
    stored = await tx.execute(
        tx.insert(StoredTurn).on_conflict_do_nothing().returning(StoredTurn.id, StoredTurn.update_id), rows
    )
    return {update_id: turn for turn, update_id in stored}


_EVERY = select(
    StoredTurn.id,
    StoredTurn.channel,
    StoredTurn.address_id,
    Address.person_id,
    Address.value,
    StoredTurn.raw,
    StoredTurn.received_at,
    StoredTurn.state,
).join(Address, Address.id == StoredTurn.address_id)
_OPEN = _EVERY.where(text(f"turns.{_UNFINISHED}")).order_by(StoredTurn.id)
_mine, _from = aliased(StoredTurn), aliased(Address)
_OPEN_UNTIL = (
    _OPEN.add_columns(select(func.max(aliased(StoredTurn).id)).scalar_subquery())
    .join(_from, _from.person_id == Address.person_id)
    .join(_mine, and_(_mine.address_id == _from.id, _mine.id >= StoredTurn.id))
    .where(_mine.id.in_(bindparam("turns", expanding=True)))
)


async def unfinished(tx: Transaction, turns: Collection[int]) -> list[Received]:
    """Load those of these turns that are not finished, with all earlier ones of the same people, oldest first."""
    return [Received(*row) for row in await tx.execute(_OPEN_UNTIL, {"turns": sorted(turns)})]


async def left_over(
    tx: Transaction, channels: Collection[str], before: datetime, limit: int = 1000, of_each: int = 100
) -> list[Received]:
    """Load unfinished turns on these channels from before `before`, oldest first, at most `of_each` of a person."""
    place = func.row_number().over(partition_by=Address.person_id, order_by=StoredTurn.id).label("place")
    placed = (
        select(StoredTurn.id, place)
        .join(Address, Address.id == StoredTurn.address_id)
        .where(text(f"turns.{_UNFINISHED}"), StoredTurn.state == "received", StoredTurn.received_at <= before)
        .where(Address.channel.in_(channels))
        .subquery()
    )
    statement = _EVERY.join(placed, placed.c.id == StoredTurn.id).where(placed.c.place <= of_each)
    return [Received(*row) for row in await tx.execute(statement.order_by(StoredTurn.id).limit(limit))]


_FINISH = (
    update(StoredTurn)
    .where(StoredTurn.id == bindparam("turn"))
    .values(
        state=bindparam("new_state"),
        handler=bindparam("new_handler"),
        answered_by=bindparam("by"),
        finished_at=bindparam("at"),
    )
    .execution_options(synchronize_session=None)
)


async def finish(tx: Transaction, ended: Sequence[Finished], now: datetime) -> None:
    """Write how these turns ended; a `waiting` one is only put aside."""
    await tx.execute(
        _FINISH,
        [
            {
                "turn": turn.id,
                "new_state": turn.state,
                "new_handler": turn.handler,
                "by": turn.answered_by,
                "at": None if turn.state == "waiting" else now,
            }
            for turn in ended
        ],
    )


async def received(tx: Transaction, turn: int, address: int | None = None) -> Received | None:
    """Load a turn of this address, to take it again; None where the turn is not of this address."""
    statement = _EVERY.where(StoredTurn.id == turn)
    if address is not None:
        statement = statement.where(StoredTurn.address_id == address)
    row = (await tx.execute(statement)).first()
    return Received(*row) if row else None


async def count_unfinished(tx: Transaction, before: datetime | None = None) -> int:
    """Count the turns that wait to be answered; with `before`, those received before then."""
    statement = select(func.count()).select_from(StoredTurn).where(text(_UNFINISHED), StoredTurn.state == "received")
    if before:
        statement = statement.where(StoredTurn.received_at <= before)
    return int((await tx.execute(statement)).scalar_one())


async def counts(tx: Transaction) -> dict[str, int]:
    """Count the turns in each state."""
    rows = await tx.execute(select(StoredTurn.state, func.count()).group_by(StoredTurn.state))
    return {row[0]: row[1] for row in rows}

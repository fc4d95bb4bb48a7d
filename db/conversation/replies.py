"""Replies: rows born unsent in the turn's transaction, sent after it, marked once the channel took them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    bindparam,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.engine import Transaction
from db.people.addresses import Address
from db.people.people import Person

#: when a reply was due that no platform asked to wait with, where the clock is not to be asked
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
#: the body of a reply whose words are not kept any more
GONE: JsonObject = {"text": "", "gone": True}


class StoredReply(Base):
    __tablename__ = "replies"
    __table_args__ = (
        Index(
            "ix_replies_unsent",
            "due_at",
            "id",
            sqlite_where=text("state = 'unsent'"),
            postgresql_where=text("state = 'unsent'"),
        ),
        Index(
            "ix_replies_unsent_of_address",
            "address_id",
            "id",
            sqlite_where=text("state = 'unsent'"),
            postgresql_where=text("state = 'unsent'"),
        ),
        Index("ix_replies_of_address", "address_id", "id"),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id"), index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    #: text, choices and the rest, as `bot.reply.Reply.to_json` writes it
    body: Mapped[JsonObject]
    created_at: Mapped[datetime]
    #: `unsent`, then `sent`, `blocked` (the person stopped us) or `refused` (the platform will not take it);
    #: `dropped` in a restored copy
    state: Mapped[str] = mapped_column(String(8))
    #: not to be tried before; a platform's "too many requests" moves it, so that the wait outlives a restart
    due_at: Mapped[datetime]
    #: the running process that sends it, and until when others leave it alone
    holder: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None]
    attempts: Mapped[int]
    sent_at: Mapped[datetime | None]
    #: the platform's ids of the messages it became
    message_ids: Mapped[list[str] | None]


@dataclass(frozen=True, slots=True)
class Unsent:
    """A reply to be sent: `address` is its row's id, `value` the channel's own name for it."""

    id: int
    turn_id: int
    address_id: int
    channel: str
    value: str
    body: JsonObject
    due_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a reply: its new `state`, or when it is `due_at` again."""

    id: int
    state: str
    attempts: int
    message_ids: list[str] | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewReply:
    """A reply to be stored; `holder` is the process that will send it, None for whichever is free."""

    turn: int
    address: int
    body: JsonObject
    holder: str | None


async def store(tx: Transaction, new: Sequence[NewReply], now: datetime, held_until: datetime) -> list[int]:
    """Store replies; returns their ids in the same order."""
    if not new:
        return []
    rows = [
        {
            "turn_id": reply.turn,
            "address_id": reply.address,
            "body": reply.body,
            "created_at": now,
            "state": "unsent",
            "due_at": now,
            "holder": reply.holder,
            "held_until": held_until if reply.holder else None,
            "attempts": 0,
        }
        for reply in new
    ]
    return await tx.insert_all(StoredReply, rows)


_BODIES = select(StoredReply.id, StoredReply.address_id, StoredReply.body).where(
    StoredReply.id.in_(bindparam("replies", expanding=True))
)


async def bodies(tx: Transaction, replies: Collection[int]) -> dict[int, tuple[int, JsonObject]]:
    """Load the address and body of these replies; those that do not exist, or whose words are gone, are left out."""
    if not replies:
        return {}
    rows = await tx.execute(_BODIES, {"replies": sorted(replies)})
    return {row[0]: (row[1], row[2]) for row in rows if row[2] != GONE}


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply as it stands on somebody's phone."""

    id: int
    address_id: int
    channel: str
    value: str
    body: JsonObject
    message_ids: list[str] | None


async def of_turn(tx: Transaction, turn: int) -> Shown | None:
    """Load the last reply to a turn that was sent."""
    columns = (StoredReply.id, StoredReply.address_id, Address.channel, Address.value, StoredReply.body)
    rows = select(*columns, StoredReply.message_ids).join(Address, Address.id == StoredReply.address_id)
    sent = rows.where(StoredReply.turn_id == turn, StoredReply.state == "sent")
    row = (await tx.execute(sent.order_by(StoredReply.id.desc()).limit(1))).one_or_none()
    return Shown(*row) if row else None


_QUEUED = select(StoredReply.address_id).where(
    text("replies.state = 'unsent'"),
    StoredReply.address_id.in_(bindparam("addresses", expanding=True)),
    or_(StoredReply.holder.is_(None), StoredReply.holder != bindparam("me")),
)


async def queued_elsewhere(tx: Transaction, addresses: Collection[int], holder: str) -> set[int]:
    """Find which of these addresses wait for a reply that another process sends."""
    if not addresses:
        return set()
    rows = await tx.execute(_QUEUED, {"addresses": sorted(addresses), "me": holder})
    return {row[0] for row in rows}


async def claim(
    tx: Transaction, channels: Collection[str], holder: str, now: datetime, held_until: datetime, limit: int
) -> list[Unsent]:
    """Take over unsent replies of these channels that are due and that no living process holds, in the order to send.

    Where an earlier reply to the same address stays behind, the later ones stay too. The people are locked meanwhile,
    so that no turn stores a reply that would overtake.
    """
    ids = [row[0] for row in await tx.execute(_free(now).where(Address.channel.in_(channels)).limit(limit))]
    if not ids:
        return []
    earlier = aliased(StoredReply)
    overtakes = _before(earlier).where(earlier.id.not_in(ids))
    take = update(StoredReply).where(StoredReply.id.in_(ids), ~overtakes.exists())
    taken = await tx.execute(take.values(holder=holder, held_until=held_until).returning(StoredReply.id))
    rows = await tx.execute(_UNSENT.where(StoredReply.id.in_([row[0] for row in taken])))
    return [Unsent(*row) for row in rows]


def _free(now: datetime) -> Select[int]:
    earlier = aliased(StoredReply)
    blocking = _before(earlier).where(or_(earlier.due_at > now, ~_unheld(earlier, now)))
    return (
        select(StoredReply.id)
        .join(Address, Address.id == StoredReply.address_id)
        .join(Person, Person.id == Address.person_id)
        .where(text("replies.state = 'unsent'"), StoredReply.due_at <= now)
        .where(_unheld(StoredReply, now), ~blocking.exists())
        .order_by(StoredReply.due_at, StoredReply.id)
        .with_for_update(of=[StoredReply, Person], skip_locked=True, key_share=True)
    )


def _before(earlier: type[StoredReply]) -> Select[int]:
    return select(earlier.id).where(
        earlier.state == "unsent", earlier.address_id == StoredReply.address_id, earlier.id < StoredReply.id
    )


def _unheld(reply: type[StoredReply], now: datetime) -> ColumnElement[bool]:
    return or_(reply.holder.is_(None), reply.held_until <= now)


_UNSENT = (
    select(
        StoredReply.id,
        StoredReply.turn_id,
        StoredReply.address_id,
        Address.channel,
        Address.value,
        StoredReply.body,
        StoredReply.due_at,
        StoredReply.attempts,
    )
    .join(Address, Address.id == StoredReply.address_id)
    .order_by(StoredReply.id)
)


async def count_unsent(tx: Transaction, due_before: datetime | None = None) -> int:
    """Count the replies that wait to be sent; with `due_before`, those that were due before then."""
    statement = select(func.count()).select_from(StoredReply).where(text("state = 'unsent'"))
    if due_before:
        statement = statement.where(StoredReply.due_at <= due_before)
    return int((await tx.execute(statement)).scalar_one())


async def release(tx: Transaction, channels: Collection[str]) -> None:
    """Release all replies of these channels: the process that held them is known to be gone."""
    theirs = select(Address.id).where(Address.channel.in_(channels))
    held = update(StoredReply).where(text("state = 'unsent'"), StoredReply.address_id.in_(theirs))
    at_once = case((StoredReply.due_at == StoredReply.created_at, _LONG_AGO), else_=StoredReply.due_at)
    await tx.execute(held.values(holder=None, due_at=at_once))


async def hold_on(tx: Transaction, holder: str, held_until: datetime) -> None:
    """Extend this process's hold on its replies. Rows are locked in the order in which `mark` does it."""
    mine = select(StoredReply.id).where(text("state = 'unsent'"), StoredReply.holder == holder)
    # by a sum, not by the key itself: for that SQLite would read the whole table in its order
    ordered = mine.order_by(StoredReply.id + 0).with_for_update(key_share=True)
    await tx.execute(update(StoredReply).where(StoredReply.id.in_(ordered)).values(held_until=held_until))


_MARK = (
    update(StoredReply)
    .where(StoredReply.id == bindparam("reply"))
    .values(
        state=bindparam("new_state"),
        message_ids=bindparam("ids"),
        sent_at=bindparam("at"),
        due_at=func.coalesce(bindparam("due", type_=StoredReply.due_at.type), StoredReply.due_at),
        attempts=bindparam("tries"),
    )
    .execution_options(synchronize_session=None)
)


async def mark(tx: Transaction, marks: Sequence[Mark], now: datetime) -> None:
    """Write what became of these replies."""
    await tx.execute(
        _MARK,
        [
            {
                "reply": done.id,
                "new_state": done.state,
                "ids": done.message_ids,
                "at": now if done.state == "sent" else None,
                "due": done.due_at,
                "tries": done.attempts,
            }
            for done in sorted(marks, key=lambda done: done.id)
        ],
    )

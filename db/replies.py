"""Replies: rows born unsent in the turn's transaction, sent after it, marked once the channel took them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, and_, bindparam, exists, func, or_, select, text, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.base import Base
from db.engine import Transaction
from db.people import Address


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
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id"), index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    #: text, choices and the rest, as `bot.reply.Reply.to_json` writes it
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    #: `unsent`, then `sent`, `blocked` (the person stopped us) or `refused` (the platform will not take it)
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
    body: dict[str, Any]
    due_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a reply: its new `state`, or when it is `due_at` again."""

    id: int
    state: str
    message_ids: list[str] | None = None
    due_at: datetime | None = None


async def store(
    tx: Transaction, new: Sequence[tuple[int, int, dict[str, Any]]], now: datetime, holder: str, held_until: datetime
) -> list[int]:
    """Keep replies of (turn, address, body), held by this process; returns their ids in the same order."""
    if not new:
        return []
    rows = [
        {
            "turn_id": turn,
            "address_id": address,
            "body": body,
            "created_at": now,
            "state": "unsent",
            "due_at": now,
            "holder": holder,
            "held_until": held_until,
            "attempts": 0,
        }
        for turn, address, body in new
    ]
    stored = await tx.execute(tx.insert(StoredReply).returning(StoredReply.id, sort_by_parameter_order=True), rows)
    return [row[0] for row in stored]


_BODIES = select(StoredReply.id, StoredReply.address_id, StoredReply.body).where(
    StoredReply.id.in_(bindparam("replies", expanding=True))
)


async def bodies(tx: Transaction, replies: Collection[int]) -> dict[int, tuple[int, dict[str, Any]]]:
    """The (address, body) of these replies; those that do not exist are left out."""
    if not replies:
        return {}
    return {row[0]: (row[1], row[2]) for row in await tx.execute(_BODIES, {"replies": sorted(replies)})}


async def held_elsewhere(tx: Transaction, addresses: Collection[int], holder: str, now: datetime) -> set[int]:
    """Which of these addresses still wait for a reply that another living process is sending."""
    rows = await tx.execute(
        select(StoredReply.address_id).where(
            StoredReply.state == "unsent",
            StoredReply.address_id.in_(sorted(addresses)),
            StoredReply.holder != holder,
            StoredReply.held_until > now,
        )
    )
    return {row[0] for row in rows}


async def claim(tx: Transaction, holder: str, now: datetime, held_until: datetime, limit: int = 500) -> list[Unsent]:
    """Take over unsent replies that are due and that no living process holds, oldest first.

    One that comes after another of its address that is held or not yet due stays where it is.
    """
    earlier = aliased(StoredReply)
    after_another = exists().where(
        earlier.state == "unsent",
        earlier.address_id == StoredReply.address_id,
        earlier.id < StoredReply.id,
        or_(earlier.due_at > now, and_(earlier.holder.is_not(None), earlier.held_until > now)),
    )
    free = or_(StoredReply.holder.is_(None), StoredReply.held_until <= now)
    taken = (
        select(StoredReply.id)
        .where(StoredReply.state == "unsent", StoredReply.due_at <= now, free, ~after_another)
        .order_by(StoredReply.due_at, StoredReply.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = [row[0] for row in await tx.execute(taken)]
    if not ids:
        return []
    await tx.execute(
        update(StoredReply).where(StoredReply.id.in_(ids)).values(holder=holder, held_until=held_until)
    )
    rows = await tx.execute(
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
        .where(StoredReply.id.in_(ids))
        .order_by(StoredReply.id)
    )
    return [Unsent(*row) for row in rows]


async def release(tx: Transaction) -> None:
    """Let go of everything: whoever held it is known to be gone."""
    await tx.execute(update(StoredReply).where(StoredReply.state == "unsent").values(holder=None))


async def let_go(tx: Transaction, replies: Collection[int]) -> None:
    """Leave these to whoever is free once the earlier ones of their address are sent."""
    await tx.execute(update(StoredReply).where(StoredReply.id.in_(replies)).values(holder=None))


async def hold_on(tx: Transaction, holder: str, held_until: datetime) -> None:
    """This process lives and goes on sending what it holds."""
    mine = and_(StoredReply.state == "unsent", StoredReply.holder == holder)
    await tx.execute(update(StoredReply).where(mine).values(held_until=held_until))


_MARK = (
    update(StoredReply)
    .where(StoredReply.id == bindparam("reply"))
    .values(
        state=bindparam("new_state"),
        message_ids=bindparam("ids"),
        sent_at=bindparam("at"),
        due_at=func.coalesce(bindparam("due", type_=StoredReply.due_at.type), StoredReply.due_at),
        attempts=StoredReply.attempts + 1,
    )
    .execution_options(synchronize_session=None)
)


async def mark(tx: Transaction, marks: Sequence[Mark], now: datetime) -> None:
    """Write what became of these replies."""
    await tx.connection.execute(
        _MARK,
        [
            {
                "reply": done.id,
                "new_state": done.state,
                "ids": done.message_ids,
                "at": now if done.state == "sent" else None,
                "due": done.due_at,
            }
            for done in marks
        ],
    )

"""Restores: a copy made from a backup sends nothing until a person releases it. Backups leave this table out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.broadcasts.broadcasts import StoredBroadcast
from db.conversation.jobs import StoredJob
from db.conversation.replies import StoredReply
from db.conversation.turns import StoredTurn
from db.deliveries.deliveries import StoredDelivery
from db.engine import Transaction


class StoredRestore(Base):
    __tablename__ = "restores"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: when the backup was taken, and when this copy was made from it
    taken_at: Mapped[datetime]
    restored_at: Mapped[datetime]
    #: the last turn in the backup; what comes in here later has a higher id
    last_turn: Mapped[int]
    #: when a person released this copy; None while it is held
    released_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Left:
    """Counts of what was unfinished when the backup was taken."""

    replies: int
    turns: int
    jobs: int
    deliveries: int


async def add(tx: Transaction, taken_at: datetime, now: datetime) -> None:
    """Note that this database is a copy, which holds it."""
    last = (await tx.execute(select(func.coalesce(func.max(StoredTurn.id), 0)))).scalar_one()
    row = {"taken_at": taken_at, "restored_at": now, "last_turn": last, "released_at": None}
    await tx.execute(tx.insert(StoredRestore), row)


async def held_since(tx: Transaction) -> datetime | None:
    """When this copy was made; None where the database is no copy, or was released."""
    held = select(StoredRestore.restored_at).where(StoredRestore.released_at.is_(None)).order_by(StoredRestore.id)
    return (await tx.execute(held.limit(1))).scalar_one_or_none()


async def release(tx: Transaction, now: datetime) -> None:
    """Release the copy: from now on it sends."""
    await tx.execute(update(StoredRestore).where(StoredRestore.released_at.is_(None)).values(released_at=now))


async def drop_left(tx: Transaction, now: datetime) -> Left:
    """Leave undone what was unfinished when the backup was taken: the original did it a moment later, or it is too old.

    Replies that were not sent are `dropped`, turns that were not finished `passed`, jobs that would run once and are
    overdue are deleted, deliveries that are due `skipped`, and broadcasts that were about to start are `late`. What
    came in since the restore stays.
    """
    last = select(func.max(StoredRestore.last_turn)).where(StoredRestore.released_at.is_(None)).scalar_subquery()
    replies = await tx.execute(
        update(StoredReply)
        .where(text("replies.state = 'unsent'"), StoredReply.turn_id <= last)
        .values(state="dropped", holder=None)
    )
    turns = await tx.execute(
        update(StoredTurn)
        .where(text("turns.state IN ('received', 'waiting')"), StoredTurn.id <= last)
        .values(state="passed", finished_at=now)
    )
    jobs = await tx.execute(delete(StoredJob).where(StoredJob.every.is_(None), StoredJob.due_at <= now))
    due = update(StoredDelivery).where(text("deliveries.state = 'pending'"), StoredDelivery.due_at <= now)
    starting = StoredBroadcast.state.in_(("scheduled", "freezing"))
    about_to = or_(StoredBroadcast.due_at.is_(None), StoredBroadcast.due_at <= now)
    await tx.execute(update(StoredBroadcast).where(starting, about_to).values(state="late", due_at=now))
    deliveries = await tx.execute(due.values(state="skipped", reason="restored"))
    return Left(replies.rowcount, turns.rowcount, jobs.rowcount, deliveries.rowcount)

"""Jobs: what is to happen later, or every so often, as rows that outlive a restart."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, String, bindparam, case, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.engine import Transaction
from db.people.addresses import Address


class StoredJob(Base):
    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "due_at", "id"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime]
    #: seconds between two runs; none for a job that runs once
    every: Mapped[int | None]
    #: whose turn it becomes; none for work that concerns nobody in particular
    address_id: Mapped[int | None] = mapped_column(ForeignKey("addresses.id"), index=True)
    args: Mapped[JsonObject]
    #: at most one job has it
    key: Mapped[str | None] = mapped_column(String(80), unique=True)


@dataclass(frozen=True, slots=True)
class Due:
    """A job that is due."""

    id: int
    name: str
    due_at: datetime
    every: int | None
    address_id: int | None
    args: JsonObject


async def later(
    tx: Transaction, name: str, due_at: datetime, address: int | None = None, args: JsonObject | None = None
) -> None:
    """Run `name` once at `due_at`."""
    row = {"name": name, "due_at": due_at, "address_id": address, "args": args or {}}
    await tx.execute(tx.insert(StoredJob), row)


async def once(tx: Transaction, name: str, key: str, due_at: datetime, address: int, args: JsonObject) -> None:
    """Run `name` once at `due_at`, unless a job with this key waits already."""
    row = {"name": name, "key": key, "due_at": due_at, "address_id": address, "args": args}
    await tx.execute(tx.insert(StoredJob).values(row).on_conflict_do_nothing(index_elements=["key"]))


async def every(tx: Transaction, name: str, seconds: int, now: datetime) -> None:
    """Run `name` every so many seconds from now on.

    An existing row takes the new pace, and keeps its time unless that is further ahead: a clock that was moved, as
    `jembatan chat` does, must not stop what is repeated.
    """
    row = {"name": name, "due_at": now, "every": seconds, "address_id": None, "args": {}, "key": name}
    latest = now + timedelta(seconds=seconds)
    sooner = case((StoredJob.due_at > latest, latest), else_=StoredJob.due_at)
    insert = tx.insert(StoredJob).values(row)
    await tx.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"every": seconds, "due_at": sooner}))


async def cancel(tx: Transaction, name: str, address: int) -> None:
    """Drop the waiting jobs of this name at this address."""
    await tx.execute(delete(StoredJob).where(StoredJob.name == name, StoredJob.address_id == address))


_AGAIN = (
    update(StoredJob)
    .where(StoredJob.id == bindparam("job"))
    .values(due_at=bindparam("at"))
    .execution_options(synchronize_session=None)
)


def _of(channels: Collection[str]) -> ColumnElement[bool]:
    elsewhere = select(Address.id).where(Address.id == StoredJob.address_id, Address.channel.not_in(channels))
    return ~elsewhere.exists()


async def take_due(tx: Transaction, channels: Collection[str], now: datetime, limit: int = 100) -> list[Due]:
    """Take the due jobs of these channels, and those that concern nobody, oldest first.

    Jobs that run once are deleted, the others get their next time.
    """
    columns = (StoredJob.id, StoredJob.name, StoredJob.due_at, StoredJob.every, StoredJob.address_id, StoredJob.args)
    statement = (
        select(*columns)
        .where(StoredJob.due_at <= now, _of(channels))
        .order_by(StoredJob.due_at, StoredJob.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    due = [Due(*row) for row in await tx.execute(statement)]
    again = [{"job": job.id, "at": now + timedelta(seconds=job.every)} for job in due if job.every]
    if again:
        await tx.execute(_AGAIN, again)
    once = [job.id for job in due if not job.every]
    if once:
        await tx.execute(delete(StoredJob).where(StoredJob.id.in_(once)))
    return due


async def next_due(tx: Transaction, channels: Collection[str]) -> datetime | None:
    """Find when the earliest of the jobs that `take_due` would take is due."""
    found = await tx.execute(select(StoredJob.due_at).where(_of(channels)).order_by(StoredJob.due_at).limit(1))
    return found.scalar_one_or_none()

"""Lanes that a platform asked to wait, and leases: which process does what only one may do."""

from datetime import datetime

from sqlalchemy import String, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.engine import Transaction


class StoredLane(Base):
    """A lane that a platform asked to wait (429); kept, so that the wait outlives a restart."""

    __tablename__ = "lanes"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paused_until: Mapped[datetime]


class StoredLease(Base):
    """Which process does what only one may do, such as keep the pace of a channel, and until when."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    until: Mapped[datetime]


async def pause(tx: Transaction, channel: str, lane: int, until: datetime) -> None:
    """Hold a lane back until then, or longer where it is held back for longer already."""
    insert = tx.insert(StoredLane).values(channel=channel, lane=lane, paused_until=until)
    longer = insert.on_conflict_do_update(
        index_elements=["channel", "lane"], set_={"paused_until": until}, where=StoredLane.paused_until < until
    )
    await tx.execute(longer)


async def paused(tx: Transaction, now: datetime) -> dict[tuple[str, int], datetime]:
    """Load the lanes that are held back, and until when."""
    columns = (StoredLane.channel, StoredLane.lane, StoredLane.paused_until)
    rows = await tx.execute(select(*columns).where(StoredLane.paused_until > now))
    return {(row[0], row[1]): row[2] for row in rows}


async def lease(tx: Transaction, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Become or stay the one process that does `name`; False while another is."""
    insert = tx.insert(StoredLease).values(name=name, holder=holder, until=until)
    taken = insert.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until": until},
        where=or_(StoredLease.holder == holder, StoredLease.until <= now),
    )
    return (await tx.execute(taken.returning(StoredLease.name))).first() is not None


async def let_go(tx: Transaction, holder: str) -> None:
    """Give up all leases of this process at once."""
    await tx.execute(delete(StoredLease).where(StoredLease.holder == holder))

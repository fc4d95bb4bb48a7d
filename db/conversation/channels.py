"""What is remembered of a channel as a whole, and when the assistant last gave a sign of life."""

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.engine import Transaction


class StoredChannel(Base):
    __tablename__ = "channels"

    #: what is polled, such as `telegram:` and the bot's number
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: where polling goes on: the id of the first update not yet stored
    offset: Mapped[int]


class Heartbeat(Base):
    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]


async def offset(tx: Transaction, polled: str) -> int | None:
    """Load the id from which polling goes on; None before the first update."""
    found = await tx.execute(select(StoredChannel.offset).where(StoredChannel.name == polled))
    return found.scalar_one_or_none()


async def set_offset(tx: Transaction, polled: str, offset: int) -> None:
    insert = tx.insert(StoredChannel).values(name=polled, offset=offset)
    await tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"offset": offset}))


async def last_seen_alive(tx: Transaction) -> datetime | None:
    found = await tx.execute(select(Heartbeat.at).where(Heartbeat.name == "assistant"))
    return found.scalar_one_or_none()


async def beat(tx: Transaction, now: datetime) -> None:
    """Note that the assistant is alive."""
    insert = tx.insert(Heartbeat).values(name="assistant", at=now)
    await tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"at": now}))

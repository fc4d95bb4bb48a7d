"""Subscriptions: which topics somebody wants announcements of; whoever chose none gets those of all."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.engine import Transaction

TOPICS = ("exhibitions", "halal", "hki", "export", "training", "warnings")


class StoredSubscription(Base):
    __tablename__ = "subscriptions"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: one of `TOPICS`
    topic: Mapped[str] = mapped_column(String(12), primary_key=True)
    since: Mapped[datetime]


async def of(tx: Transaction, person: int) -> list[str]:
    """The topics that somebody chose, in the order of `TOPICS`; none means all."""
    theirs = select(StoredSubscription.topic).where(StoredSubscription.person_id == person)
    return sorted((await tx.execute(theirs)).scalars(), key=TOPICS.index)


async def choose(tx: Transaction, person: int, topics: Collection[str], now: datetime) -> None:
    """From now on announcements of these; of none means of all."""
    theirs = StoredSubscription.person_id == person
    await tx.execute(delete(StoredSubscription).where(theirs, StoredSubscription.topic.not_in(topics)))
    rows = [{"person_id": person, "topic": topic, "since": now} for topic in topics]
    if rows:
        await tx.execute(tx.insert(StoredSubscription).on_conflict_do_nothing(), rows)

"""Subscriptions: which topics a person wants announcements of; whoever chose none gets all of them."""

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
    """Load the topics that a person chose, in the order of `TOPICS`; empty means all."""
    theirs = select(StoredSubscription.topic).where(StoredSubscription.person_id == person)
    return sorted((await tx.execute(theirs)).scalars(), key=TOPICS.index)


async def choose(tx: Transaction, person: int, topics: Collection[str], now: datetime) -> None:
    """Replace the topics that a person gets announcements of; empty means all."""
    theirs = StoredSubscription.person_id == person
    await tx.execute(delete(StoredSubscription).where(theirs, StoredSubscription.topic.not_in(topics)))
    rows = [{"person_id": person, "topic": topic, "since": now} for topic in topics]
    if rows:
        await tx.execute(tx.insert(StoredSubscription).on_conflict_do_nothing(), rows)

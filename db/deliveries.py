"""Deliveries: messages that nobody just asked for, at most one for each source and person, never sent twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction

#: in the order in which they leave; replies come before all of them
NOTICE, REMINDER, BROADCAST = 1, 2, 3
_OPEN = "state IN ('pending', 'sending')"


class StoredDelivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("source", "person_id"),
        Index(
            "ix_deliveries_open",
            "lane",
            "due_at",
            "id",
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: what it comes from, such as `case:207:late`
    source: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    #: `NOTICE`, `REMINDER` or `BROADCAST`
    lane: Mapped[int]
    #: as `bot.reply.Reply.to_json` writes it
    body: Mapped[dict[str, Any]]
    #: `pending`, `sending`, then for ever one of `sent`, `failed` (see `reason`), `blocked`, `unsure` (a crash between
    #: the call and the mark), `skipped` or `cancelled`
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    #: not to be sent before
    due_at: Mapped[datetime]
    #: whether it may leave between 20.00 and 07.00 in Bandung
    at_night: Mapped[bool]
    #: the running process that sends it, and until when it is believed to live
    holder: Mapped[str | None] = mapped_column(String(32))
    held_until: Mapped[datetime | None]
    attempts: Mapped[int]
    sent_at: Mapped[datetime | None]
    #: the reply that it became on the person's phone, where its choices count
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id"))


class StoredLane(Base):
    """A lane that a platform asked to wait with (429), over restarts."""

    __tablename__ = "lanes"

    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    lane: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    paused_until: Mapped[datetime]


class StoredLease(Base):
    """Which process does what only one may do, such as hold the pace of a channel, and until when."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(32))
    until: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person, and the address at which they are told."""

    person_id: int
    address_id: int


async def add(
    tx: Transaction,
    source: str,
    to: Sequence[Recipient],
    lane: int,
    body: Mapping[str, Any],
    now: datetime,
    due_at: datetime,
    at_night: bool = False,
) -> None:
    """Have these people told, once for each source: whoever was told already, or is about to be, is left out."""
    rows = [
        {
            "source": source,
            "person_id": one.person_id,
            "address_id": one.address_id,
            "lane": lane,
            "body": dict(body),
            "state": "pending",
            "created_at": now,
            "due_at": due_at,
            "at_night": at_night,
            "attempts": 0,
        }
        for one in to
    ]
    if rows:
        await tx.execute(tx.insert(StoredDelivery).on_conflict_do_nothing(), rows)

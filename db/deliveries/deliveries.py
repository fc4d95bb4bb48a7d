"""Deliveries: messages that nobody just asked for, at most one for each source and person, never sent twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.deliveries import lanes
from db.engine import Transaction
from db.people.addresses import Address

#: in the order in which they leave; replies come before all of them
NOTICE, REMINDER, BROADCAST = 1, 2, 3
LANES = {NOTICE: "notices", REMINDER: "reminders", BROADCAST: "broadcasts"}


_ORDER = ("channel", "lane", "broadcast_id", "due_at", "id")


def _part(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class StoredDelivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("source", "person_id"),
        # the whole order in which a channel's deliveries leave: a look reads what it takes and no more, also at night
        _part("ix_deliveries_pending", "state = 'pending'", *_ORDER),
        _part("ix_deliveries_at_night", "state = 'pending' AND at_night", *_ORDER),
        _part("ix_deliveries_sending", "state = 'sending'", "channel", "held_until"),
        _part("ix_deliveries_sent", "sent_at IS NOT NULL", "sent_at", "channel"),
        _part("ix_deliveries_of_broadcast", "broadcast_id IS NOT NULL", "broadcast_id", "state"),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: what it comes from, such as `case:207:late`
    source: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    #: that of the address
    channel: Mapped[str] = mapped_column(String(20))
    #: `NOTICE`, `REMINDER` or `BROADCAST`
    lane: Mapped[int]
    #: as `bot.reply.Reply.to_json` writes it; empty where it is that of the broadcast
    body: Mapped[JsonObject]
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"))
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


_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person, and the address at which they are told."""

    person_id: int
    address_id: int


_CHANNEL = select(Address.channel).where(Address.id == bindparam("at")).scalar_subquery()


async def news_of_a_week(tx: Transaction, now: datetime) -> dict[int, int]:
    """Count the announcements that each person had, or is about to have, within a week.

    Both kinds count: what was new, for people who wait for that, and what staff sent to all.
    """
    told = (StoredDelivery.source.like("%:announced"), StoredDelivery.broadcast_id.is_not(None))
    counts = StoredDelivery.state.in_(("pending", "sending", "sent"))
    had = select(StoredDelivery.person_id, func.count()).where(StoredDelivery.created_at > now - _WEEK, counts)
    rows = await tx.execute(had.where(or_(*told)).group_by(StoredDelivery.person_id))
    return {row[0]: row[1] for row in rows}


async def add(
    tx: Transaction,
    source: str,
    to: Sequence[Recipient],
    lane: int,
    body: Mapping[str, object],
    now: datetime,
    due_at: datetime,
    at_night: bool = False,
) -> None:
    """Queue a delivery for each of these people, once for each source: whoever has one of this source is left out."""
    rows = [
        {
            "source": source,
            "person_id": one.person_id,
            "address_id": one.address_id,
            "at": one.address_id,
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
        await tx.execute(tx.insert(StoredDelivery).values(channel=_CHANNEL).on_conflict_do_nothing(), rows)


async def send_again(tx: Transaction, ids: Collection[int]) -> int:
    """Queue these deliveries once more, as a person decided: unsure, failed or blocked ones; returns how many."""
    again = update(StoredDelivery).where(
        StoredDelivery.id.in_(ids), StoredDelivery.state.in_(("unsure", "failed", "blocked"))
    )
    sent = await tx.execute(again.values(state="pending", reason=None).returning(StoredDelivery.id))
    return len(sent.all())


async def cancel(tx: Transaction, person: int, sources: Sequence[str]) -> None:
    """Cancel a person's waiting deliveries whose source begins with one of these."""
    of_these = or_(*(StoredDelivery.source.startswith(source, autoescape=True) for source in sources))
    waiting = (StoredDelivery.person_id == person, StoredDelivery.state == "pending", of_these)
    await tx.execute(update(StoredDelivery).where(*waiting).values(state="cancelled"))


async def cancel_broadcasts(tx: Transaction, person: int) -> None:
    """Cancel the announcements that a person has not got yet."""
    waiting = (StoredDelivery.person_id == person, StoredDelivery.state == "pending")
    of_any = update(StoredDelivery).where(*waiting, StoredDelivery.broadcast_id.is_not(None))
    await tx.execute(of_any.values(state="cancelled", reason="stopped"))


#: the key in a conversation's memory: until when a person is being asked whether they mean to stop announcements
UNDECIDED = "undecided"


async def hold_broadcasts(tx: Transaction, person: int, until: datetime) -> None:
    """Let no announcement reach a person before then."""
    waiting = (StoredDelivery.person_id == person, StoredDelivery.state == "pending")
    of_any = update(StoredDelivery).where(*waiting, StoredDelivery.broadcast_id.is_not(None))
    await tx.execute(of_any.values(due_at=until))


async def release_broadcasts(tx: Transaction, person: int, now: datetime) -> None:
    """Let the announcements that were held for a person leave."""
    held = (StoredDelivery.person_id == person, StoredDelivery.state == "pending", StoredDelivery.due_at > now)
    of_any = update(StoredDelivery).where(*held, StoredDelivery.broadcast_id.is_not(None))
    await tx.execute(of_any.values(due_at=now))


async def counts(tx: Transaction, source: str) -> dict[str, int]:
    """Count the deliveries of a source in each state."""
    of_it = select(StoredDelivery.state, func.count()).where(StoredDelivery.source == source)
    return {row[0]: row[1] for row in await tx.execute(of_it.group_by(StoredDelivery.state))}


async def waiting(tx: Transaction) -> dict[int, int]:
    """Count the waiting deliveries in each lane, lanes with 0 included."""
    rows = select(StoredDelivery.lane, func.count()).where(text("deliveries.state = 'pending'"))
    return dict.fromkeys(LANES, 0) | {row[0]: row[1] for row in await tx.execute(rows.group_by(StoredDelivery.lane))}


#: not of a broadcast that is paused, or whose audience is being written down
_MAY_LEAVE = or_(
    StoredDelivery.broadcast_id.is_(None),
    StoredDelivery.broadcast_id.in_(text("SELECT id FROM broadcasts WHERE state = 'sending'")),
)


async def idle(tx: Transaction, before: datetime, by_day: bool) -> int:
    """Count the deliveries that were due before then, where their channel sent nothing since and no lane waits."""
    moving = select(StoredDelivery.channel).where(StoredDelivery.sent_at > before).distinct()
    overdue = select(func.count()).where(
        text("deliveries.state = 'pending'"),
        StoredDelivery.due_at <= before,
        _MAY_LEAVE,
        StoredDelivery.channel.not_in([row[0] for row in await tx.execute(moving)]),
    )
    for channel, lane in await lanes.paused(tx, before):
        overdue = overdue.where(or_(StoredDelivery.channel != channel, StoredDelivery.lane != lane))
    if not by_day:
        overdue = overdue.where(text("deliveries.at_night"))
    return int((await tx.execute(overdue)).scalar_one())


async def next_due(tx: Transaction, now: datetime) -> tuple[bool, datetime | None]:
    """Whether any was due before now and has not left, as at night; and when the next one is due."""
    pending = text("deliveries.state = 'pending'")
    waiting = select(StoredDelivery.id).where(pending, StoredDelivery.due_at <= now, _MAY_LEAVE)
    overdue = await tx.execute(waiting.limit(1))
    due = await tx.execute(select(func.min(StoredDelivery.due_at)).where(pending, StoredDelivery.due_at > now))
    return overdue.first() is not None, due.scalar_one_or_none()

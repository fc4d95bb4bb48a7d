"""Deliveries on their way: which may leave now, and what became of them.

On its way each becomes a reply of a turn of its own (channel `delivery`), so that its choices count and the person's
history has it.
"""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select, text, update

from db.base import JsonObject
from db.broadcasts import broadcasts
from db.broadcasts.broadcasts import SentBroadcast
from db.conversation import turns
from db.conversation.replies import StoredReply
from db.conversation.turns import Finished, NewTurn
from db.deliveries.deliveries import BROADCAST, StoredDelivery
from db.engine import Record, Transaction
from db.people.addresses import Address
from db.people.consents import ANNOUNCEMENTS, StoredConsent
from db.people.people import Person

#: the `channel` of the turns that deliveries become
DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A broadcast that is being sent: how many of it may leave now, and whether those count as the channel's."""

    broadcast: int
    room: int
    is_usual: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """What may leave now on a channel: in these lanes, by day or only what may leave at night, not to `busy` ones."""

    channel: str
    now: datetime
    by_day: bool
    lanes: Collection[int]
    busy: Collection[str] = ()
    #: how many deliveries the channel takes now
    room: int = sys.maxsize
    #: in the order in which they leave
    broadcasts: Sequence[Leaving] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        conditions: list[Any] = [
            text("deliveries.state = 'pending'"),
            StoredDelivery.channel == self.channel,
            StoredDelivery.due_at <= self.now,
        ]
        if not self.by_day:
            conditions.append(text("deliveries.at_night"))
        if self.busy:
            conditions.append(Address.value.not_in(self.busy))
        return conditions

    def queues(self) -> list["Queue"]:
        """What leaves before what. Each is read by itself: only so do the indexes give the order, however many wait."""
        queues = [Queue(lane, None, self.room) for lane in sorted(self.lanes)]
        if BROADCAST in self.lanes:
            queues += [Queue(BROADCAST, one.broadcast, one.room, one.is_usual) for one in self.broadcasts]
        return [queue for queue in queues if queue.room > 0]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in one lane, in order, and how many of it may leave now."""

    lane: int
    broadcast: int | None
    room: int
    is_usual: bool = True

    def condition(self) -> ColumnElement[bool]:
        return and_(StoredDelivery.lane == self.lane, StoredDelivery.broadcast_id == self.broadcast)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery to be sent now: `value` is the channel's own name of the address, `reply` the reply that it became."""

    id: int
    lane: int
    address_id: int
    value: str
    body: JsonObject
    reply_id: int
    #: the id of its broadcast
    broadcast_id: int | None = None
    #: the message that the person has already and that is to be changed
    earlier: "Earlier | None" = None

    @property
    def is_silent(self) -> bool:
        """Whether it only changes an earlier message and sends no new one."""
        return self.earlier is not None and not self.body


@dataclass(frozen=True, slots=True)
class Earlier:
    """A reply that was sent and is to be changed to `body`, or taken back where that is empty."""

    reply_id: int
    message_ids: list[str]
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a delivery: its new `state`; while that is `pending`, its lane may have to wait for a time."""

    claimed: Claimed
    state: str
    reason: str | None = None
    message_ids: list[str] | None = None
    #: until when, where the platform asked for it
    wait: datetime | None = None


async def waits(tx: Transaction, look: Look) -> bool:
    """Whether any delivery may leave now."""
    found = select(StoredDelivery.id).join(Address, Address.id == StoredDelivery.address_id).where(*look.conditions())
    waiting = [found.where(queue.condition()).exists() for queue in look.queues()]
    return bool(waiting) and bool((await tx.execute(select(or_(*waiting)))).scalar_one())


async def claim(
    tx: Transaction, look: Look, holder: str, held_until: datetime, limit: int
) -> tuple[list[Claimed], int]:
    """Take the next, lane by lane, at most one to an address; what cannot reach anybody any more is `blocked`.

    Returns what was taken, and how many have ended without being sent.
    """
    found: dict[int, Claimed] = {}
    unreachable, stopped = [], []
    rows = await _next(tx, look, limit)
    sent = await broadcasts.sent(tx, {row.broadcast_id for row in rows} - {None})
    for row in rows:
        if row.broadcast_id and not row.agrees:
            stopped.append(row.id)
        elif row.address != "open":
            unreachable.append(row.id)
        else:
            said = sent[row.broadcast_id] if row.broadcast_id else None
            body = said.body(row.language) if said else row.body
            earlier = await _earlier(tx, said, row) if said and said.corrects_id else None
            at = (row.address_id, row.value)
            one = Claimed(row.id, row.lane, *at, body, row.reply_id or 0, row.broadcast_id, earlier)
            found.setdefault(row.address_id, one)
    await _end(tx, unreachable, state="blocked")
    await _end(tx, stopped, state="cancelled", reason="stopped")
    claimed = await _become_replies(tx, list(found.values()), look.now)
    if claimed:
        held = {"by": holder, "until": held_until}
        await tx.execute(_TAKE, [{"of": one.id, "reply": one.reply_id or None, **held} for one in claimed])
    return claimed, len(unreachable) + len(stopped)


async def _earlier(tx: Transaction, said: SentBroadcast, row: Record) -> Earlier | None:
    """What they got and is corrected; from here on it reads as it is corrected wherever it is shown again."""
    same = (StoredDelivery.broadcast_id == said.corrects_id, StoredDelivery.person_id == row.person_id)
    had = select(StoredReply.id, StoredReply.message_ids).join(
        StoredDelivery, StoredDelivery.reply_id == StoredReply.id
    )
    reply = (await tx.execute(had.where(*same))).one_or_none()
    if reply is None:
        return None
    body = said.edit(row.language)
    if body:
        await tx.execute(update(StoredReply).where(StoredReply.id == reply[0]).values(body=body))
    return Earlier(reply[0], reply[1] or [], body)


async def _end(tx: Transaction, ids: Collection[int], **values: str) -> None:
    if ids:
        await tx.execute(update(StoredDelivery).where(StoredDelivery.id.in_(ids)).values(values))


async def _next(tx: Transaction, look: Look, limit: int) -> list[Record]:
    rows: list[Record] = []
    usual = look.room
    for queue in look.queues():
        most = min(limit - len(rows), queue.room, usual if queue.is_usual else queue.room)
        if most > 0:
            found = (await tx.execute(_NEXT.where(*look.conditions(), queue.condition()).limit(most))).all()
            rows += found
            usual -= len(found) if queue.is_usual else 0
    return rows


#: whoever stopped announcements a moment ago, while the audience was written down, gets none
_AGREES = exists().where(
    StoredConsent.person_id == StoredDelivery.person_id,
    StoredConsent.kind == ANNOUNCEMENTS,
    StoredConsent.until.is_(None),
)
_NEXT = (
    select(
        StoredDelivery.id,
        StoredDelivery.lane,
        StoredDelivery.address_id,
        Address.value,
        StoredDelivery.body,
        StoredDelivery.reply_id,
        Address.state.label("address"),
        StoredDelivery.broadcast_id,
        StoredDelivery.person_id,
        Person.language,
        _AGREES.label("agrees"),
    )
    .join(Address, Address.id == StoredDelivery.address_id)
    .join(Person, Person.id == StoredDelivery.person_id)
    .order_by(StoredDelivery.due_at, StoredDelivery.id)
    .with_for_update(of=StoredDelivery, skip_locked=True)
)


async def _become_replies(tx: Transaction, claimed: list[Claimed], now: datetime) -> list[Claimed]:
    new = [one for one in claimed if not (one.reply_id or one.is_silent)]
    if not new:
        return claimed
    stored = await turns.store(tx, DELIVERY, [NewTurn(str(one.id), one.address_id, "{}") for one in new], now)
    await turns.finish(tx, [Finished(turn, "done") for turn in stored.values()], now)
    begun = {"created_at": now, "state": "sending", "due_at": now, "attempts": 0}
    rows = [{"turn_id": stored[str(one.id)], "address_id": one.address_id, "body": one.body, **begun} for one in new]
    ids = dict(zip([one.id for one in new], await tx.insert_all(StoredReply, rows), strict=True))
    return [replace(one, reply_id=ids.get(one.id, one.reply_id)) for one in claimed]


_TAKE = (
    update(StoredDelivery)
    .where(StoredDelivery.id == bindparam("of"))
    .values(
        state="sending", holder=bindparam("by"), held_until=bindparam("until"), reply_id=bindparam("reply"),
        attempts=StoredDelivery.attempts + 1,
    )
    .execution_options(synchronize_session=None)
)  # fmt: skip
_MARK = (
    update(StoredDelivery)
    .where(StoredDelivery.id == bindparam("of"), text("deliveries.state = 'sending'"))
    .values(state=bindparam("new_state"), reason=bindparam("why"), sent_at=bindparam("at"))
    .execution_options(synchronize_session=None)
)
_MARK_REPLY = (
    update(StoredReply)
    .where(StoredReply.id == bindparam("of"))
    .values(state=bindparam("new_state"), message_ids=bindparam("ids"), sent_at=bindparam("at"))
    .execution_options(synchronize_session=None)
)
#: the state of the reply, where the delivery's own is not one of a reply's
_OF_REPLY = {"pending": "sending", "failed": "refused"}


async def mark(tx: Transaction, done: Sequence[Done], now: datetime) -> None:
    """Write what became of these deliveries."""
    await tx.execute(
        _MARK,
        [{"of": one.claimed.id, "new_state": one.state, "why": one.reason, "at": _sent_at(one, now)} for one in done],
    )
    replies = [
        {
            "of": one.claimed.reply_id,
            "new_state": _OF_REPLY.get(one.state, one.state),
            "ids": one.message_ids,
            "at": _sent_at(one, now),
        }
        for one in done
        if one.claimed.reply_id
    ]
    if replies:
        await tx.execute(_MARK_REPLY, replies)


def _sent_at(done: Done, now: datetime) -> datetime | None:
    return now if done.state == "sent" else None


async def abandon(tx: Transaction, channels: Collection[str], now: datetime, whoever_holds: bool) -> int:
    """What a process that is gone was sending is `unsure`: it may have arrived. Returns how many those are.

    `whoever_holds` says that no other process is alive.
    """
    left = update(StoredDelivery).where(text("deliveries.state = 'sending'"), StoredDelivery.channel.in_(channels))
    if not whoever_holds:
        left = left.where(StoredDelivery.held_until <= now)
    replies = [row[0] for row in await tx.execute(left.values(state="unsure").returning(StoredDelivery.reply_id))]
    await tx.execute(update(StoredReply).where(StoredReply.id.in_(replies)).values(state="unsure"))
    return len(replies)

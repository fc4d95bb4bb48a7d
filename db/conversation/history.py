"""What was said at one address, by the person and to them, in order: what a channel that keeps no history shows.

A place in it is a `HistoryPoint`: the ids of the last turn and the last reply known. Both grow with time at one
address, so whoever knows its place is told everything after it, and nothing twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, text

from db.base import JsonObject
from db.conversation.replies import StoredReply
from db.conversation.turns import StoredTurn
from db.engine import Transaction
from db.files import StoredFile
from db.people.addresses import Address
from db.people.people import Person


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """A place in a history: the last turn and the last reply known; 0 for none."""

    turn: int = 0
    reply: int = 0


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What the person did: one turn, as its channel stored it."""

    id: int
    at: datetime
    update_id: str
    raw: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the person was told: one reply, as `bot.reply.Reply.to_json` writes it."""

    id: int
    at: datetime
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the conversation at an address stands now."""

    address: int
    language: str
    #: where its history ends
    newest: HistoryPoint
    #: whether a turn waits to be taken
    waiting: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A stretch of the history, oldest first."""

    entries: Sequence[HistoryEntry | Answered]
    #: the place just before the first of the entries, and that of the last
    before: HistoryPoint
    after: HistoryPoint
    #: whether there is more in the direction that was asked for
    more: bool


#: in the words of a partial index of the turns
_UNFINISHED = "turns.state IN ('received', 'waiting')"
_OWN = select(StoredTurn.id).where(
    StoredTurn.address_id == Address.id,
    StoredTurn.channel == Address.channel,  # not what a job did
)
_LAST_TURN = _OWN.order_by(StoredTurn.id.desc()).limit(1).correlate(Address).scalar_subquery()
_LAST_REPLY = (
    select(StoredReply.id)
    .where(StoredReply.address_id == Address.id)
    .order_by(StoredReply.id.desc())
    .limit(1)
    .correlate(Address)
    .scalar_subquery()
)
_WAITING = _OWN.where(text(_UNFINISHED), StoredTurn.state == "received").correlate(Address).exists()
_STAND = (
    select(Address.id, Person.language, _LAST_TURN, _LAST_REPLY, _WAITING)
    .join(Person, Person.id == Address.person_id)
    .where(Address.channel == bindparam("of_channel"), Address.value == bindparam("of_value"))
)
_SAID = select(StoredTurn.id, StoredTurn.received_at, StoredTurn.update_id, StoredTurn.raw).where(
    StoredTurn.address_id == bindparam("address"), StoredTurn.channel == bindparam("of_channel"), StoredTurn.raw != ""
)
_ANSWERED = select(StoredReply.id, StoredReply.created_at, StoredReply.body).where(
    StoredReply.address_id == bindparam("address"), StoredReply.body["gone"].as_string().is_(None)
)


async def stand(tx: Transaction, channel: str, value: str) -> Stand | None:
    """Load where the conversation at an address stands; None while nothing came from there."""
    row = (await tx.execute(_STAND, {"of_channel": channel, "of_value": value})).first()
    return Stand(row[0], row[1], HistoryPoint(row[2] or 0, row[3] or 0), bool(row[4])) if row else None


async def after(tx: Transaction, channel: str, address: int, place: HistoryPoint, limit: int) -> HistoryPage:
    """Load what came after a place, up to `limit` turns and as many replies."""
    given = {"of_channel": channel, "address": address}
    turns = await tx.execute(_SAID.where(StoredTurn.id > place.turn).order_by(StoredTurn.id).limit(limit), given)
    replies = await tx.execute(
        _ANSWERED.where(StoredReply.id > place.reply).order_by(StoredReply.id).limit(limit), given
    )
    said, answered = [HistoryEntry(*row) for row in turns], [Answered(*row) for row in replies]
    entries = list(_newest_first(said[::-1], answered[::-1]))[::-1]
    end = HistoryPoint(said[-1].id if said else place.turn, answered[-1].id if answered else place.reply)
    return HistoryPage(entries, place, end, len(said) == limit or len(answered) == limit)


async def before(tx: Transaction, channel: str, address: int, place: HistoryPoint, limit: int) -> HistoryPage:
    """Load the newest `limit` entries up to a place, the place included."""
    given = {"of_channel": channel, "address": address}
    turns = await tx.execute(
        _SAID.where(StoredTurn.id <= place.turn).order_by(StoredTurn.id.desc()).limit(limit + 1), given
    )
    replies = await tx.execute(
        _ANSWERED.where(StoredReply.id <= place.reply).order_by(StoredReply.id.desc()).limit(limit + 1), given
    )
    newest = list(_newest_first([HistoryEntry(*row) for row in turns], [Answered(*row) for row in replies]))
    kept = newest[:limit]
    oldest_turn = min((entry.id for entry in kept if isinstance(entry, HistoryEntry)), default=place.turn + 1)
    oldest_reply = min((entry.id for entry in kept if isinstance(entry, Answered)), default=place.reply + 1)
    return HistoryPage(kept[::-1], HistoryPoint(oldest_turn - 1, oldest_reply - 1), place, len(newest) > limit)


_FILE = bindparam("file", type_=StoredFile.id.type)
_SENT = select(StoredFile.id).where(StoredFile.id == _FILE, StoredFile.person_id == Address.person_id)
_TOLD = select(StoredReply.id).where(
    StoredReply.address_id == Address.id, StoredReply.body["file"].as_integer() == _FILE
)
_HOLDS = select(Address.id).where(
    Address.channel == bindparam("of_channel"),
    Address.value == bindparam("of_value"),
    or_(_SENT.exists(), _TOLD.exists()),
)


async def holds(tx: Transaction, channel: str, value: str, file: int) -> bool:
    """Whether this file was sent from this address, or sent to it."""
    found = await tx.execute(_HOLDS, {"of_channel": channel, "of_value": value, "file": file})
    return found.first() is not None


def _newest_first(said: Sequence[HistoryEntry], answered: Sequence[Answered]) -> Iterator[HistoryEntry | Answered]:
    """Merge both by time, newest first, keeping the order of their ids; what the person said stands above."""
    turns, replies = list(said[::-1]), list(answered[::-1])
    while turns or replies:
        if not turns or (replies and replies[-1].at >= turns[-1].at):
            yield replies.pop()
        else:
            yield turns.pop()

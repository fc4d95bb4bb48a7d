"""What the database says after a kill and at the end, beside what the people got."""

import shutil
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from db.conversation.replies import StoredReply
from db.conversation.turns import StoredTurn
from db.engine import Database
from db.people.addresses import Address


@dataclass(frozen=True)
class Kill:
    """One kill -9: when, which replies were then in flight (stored and not marked), how many turns were in hand."""

    at: float
    in_flight: frozenset[int]
    in_hand: int


@dataclass(frozen=True)
class Row:
    """A turn with one of its replies; without any, `reply` is None."""

    update: str
    turn: int
    state: str
    chat: str
    reply: int | None
    body: dict[str, Any] | None
    reply_state: str | None


async def after_kill(url: str, at: float, folder: Path) -> Kill:
    """Look without touching: of SQLite's files a copy is opened, so that the next start finds what the kill left."""
    async with _opened(url, folder) as database, database.reading() as tx:
        unsent = await tx.execute(text("SELECT id FROM replies WHERE state = 'unsent'"))
        received = await tx.execute(text("SELECT count(*) FROM turns WHERE state = 'received'"))
        return Kill(at, frozenset(row[0] for row in unsent), received.scalar_one())


@asynccontextmanager
async def _opened(url: str, folder: Path) -> AsyncIterator[Database]:
    if url.startswith("sqlite"):
        kept = Path(url.split("///", 1)[1])
        for part in kept.parent.glob(f"{kept.name}*"):
            if not part.name.endswith("-shm"):
                shutil.copy(part, folder / part.name)
        url = f"sqlite+aiosqlite:///{folder / kept.name}"
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def missing(database: Database, updates: int) -> int:
    """Of so many updates those not stored, and turns not taken, and replies not sent."""
    statement = """SELECT (SELECT count(*) FROM turns WHERE channel = 'telegram'),
        (SELECT count(*) FROM turns WHERE state IN ('received', 'waiting')),
        (SELECT count(*) FROM replies WHERE state = 'unsent')"""
    async with database.reading() as tx:
        stored, waiting, unsent = (await tx.execute(text(statement))).one()
    return int(updates - stored + waiting + unsent)


async def rows(database: Database) -> list[Row]:
    """Every turn of the channel with its replies, in the order in which they were said."""
    statement = (
        select(
            StoredTurn.update_id,
            StoredTurn.id,
            StoredTurn.state,
            Address.value,
            StoredReply.id,
            StoredReply.body,
            StoredReply.state,
        )
        .join(Address, Address.id == StoredTurn.address_id)
        .outerjoin(StoredReply, StoredReply.turn_id == StoredTurn.id)
        .where(StoredTurn.channel == "telegram")
        .order_by(StoredReply.id, StoredTurn.id)
    )
    async with database.reading() as tx:
        return [Row(*row) for row in await tx.execute(statement)]


def arrivals(calls: Iterable[dict[str, Any]], chat_of: dict[int, str]) -> dict[int, list[float]]:
    """When each reply arrived, once or more often; its buttons say which one it is.

    `chat_of` says whose each reply is: one that arrived anywhere else is an error.
    """
    found: dict[int, list[float]] = defaultdict(list)
    for call in calls:
        if call["method"] != "sendMessage" or not call["ok"]:
            continue
        data = call["params"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        number = int(data.split(":")[1])
        assert str(call["params"]["chat_id"]) == chat_of[number]
        found[number].append(call["at"])
    return found


def doubled(arrived: dict[int, list[float]], kills: Sequence[Kill]) -> Counter[int]:
    """How many replies each kill doubled, by its place; each must have been in flight at that kill."""
    by_kill: Counter[int] = Counter()
    for number, times in arrived.items():
        for at in times[1:]:
            place = max(index for index, kill in enumerate(kills) if kill.at < at)
            assert number in kills[place].in_flight, f"reply {number} was sent again without need"
            by_kill[place] += 1
    return by_kill

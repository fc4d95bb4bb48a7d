"""`python -m tests.bench.broadcast [PEOPLE]`: how long an audience takes to be counted and written down.

A million people on PostgreSQL unless told otherwise, and a tenth of them on SQLite; while it is written down, somebody
writes a turn every 50 ms, and the slowest of those is told.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from db.broadcasts import audiences, broadcasts
from db.broadcasts.audiences import Audience
from db.conversation import turns
from db.conversation.turns import NewTurn
from db.engine import Database, Transaction
from db.migrations import upgrade
from db.people import people
from tests.town.postgres import running_server

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_AT = "'2026-01-01 00:00:00+00:00'"
_SECTORS = "CASE i % 7 WHEN 0 THEN 'craft' WHEN 1 THEN 'fashion' ELSE 'food' END"
#: of a hundred people 90 agreed, 50 have a business, 10 chose topics; every third wrote once
ROWS = (
    "INSERT INTO people (created_at, language, language_by, name, phone)"
    f" SELECT {_AT}, CASE i % 10 WHEN 0 THEN 'su' WHEN 1 THEN 'ms' ELSE 'id' END, 'words', '', '' FROM n",
    "INSERT INTO addresses (person_id, channel, value, created_at, state, memory)"
    f" SELECT i, 'telegram', CAST(i AS TEXT), {_AT}, 'open', '{{}}' FROM n",
    "INSERT INTO consents (person_id, kind, object, version, language, since)"
    f" SELECT i, 'announcements', '', '2026-11-23', 'id', {_AT} FROM n WHERE i % 10 != 0",
    "INSERT INTO businesses (name, nib, district, city, sector, products, scale, halal, hki, created_at, updated_at)"
    f" SELECT 'x', '', 'Coblong', 'Bandung', {_SECTORS}, '', 'micro', '', '', {_AT}, {_AT} FROM n WHERE i % 2 = 0",
    "INSERT INTO memberships (person_id, business_id, since) SELECT i, i / 2, " + _AT + " FROM n WHERE i % 2 = 0",
    f"INSERT INTO subscriptions (person_id, topic, since) SELECT i, 'halal', {_AT} FROM n WHERE i % 10 = 3",
    "INSERT INTO turns (channel, update_id, address_id, raw, received_at, state)"
    f" SELECT 'telegram', CAST(i AS TEXT), i, '{{}}', {_AT}, 'done' FROM n WHERE i % 3 = 0",
)


@dataclass
class Measured:
    """Seconds; memory in MiB of this process, by which it grew while the audience was written down."""

    people: int
    counted: float
    narrowed: float
    frozen: float
    slowest_turn: float
    grown: float


async def fill(database: Database, count: int) -> None:
    """Generate people."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
    for rows in ROWS:
        if database.is_sqlite:
            statement = numbers + rows
        else:
            statement = rows.replace(" FROM n", f" FROM generate_series(1, {count}) AS n(i)")
        async with database.transaction() as tx:
            await tx.execute(text(statement))
    if not database.is_sqlite:
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))


async def measure(database: Database, count: int) -> Measured:
    """Count and freeze everybody who agreed, and count some."""
    await fill(database, count)
    async with database.transaction() as tx:
        first = await broadcasts.add(tx, None, NOW, topic="exhibitions", texts={"id": "x"})
        some = Audience(languages=("id",), sectors=("food", "craft"), districts=("Coblong",))
        second = await broadcasts.add(tx, None, NOW, audience=some.to_json())
    async with database.reading() as tx:
        with clock() as counted:
            found = await _count(tx, first)
        with clock() as narrowed:
            await _count(tx, second)
    stopped = asyncio.Event()
    chatting = asyncio.create_task(chat(database, stopped))
    before = memory()
    with clock() as frozen:
        while await _freeze(database, first):
            pass
    stopped.set()
    async with database.reading() as tx:
        rows = (await tx.execute(text("SELECT count(*) FROM deliveries"))).scalar_one()
    assert rows == found, (rows, found)
    return Measured(found, counted[0], narrowed[0], frozen[0], max(await chatting), memory() - before)


async def _count(tx: Transaction, one: int) -> int:
    found = await broadcasts.load(tx, one)
    assert found
    return sum((await audiences.count(tx, found, NOW)).values())


async def _freeze(database: Database, one: int) -> bool:
    async with database.transaction() as tx:
        found = await broadcasts.load(tx, one)
        assert found
        return await audiences.freeze(tx, found, 3, NOW)


async def chat(database: Database, stopped: asyncio.Event) -> list[float]:
    """A turn every 50 ms; returns how long each took to be stored."""
    taken: list[float] = []
    while not stopped.is_set():
        with clock() as stored:
            async with database.transaction() as tx:
                known = await people.find_or_create(tx, "telegram", {"1": "id"}, NOW)
                await turns.store(tx, "telegram", [NewTurn(f"chat-{len(taken)}", known["1"][0], "{}")], NOW)
        taken.append(stored[0])
        await asyncio.sleep(0.05)
    return taken or [0.0]


def memory() -> float:
    """The most that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def clock() -> Iterator[list[float]]:
    """How long the block took, in seconds."""
    begun, taken = time.monotonic(), [0.0]
    yield taken
    taken[0] = time.monotonic() - begun


async def on(url: str, count: int) -> Measured:
    """Measure on this database."""
    database = Database(url)
    try:
        await upgrade(database.engine)
        return await measure(database, count)
    finally:
        await database.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite", asyncio.run(on(f"sqlite+aiosqlite:///{Path(folder) / 'jembatan.db'}", count // 10)), flush=True)
    with running_server() as server, server.database() as url:
        print("PostgreSQL", asyncio.run(on(url, count)))


if __name__ == "__main__":
    main()

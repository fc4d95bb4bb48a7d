"""Backups and copies, as the tests of both make them; and a morning's work that is worth copying."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Double,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    inspect,
    select,
    update,
)

from bot.channel import Later
from bot.inbound import Inbound
from bot.privacy import backup
from db.base import Base, Day, TimeOfDay, UtcDateTime
from db.cases import reports
from db.copies import restores, snapshots
from db.copies.snapshots import SnapshotPart
from db.engine import Database, Transaction
from tests.town.phone import NOW, Town

QUESTION = "biaya sertifikat halal berapa?"


def silent(_done: int, _whole: int) -> None:
    """Nobody looks at the progress."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def taken(url: str, path: Path) -> Path:
    async with opened(url) as database:
        await backup.take(database, path, NOW, silent)
    return path


async def restored(path: Path, url: str) -> str:
    async with opened(url) as database:
        await backup.restore(database, path, NOW, silent)
    return url


async def released(url: str, finish_old: bool = False) -> None:
    async with opened(url) as database, database.transaction() as tx:
        if not finish_old:
            await restores.drop_left(tx, NOW)
        await restores.release(tx, NOW)


async def parts(url: str) -> dict[str, SnapshotPart]:
    """Count, checksum and last id of every table."""
    async with opened(url) as database, snapshots.snapshot(database) as snapshot:
        return {table: await snapshot.part(table) for table in snapshot.tables}


async def read(url: str, statement: Any) -> list[Any]:
    async with opened(url) as database, database.reading() as tx:
        return list((await tx.execute(statement)).scalars())


async def live(town: Town) -> None:
    """A morning: answers, a report, a piece of a question, a reply that could not leave, a removed row."""
    ani, budi, cici = town.phone("ani"), town.phone("budi 🧵"), town.phone("cici")
    [card] = await ani.says(QUESTION)
    await ani.taps(card.labels[0])
    await budi.says("ekspor keripik ke Malaysia gimana, kak? 'halal' \"juga\" \\ 🙏")
    async with town.assistant.database.transaction() as tx:
        report = await reports.add(tx, 1, 1, "halal.cost", "", "figure", NOW)
        await reports.comment(tx, report, "biayanya sudah naik")
    town.channel.troubles = [Later(3600)]
    await cici.sends([Inbound.typed(QUESTION)])
    await asyncio.sleep(0.2)
    await budi.says("kak")


async def fill(tx: Transaction) -> None:
    """Five rows in every table that has none, with a value in each column; of those that refer to their own table, the
    first refers to the last."""
    ids: dict[str, list[int]] = {}
    here = await tx.connection.run_sync(_columns)
    for table in (table for table in Base.metadata.sorted_tables if table.name in here):
        if not (await tx.execute(select(func.count()).select_from(table))).scalar_one():
            for number in range(5):
                row = _sample(table, number, ids)
                await tx.execute(insert(table).values({name: row[name] for name in row.keys() & here[table.name]}))
        if "id" in table.columns:
            ids[table.name] = list((await tx.execute(select(table.columns["id"]).order_by("id"))).scalars())
        for column in table.columns:
            if column.name in here[table.name] and any(key.column.table is table for key in column.foreign_keys):
                first, *others = ids[table.name]
                await tx.execute(update(table).where(table.columns["id"] == first).values({column.name: others[-1]}))


def _columns(connection: Connection) -> dict[str, set[str]]:
    """The tables that there are, and their columns: an older version has fewer."""
    seen = inspect(connection)
    return {name: {column["name"] for column in seen.get_columns(name)} for name in seen.get_table_names()}


def _sample(table: Table, number: int, ids: dict[str, list[int]]) -> dict[str, Any]:
    row = {}
    for column in table.columns:
        referred = [key.column.table for key in column.foreign_keys]
        if referred:
            row[column.name] = None if referred == [table] else _nth(ids[referred[0].name], number)
        elif column.name != "id":
            row[column.name] = _value(column.type, number)
    return row


def _nth(ids: list[int], number: int) -> int:
    return ids[number % len(ids)]


def _value(kind: Any, number: int) -> Any:
    match kind:
        case UtcDateTime():
            return NOW + timedelta(microseconds=number)
        case Day():
            return NOW.date()
        case TimeOfDay():
            return NOW.time()
        case Boolean():
            return number % 2 == 0
        case LargeBinary():
            return bytes(range(256)) + bytes([number])
        case Double():
            return number + 0.1
        case JSON():
            return {"b": [number, None, "é"], "a": "x"}
        case String():
            return f"{number} é 🧵"[: kind.length]
    return number

"""Backups and copies, as the tests of both make them; and a morning's work that is worth copying."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot import backup
from bot.channels import Later
from bot.turn import Inbound
from db import reports, restores, snapshots
from db.engine import Database
from db.snapshots import Part
from tests.phone import NOW, Town

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


async def parts(url: str) -> dict[str, Part]:
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

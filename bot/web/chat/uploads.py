"""Take in photos, documents and recordings that visitors send, know them by what is in them, and keep them."""

import asyncio
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile

from bot.broadcasts.audience.intake import is_asked
from bot.clock import Clock
from bot.media.attachments import LARGEST, TooLarge, recognised, table
from bot.media.pictures import Damaged, ImageCleaner
from db import files
from db.conversation import history
from db.engine import Database
from db.files import Description, File
from db.people import addresses, people

#: bytes of a file on its way that are held in memory, the rest on the disk: many phones send slowly
_IN_MEMORY = 64_000
#: whole files that are in memory at one time
_AT_ONCE = 4


class Uploads:
    def __init__(self, database: Database, clock: Clock, channel: str) -> None:
        self._database = database
        self._clock = clock
        self._channel = channel
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._studio = ImageCleaner()

    async def keep(
        self, visitor: str, language: str, name: str, stream: AsyncIterator[bytes]
    ) -> tuple[int, Description] | None:
        """Keep what comes in as this visitor's, under its id; None for what is not taken; raises `TooLarge`.

        `language` is that of a person who has not written yet.
        """
        with SpooledTemporaryFile(_IN_MEMORY) as spool:
            async for chunk in stream:
                if spool.tell() + len(chunk) > LARGEST:
                    raise TooLarge
                spool.write(chunk)
            async with self._slots:
                spool.seek(0)
                content = spool.read()
                file = recognised(content, name) or await self._list(visitor, content, name)
                if file is None:
                    return None
                try:
                    clean = await self._studio.clean(file)
                except Damaged:
                    return None
                return await self._store(visitor, language, clean)

    async def _list(self, visitor: str, content: bytes, name: str) -> File | None:
        """Keep a table or a text of a member who was asked for a list, until the turn has read it."""
        file = table(content, name)
        if file is None:
            return None
        async with self._database.reading() as tx:
            known = await addresses.known(tx, self._channel, [visitor])
            return file if visitor in known and await is_asked(tx, known[visitor][0]) else None

    async def _store(self, visitor: str, language: str, file: File) -> tuple[int, Description]:
        now = self._clock.now()
        async with self._database.transaction() as tx:
            known = await people.find_or_create(tx, self._channel, {visitor: language}, now)
            kept = await files.add(tx, known[visitor][1], file, now)
        return kept, Description(file.kind, file.name, len(file.content))

    async def read(self, file: int) -> bytes:
        """Read what was kept under this id; raises KeyError where it is gone."""
        async with self._database.reading() as tx:
            return (await files.load(tx, [file]))[file].content

    async def shown(self, visitor: str, file: int) -> File | None:
        """Load a file that stands in this visitor's history."""
        async with self._database.reading() as tx:
            if not await history.holds(tx, self._channel, visitor, file):
                return None
            return (await files.load(tx, [file])).get(file)

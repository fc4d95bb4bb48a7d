"""Read and understand what came in, before any transaction: a raw update becomes an Inbound and what was asked."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bot import metrics
from bot.channel import Channel
from bot.inbound import FileTrouble, Inbound
from bot.knowledge import Knowledge
from bot.knowledge.search import Understanding
from bot.media.attachments import LARGEST, TooLarge, recognised
from bot.media.forms import form
from bot.media.pictures import Damaged, ImageCleaner
from db.base import storable
from db.conversation.turns import Received
from db.files import File

log = logging.getLogger(__name__)

#: the `channel` of turns that a job made
JOB = "job"
#: files fetched at one time, which also bounds the memory they take
FETCHES = 8
#: seconds that the fetch of one file may take
PATIENCE = 30.0
_FILES = ("photo", "file", "voice")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A turn that was read and understood; `inbound` is None where it is nothing that we know."""

    turn: Received
    inbound: Inbound | None
    found: Understanding | None
    #: the file that was sent, or why it is not here
    file: File | None = None
    file_trouble: FileTrouble | None = None
    #: see `Turn.taken_in`
    taken_in: object | None = None


class Intake(Protocol):
    """Takes files, before the turn, of a kind that is only taken where a room asked for one."""

    async def read(self, address: int, content: bytes) -> object | None:
        """Read a file that came from this address; None where none was asked for, or it cannot be one."""


class Reader:
    def __init__(self, channels: Mapping[str, Channel], knowledge: Knowledge, intake: Intake | None = None) -> None:
        self._channels = channels
        self._knowledge = knowledge
        self._intake = intake
        self._reading = asyncio.Lock()
        self._fetching = asyncio.Semaphore(FETCHES)
        self._studio = ImageCleaner()

    async def prepare(self, turn: Received) -> Prepared:
        """Read and understand a turn, in a thread where the search takes so long that everybody else would notice.

        Here, one at a time: read in one go, fifty people's turns would hold up the replies and marks of the first, and
        a crash would double what was sent and not marked.
        """
        async with self._reading:
            await asyncio.sleep(0)
            inbound, found = self.inbound(turn), None
            if question := _question(inbound):
                with metrics.SEARCH_SECONDS.time():
                    found = self._knowledge.search.at_once(question)
        if question and found is None:
            with metrics.SEARCH_SECONDS.time():
                found = await asyncio.to_thread(self._knowledge.search.understand, question)
        return await self._with_file(Prepared(turn, inbound, found))

    async def _with_file(self, prepared: Prepared) -> Prepared:
        """Add the file that came, or why it is not here."""
        inbound = prepared.inbound
        if inbound is None or not _brings_file(inbound):
            return prepared
        if inbound.file_size > LARGEST:
            return replace(prepared, file_trouble="too-large")
        try:
            async with self._fetching, asyncio.timeout(PATIENCE):
                content = await self._channels[prepared.turn.channel].fetch(inbound)
        except TooLarge:
            return replace(prepared, file_trouble="too-large")
        except Exception as error:
            log.warning("the file of turn %s was not fetched: %s", prepared.turn.id, type(error).__name__)
            return replace(prepared, file_trouble="not-fetched")
        file = recognised(content, inbound.file_name)
        if file is None:
            taken = await self._intake.read(prepared.turn.address_id, content) if self._intake else None
            told = replace(inbound, file_form=form(content))
            return replace(prepared, inbound=told, taken_in=taken, file_trouble="unknown-kind" if content else "empty")
        if inbound.file_is_clean:
            return replace(prepared, file=file)
        try:
            return replace(prepared, file=await self._studio.clean(file))
        except TooLarge:
            return replace(prepared, file_trouble="too-large")
        except Damaged:
            return replace(prepared, file_trouble="damaged")

    def read(self, turn: Received) -> Prepared:
        """Read and understand at once a turn that is taken again inside another's transaction; no file is fetched."""
        inbound = self.inbound(turn)
        question = _question(inbound)
        found = self._knowledge.search.understand(question) if question else None
        missing = inbound is not None and _brings_file(inbound)
        return Prepared(turn, inbound, found, file_trouble="not-fetched" if missing else None)

    def inbound(self, turn: Received) -> Inbound | None:
        try:
            if turn.channel == JOB:
                job = json.loads(turn.raw)
                return Inbound("job", name=job["name"], args=job["args"])
            inbound = self._channels[turn.channel].inbound(turn.raw)
            return _storable(inbound) if inbound else None
        except Exception as error:
            log.warning("turn %s cannot be read: %s", turn.id, type(error).__name__)
            return None


def _storable(inbound: Inbound) -> Inbound:
    """Strip what PostgreSQL refuses (U+0000) from every text of an inbound, whatever its channel."""
    return replace(
        inbound,
        text=storable(inbound.text),
        name=storable(inbound.name),
        phone=storable(inbound.phone),
        file_name=storable(inbound.file_name),
    )


def _question(inbound: Inbound | None) -> str:
    """The words to be understood, empty where there are none."""
    return inbound.text if inbound is not None and inbound.kind in ("text", "edit") else ""


def _brings_file(inbound: Inbound) -> bool:
    return inbound.kind in _FILES and bool(inbound.file)

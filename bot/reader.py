"""Reads and understands what came in, before any transaction: a raw update becomes an Inbound and what was asked."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bot import metrics
from bot.channels import Channel
from bot.knowledge import Knowledge
from bot.knowledge.search import Understanding
from bot.turn import FileTrouble, Inbound
from db.files import File
from db.turns import Received

log = logging.getLogger(__name__)

#: the `channel` of turns that a job made
JOB = "job"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A turn that was read and understood; `inbound` is None where there is nothing we know how to take."""

    turn: Received
    inbound: Inbound | None
    found: Understanding | None
    #: the file that was sent, or why it is not here
    file: File | None = None
    file_trouble: FileTrouble | None = None


class Reader:
    def __init__(self, channels: Mapping[str, Channel], knowledge: Knowledge) -> None:
        self._channels = channels
        self._knowledge = knowledge
        self._reading = asyncio.Lock()

    async def prepare(self, turn: Received) -> Prepared:
        """Read and understand a turn; in a thread where the search takes so long that everybody else would notice.

        Here, one at a time: read in one go, fifty people's turns would hold up the replies and marks of the first, and
        a crash would double what was sent and not marked.
        """
        async with self._reading:
            await asyncio.sleep(0)
            inbound = self.inbound(turn)
            if inbound is None or not _asks(inbound):
                return Prepared(turn, inbound, None)
            with metrics.SEARCH_SECONDS.time():
                found = self._knowledge.search.at_once(inbound.text)
        if found is None:
            with metrics.SEARCH_SECONDS.time():
                found = await asyncio.to_thread(self._knowledge.search.understand, inbound.text)
        return Prepared(turn, inbound, found)

    def read(self, turn: Received) -> Prepared:
        """The same at once, for a turn that is taken again inside another's transaction."""
        inbound = self.inbound(turn)
        asks = inbound is not None and _asks(inbound)
        return Prepared(turn, inbound, self._knowledge.search.understand(inbound.text) if inbound and asks else None)

    def inbound(self, turn: Received) -> Inbound | None:
        try:
            if turn.channel == JOB:
                job = json.loads(turn.raw)
                return Inbound("job", name=job["name"], args=job["args"])
            return self._channels[turn.channel].inbound(turn.raw)
        except Exception as error:
            log.warning("turn %s cannot be read: %s", turn.id, type(error).__name__)
            return None


def _asks(inbound: Inbound) -> bool:
    return inbound.kind in ("text", "edit") and bool(inbound.text)

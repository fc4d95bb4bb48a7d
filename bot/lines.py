"""Lines: one person's turns in order, different people side by side, nobody starved by one who sends fifty."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable

from bot.nursery import Nursery
from bot.reader import Reader
from bot.runner import Runner
from db.turns import Received

log = logging.getLogger(__name__)


class Lines:
    def __init__(self, reader: Reader, runner: Runner, nursery: Nursery) -> None:
        self._reader = reader
        self._runner = runner
        self._nursery = nursery
        self._queues: dict[int, deque[Received]] = {}
        self._standing: set[int] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, received: Iterable[Received]) -> None:
        """Put turns at the end of their people's lines; one that already stands in a line is left there."""
        for turn in received:
            if turn.id in self._standing:
                continue
            self._standing.add(turn.id)
            if turn.person_id in self._queues:
                self._queues[turn.person_id].append(turn)
                continue
            self._queues[turn.person_id] = deque([turn])
            self._idle.clear()
            self._nursery.start(self._line(turn.person_id), f"line of person {turn.person_id}")

    async def idle(self) -> None:
        """Wait until every line is empty."""
        await self._idle.wait()

    async def _line(self, person: int) -> None:
        queue = self._queues[person]
        try:
            while queue:
                await self._take(queue[0])
                self._standing.discard(queue.popleft().id)
        finally:
            self._standing.difference_update(turn.id for turn in queue)
            del self._queues[person]
            if not self._queues:
                self._idle.set()

    async def _take(self, turn: Received) -> None:
        try:
            await self._runner.take(self._reader.read(turn))
        except Exception:
            log.exception("turn %s could not be stored; it will be tried again", turn.id)

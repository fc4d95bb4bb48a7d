"""Lines: one person's turns in order, different people side by side, nobody starved by one who sends fifty."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Mapping

from bot.channel import Channel
from bot.errors import where
from bot.nursery import Nursery
from bot.reader import Reader
from bot.runner import Runner
from db.conversation.turns import Received

log = logging.getLogger(__name__)

#: turns that stand in one person's line, and in all lines; the others wait in the database until they are looked for
LONGEST = 100
MOST = 5000
#: seconds after which a person sees that an answer is being prepared
PATIENCE = 1.0


class Lines:
    def __init__(self, reader: Reader, runner: Runner, channels: Mapping[str, Channel], nursery: Nursery) -> None:
        self._reader = reader
        self._runner = runner
        self._channels = channels
        self._nursery = nursery
        self._queues: dict[int, deque[Received]] = {}
        self._standing: set[int] = set()
        #: while this is False, turns wait in the database
        self.open = True
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, received: Iterable[Received]) -> None:
        """Put turns at the end of their people's lines; a turn that stands in a line already is left there."""
        if not self.open:
            return
        for turn in received:
            queue = self._queues.get(turn.person_id)
            full = len(self._standing) >= MOST or (queue is not None and len(queue) >= LONGEST)
            if full or turn.id in self._standing:
                continue
            self._standing.add(turn.id)
            if queue is not None:
                queue.append(turn)
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
        slow = asyncio.get_running_loop().call_later(PATIENCE, self._show_typing, turn)
        try:
            await self._runner.take(await self._reader.prepare(turn))
        except Exception as error:
            log.error("turn %s must be tried again: %s\n%s", turn.id, type(error).__name__, where(error))
        finally:
            slow.cancel()

    def _show_typing(self, turn: Received) -> None:
        if turn.channel in self._channels:  # a job's turn is expected by nobody
            self._nursery.start(self._channels[turn.channel].typing(turn.value), "typing")

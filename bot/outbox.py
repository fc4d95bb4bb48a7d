"""The outbox: send stored replies in the order of each address, mark them, and sweep up what a crash left."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from bot import metrics
from bot.batch import Batches
from bot.channel import Blocked, Channel, Later, Refused
from bot.clock import Clock
from bot.media.attachments import filled
from bot.nursery import Nursery
from bot.pace import Pace
from bot.reply import Reply
from bot.sending import bring
from db.conversation import replies
from db.conversation.replies import Mark, Unsent
from db.engine import Database
from db.people import addresses

log = logging.getLogger(__name__)

#: how long other processes leave a reply to the one that holds it; it holds on at a third of it
HOLD = timedelta(seconds=15)
#: seconds between two tries of a reply whose sending failed for no known reason
BACKOFF = (1, 2, 5, 15, 60)
#: replies taken over at a time
SWEEP = 500
#: seconds between the request for a sweep and the sweep
SOON = 0.05
#: tries after which a reply is given up, a day later: until then nothing else reaches its address
TRIES = 24 * 60


#: replies on their way, or not yet marked, at one time: a crash doubles no more than these
AT_ONCE = 8
#: seconds after which a slow reply makes room for another
PATIENCE = 0.1


class Outbox:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Mapping[str, Channel],
        paces: Mapping[str, Pace],
        nursery: Nursery,
    ) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._paces = paces
        self._nursery = nursery
        #: this process, as rows name it
        self.holder = secrets.token_hex(8)
        self._queues: dict[int, deque[Unsent]] = {}
        self._marks = Batches("marks", self._mark, SWEEP, nursery)
        self._unmarked: dict[int, tuple[Unsent, Mark]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._swept = asyncio.Event()
        self._moved = asyncio.Event()

    def held_until(self, now: datetime) -> datetime:
        return now + HOLD

    def add(self, unsent: Iterable[Unsent]) -> None:
        """Send these replies, each after the earlier ones of its address."""
        for reply in unsent:
            if reply.address_id in self._queues:
                self._queues[reply.address_id].append(reply)
                continue
            self._queues[reply.address_id] = deque([reply])
            self._nursery.start(self._send_all(reply.address_id), f"replies to address {reply.address_id}")

    async def idle(self) -> None:
        """Wait until nothing is left that may leave now; replies that a platform asked to delay stay."""
        while any(queue[0].due_at <= self._clock.now() for queue in self._queues.values()):
            await self._moved.wait()

    async def _send_all(self, address: int) -> None:
        queue = self._queues[address]
        try:
            while queue:
                async with self._slot():
                    postponed = await self._send(queue[0])
                if postponed is not None:
                    queue[0] = postponed
                    self._tell()
                    await self._clock.sleep_until(postponed.due_at)
                elif len(queue) > 1:
                    queue.popleft()
                else:
                    break
        finally:
            del self._queues[address]
            self._tell()

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """Wait for a place among the replies that are being sent."""
        await self._slots.acquire()
        held = [self._slots.release]

        def free() -> None:
            while held:
                held.pop()()

        late = asyncio.get_running_loop().call_later(PATIENCE, free)
        try:
            yield
        finally:
            late.cancel()
            free()

    def _tell(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def _send(self, unsent: Unsent) -> Unsent | None:
        """Send one reply and mark it; returns it again where it is to be tried later."""
        pace = self._paces[unsent.channel]
        pace.begin(unsent.value)
        mark = await self._attempt(unsent, unsent.attempts + 1)
        pace.end(unsent.value, mark.message_ids, is_reply=True)
        metrics.REPLIES.labels(unsent.channel, mark.state).inc()
        self._unmarked[unsent.id] = unsent, mark
        await self._marks.add((unsent, mark))
        return None if mark.due_at is None else replace(unsent, due_at=mark.due_at, attempts=mark.attempts)

    async def _attempt(self, unsent: Unsent, tries: int) -> Mark:
        try:
            reply = await filled(self._database, Reply.from_json(unsent.body))
            ids = await bring(self._database, self._channels[unsent.channel], unsent.value, reply, unsent.id)
        except Later as wait:
            return self._again(unsent, unsent.attempts, wait.seconds)
        except Blocked:
            return Mark(unsent.id, "blocked", tries)
        except Refused:
            log.error("reply %s was refused", unsent.id)
            return Mark(unsent.id, "refused", tries)
        except Exception as error:
            log.warning("reply %s was not sent, %s times now: %s", unsent.id, tries, type(error).__name__)
            if tries >= TRIES:
                return Mark(unsent.id, "refused", tries)
            return self._again(unsent, tries, BACKOFF[min(tries, len(BACKOFF)) - 1])
        return Mark(unsent.id, "sent", tries, ids)

    def _again(self, unsent: Unsent, attempts: int, seconds: float) -> Mark:
        return Mark(unsent.id, "unsent", attempts, due_at=self._clock.now() + timedelta(seconds=seconds))

    async def _mark(self, batch: Sequence[tuple[Unsent, Mark]]) -> Sequence[None]:
        """Write what became of replies; this keeps trying, as a reply that is not marked would be sent again."""
        while True:
            try:
                await self._write(batch)
                return [None] * len(batch)
            except Exception as error:
                log.warning("marks cannot be written: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _write(self, marked: Sequence[tuple[Unsent, Mark]]) -> None:
        if not marked:
            return
        async with self._database.transaction() as tx:
            await replies.mark(tx, [mark for _, mark in marked], self._clock.now())
        for unsent, mark in marked:
            self._unmarked.pop(unsent.id, None)
            if mark.state == "blocked":
                async with self._database.transaction() as tx:
                    await addresses.set_state(tx, unsent.address_id, "blocked")

    async def close(self) -> None:
        """Write what was sent and not yet marked, at the stop: otherwise it is sent again at the next start."""
        try:
            await self._write(list(self._unmarked.values()))
        except Exception as error:
            log.warning("%s marks are lost: %s", len(self._unmarked), type(error).__name__)

    def sweep_soon(self) -> None:
        """Look for replies that nobody holds, soon and then less and less often."""
        self._swept.set()

    async def sweep(self) -> None:
        """Take over the due replies that no living process holds."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            found = await replies.claim(tx, self._channels.keys(), self.holder, now, self.held_until(now), SWEEP)
        self.add(found)
        if len(found) == SWEEP:
            self.sweep_soon()

    async def keep_sweeping(self) -> None:
        """Sweep and hold on to what waits here, for as long as the process lives."""
        pause = longest = HOLD.total_seconds() / 3
        while True:
            try:
                async with asyncio.timeout(pause):
                    await self._swept.wait()
                self._swept.clear()
                pause = SOON
                await asyncio.sleep(pause)
            except TimeoutError:
                pause = min(pause * 2, longest)
            try:
                await self._hold_on()
                await self.sweep()
            except Exception as error:
                log.warning("the sweep failed: %s", type(error).__name__)

    async def _hold_on(self) -> None:
        async with self._database.transaction() as tx:
            await replies.hold_on(tx, self.holder, self.held_until(self._clock.now()))

"""The outbox: sends stored replies in the order of each address, marks them, and sweeps up what a crash left."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.channels import Blocked, Channel, Later, Refused
from bot.clock import Clock
from bot.nursery import Nursery
from bot.reply import Reply
from db import people, replies
from db.engine import Database
from db.replies import Mark, Unsent

log = logging.getLogger(__name__)

#: how long other processes leave a reply to the one that holds it; it holds on at a third of it
HOLD = timedelta(seconds=15)
#: seconds between two tries of a reply whose sending failed for no known reason
BACKOFF = (1, 2, 5, 15, 60)


class Outbox:
    def __init__(self, database: Database, clock: Clock, channels: Mapping[str, Channel], nursery: Nursery) -> None:
        self._database = database
        self._clock = clock
        self._channels = channels
        self._nursery = nursery
        #: this process, as rows name it
        self.holder = secrets.token_hex(8)
        self._queues: dict[int, deque[Unsent]] = {}
        self._marks: list[tuple[Mark, asyncio.Future[None]]] = []
        self._marking = False
        self._swept = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def held_until(self, now: datetime) -> datetime:
        return now + HOLD

    def add(self, unsent: Iterable[Unsent]) -> None:
        """Send these, each after the earlier ones of its address."""
        for reply in unsent:
            if reply.address_id in self._queues:
                self._queues[reply.address_id].append(reply)
                continue
            self._queues[reply.address_id] = deque([reply])
            self._idle.clear()
            self._nursery.start(self._send_all(reply.address_id), f"replies to address {reply.address_id}")

    async def idle(self) -> None:
        """Wait until nothing is left to send."""
        await self._idle.wait()

    async def _send_all(self, address: int) -> None:
        queue = self._queues[address]
        try:
            while queue:
                postponed = await self._send(queue[0])
                if postponed is None:
                    queue.popleft()
                else:
                    queue[0] = postponed
                    await self._clock.sleep_until(postponed.due_at)
        finally:
            del self._queues[address]
            if not self._queues:
                self._idle.set()

    async def _send(self, unsent: Unsent) -> Unsent | None:
        """Send one and mark it; returns it anew when it is to be tried again later."""
        try:
            channel = self._channels[unsent.channel]
            ids = await channel.send(unsent.value, Reply.from_json(unsent.body), unsent.id)
            await self._mark(Mark(unsent.id, "sent", ids))
        except Later as wait:
            return await self._postpone(unsent, wait.seconds, unsent.attempts)
        except Blocked:
            await self._mark(Mark(unsent.id, "blocked"))
            await self._block(unsent.address_id)
        except Refused as refused:
            log.error("reply %s was refused: %s", unsent.id, refused)
            await self._mark(Mark(unsent.id, "refused"))
        except Exception as error:
            wait = BACKOFF[min(unsent.attempts, len(BACKOFF) - 1)]
            log.warning("reply %s: %s, again in %s s", unsent.id, type(error).__name__, wait)
            return await self._postpone(unsent, wait, unsent.attempts + 1)
        return None

    async def _postpone(self, unsent: Unsent, seconds: float, attempts: int) -> Unsent:
        due = self._clock.now() + timedelta(seconds=seconds)
        await self._mark(Mark(unsent.id, "unsent", due_at=due))
        return Unsent(
            unsent.id, unsent.turn_id, unsent.address_id, unsent.channel, unsent.value, unsent.body, due, attempts
        )

    async def _block(self, address: int) -> None:
        async with self._database.transaction() as tx:
            await people.set_address_state(tx, address, "blocked")

    async def _mark(self, mark: Mark) -> None:
        """Write what became of a reply, together with those that end at the same time."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._marks.append((mark, done))
        if not self._marking:
            self._marking = True
            self._nursery.start(self._write_marks(), "marks")
        await done

    async def _write_marks(self) -> None:
        try:
            while self._marks:
                batch, self._marks = self._marks, []
                await self._write(batch)
        finally:
            self._marking = False

    async def _write(self, batch: list[tuple[Mark, asyncio.Future[None]]]) -> None:
        while True:
            try:
                async with self._database.transaction() as tx:
                    await replies.mark(tx, [mark for mark, _ in batch], self._clock.now())
                break
            except Exception as error:  # sent is sent: keep trying rather than send it again
                log.warning("marks cannot be written: %s", type(error).__name__)
                await asyncio.sleep(1)
        for _, done in batch:
            done.set_result(None)

    def sweep_soon(self) -> None:
        """Look for replies that nobody holds, without waiting for the next round."""
        self._swept.set()

    async def sweep(self) -> None:
        """Take over the due replies that no living process holds."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            found = await replies.claim(tx, self.holder, now, self.held_until(now))
        self.add(found)

    async def keep_sweeping(self) -> None:
        """Sweep and hold on to what waits here, for as long as the process lives."""
        pause = HOLD.total_seconds() / 3
        while True:
            try:
                async with asyncio.timeout(pause):
                    await self._swept.wait()
                self._swept.clear()
                await asyncio.sleep(0.05)
            except TimeoutError:
                pass
            try:
                await self._hold_on()
                await self.sweep()
            except Exception as error:
                log.warning("the sweep failed: %s", type(error).__name__)

    async def _hold_on(self) -> None:
        async with self._database.transaction() as tx:
            await replies.hold_on(tx, self.holder, self.held_until(self._clock.now()))

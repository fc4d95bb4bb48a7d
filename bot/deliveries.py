"""Sends what nobody just asked for: lane by lane, at the channel's pace, by day, and never twice."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot import metrics
from bot.attachments import filled
from bot.batch import Batches
from bot.channels import Blocked, Channel, Later, Refused, Unreached
from bot.clock import Clock
from bot.nursery import Nursery
from bot.pace import Pace
from bot.quiet import is_day
from bot.reply import Reply
from db import lanes, people, sendings
from db.deliveries import LANES
from db.engine import Database, Transaction
from db.sendings import Claimed, Done, Look

log = logging.getLogger(__name__)

#: on their way at one time on a channel: what a crash leaves unsure is no more
AT_ONCE = 8
#: seconds between two looks for something that may leave
LOOK = 0.5
#: seconds for one of them to arrive; then nobody knows
PATIENCE = 30.0
#: how long what was begun may be under way; after that whoever began it is gone
LEASE = timedelta(seconds=60)
#: how long a process keeps the pace of a channel after it last sent something
TURN = timedelta(seconds=15)
#: seconds to wait after one that did not arrive, and after each further one
BACKOFF = (1, 2, 5, 15, 60)


class Deliveries:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Mapping[str, Channel],
        paces: Mapping[str, Pace],
        holder: str,
        nursery: Nursery,
    ) -> None:
        """`holder` is this process, as rows name it."""
        self._database = database
        self._clock = clock
        self._channels = channels
        self._paces = paces
        self._holder = holder
        self._nursery = nursery
        self._marks = Batches("delivery marks", self._mark, AT_ONCE, nursery)
        self._under_way = dict.fromkeys(channels, 0)
        self._failures = dict.fromkeys(channels, 0)
        self._moved = asyncio.Event()
        #: a restored copy sends nothing until a person releases it
        self._released = False

    async def begin(self) -> None:
        """From here on things may leave; what a process that is gone was sending is unsure."""
        self._released = True
        async with self._database.transaction() as tx:
            now = self._clock.now()
            left = await sendings.abandon(tx, self._channels.keys(), now, whoever_holds=self._database.is_sqlite)
        if left:
            log.warning("%s deliveries may have arrived or not: nobody sends them again by itself.", left)

    async def keep_sending(self) -> None:
        """For as long as the process lives, each channel at its own pace."""
        async with asyncio.TaskGroup() as group:
            for channel in self._channels:
                group.create_task(self._keep_sending(channel))

    async def _keep_sending(self, channel: str) -> None:
        looked = 0.0
        while True:
            pause = LOOK
            try:
                if not self._database.is_sqlite and asyncio.get_running_loop().time() - looked > LEASE.total_seconds():
                    looked = asyncio.get_running_loop().time()
                    await self.begin()
                if await self._send_next(channel):
                    pause = 0.0
                elif self._room(channel) <= 0:
                    pause = min(LOOK, self._paces[channel].wait())
            except Exception as error:
                log.warning("deliveries cannot be sent now: %s", type(error).__name__)
            if self._failures[channel]:
                pause = BACKOFF[min(self._failures[channel], len(BACKOFF)) - 1]
            await asyncio.sleep(pause)

    async def run_due(self) -> int:
        """Send all that may leave now and wait until it has; returns how many those were."""
        sent = 0
        for channel in self._channels:
            while started := await self._send_next(channel):
                sent += started
                await self._idle()
        return sent

    async def _idle(self) -> None:
        while any(self._under_way.values()):
            await self._moved.wait()

    def _room(self, channel: str) -> int:
        return min(AT_ONCE - self._under_way[channel], self._paces[channel].room())

    async def _send_next(self, channel: str) -> int:
        """Begin to send what there is room for; returns how many that is."""
        room, now = self._room(channel), self._clock.now()
        if room <= 0 or not self._released:
            return 0
        busy = self._paces[channel].busy()
        async with self._database.reading() as tx:
            paused = await lanes.paused(tx, now)
            open_lanes = [lane for lane in LANES if (channel, lane) not in paused]
            look = Look(channel, now, is_day(now), open_lanes, busy)
            if not await sendings.waits(tx, look):
                return 0
        async with self._database.transaction() as tx:
            if not await self._keeps_pace(tx, channel, now):
                return 0
            claimed = await sendings.claim(tx, look, self._holder, now + LEASE, room)
        for one in claimed:
            self._under_way[channel] += 1
            self._paces[channel].begin(one.value)
            self._nursery.start(self._send(channel, one), f"delivery {one.id}")
        return len(claimed)

    async def _keeps_pace(self, tx: Transaction, channel: str, now: datetime) -> bool:
        """Whether this is the one process that sends on the channel; on SQLite there is no other."""
        if self._database.is_sqlite:
            return True
        return await lanes.lease(tx, f"pace:{channel}", self._holder, now, now + TURN)

    async def _send(self, channel: str, claimed: Claimed) -> None:
        try:
            try:
                done = await self._attempt(channel, claimed)
            finally:
                self._paces[channel].end(claimed.value)
            metrics.DELIVERIES.labels(channel, done.state).inc()
            await self._marks.add((channel, done))
        finally:
            self._under_way[channel] -= 1
            self._moved.set()
            self._moved = asyncio.Event()

    async def _attempt(self, channel: str, claimed: Claimed) -> Done:
        try:
            reply = await filled(self._database, Reply.from_json(claimed.body))
        except Exception as error:
            log.warning("delivery %s cannot be read now: %s", claimed.id, type(error).__name__)
            return self._again(channel, claimed)
        try:
            async with asyncio.timeout(PATIENCE):
                ids = await self._channels[channel].send(claimed.value, reply, claimed.reply_id)
        except Later as wait:
            until = self._clock.now() + timedelta(seconds=wait.seconds)
            return Done(claimed, "pending", due_at=until)
        except Blocked:
            self._failures[channel] = 0
            return Done(claimed, "blocked")
        except Refused as refused:
            self._failures[channel] = 0
            log.error("delivery %s was refused: %s", claimed.id, refused)
            return Done(claimed, "failed", reason=str(refused)[:200])
        except Unreached:
            return self._again(channel, claimed)
        except Exception as error:
            self._failures[channel] += 1
            log.warning("delivery %s may have arrived or not: %s", claimed.id, type(error).__name__)
            return Done(claimed, "unsure", reason=type(error).__name__)
        self._failures[channel] = 0
        return Done(claimed, "sent", message_ids=ids)

    def _again(self, channel: str, claimed: Claimed) -> Done:
        """Nothing has left the house: in a moment once more."""
        self._failures[channel] += 1
        return Done(claimed, "pending", due_at=self._clock.now())

    async def _mark(self, batch: Sequence[tuple[str, Done]]) -> Sequence[None]:
        """Write what became of these; what was sent is not sent again, so keep trying."""
        while True:
            try:
                async with self._database.transaction() as tx:
                    await sendings.mark(tx, [done for _, done in batch], self._clock.now())
                    for channel, done in batch:
                        await self._remember(tx, channel, done)
                return [None] * len(batch)
            except Exception as error:
                log.warning("what became of deliveries cannot be written: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _remember(self, tx: Transaction, channel: str, done: Done) -> None:
        """An address that is closed, a lane that is to wait."""
        if done.state == "blocked":
            await people.set_address_state(tx, done.claimed.address_id, "blocked")
        elif done.due_at and done.due_at > self._clock.now():
            await lanes.pause(tx, channel, done.claimed.lane, done.due_at)

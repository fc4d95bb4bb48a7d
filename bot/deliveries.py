"""Send deliveries, which nobody just asked for: lane by lane, at the channel's pace, by day, and never twice."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from bot import metrics
from bot.batch import Batches
from bot.channel import Blocked, Channel, Later, Refused, Unreached
from bot.clock import Clock
from bot.language.quiet_hours import is_day
from bot.nursery import Nursery
from bot.pace import Pace, Paces, Speed
from bot.sending import Unchangeable, deliver
from db.broadcasts import broadcasts
from db.deliveries import lanes, sendings
from db.deliveries.deliveries import LANES
from db.deliveries.sendings import Claimed, Done, Leaving, Look
from db.engine import Database, Transaction
from db.people import addresses

log = logging.getLogger(__name__)

#: deliveries taken at one time (few, so that replies come in between), and marks written at one time
TAKEN, MARKED = 12, 50
#: seconds between two looks for deliveries that may leave
LOOK = 0.5
#: seconds after which a delivery that has not arrived is unsure
PATIENCE = 30.0
#: how long a process that sends is believed to live; it is longer than anything takes to arrive
LEASE = timedelta(seconds=60)
#: how long a process that was the last to send on a channel is the only one to do so
TENURE = timedelta(seconds=15)
#: how many may fail in a row before the channel waits
FORGIVEN = 2
#: seconds to wait after one more failure, and after each further one
BACKOFF = (1, 2, 5, 15, 60)


class Watcher(Protocol):
    """A task of a room that runs beside the sending for as long as the process lives."""

    async def keep_going(self) -> None:
        """Run for ever: report failures and go on."""


class Steps(Watcher, Protocol):
    """The steps of broadcasts from one state to the next: begin at the set time, write down the audience, end."""

    async def run_due(self) -> bool:
        """Take the next step of each broadcast that has one; returns whether any was taken."""

    async def go_on_unpaid(self, tx: Transaction, broadcast: int, reason: str) -> None:
        """Go on at the usual pace, as the platform does not take the payment."""


class Deliveries:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Mapping[str, Channel],
        paces: Mapping[str, Pace],
        holder: str,
        nursery: Nursery,
        steps: Steps | None = None,
        watchers: Sequence[Watcher] = (),
    ) -> None:
        """`holder` is this process, as rows name it; `steps` are those of what is sent to many."""
        self._database = database
        self._clock = clock
        self._channels = channels
        self._paces = {channel: Paces(pace) for channel, pace in paces.items()}
        self._holder = holder
        self._nursery = nursery
        self._steps = steps
        self.watchers = watchers
        self._marks = Batches("delivery marks", self._mark, MARKED, nursery)
        #: by channel, the addresses whose delivery is under way, or has arrived and is not marked yet
        self._under_way: dict[str, set[str]] = {channel: set() for channel in channels}
        #: the channels where the last look found deliveries: the next look writes at once
        self._flowing: set[str] = set()
        #: the lanes that a platform asked to hold back, also before that is written
        self._waits: dict[tuple[str, int], datetime] = {}
        #: by channel, how many deliveries failed in a row, and when the next is tried
        self._failures = dict.fromkeys(channels, 0)
        self._resumes: dict[str, datetime] = {}
        self._moved = asyncio.Event()
        self._claiming = asyncio.Lock()
        #: a restored copy sends nothing until a person releases it, and a process that stops begins nothing more
        self._open = False

    async def begin(self) -> None:
        """Let deliveries leave from here on; those that a process that is gone was sending become unsure."""
        await self._look_back()
        self._open = True

    async def _look_back(self) -> None:
        async with self._database.transaction() as tx:
            now = self._clock.now()
            left = await sendings.abandon(tx, self._channels.keys(), now, whoever_holds=self._database.is_sqlite)
        if left:
            log.warning("%s deliveries may have arrived or not: nobody sends them again by itself.", left)

    async def keep_sending(self) -> None:
        """Send for as long as the process lives, each channel at its own pace."""
        async with asyncio.TaskGroup() as group:
            for channel in self._channels:
                group.create_task(self._keep_sending(channel))
            for beside in (self._steps, *self.watchers):
                if beside:
                    group.create_task(beside.keep_going())
            if not self._database.is_sqlite:
                group.create_task(self._keep_looking_back())

    async def _keep_sending(self, channel: str) -> None:
        while True:
            moved, begun, wait = self._moved, 0, self._paces[channel].wait()
            next_look = asyncio.get_running_loop().time() + (LOOK if wait is None else min(LOOK, wait))
            try:
                begun = await self._send_next(channel)
            except Exception as error:
                log.warning("deliveries cannot be sent now: %s", type(error).__name__)
            if not begun:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(next_look):
                        await moved.wait()

    async def _keep_looking_back(self) -> None:
        """Look for deliveries of other processes that ended: on PostgreSQL several may send."""
        while True:
            await asyncio.sleep(LEASE.total_seconds())
            try:
                await self._look_back()
            except Exception as error:
                log.warning("what other processes left cannot be read: %s", type(error).__name__)

    async def run_due(self) -> int:
        """Send all that may leave now and wait until it has left; returns how many."""
        sent = 0
        while True:
            stepped = bool(self._open and self._steps and await self._steps.run_due())
            for channel in self._channels:
                while begun := await self._send_next(channel):
                    sent += begun
                    stepped = True
                    await self.idle()
            if not stepped:
                return sent

    def finish(self) -> None:
        """Begin no more deliveries."""
        self._open = False

    async def idle(self) -> None:
        """Wait until what is under way has arrived and is marked."""
        async with self._claiming:
            while any(self._under_way.values()):
                await self._moved.wait()

    async def close(self) -> None:
        """Give up the leases at the end of the stop, so that another process may go on at once."""
        try:
            async with self._database.transaction() as tx:
                await lanes.let_go(tx, self._holder)
        except Exception as error:
            log.warning("others have to wait before they send deliveries: %s", type(error).__name__)

    def _room(self, channel: str) -> int:
        """How many may be taken now; one at a time while none arrives."""
        if not self._open or self._resumes.get(channel, self._clock.now()) > self._clock.now():
            return 0
        at_once = 1 if self._failures[channel] > FORGIVEN else self._paces[channel].at_once
        free = at_once - len(self._under_way[channel])
        room = min(free, self._paces[channel].most(), TAKEN)
        return 0 if room == free < min(at_once, TAKEN) // 4 else room  # several are soon taken as one

    async def _send_next(self, channel: str) -> int:
        """Begin to send what there is room for; returns how many have left the queue."""
        async with self._claiming:
            claimed, unreachable = await self._claim(channel)
            for one in claimed:
                self._under_way[channel].add(one.value)
                for pace in (kept := self._paces[channel].of(one.broadcast_id)):
                    pace.take(one.value)
                self._nursery.start(self._send(channel, one, kept), f"delivery {one.id}")
        metrics.DELIVERIES.labels(channel, "blocked").inc(unreachable)
        return len(claimed) + unreachable

    async def _claim(self, channel: str) -> tuple[Sequence[Claimed], int]:
        room, now = self._room(channel), self._clock.now()
        if room <= 0:
            return (), 0
        if channel not in self._flowing:
            async with self._database.reading() as tx:
                if not await sendings.waits(tx, await self._look(tx, channel, now)):
                    return (), 0
        self._flowing.discard(channel)
        async with self._database.transaction() as tx:
            pace = (f"pace:{channel}", self._holder, now, now + TENURE)
            if not self._database.is_sqlite and not await lanes.lease(tx, *pace):  # another process sends there
                return (), 0
            taken = await sendings.claim(tx, await self._look(tx, channel, now), self._holder, now + LEASE, room)
        if any(taken):
            self._flowing.add(channel)
        return taken

    async def _look(self, tx: Transaction, channel: str, now: datetime) -> Look:
        paused = await lanes.paused(tx, now)
        may_leave = [lane for lane in LANES if (channel, lane) not in paused and not self._must_wait(channel, lane)]
        paces, speeds = self._paces[channel], [Speed(*one) for one in await broadcasts.sending(tx)]
        paces.keep(speeds)
        leaving = [Leaving(of, paces.room(of), not paces.is_paid(of)) for of in (one.broadcast for one in speeds)]
        busy = self._under_way[channel] | paces.busy()
        return Look(channel, now, is_day(now), may_leave, busy, paces.usual.room(), leaving)

    async def _send(self, channel: str, claimed: Claimed, paces: Sequence[Pace]) -> None:
        try:
            for pace in paces:
                await pace.place(claimed.value)
            done = await self._attempt(channel, claimed, is_paid=self._paces[channel].usual not in paces)
            for pace in paces:
                pace.end(claimed.value, done.message_ids)
            metrics.DELIVERIES.labels(channel, done.state).inc()
            await self._marks.add((channel, done))
        finally:
            self._under_way[channel].discard(claimed.value)
            self._moved.set()
            self._moved = asyncio.Event()

    async def _attempt(self, channel: str, claimed: Claimed, *, is_paid: bool) -> Done:
        if self._must_wait(channel, claimed.lane):
            return Done(claimed, "pending")
        try:
            async with asyncio.timeout(PATIENCE):
                ids = await deliver(self._database, self._channels[channel], claimed, is_paid)
        except Unchangeable:
            return Done(claimed, "cancelled", reason="cannot be changed there")
        except Later as wait:
            until = self._clock.now() + timedelta(seconds=wait.seconds)
            self._waits[channel, claimed.lane] = until
            return Done(claimed, "pending", wait=until)
        except Unreached:
            self._failed(channel)
            return Done(claimed, "pending")
        except Blocked:
            done = Done(claimed, "blocked")
        except Refused as refused:
            if is_paid:
                return Done(claimed, "pending", reason=str(refused)[:200])
            log.error("delivery %s was refused", claimed.id)
            done = Done(claimed, "failed", reason=str(refused)[:200])
        except Exception as error:
            self._failed(channel)
            log.warning("delivery %s may have arrived or not: %s", claimed.id, type(error).__name__)
            return Done(claimed, "unsure", reason=type(error).__name__)
        else:
            done = Done(claimed, "sent", message_ids=ids)
        self._failures[channel] = 0
        return done

    def _must_wait(self, channel: str, lane: int) -> bool:
        """Whether the platform asked this process to hold a lane back."""
        until = self._waits.get((channel, lane))
        return until is not None and until > self._clock.now()

    def _failed(self, channel: str) -> None:
        """Count a failed delivery: one keeps nobody waiting; after several in a row one alone is tried, ever later."""
        self._failures[channel] += 1
        in_a_row = self._failures[channel] - FORGIVEN
        if in_a_row > 0:
            pause = BACKOFF[min(in_a_row, len(BACKOFF)) - 1]
            self._resumes[channel] = self._clock.now() + timedelta(seconds=pause)

    async def _mark(self, batch: Sequence[tuple[str, Done]]) -> Sequence[None]:
        """Write what became of deliveries; what was sent is never sent again, so this keeps trying."""
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
        """Note that an address is closed, that a lane must wait, or that a broadcast cannot be paid for."""
        if done.state == "blocked":
            await addresses.set_state(tx, done.claimed.address_id, "blocked")
        elif done.wait:
            await lanes.pause(tx, channel, done.claimed.lane, done.wait)
        elif done.state == "pending" and done.reason and done.claimed.broadcast_id and self._steps:
            await self._steps.go_on_unpaid(tx, done.claimed.broadcast_id, done.reason)

"""The assistant: database, knowledge, channels and what the rooms add, put together, started and stopped in order."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.channel import Channel
from bot.clock import Clock
from bot.conversation import LATE, Conversation, Outage
from bot.deliveries import Deliveries, Steps, Watcher
from bot.edge import Edge
from bot.jobs import Jobs, RepeatedJob
from bot.knowledge import Knowledge
from bot.lines import Lines
from bot.nursery import Nursery
from bot.outbox import Outbox
from bot.pace import Pace
from bot.reader import Intake, Reader
from bot.router import Router
from bot.runner import Runner
from bot.turn import Tools
from db.conversation import channels as channel_rows
from db.conversation import replies, turns
from db.copies import restores
from db.engine import Database
from db.migrations import upgrade

log = logging.getLogger(__name__)

#: seconds between two signs of life; a restart tells from them how long nobody was there
HEARTBEAT_SECONDS = 20
#: seconds between two looks for turns that nobody finished
LEFT_OVER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Product:
    """What the rooms add to the machinery; `bot.composition` fills it in."""

    #: the handlers; the first of their rules that fits takes a turn
    routers: Sequence[Router]
    jobs: Sequence[RepeatedJob] = ()
    #: the steps of broadcasts
    steps: Callable[[Database, Clock], Steps] | None = None
    watchers: Sequence[Callable[[Database, Clock, Mapping[str, Channel]], Watcher]] = ()
    intake: Callable[[Database], Intake] | None = None
    tools: Tools = field(default_factory=Tools)


class Assistant:
    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        product: Product,
        channels: Sequence[Channel],
        clock: Clock | None = None,
    ) -> None:
        self.database = database
        self.clock = clock or Clock()
        self.tools = product.tools
        self.nursery = Nursery()
        by_name = {channel.name: channel for channel in channels}
        #: turns of other channels are left alone: they may be another process's
        self._channels = by_name.keys()
        reader = Reader(by_name, knowledge, product.intake and product.intake(database))
        paces = {channel.name: Pace(channel.rate) for channel in channels}
        self.outbox = Outbox(database, self.clock, by_name, paces, self.nursery)
        self.deliveries = Deliveries(
            database, self.clock, by_name, paces, self.outbox.holder, self.nursery,
            product.steps and product.steps(database, self.clock),
            [watcher(database, self.clock, by_name) for watcher in product.watchers],
        )  # fmt: skip
        self.conversation = Conversation(product.routers, knowledge, reader, by_name, product.tools)
        runner = Runner(database, self.clock, reader, self.conversation, self.outbox, self.nursery)
        self.lines = Lines(reader, runner, by_name, self.nursery)
        self.edge = Edge(database, self.clock, self.lines, self.nursery)
        self.jobs = Jobs(database, self.clock, self.lines, self._channels)
        self.jobs.every(HEARTBEAT_SECONDS, "heartbeat", channel_rows.beat)
        for job in product.jobs:
            self.jobs.every(job.seconds, job.name, job.work)
        #: set as soon as anything may be sent: at once, except by a restored copy
        self.released = asyncio.Event()

    async def start(self, background: bool = True) -> None:
        """Migrate, take up what a stop or a crash left, and (with `background`) run jobs and sweeps by themselves.

        A restored copy stores what comes in, and does nothing else until a person releases it.
        """
        await upgrade(self.database.engine)
        if not await self._is_held():
            await self._begin(background)
            return
        log.warning("This database was restored from a backup: nothing is sent until `jembatan restore --release`.")
        self.lines.open = False
        if background:
            self.nursery.start(self._wait_for_release(), "release")

    async def _begin(self, background: bool) -> None:
        await self._look_back()
        await self.deliveries.begin()
        await self.jobs.prepare()
        await self.outbox.sweep()
        await self._take_up(datetime.max.replace(tzinfo=UTC))  # whatever the clock said then
        if background:
            self.nursery.start(self.outbox.keep_sweeping(), "sweep")
            self.nursery.start(self.deliveries.keep_sending(), "deliveries")
            self.nursery.start(self.jobs.keep_running(), "jobs")
            self.nursery.start(self._keep_taking_up(), "left-over turns")
        self.released.set()

    async def _is_held(self) -> bool:
        async with self.database.reading() as tx:
            return await restores.held_since(tx) is not None

    async def _wait_for_release(self) -> None:
        while not self.released.is_set():
            await asyncio.sleep(LEFT_OVER_SECONDS)
            try:
                if not await self._is_held():
                    self.lines.open = True
                    await self._begin(background=True)
                    log.info("The copy was released: it answers and sends.")
            except Exception as error:
                log.warning("whether this copy was released cannot be read: %s", type(error).__name__)

    async def stop(self, grace: float = 4.0) -> None:
        """Finish what is in hand, for at most `grace` seconds; the rest waits in the database."""
        self.deliveries.finish()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self.settled()
        await self.nursery.stop()
        await self.outbox.close()
        await self.deliveries.close()
        await self.database.close()

    async def settled(self) -> None:
        """Wait until every line is empty, every reply that may leave now has left, and no delivery is under way."""
        await self.lines.idle()
        await self.outbox.idle()
        await self.deliveries.idle()

    async def _look_back(self) -> None:
        """Note how long nobody was there. On SQLite one process is all there is: what another held is free."""
        now = self.clock.now()
        async with self.database.transaction() as tx:
            seen = await channel_rows.last_seen_alive(tx)
            await channel_rows.beat(tx, now)
            if self.database.is_sqlite:
                await replies.release(tx, self._channels)
        if seen and now - seen >= LATE:
            self.conversation.outage = Outage(seen, now)

    async def _take_up(self, before: datetime) -> None:
        async with self.database.reading() as tx:
            found = await turns.left_over(tx, self._channels, before)
        self.lines.add(found)

    async def _keep_taking_up(self) -> None:
        """Take up turns of a process that died (PostgreSQL), or whose transaction could not be stored."""
        while True:
            await asyncio.sleep(LEFT_OVER_SECONDS)
            try:
                await self._take_up(self.clock.now() - timedelta(seconds=LEFT_OVER_SECONDS))
            except Exception as error:
                log.warning("left-over turns cannot be read: %s", type(error).__name__)

"""Jobs: what a turn asked for later comes back as a turn of its own; the rest runs in a transaction of its own."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.lines import Lines
from bot.reader import JOB
from db import jobs, people, turns
from db.engine import Database, Transaction
from db.jobs import Due
from db.turns import NewTurn, Received

log = logging.getLogger(__name__)

Work = Callable[[Transaction, datetime], Awaitable[None]]
#: seconds to look again at least
LONGEST_SLEEP = 1.0


class Jobs:
    def __init__(self, database: Database, clock: Clock, lines: Lines) -> None:
        self._database = database
        self._clock = clock
        self._lines = lines
        self._repeated: dict[str, tuple[int, Work]] = {}

    def every(self, seconds: int, name: str, work: Work) -> None:
        """Run `work` every so many seconds, over restarts."""
        self._repeated[name] = (seconds, work)

    async def prepare(self) -> None:
        """Write the rows of the repeated jobs."""
        async with self._database.transaction() as tx:
            for name, (seconds, _) in self._repeated.items():
                await jobs.every(tx, name, seconds, self._clock.now())

    async def run_due(self) -> int:
        """Run what is due now; returns how many jobs that were."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            due = await jobs.take_due(tx, now)
            arrived = [await self._arrive(tx, job, now) for job in due if job.address_id is not None]
            for job in due:
                if job.address_id is None:
                    await self._work(tx, job, now)
        self._lines.add(turn for turn in arrived if turn)
        return len(due)

    async def next_due(self) -> datetime | None:
        """When the earliest job is due."""
        async with self._database.reading() as tx:
            return await jobs.next_due(tx)

    async def keep_running(self) -> None:
        while True:
            try:
                await self.run_due()
                due = await self.next_due()
            except Exception as error:
                log.warning("jobs failed: %s", type(error).__name__)
                due = None
            longest = self._clock.now() + timedelta(seconds=LONGEST_SLEEP)
            await self._clock.sleep_until(min(due, longest) if due else longest)
            await asyncio.sleep(0)

    async def _arrive(self, tx: Transaction, job: Due, now: datetime) -> Received | None:
        """The job as a turn at its address, stored like everything that comes in."""
        assert job.address_id is not None
        person = (await people.load(tx, [job.address_id]))[job.address_id]
        update, raw = f"{job.id}", json.dumps({"name": job.name, "args": job.args})
        ids = await turns.store(tx, JOB, [NewTurn(update, job.address_id, raw)], now)
        return Received(ids[update], JOB, job.address_id, person.person_id, raw, now) if ids else None

    async def _work(self, tx: Transaction, job: Due, now: datetime) -> None:
        if job.name not in self._repeated:
            log.warning("nobody knows the job %s", job.name)
            return
        async with tx.savepoint() as savepoint:
            await self._repeated[job.name][1](savepoint, now)

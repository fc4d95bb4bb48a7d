"""Jobs: one that a turn asked for comes back as a turn; a repeated one runs in a transaction of its own."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import where
from bot.lines import Lines
from bot.reader import JOB
from db.conversation import jobs, turns
from db.conversation.jobs import Due
from db.conversation.turns import NewTurn, Received
from db.engine import Database, Transaction
from db.people import people

log = logging.getLogger(__name__)

Work = Callable[[Transaction, datetime], Awaitable[None]]
#: seconds after which the jobs are looked at again at the latest
LONGEST_SLEEP = 1.0


@dataclass(frozen=True, slots=True)
class RepeatedJob:
    """A job that runs every so many seconds, in a transaction of its own; `name` is that of its row."""

    seconds: int
    name: str
    work: Work


class Jobs:
    def __init__(self, database: Database, clock: Clock, lines: Lines, channels: Collection[str]) -> None:
        """`channels` are the names of those whose people's jobs are run here."""
        self._database = database
        self._clock = clock
        self._lines = lines
        self._channels = channels
        self._repeated: dict[str, tuple[int, Work]] = {}

    def every(self, seconds: int, name: str, work: Work) -> None:
        """Run `work` every so many seconds, over restarts; a run that fails is left out."""
        self._repeated[name] = (seconds, work)

    def slow_down(self, seconds: int) -> None:
        """Repeat nothing more often than every so many seconds."""
        self._repeated = {name: (max(every, seconds), work) for name, (every, work) in self._repeated.items()}

    async def prepare(self) -> None:
        """Write the rows of the repeated jobs."""
        async with self._database.transaction() as tx:
            for name, (seconds, _) in self._repeated.items():
                await jobs.every(tx, name, seconds, self._clock.now())

    async def run_due(self) -> int:
        """Run what is due now; returns how many jobs. While the lines are closed, all of them wait."""
        if not self._lines.open:
            return 0
        now = self._clock.now()
        async with self._database.transaction() as tx:
            due = await jobs.take_due(tx, self._channels, now)
            arrived = await _arrive(tx, [job for job in due if job.address_id is not None], now)
        self._lines.add(arrived)
        for job in due:
            if job.address_id is None:
                await self._work(job, now)
        return len(due)

    async def next_due(self) -> datetime | None:
        """Find when the earliest job is due."""
        async with self._database.reading() as tx:
            return await jobs.next_due(tx, self._channels)

    async def keep_running(self) -> None:
        while True:
            try:
                await self.run_due()
                due = await self.next_due()
            except Exception as error:
                log.warning("jobs failed with %s", type(error).__name__)
                due = None
            longest = self._clock.now() + timedelta(seconds=LONGEST_SLEEP)
            await self._clock.sleep_until(min(due, longest) if due else longest)
            await asyncio.sleep(0)

    async def _work(self, job: Due, now: datetime) -> None:
        """Run a repeated job; one that fails is reported and runs again in its time, and the others go on."""
        if job.name not in self._repeated:
            log.warning("nobody knows the job %s", job.name)
            return
        try:
            async with self._database.transaction() as tx:
                await self._repeated[job.name][1](tx, now)
        except Exception as error:
            log.error("job %s failed with %s\n%s", job.name, type(error).__name__, where(error))


async def _arrive(tx: Transaction, due: Sequence[Due], now: datetime) -> list[Received]:
    """Store due jobs as turns at their addresses, like everything that comes in."""
    if not due:
        return []
    known = await people.load(tx, {job.address_id for job in due if job.address_id is not None})
    raw = {str(job.id): json.dumps({"name": job.name, "args": job.args}) for job in due}
    new = [NewTurn(str(job.id), job.address_id, raw[str(job.id)]) for job in due]
    ids = await turns.store(tx, JOB, new, now)
    people_of = [(str(job.id), known[job.address_id]) for job in due if job.address_id is not None]
    return [
        Received(ids[job], JOB, person.address_id, person.person_id, person.value, raw[job], now)
        for job, person in people_of
    ]

"""Jobs: once in their time, by one process, over a restart; and one that fails holds up nobody."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.assistant import Assistant, Product
from bot.channel import Update
from bot.channels.memory import InMemory, raw
from bot.clock import ManualClock
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.markdown import escape
from bot.router import Router
from bot.turn import Turn
from db.conversation import jobs
from db.engine import Database, Transaction
from db.people import people
from tests.town.plans import add_past, plan

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)
CHANNELS = ["telegram", "web"]
SECOND = timedelta(seconds=1)


async def take(database: Database, at: datetime, limit: int = 100) -> list[str]:
    async with database.transaction() as tx:
        return [job.name for job in await jobs.take_due(tx, CHANNELS, at, limit)]


async def test_a_job_is_taken_once_when_its_time_has_come(database: Database) -> None:
    async with database.transaction() as tx:
        address, _ = (await people.find_or_create(tx, "telegram", {"ani": "id"}, NOW))["ani"]
        await jobs.later(tx, "second", NOW + 2 * SECOND)
        await jobs.later(tx, "first", NOW + SECOND, address, {"of": "halal.cost"})
        assert await jobs.next_due(tx, CHANNELS) == NOW + SECOND
        assert await jobs.take_due(tx, CHANNELS, NOW) == []
        (job,) = await jobs.take_due(tx, CHANNELS, NOW + SECOND)
    assert (job.name, job.address_id, job.args, job.due_at) == ("first", address, {"of": "halal.cost"}, NOW + SECOND)
    assert await take(database, NOW + 3 * SECOND) == ["second"]
    assert await take(database, NOW + 3 * SECOND) == []


async def test_a_repeated_job_comes_again_and_keeps_its_time_over_a_restart(database: Database) -> None:
    async def start(at: datetime, seconds: int = 20) -> None:
        async with database.transaction() as tx:
            await jobs.every(tx, "heartbeat", seconds, at)

    await start(NOW)
    assert await take(database, NOW) == ["heartbeat"]
    assert await take(database, NOW + 19 * SECOND) == []
    await start(NOW + 10 * SECOND, 30)
    assert await take(database, NOW + 20 * SECOND) == ["heartbeat"]
    assert await take(database, NOW + 49 * SECOND) == []
    assert await take(database, NOW + 50 * SECOND) == ["heartbeat"]


async def test_a_clock_that_was_ahead_does_not_stop_what_is_repeated(database: Database) -> None:
    async with database.transaction() as tx:
        await jobs.every(tx, "heartbeat", 20, NOW + timedelta(days=30))
    async with database.transaction() as tx:
        await jobs.every(tx, "heartbeat", 20, NOW)
    assert await take(database, NOW + 19 * SECOND) == []
    assert await take(database, NOW + 20 * SECOND) == ["heartbeat"]


async def test_a_cancelled_job_of_a_person_never_comes_and_the_others_do(database: Database) -> None:
    async with database.transaction() as tx:
        known = await people.find_or_create(tx, "telegram", {"ani": "id", "budi": "id"}, NOW)
        for name, (address, _) in known.items():
            await jobs.later(tx, "fragment", NOW, address, {"of": name})
            await jobs.later(tx, "form", NOW, address)
        await jobs.cancel(tx, "fragment", known["ani"][0])
        due = await jobs.take_due(tx, CHANNELS, NOW)
    assert [(job.name, job.args) for job in due] == [("form", {}), ("fragment", {"of": "budi"}), ("form", {})]


async def test_processes_that_look_at_once_take_each_job_once(engine_url: str) -> None:
    databases = [Database(engine_url) for _ in range(3)]
    async with databases[0].transaction() as tx:
        for number in range(30):
            await jobs.later(tx, f"{number}", NOW)
    taken = await asyncio.gather(*(take(database, NOW, 7) for database in databases for _ in range(4)))
    names = [name for found in taken for name in found]
    assert sorted(names, key=int) == [f"{number}" for number in range(30)]
    for database in databases:
        await database.close()


async def test_due_jobs_are_found_among_many_by_their_own_index(database: Database) -> None:
    await add_past(database)
    assert "ix_jobs_due" in await plan(database, lambda tx: jobs.take_due(tx, CHANNELS, NOW))
    assert "ix_jobs_address_id" in await plan(database, lambda tx: jobs.cancel(tx, "fragment", 5))


reminders = Router("reminders")


@reminders.job("remind")
async def remind(turn: Turn) -> None:
    turn.say(escape(f"reminded of {turn.inbound.args['of']}"))


@reminders.anything()
async def ask(turn: Turn) -> None:
    await turn.later(timedelta(minutes=1), "remind", of=turn.text)


class Office:
    """An assistant that reminds, on a clock that is moved by hand."""

    def __init__(self, url: str, knowledge: Knowledge) -> None:
        self.clock = ManualClock(NOW)
        self.channel = InMemory()
        self.assistant = Assistant(Database(url), knowledge, Product([reminders]), [self.channel], self.clock)
        self._number = 0

    async def hear(self, text: str) -> None:
        self._number += 1
        update = Update(f"{self._number}", raw(Inbound.typed(text)), "ani", "en")
        await self.assistant.edge.receive(self.channel, [update])
        await self.assistant.settled()

    async def after(self, wait: timedelta) -> list[str]:
        """Everything Ani was told, after all that is due in that time."""
        self.clock.move(wait)
        await self.assistant.jobs.run_due()
        await self.assistant.settled()
        return [sent.text for sent in self.channel.sent["ani"]]


@pytest.fixture
async def office(engine_url: str, known: Knowledge) -> AsyncIterator[Office]:
    opened = Office(engine_url, known)
    await opened.assistant.start(background=False)
    yield opened
    await opened.assistant.stop()


async def test_a_job_of_a_person_comes_as_a_turn_and_the_next_one_too(office: Office) -> None:
    """The second row gets an id of its own although the first was deleted: its turn must not look like a repetition."""
    await office.hear("tea")
    assert await office.after(timedelta(seconds=59)) == []
    assert await office.after(timedelta(seconds=1)) == ["reminded of tea"]
    await office.hear("rice")
    assert await office.after(timedelta(minutes=1)) == ["reminded of tea", "reminded of rice"]


async def test_a_repeated_job_that_fails_undoes_its_own_work_and_holds_up_nobody(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "what a person wrote"

    async def fail(tx: Transaction, now: datetime) -> None:
        await people.find_or_create(tx, "memory", {"nobody": "id"}, now)
        raise ValueError(secret)

    office.assistant.jobs.every(5, "failing", fail)
    await office.assistant.jobs.prepare()
    await office.hear("tea")
    assert await office.after(timedelta(minutes=1)) == ["reminded of tea"]
    assert "job failing failed with ValueError" in caplog.text
    assert secret not in caplog.text
    async with office.assistant.database.transaction() as tx:
        assert await people.find_or_create(tx, "memory", {"ani": "id"}, NOW) == {"ani": (1, 1)}
        (found,) = (await people.load(tx, [1, 2])).values()
    assert found.value == "ani"


async def test_jobs_of_people_on_another_processs_channels_are_left_to_it(database: Database) -> None:
    async with database.transaction() as tx:
        address, _ = (await people.find_or_create(tx, "telegram", {"ani": "id"}, NOW))["ani"]
        await jobs.later(tx, "fragment", NOW, address)
        assert await jobs.next_due(tx, ["terminal"]) is None
        assert await jobs.take_due(tx, ["terminal"], NOW) == []

"""Replies leave in order and at least once; what was sent is not sent again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import text

from bot.assistant import Assistant, Product
from bot.channel import Blocked, Later, Update
from bot.channels.memory import InMemory, raw
from bot.clock import ManualClock
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.markdown import escape
from bot.outbox import TRIES
from bot.reply import Reply
from bot.router import Router
from bot.turn import Turn
from db.engine import Database

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)
echo = Router("echo")


@echo.anything()
async def heard(turn: Turn) -> None:
    turn.say(escape(turn.text))


class Post(InMemory):
    """A channel that can be told to stop for a moment after it has sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_one = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        ids = await super().send(address, reply, number)
        self.sent_one.set()
        await self.may_go_on.wait()
        return ids


class Office:
    _numbers = count(1)

    def __init__(self, url: str, knowledge: Knowledge, now: datetime = NOW) -> None:
        self.clock = ManualClock(now)
        self.channel = Post()
        self.database = Database(url)
        self.assistant = Assistant(self.database, knowledge, Product([echo]), [self.channel], self.clock)

    async def hear(self, name: str, *texts: str) -> None:
        updates = [Update(f"{next(self._numbers)}", raw(Inbound.typed(text)), name, "en") for text in texts]
        await self.assistant.edge.receive(self.channel, updates)

    def told(self, name: str) -> list[str]:
        return [sent.text for sent in self.channel.sent[name]]


@asynccontextmanager
async def opened(
    url: str, known: Knowledge, now: datetime = NOW, troubles: Sequence[Exception] = ()
) -> AsyncIterator[Office]:
    office = Office(url, known, now)
    office.channel.troubles = list(troubles)
    await office.assistant.start(background=False)
    yield office
    await office.assistant.stop()


@pytest.fixture
async def office(engine_url: str, known: Knowledge) -> AsyncIterator[Office]:
    async with opened(engine_url, known) as running:
        yield running


async def test_what_a_platform_asked_to_wait_with_keeps_nobody_waiting_for_the_end(office: Office) -> None:
    office.channel.troubles = [Later(3600)]
    await office.hear("ani", "one")
    async with asyncio.timeout(10):
        await office.assistant.settled()
    assert office.told("ani") == []
    office.clock.move(timedelta(hours=1))
    await office.assistant.settled()
    assert office.told("ani") == ["one"]


async def test_a_wait_outlives_a_restart_and_later_replies_stay_behind_it(engine_url: str, known: Knowledge) -> None:
    async with opened(engine_url, known) as office:
        office.channel.troubles = [Later(60)]
        await office.hear("ani", "one")
        await office.assistant.settled()
    async with opened(engine_url, known, NOW + timedelta(seconds=30)) as office:
        await office.hear("ani", "two")
        await office.hear("budi", "one")
        await office.assistant.settled()
        assert (office.told("ani"), office.told("budi")) == ([], ["one"])
        office.clock.move(timedelta(seconds=31))
        await office.assistant.outbox.sweep()
        await office.assistant.settled()
        assert office.told("ani") == ["one", "two"]


async def test_what_was_sent_before_a_stop_but_not_yet_marked_is_not_sent_again(
    engine_url: str, known: Knowledge
) -> None:
    lock = Database(engine_url)
    async with opened(engine_url, known) as office:
        office.channel.may_go_on.clear()
        await office.hear("ani", "one")
        await office.channel.sent_one.wait()
        async with lock.transaction() as tx:
            if not lock.is_sqlite:
                await tx.execute(text("LOCK TABLE replies IN EXCLUSIVE MODE"))
            office.channel.may_go_on.set()
            await asyncio.sleep(0.05)
            stop = asyncio.create_task(office.assistant.stop(grace=0.05))
            await asyncio.sleep(0.2)
        await stop
        assert office.told("ani") == ["one"]
    async with opened(engine_url, known, NOW + timedelta(minutes=1)) as office:
        await office.assistant.settled()
        assert office.told("ani") == []
    await lock.close()


async def test_a_reply_that_cannot_be_sent_for_a_day_does_not_block_its_address_for_ever(
    engine_url: str, known: Knowledge
) -> None:
    mistake = ValueError("a mistake of ours")
    async with opened(engine_url, known, troubles=[mistake]) as office:
        await office.hear("ani", "one", "two")
        await office.assistant.settled()
        async with office.database.transaction() as tx:
            await tx.execute(text(f"UPDATE replies SET attempts = {TRIES - 1} WHERE attempts = 1"))
    async with opened(engine_url, known, NOW + timedelta(days=1), [mistake]) as office:
        await office.assistant.settled()
        assert office.told("ani") == ["two"]


async def test_all_replies_to_somebody_who_blocked_us_end_and_their_address_is_marked(office: Office) -> None:
    office.channel.troubles = [Blocked(), Blocked()]
    await office.hear("ani", "one", "two")
    await office.assistant.settled()
    async with office.database.reading() as tx:
        replies = (await tx.execute(text("SELECT state FROM replies"))).scalars().all()
        addresses = (await tx.execute(text("SELECT state FROM addresses"))).scalars().all()
    assert (replies, addresses) == (["blocked", "blocked"], ["blocked"])

"""Turns under strain: faults, locks, crashes and crowds lose nothing, double nothing, and keep each person's order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import event

from bot import lines
from bot.answers.unanswered import Unanswered
from bot.assistant import Assistant, Product
from bot.channel import Update
from bot.channels.memory import InMemory, raw
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.markdown import escape
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.conversation import turns
from db.conversation.turns import NewTurn
from db.engine import Database
from db.people import addresses, people
from tests.town.statements import statements

NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)

counting = Router("counting")


@counting.when(lambda turn: turn.text == "poison")
async def poison(turn: Turn) -> None:
    turn.memory[Unanswered].misses += 1
    turn.say(escape("never"), [Choice("Pick", "pick", {"unstorable": object()})])


@counting.when(lambda turn: turn.text == "slowly")
async def slowly(turn: Turn) -> None:
    turn.memory[Unanswered].misses += 1
    await people.set_language(turn.db, turn.person.person_id, "en", "choice")
    await asyncio.sleep(0.3)
    turn.say(escape(f"{turn.memory[Unanswered].misses} slowly"))


@counting.anything()
async def number(turn: Turn) -> None:
    turn.memory[Unanswered].misses += 1
    turn.say(escape(f"{turn.memory[Unanswered].misses} {turn.text}"))


class Typing(InMemory):
    """Also notes to whom it showed that an answer is being prepared."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: list[str] = []

    async def typing(self, address: str) -> None:
        self.typed.append(address)


class Shop:
    """A running assistant that numbers what each person says."""

    _numbers = count(1)

    def __init__(self, url: str, knowledge: Knowledge) -> None:
        self.database = Database(url)
        self.channel = Typing()
        self.assistant = Assistant(self.database, knowledge, Product([counting]), [self.channel])

    async def hear(self, *said: str) -> None:
        """Messages such as `ani: one`, in one batch."""
        pairs = [message.split(": ") for message in said]
        updates = [Update(f"{next(self._numbers)}", raw(Inbound.typed(text)), name, "en") for name, text in pairs]
        await self.assistant.edge.receive(self.channel, updates)

    async def told(self, name: str) -> list[str]:
        await self.assistant.settled()
        return [sent.text for sent in self.channel.sent[name]]

    async def ended(self) -> dict[str, int]:
        async with self.database.reading() as tx:
            return await turns.counts(tx)


@pytest.fixture
async def shop(engine_url: str, known: Knowledge) -> AsyncIterator[Shop]:
    opened = Shop(engine_url, known)
    await opened.assistant.start(background=False)
    yield opened
    await opened.assistant.stop()


async def test_a_reply_that_cannot_be_stored_is_its_own_turns_fault_alone(shop: Shop) -> None:
    await shop.hear("ani: one", "budi: one")
    await shop.hear("ani: poison", "budi: two", "ani: three")
    assert await shop.told("budi") == ["1 one", "2 two"]
    first, sorry, third = await shop.told("ani")
    assert (first, third) == ("1 one", "2 three")
    assert "Fault number" in sorry
    assert await shop.ended() == {"done": 4, "failed": 1}


async def test_where_not_even_an_apology_can_be_stored_the_line_goes_on(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    await shop.hear("ani: one", "budi: one")
    await shop.assistant.settled()
    async with shop.database.transaction() as tx:
        (ani,) = (await people.load(tx, [1])).values()
        await addresses.remember(tx, {ani.address_id: {"asked": ["no number"]}})
    await shop.hear("ani: secret", "budi: two")
    assert await shop.told("budi") == ["1 one", "2 two"]
    assert await shop.ended() == {"done": 3, "failed": 1}
    assert "ends unanswered" in caplog.text
    assert "secret" not in caplog.text


async def test_while_another_program_locks_the_database_nothing_is_lost_and_the_order_stays(
    sqlite_url: str, known: Knowledge, caplog: pytest.LogCaptureFixture
) -> None:
    shop, backup = Shop(sqlite_url, known), Database(sqlite_url)
    event.listen(shop.database.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=50"))
    await shop.assistant.start(background=False)
    async with backup.transaction() as tx:
        names = await people.find_or_create(tx, "memory", {"ani": "en"}, NOW)
        await turns.store(tx, "memory", [NewTurn("secret", names["ani"][0], raw(Inbound.typed("secret one")))], NOW)
    async with backup.transaction() as tx:
        shop.assistant.lines.add(await turns.left_over(tx, ["memory"], NOW))
        assert await shop.told("ani") == []
    assert "must be tried again: OperationalError" in caplog.text
    assert "secret" not in caplog.text
    await shop.hear("ani: two")
    assert await shop.told("ani") == ["1 secret one", "2 two"]
    await backup.close()
    await shop.assistant.stop()


async def test_one_who_sends_fifty_messages_starves_nobody(shop: Shop) -> None:
    await shop.hear(*(f"ani: {number}" for number in range(1, 51)), "budi: one")
    while not shop.channel.sent["budi"]:
        await asyncio.sleep(0)
    assert len(shop.channel.sent["ani"]) < 5
    assert await shop.told("ani") == [f"{number} {number}" for number in range(1, 51)]


async def test_a_stop_in_the_middle_of_a_turn_undoes_it_and_the_next_start_answers_it_once(
    engine_url: str, known: Knowledge
) -> None:
    shop = Shop(engine_url, known)
    await shop.assistant.start()
    await shop.hear("ani: one")
    await shop.told("ani")
    await shop.hear("ani: slowly", "ani: three")
    await asyncio.sleep(0.1)
    await shop.assistant.stop(grace=0.05)
    assert [sent.text for sent in shop.channel.sent["ani"]] == ["1 one"]
    again = Shop(engine_url, known)
    await again.assistant.start(background=False)
    assert await again.told("ani") == ["2 slowly", "3 three"]
    assert await again.ended() == {"done": 3}
    await again.assistant.stop()


async def test_after_the_stop_nothing_is_acknowledged(shop: Shop) -> None:
    await shop.assistant.nursery.stop()
    for _ in range(2):
        with pytest.raises(asyncio.CancelledError):
            await shop.hear("ani: one")
    assert await shop.ended() == {}


async def test_a_crowd_that_a_crash_left_is_answered_in_order_however_long_its_line(
    engine_url: str, known: Knowledge
) -> None:
    database = Database(engine_url)
    async with database.transaction() as tx:
        names = await people.find_or_create(tx, "memory", {"ani": "en", "budi": "en"}, NOW)
        new = [
            NewTurn(f"left {number}", names["ani"][0], raw(Inbound.typed(f"{number}")))
            for number in range(1, lines.LONGEST + 31)
        ]
        new.append(NewTurn("left", names["budi"][0], raw(Inbound.typed("one"))))
        await turns.store(tx, "memory", new, NOW)
    await database.close()
    again = Shop(engine_url, known)
    await again.assistant.start(background=False)
    assert await again.told("budi") == ["1 one"]
    assert len(await again.told("ani")) == lines.LONGEST
    await again.hear("ani: last")
    told = await again.told("ani")
    assert told == [f"{number} {number}" for number in range(1, lines.LONGEST + 31)] + [f"{lines.LONGEST + 31} last"]
    await again.assistant.stop()


async def test_an_answer_that_takes_long_is_announced(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PATIENCE", 0.1)
    await shop.hear("ani: slowly")
    assert await shop.told("ani") == ["1 slowly"]
    assert shop.channel.typed == ["ani"]


async def test_an_answer_that_has_come_is_not_announced_any_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    call_later, timers = loop.call_later, list[asyncio.TimerHandle]()

    def noted(delay: float, callback: Callable[..., object], *args: object) -> asyncio.TimerHandle:
        timer = call_later(delay, callback, *args)
        if delay == lines.PATIENCE:
            timers.append(timer)
        return timer

    monkeypatch.setattr(lines, "PATIENCE", 600)
    monkeypatch.setattr(loop, "call_later", noted)
    await shop.hear("ani: one")
    assert await shop.told("ani") == ["1 one"]
    assert [timer.cancelled() for timer in timers] == [True]


async def test_a_turn_costs_few_statements(shop: Shop) -> None:
    await shop.hear("ani: one")
    await shop.told("ani")
    with statements() as said:
        await shop.hear("ani: two")
        await shop.told("ani")
    costs = [statement for statement in said if not statement.startswith("BEGIN")]
    assert len(costs) <= 9, costs


async def test_turns_of_many_people_share_statements(shop: Shop) -> None:
    everybody = [f"{name}: one" for name in range(50)]
    await shop.hear(*everybody)
    await shop.assistant.settled()
    with statements() as said:
        await shop.hear(*everybody)
        await shop.assistant.settled()
    assert len(said) < 50 * 3
    assert [await shop.told(f"{name}") for name in range(50)] == [["1 one", "2 one"]] * 50

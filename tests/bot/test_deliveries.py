"""What nobody just asked for leaves once, by day, lane by lane; and nothing of it is sent twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import select, update

from bot.assistant import Assistant, Product
from bot.channel import Blocked, Later, Refused, Unreached
from bot.channels.memory import InMemory
from bot.clock import ManualClock
from bot.deliveries import Deliveries
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.markdown import escape
from bot.pace import Rate
from bot.reply import Choice, Reply
from bot.router import Router
from bot.turn import Turn
from bot.web.app import create_app
from db.conversation.replies import StoredReply
from db.copies import restores
from db.deliveries import deliveries, lanes
from db.deliveries.deliveries import BROADCAST, NOTICE, REMINDER, Recipient, StoredDelivery
from db.engine import Database, Transaction
from db.office import Office
from db.people import addresses, people
from db.people.addresses import Address
from db.privacy import retention
from db.privacy.retention import StoredRetention
from tests.town.phone import NOW, Phone, Town

NIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LANE = {"notice": NOTICE, "reminder": REMINDER, "broadcast": BROADCAST}
notices = Router("notices")


@notices.choice("read")
async def read(turn: Turn) -> None:
    turn.say(escape("read"))


@notices.when(lambda turn: turn.text.startswith("tell "))
async def tell(turn: Turn) -> None:
    """`tell budi notice words`: with `urgent` among the words, also at night."""
    _, name, lane, words = turn.text.split(maxsplit=3)
    found = await people.find_or_create(turn.db, "memory", {name: "id"}, turn.now)
    address, person = found[name]
    await turn.tell(
        Recipient(person, address),
        words,
        escape(words),
        [Choice("Lihat", "read")],
        lane=LANE[lane],
        at_night="urgent" in words,
    )
    turn.say(escape("told"))


@notices.anything()
async def heard(turn: Turn) -> None:
    turn.say(escape(f"heard {turn.text}"), [Choice("Ya", "read"), Choice("Tidak", "read")])


@asynccontextmanager
async def town_of(url: str, known: Knowledge, now: datetime = NOW) -> AsyncIterator[Town]:
    async with Town.opened(url, known, now, (notices,)) as town:
        yield town


@pytest.fixture
async def town(engine_url: str, known: Knowledge) -> AsyncIterator[Town]:
    async with town_of(engine_url, known) as opened:
        yield opened


async def states(town: Town) -> dict[str, str]:
    """How each source's delivery stands."""
    async with town.assistant.database.reading() as tx:
        rows = await tx.execute(select(StoredDelivery.source, StoredDelivery.state))
        return {row[0]: row[1] for row in rows}


def texts(phone: Phone) -> list[str]:
    return [sent.text for sent in phone.bubbles]


async def test_it_arrives_once_and_its_choices_count(town: Town) -> None:
    rini, budi = town.phone("rini"), town.phone("budi")
    await rini.says("tell budi notice news")
    await rini.says("tell budi notice news")
    assert texts(budi) == ["news"]
    assert [sent.text for sent in await budi.taps("Lihat")] == ["read"]
    async with town.assistant.database.reading() as tx:
        assert await deliveries.counts(tx, "news") == {"sent": 1}


async def test_a_number_answers_what_was_asked_and_not_what_slipped_in_between(town: Town) -> None:
    rini, budi = town.phone("rini"), town.phone("budi")
    await budi.says("hello")
    await rini.says("tell budi notice news")
    assert [sent.text for sent in await budi.says("2")] == ["read"]


async def test_at_night_only_what_is_urgent_leaves(engine_url: str, known: Knowledge) -> None:
    async with town_of(engine_url, known, NIGHT) as town:
        rini, budi = town.phone("rini"), town.phone("budi")
        await rini.says("tell budi notice news")
        await rini.says("tell budi notice urgent")
        assert texts(budi) == ["urgent"]
        await budi.waits(9 * 3600)
        assert texts(budi) == ["urgent"]
        await budi.waits(3600 + 60)
        assert texts(budi) == ["urgent", "news"]


async def test_notices_leave_before_reminders_and_those_before_broadcasts(engine_url: str, known: Knowledge) -> None:
    async with town_of(engine_url, known, NIGHT) as town:
        rini = town.phone("rini")
        for name, lane in (("a", "broadcast"), ("b", "reminder"), ("c", "notice")):
            await rini.says(f"tell {name} {lane} {lane}")
        await rini.waits(11 * 3600)
        async with town.assistant.database.reading() as tx:
            sent = await tx.execute(select(StoredDelivery.source).order_by(StoredDelivery.reply_id))
            assert [row[0] for row in sent] == ["notice", "reminder", "broadcast"]


async def test_the_words_of_a_cancelled_one_that_had_to_wait_go_when_they_are_old(town: Town) -> None:
    await _tells_with(town, "one", Later(60))
    async with town.assistant.database.transaction() as tx:
        kept = await retention.run(tx, Office(retention_days=1), NOW + timedelta(days=2))
        assert not kept and await _said_to(tx, "budi") == ["one"]
        person = (await addresses.known(tx, "memory", ["budi"]))["budi"][1]
        await deliveries.cancel(tx, person, ["one"])
        await tx.execute(update(StoredRetention).values(upto=0))
        await retention.run(tx, Office(retention_days=1), NOW + timedelta(days=2))
        assert await _said_to(tx, "budi") == [""]


async def _said_to(tx: Transaction, name: str) -> list[str]:
    theirs = select(StoredReply.body).join(Address, Address.id == StoredReply.address_id).where(Address.value == name)
    return [body["text"] for body in (await tx.execute(theirs)).scalars()]


@pytest.mark.parametrize(
    ("trouble", "state"),
    [(Blocked("by the user"), "blocked"), (Refused("too odd"), "failed"), (TimeoutError(), "unsure")],
)
async def test_what_becomes_of_what_did_not_arrive(town: Town, trouble: Exception, state: str) -> None:
    await _tells_with(town, "one", trouble)
    assert await states(town) == {"one": state}
    await town.phone("rini").waits(3600)
    assert texts(town.phone("budi")) == []
    async with town.assistant.database.reading() as tx:
        address = (await tx.execute(select(Address.state).where(Address.value == "budi"))).scalar_one()
    assert address == ("blocked" if state == "blocked" else "open")


async def test_to_whoever_blocked_us_nothing_is_tried_any_more(town: Town) -> None:
    await _tells_with(town, "one", Blocked("by the user"))
    town.channel.troubles = []
    await town.phone("rini").says("tell budi notice two")
    assert await states(town) == {"one": "blocked", "two": "blocked"}


async def test_what_is_unsure_is_sent_again_only_when_a_person_says_so(town: Town) -> None:
    await _tells_with(town, "one", TimeoutError())
    async with town.assistant.database.transaction() as tx:
        ids = [row[0] for row in await tx.execute(select(StoredDelivery.id))]
        assert await deliveries.send_again(tx, ids) == 1
    await town.phone("rini").waits(1)
    assert texts(town.phone("budi")) == ["one"]
    assert await states(town) == {"one": "sent"}


async def test_what_never_left_the_house_is_tried_again(town: Town) -> None:
    await _tells_with(town, "one", Unreached())
    await town.phone("rini").waits(60)
    assert texts(town.phone("budi")) == ["one"]


async def test_a_lane_waits_as_long_as_it_is_asked_to_over_a_restart_and_the_others_go_on(
    engine_url: str, known: Knowledge
) -> None:
    async with town_of(engine_url, known) as town:
        await _tells_with(town, "one", Later(60))
        await town.phone("rini").says("tell cici notice two")
        await town.phone("rini").says("tell dedi reminder three")
        assert [texts(town.phone(name)) for name in ("budi", "cici", "dedi")] == [[], [], ["three"]]
    async with town_of(engine_url, known, NOW + timedelta(seconds=50)) as town:
        await town.assistant.deliveries.run_due()
        assert texts(town.phone("budi")) == []
        await town.phone("rini").waits(11)
        assert [texts(town.phone(name)) for name in ("budi", "cici")] == [["one"], ["two"]]
        async with town.assistant.database.reading() as tx:
            assert await lanes.paused(tx, town.clock.now()) == {}


async def test_what_waited_arrives_in_the_order_in_which_it_was_told(town: Town) -> None:
    rini, budi = town.phone("rini"), town.phone("budi")
    await _tells_with(town, "one", Later(60))
    await rini.says("tell budi notice two")
    await rini.waits(61)
    assert texts(budi) == ["one", "two"]


async def test_a_platform_that_fails_is_tried_with_one_at_a_time(town: Town) -> None:
    rini = town.phone("rini")
    await rini.sends([Inbound.typed(f"tell p{number} notice news") for number in range(16)])
    await town.assistant.settled()
    town.channel.troubles = [TimeoutError()] * 13
    await town.assistant.deliveries.run_due()
    assert await _count(town) == {"unsure": 12, "pending": 4}
    await rini.waits(61)
    assert await _count(town) == {"unsure": 13, "pending": 3}
    await rini.waits(61)
    assert await _count(town) == {"unsure": 13, "sent": 3}


async def test_many_who_blocked_us_do_not_keep_the_others_waiting(town: Town) -> None:
    names = [f"p{number}" for number in range(20)]
    async with town.assistant.database.transaction() as tx:
        found = await people.find_or_create(tx, "memory", dict.fromkeys(names, "id"), NOW)
        for name in names[:-1]:
            await addresses.set_state(tx, found[name][0], "blocked")
        to = [Recipient(person, address) for address, person in found.values()]
        await deliveries.add(tx, "news", to, NOTICE, Reply(escape("news")).to_json(), NOW, NOW)
    await town.assistant.deliveries.run_due()
    assert await _count(town) == {"blocked": 19, "sent": 1}
    assert texts(town.phone("p19")) == ["news"]


async def test_what_cannot_be_read_fails_and_the_others_leave(town: Town) -> None:
    rini, budi = town.phone("rini"), town.phone("budi")
    await rini.sends([Inbound.typed("tell budi notice one"), Inbound.typed("tell budi notice two")])
    await town.assistant.settled()
    async with town.assistant.database.transaction() as tx:
        await tx.execute(update(StoredDelivery).where(StoredDelivery.source == "one").values(body={}))
    await town.assistant.deliveries.run_due()
    assert await states(town) == {"one": "failed", "two": "sent"}
    assert texts(budi) == ["two"]


async def test_it_leaves_by_itself_also_right_after_a_restart(sqlite_url: str, known: Knowledge) -> None:
    for words in ("one", "two"):
        channel = InMemory()
        assistant = Assistant(Database(sqlite_url), known, Product((notices,)), [channel], ManualClock(NOW))
        await assistant.start()
        await Phone(assistant, channel, "rini").sends([Inbound.typed(f"tell budi notice {words}")])
        async with asyncio.timeout(10):
            while not channel.sent["budi"]:
                await asyncio.sleep(0.01)
        await assistant.stop()
        assert [sent.text for sent in channel.sent["budi"]] == [words]


async def test_room_that_comes_while_one_looks_is_used_at_once(
    sqlite_url: str, known: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 300 a second one in ten was lost, as a look that found no room was followed by the long wait."""
    looks, timeout_at = Deliveries._send_next, asyncio.timeout_at
    slow, waited = False, list[float]()

    async def slowly(self: Deliveries, channel: str) -> int:
        nonlocal slow
        begun = await looks(self, channel)
        slow = False
        while not begun and (wait := self._paces[channel].wait()) is not None:
            slow = True
            await asyncio.sleep(wait)
        return begun

    def noted(at: float) -> asyncio.Timeout:
        if slow:
            waited.append(at - asyncio.get_running_loop().time())
        return timeout_at(at)

    monkeypatch.setattr(Deliveries, "_send_next", slowly)
    monkeypatch.setattr(asyncio, "timeout_at", noted)
    monkeypatch.setattr("bot.pace.SECOND", 0.2)
    monkeypatch.setattr(InMemory, "rate", Rate(1))
    channel = InMemory()
    assistant = Assistant(Database(sqlite_url), known, Product((notices,)), [channel], ManualClock(NOW))
    await assistant.start()
    rini = Phone(assistant, channel, "rini")
    await rini.sends([Inbound.typed(f"tell {name} notice news") for name in ("budi", "cici", "dedi", "euis")])
    async with asyncio.timeout(10):
        while not all(channel.sent[name] for name in ("budi", "cici", "dedi", "euis")):
            await asyncio.sleep(0.01)
    await assistant.stop()
    assert waited and max(waited) <= 0


async def test_a_restored_copy_leaves_to_the_original_what_was_due(engine_url: str, known: Knowledge) -> None:
    async with town_of(engine_url, known, NIGHT) as town:
        await town.phone("rini").says("tell budi notice due")
        await town.phone("rini").says("tell budi notice under-way")
    database, morning = Database(engine_url), NIGHT + timedelta(hours=12)
    async with database.transaction() as tx:
        of_it = update(StoredDelivery).where(StoredDelivery.source == "under-way")
        await tx.execute(of_it.values(state="sending", held_until=NIGHT))
        await restores.add(tx, NIGHT, NIGHT)
    async with town_of(engine_url, known, morning) as held:
        await held.assistant.deliveries.run_due()
        assert await states(held) == {"due": "pending", "under-way": "sending"}
    async with database.transaction() as tx:
        await restores.drop_left(tx, morning)
        await restores.release(tx, morning)
    await database.close()
    async with town_of(engine_url, known, morning) as copy:
        await copy.assistant.deliveries.run_due()
        assert await states(copy) == {"due": "skipped", "under-way": "unsure"}
        assert texts(copy.phone("budi")) == []


async def test_what_waits_for_no_reason_is_seen_from_outside(town: Town) -> None:
    await _tells_with(town, "one", Later(600))
    transport = httpx.ASGITransport(create_app(town.assistant))
    async with httpx.AsyncClient(transport=transport, base_url="http://jembatan.test") as watcher:
        town.clock.move(timedelta(minutes=5))
        ready = (await watcher.get("/readyz")).json()
        assert ready["waits"] == ["the notices of memory wait until 02:51:00 UTC, as it asked for"]
        assert 'jembatan_waiting_deliveries{lane="notices"} 1.0' in (await watcher.get("/metrics")).text
        town.clock.move(timedelta(minutes=10))
        [reason] = (await watcher.get("/readyz")).json()["reasons"]
        assert reason == "1 deliveries are due and none has left for two minutes: look for errors in the log"
        town.clock.move_to(NIGHT)
        assert (await watcher.get("/readyz")).json()["reasons"] == []


class Slow(InMemory):
    """A channel whose calls take their time: the message has arrived."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        ids = await super().send(address, reply, number)
        await asyncio.sleep(self._seconds)
        return ids


@asynccontextmanager
async def sending_to(url: str, known: Knowledge, channel: InMemory) -> AsyncIterator[Assistant]:
    """An assistant in the middle of telling Budi one thing."""
    async with town_of(url, known, NIGHT) as town:
        await town.phone("rini").says("tell budi notice one")
    assistant = Assistant(
        Database(url), known, Product((notices,)), [channel], ManualClock(NIGHT + timedelta(hours=11))
    )
    await assistant.start(background=False)
    sending = asyncio.create_task(assistant.deliveries.run_due())
    async with asyncio.timeout(10):
        while not channel.sent["budi"]:
            await asyncio.sleep(0.01)
    yield assistant
    sending.cancel()


async def test_a_stop_waits_for_what_is_under_way(engine_url: str, known: Knowledge) -> None:
    async with sending_to(engine_url, known, Slow(0.2)) as assistant:
        await assistant.stop()
    async with town_of(engine_url, known) as town:
        assert await states(town) == {"one": "sent"}


async def test_what_was_under_way_at_a_crash_is_unsure_and_not_sent_again(engine_url: str, known: Knowledge) -> None:
    async with sending_to(engine_url, known, Slow(3600)) as assistant:
        await assistant.stop(grace=0)
    async with town_of(engine_url, known, NIGHT + timedelta(hours=11, minutes=2)) as town:
        await town.phone("rini").waits(60)
        assert await states(town) == {"one": "unsure"}
        assert texts(town.phone("budi")) == []


async def test_only_one_process_sends_and_another_takes_over(postgres_url: str, known: Knowledge) -> None:
    async with town_of(postgres_url, known) as one, town_of(postgres_url, known) as other:
        await one.phone("rini").says("tell budi notice one")
        await other.phone("rini").says("tell budi notice two")
        assert (texts(one.phone("budi")), texts(other.phone("budi"))) == (["one"], [])
        await one.assistant.deliveries.run_due()
        assert texts(one.phone("budi")) == ["one", "two"]
        await other.phone("rini").says("tell budi notice three")
        other.clock.move(timedelta(minutes=2))
        await other.assistant.deliveries.run_due()
        assert texts(other.phone("budi")) == ["three"]


async def _count(town: Town) -> dict[str, int]:
    async with town.assistant.database.reading() as tx:
        return await deliveries.counts(tx, "news")


async def _tells_with(town: Town, words: str, trouble: Exception) -> None:
    """Tell Budi something while his platform makes trouble: the reply to Rini goes first and well."""
    rini = town.phone("rini")
    await rini.sends([Inbound.typed(f"tell budi notice {words}")])
    await town.assistant.settled()
    town.channel.troubles = [trouble]
    await town.assistant.deliveries.run_due()

"""kill -9 at random moments while people write: nobody loses an answer, hardly anybody gets one twice."""

import asyncio
import random
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.assistant import Assistant
from bot.channel import Update
from bot.channels.memory import InMemory, raw
from bot.composition import product
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.knowledge.search import Search
from bot.language.i18n import LOCALES
from bot.language.markdown import plain
from bot.outbox import AT_ONCE
from bot.reply import Reply
from db.engine import Database
from tests.town.kill_ledger import Kill, Row, after_kill, arrivals, doubled, missing, rows
from tests.town.kill_service import PACE, PEOPLE, Feeder, Platform, Service

SEED = 20261124
#: at least so many updates come in, however few the kills
UPDATES = 500
#: seconds from when it can take updates to the latest kill at work
ALIVE = 2.0
#: the same, so soon that it still works off what came in while it was away
BACKLOG = 0.3
#: seconds that a whole run may take
LONGEST = 220.0


class Run:
    """One service under fire."""

    def __init__(self, service: Service, feeder: Feeder, folder: Path, alive: float) -> None:
        self.service = service
        self.feeder = feeder
        self.kills: list[Kill] = []
        #: replies that arrived twice
        self.doubled = 0
        self.start_takes = 0.0
        self._folder = folder
        #: calls of the bot before the present process began
        self._seen = 0
        self._random = random.Random(SEED)
        self._alive = alive
        self._begun = asyncio.Event()
        (folder / "copy").mkdir()

    async def begin(self) -> None:
        """The first start, undisturbed: how long it takes says when later starts are disturbed."""
        begun = time.monotonic()
        await self.service.start()
        calls = await self._ready()
        self.start_takes = time.monotonic() - begun
        secrets = [call["params"].get("secret_token", "") for call in calls if call["method"] == "setWebhook"]
        self.feeder.secret = secrets[0] if secrets else ""
        self._begun.set()

    async def feed(self) -> None:
        """From the end of the first start on."""
        await self._begun.wait()
        await self.feeder.feed()

    async def kill(self, at_work: bool) -> None:
        """Kill it somewhere in its start, or after it has begun to take updates; start it again at once."""
        if at_work:
            await self._ready()
            await asyncio.sleep(self._random.uniform(0, self._alive))
        else:
            await asyncio.sleep(self._random.uniform(0, self.start_takes))
        self._seen = len(await self.service.platform.calls())
        await self.service.kill()
        at = time.monotonic()
        self.kills.append(await after_kill(self.service.database, at, self._folder / "copy"))
        await self.service.start()

    async def _ready(self) -> list[dict[str, Any]]:
        """Wait for the last call before the first updates."""
        wanted = "setWebhook" if self.service.webhook else "deleteWebhook"
        async with asyncio.timeout(30):
            while True:
                calls = await self.service.platform.calls(self._seen)
                if any(call["method"] == wanted for call in calls):
                    return calls
                await asyncio.sleep(0.02)

    async def finish(self, database: Database) -> None:
        """Until everything is answered."""
        await self.feeder.delivered()
        while await missing(database, self.feeder.fed):
            await asyncio.sleep(0.2)


async def under_fire(
    url: str, folder: Path, kills: int, updates: int, webhook: bool = False, alive: float = ALIVE
) -> Run:
    """Feed, kill and restart until it was done `kills` times and `updates` came in; then wait for the answers."""
    print(f"\nseed {SEED}")
    async with Platform.opened() as platform:
        service = Service(platform, folder, url, webhook)
        run = Run(service, Feeder(service), folder, alive)
        database, feeding = Database(url), asyncio.create_task(run.feed())
        try:
            async with asyncio.timeout(LONGEST):
                await run.begin()
                for number in range(kills):
                    await run.kill(at_work=number % 5 != 4)
                await asyncio.sleep(max(0.0, (updates - run.feeder.fed) / PACE))
                feeding.cancel()
                await run.finish(database)
            await check(run, database)
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
            await run.feeder.stop()
            await service.stop()
            await database.close()
    return run


async def check(run: Run, database: Database) -> None:
    """One turn an update, every reply at least once and in order, none twice that was not on its way at a kill."""
    found = await rows(database)
    assert sorted(int(row.update) for row in found) == list(range(1, run.feeder.fed + 1)), "one turn, one reply"
    assert {row.state for row in found} == {"done"}
    assert {row.reply_state for row in found} == {"sent"}
    assert len({row.chat for row in found}) == PEOPLE
    calls = await run.service.platform.calls()
    arrived = arrivals(calls, {row.reply: row.chat for row in found if row.reply})
    assert set(arrived) == {row.reply for row in found}
    in_order(run, found, arrived)
    heard = {
        (str(call["params"]["chat_id"]), call["params"]["text"]) for call in calls if call["method"] == "sendMessage"
    }
    assert {(row.chat, plain(row.body["text"])) for row in found if row.body} == heard
    by_kill = doubled(arrived, run.kills)
    run.doubled = by_kill.total()
    at_work = [kill for kill in run.kills if kill.in_flight or kill.in_hand]
    most = max(len(kill.in_flight) for kill in run.kills)
    print(
        f"{run.feeder.fed} updates, {len(run.kills)} kills ({len(at_work)} with turns in hand), {run.doubled}"
        f" replies doubled (most at one kill {max(by_kill.values(), default=0)}), most in flight {most},"
        f" start {run.start_takes:.1f} s"
    )
    assert "ERROR" not in run.service.log()


def in_order(run: Run, found: list[Row], arrived: dict[int, list[float]]) -> None:
    """Each person's replies arrived in the order of their turns; polled turns stand in the order of the updates."""
    by_chat: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        by_chat[row.chat].append(row)
    for said in by_chat.values():
        first = [arrived[row.reply][0] for row in said if row.reply]
        assert first == sorted(first)
        if not run.service.webhook:
            numbers = [int(row.update) for row in said]
            assert numbers == sorted(numbers)


#: a backlog whose reading takes much longer than a turn; and seconds that reading one of it takes at least
MANY, READING = 200, 0.005


class Watched(InMemory):
    """Reads slowly, and notes how many turns were read when the first reply was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0
        self.read_before_first = 0

    def inbound(self, raw: str) -> Inbound:
        self.read += 1
        time.sleep(READING)
        return super().inbound(raw)

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        self.read_before_first = self.read_before_first or self.read
        return await super().send(address, reply, number)


async def test_the_first_of_many_is_answered_before_the_last_is_read(sqlite_url: str, known: Knowledge) -> None:
    channel = Watched()
    quick = replace(known, search=Search(LOCALES, semantic=False))
    assistant = Assistant(Database(sqlite_url), quick, product(), [channel])
    await assistant.start(background=False)
    said = {f"p{number}": f"biaya sertifikat halal berapa ya kak, produk saya ada {number}" for number in range(MANY)}
    updates = [Update(person, raw(Inbound.typed(text)), person, "id") for person, text in said.items()]
    await assistant.edge.receive(channel, updates)
    await assistant.settled()
    await assistant.stop()
    assert len(channel.sent) == MANY
    assert channel.read_before_first < MANY


@pytest.mark.slow
@pytest.mark.alone
async def test_thirty_kills_lose_nothing_and_double_hardly_anything(tmp_path: Path) -> None:
    run = await under_fire(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}", tmp_path, 30, UPDATES)
    assert run.doubled <= len(run.kills)


@pytest.mark.slow
@pytest.mark.alone
async def test_kills_in_a_backlog_double_no_more_than_may_be_on_its_way(tmp_path: Path) -> None:
    run = await under_fire(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}", tmp_path, 10, UPDATES, alive=BACKLOG)
    assert any(kill.in_hand for kill in run.kills)
    assert run.doubled <= len(run.kills) * AT_ONCE


@pytest.mark.slow
@pytest.mark.alone
async def test_kills_lose_nothing_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    await under_fire(postgres_url, tmp_path, 5, PEOPLE * 2)


@pytest.mark.slow
@pytest.mark.alone
async def test_kills_lose_nothing_with_the_webhook(tmp_path: Path) -> None:
    await under_fire(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}", tmp_path, 5, PEOPLE * 2, webhook=True)

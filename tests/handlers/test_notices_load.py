"""Two thousand notices through a platform that enforces its limits, while people chat, and through five kills."""

import asyncio
import random
import sqlite3
import statistics
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.channel import RATE
from bot.language.markdown import escape
from bot.pace import CHATTING, Pace
from bot.reply import Reply
from db.deliveries import deliveries
from db.deliveries.deliveries import NOTICE, Recipient
from db.engine import Database
from db.people import people
from tests.bench.__main__ import questions
from tests.town.kill_service import Platform, Service, message

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SEED = 20261125
SOURCE, WORDS = "load:1", "Ada kabar untuk Anda."
COUNT, FIRST, LIMIT = 2000, 10_000, 30
CHATS = range(FIRST, FIRST + COUNT)
BLOCKED = set(CHATS[::20])
#: those for whom the platform refuses any form, or fails to say whether it arrived
REFUSED, FAILING = set(CHATS[7:1500:100]), {*CHATS[11:400:200], *CHATS[1311::200]}
#: those for whom it answers late, so that a kill finds them in flight
LATE = CHATS[840::6]
#: asked to wait when its turn comes, and for how many seconds
STOPPED, WAIT = CHATS[75], 20
#: seconds of chat before the notices and beside them, seconds between two questions, and kills
ALONE, BESIDE, BETWEEN, KILLS = 12, 28, 0.2, 5
#: seconds of full pace that are looked at
WINDOW = 8
LONGEST = 170


@dataclass
class Load:
    """The service, its platform, and what was done to them."""

    service: Service
    platform: Platform
    database: Database
    texts: Sequence[str] = field(default_factory=lambda: list(dict.fromkeys(questions())))
    asked: int = 0
    #: the deliveries that were in flight at each kill
    in_flight: list[set[int]] = field(default_factory=list)

    async def befall(self) -> None:
        """Say what the platform does, and to whom."""
        await self.platform.control("limits", {"overall": LIMIT, "to_one": 1})
        await self.platform.control("blocked", sorted(BLOCKED))
        scripts: list[dict[str, Any]] = [{"chat_id": chat, "status": 400, "times": 4} for chat in sorted(REFUSED)]
        scripts += [{"chat_id": chat, "status": 500} for chat in sorted(FAILING)]
        scripts += [{"chat_id": STOPPED, "retry_after": WAIT}]
        scripts += [{"chat_id": chat, "delay": 0.7} for chat in LATE]
        await self.platform.control("script", [{"method": "sendMessage", **script} for script in scripts])

    async def tell_everybody(self) -> None:
        now = datetime.now(UTC)
        async with self.database.transaction() as tx:
            found = await people.find_or_create(tx, "telegram", {str(chat): "id" for chat in CHATS}, now)
            to = [Recipient(person, address) for address, person in found.values()]
            await deliveries.add(tx, SOURCE, to, NOTICE, Reply(escape(WORDS)).to_json(), now, now, at_night=True)

    async def chat(self, seconds: float) -> list[float]:
        """Ask a question every `BETWEEN` seconds; returns how long each answer took."""
        said: dict[int, list[float]] = {}
        begun = time.monotonic()
        while (now := time.monotonic()) < begun + seconds:
            update = message(self.asked, self.texts[self.asked % len(self.texts)])
            said.setdefault(update["message"]["chat"]["id"], []).append(now)
            await self.platform.queue(update)
            self.asked += 1
            await asyncio.sleep(BETWEEN)
        await asyncio.sleep(2)
        arrived = {chat: [call["at"] for call in await self.messages() if chat_of(call) == chat] for chat in said}
        return [arrived[chat][bisect_left(arrived[chat], at)] - at for chat, times in said.items() for at in times]

    async def messages(self, ok: bool = True) -> list[dict[str, Any]]:
        calls = await self.platform.calls()
        return [call for call in calls if call["method"] == "sendMessage" and call["ok"] is ok]

    async def notices(self) -> dict[int, float]:
        """When each person's notice was brought, for the last time, whether or not it arrived."""
        calls = [call for call in await self.platform.calls() if call["method"] == "sendMessage"]
        return {chat_of(call): call["at"] for call in calls if call["params"]["text"] == WORDS}

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.service.folder / "jembatan.db")) as opened:
            return opened.execute(query).fetchall()

    def by_state(self) -> dict[str, set[int]]:
        """The chats, by the state of what they are told."""
        found: dict[str, set[int]] = {}
        query = "SELECT d.state, a.value FROM deliveries d JOIN addresses a ON a.id = d.address_id"
        for state, chat in self.rows(query):
            found.setdefault(state, set()).add(int(chat))
        return found

    async def kill(self, after: float) -> None:
        """Kill it so many seconds after it has sent another notice, and start it again."""
        sent = len(await self.notices())
        while len(await self.notices()) == sent:
            await asyncio.sleep(0.1)
        await asyncio.sleep(after)
        await self.service.kill()
        self.in_flight.append({row[0] for row in self.rows("SELECT id FROM deliveries WHERE state = 'sending'")})
        await self.service.start()

    async def finish(self) -> None:
        while {"pending", "sending"} & self.by_state().keys():
            await asyncio.sleep(0.5)


def chat_of(call: dict[str, Any]) -> int:
    return int(call["params"]["chat_id"])


def late(seconds: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20)[-1]


def rate(times: Sequence[float]) -> float:
    """How many a second there were of late, by the median of its volleys: they come by as many as the limit allows."""
    volleys = [at for at in times if at > times[-1] - WINDOW][::LIMIT]
    return LIMIT / statistics.median(later - earlier for earlier, later in pairwise(volleys))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Load]:
    async with Platform.opened() as platform:
        service = Service(platform, folder, f"sqlite+aiosqlite:///{folder / 'jembatan.db'}")
        load = Load(service, platform, Database(service.database))
        try:
            await service.start()
            while not any(call["method"] == "deleteWebhook" for call in await platform.calls()):
                await asyncio.sleep(0.1)
            yield load
        finally:
            await load.database.close()
            await service.stop()


async def test_each_reachable_person_gets_exactly_one(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with opened(tmp_path) as load, asyncio.timeout(LONGEST):
        await load.chat(3)
        alone = late(await load.chat(ALONE))
        await load.befall()
        await load.tell_everybody()
        beside = late(await load.chat(BESIDE))
        await asyncio.sleep(CHATTING + WINDOW)
        brought = await load.notices()
        pace = rate(sorted(brought.values()))
        assert not brought.keys() & set(LATE)
        for _ in range(KILLS):
            await load.kill(chance.uniform(0, 3))
        await load.finish()
        print(f"\nreplies' p95 {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside; {pace:.2f} notices a second")
        await check(load)
        assert pace >= LIMIT * 0.97
        assert beside <= max(alone * 1.5, alone + 0.05)


async def check(load: Load) -> None:
    """What the rows say is what the platform saw."""
    states = load.by_state()
    arrived = Counter(chat_of(call) for call in await load.messages() if call["params"]["text"] == WORDS)
    refused = await load.messages(ok=False)
    print({state: len(chats) for state, chats in states.items()}, "in flight", [len(one) for one in load.in_flight])
    assert max(arrived.values()) == 1
    unsure = {row[0] for row in load.rows("SELECT id FROM deliveries WHERE state = 'unsure'")}
    failed = {row[0] for row in load.rows("SELECT id FROM deliveries WHERE reason = 'NetworkError'")}
    assert unsure - failed <= set().union(*load.in_flight)
    assert any(load.in_flight)
    assert all(len(ids) <= Pace(RATE).at_once for ids in load.in_flight)
    assert states["sent"] == set(arrived) - states["unsure"]
    assert states["sent"] | states["unsure"] >= set(CHATS) - BLOCKED - REFUSED
    assert states["blocked"] | states["unsure"] >= BLOCKED >= states["blocked"]
    assert states["failed"] | states["unsure"] >= REFUSED >= states["failed"]
    async with load.database.reading() as tx:
        assert await deliveries.counts(tx, SOURCE) == {state: len(chats) for state, chats in states.items()}
    asked = [call for call in refused if call["status"] == 429]
    assert [chat_of(call) for call in asked] == [STOPPED], "nothing but what was scripted was asked to wait"
    notices = await load.notices()
    resumed = min(at for at in notices.values() if at > asked[0]["at"] + 1)
    assert WAIT - 0.1 <= resumed - asked[0]["at"] <= WAIT + 2
    assert not [line for line in load.service.log().splitlines() if "ERROR" in line and "was refused" not in line]

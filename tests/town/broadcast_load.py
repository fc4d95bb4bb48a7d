"""Ten thousand people who get an announcement, through a platform that enforces its limits, while twenty chat."""

import asyncio
import sqlite3
import statistics
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.broadcasts.sending.steps import start
from bot.pace import CHATTING, Pace, Rate
from db.broadcasts import broadcasts, recipients
from db.engine import Database
from db.people import people
from db.people.consents import ANNOUNCEMENTS, StoredConsent
from tests.bench.__main__ import questions
from tests.town.kill_service import Platform, Service, message

WORDS = "Ada kabar untuk Anda."
COUNT, FIRST = 10_000, 100_000
CHATS = range(FIRST, FIRST + COUNT)
#: 5 in 100 blocked us; for 1 in 100 the platform fails: it refuses any form, or does not say whether it arrived
BLOCKED = set(CHATS[::20])
REFUSED, FAILING = set(CHATS[7::200]), set(CHATS[13::200])
#: people who chat, and seconds between two questions
PEOPLE, BETWEEN = 20, 0.2
#: of the limit, while nobody chats
FLOOR = 0.97


@dataclass(frozen=True)
class Measured:
    """Announcements a second while nobody chats; the p95 of replies in seconds without one and beside one."""

    pace: float
    alone: float
    beside: float


@dataclass
class Load:
    """The service, its platform, and what was done to them."""

    service: Service
    platform: Platform
    database: Database
    rate: Rate
    texts: Sequence[str] = field(default_factory=lambda: list(dict.fromkeys(questions())))
    asked: int = 0
    in_flight: list[set[int]] = field(default_factory=list)
    #: what the platform was asked so far
    calls: list[dict[str, Any]] = field(default_factory=list)

    async def befall(self) -> None:
        """Say what the platform does, and to whom."""
        await self.platform.control("limits", {"overall": self.rate.overall, "to_one": 1})
        await self.platform.control("blocked", sorted(BLOCKED))
        scripts: list[dict[str, Any]] = [{"chat_id": chat, "status": 400, "times": 4} for chat in sorted(REFUSED)]
        scripts += [{"chat_id": chat, "status": 500} for chat in sorted(FAILING)]
        await self.platform.control("script", [{"method": "sendMessage", **script} for script in scripts])

    async def announce(self) -> None:
        """Everybody has agreed; an urgent warning goes out, as it may be night."""
        now = datetime.now(UTC)
        async with self.database.transaction() as tx:
            found = await people.find_or_create(tx, "telegram", {str(chat): "id" for chat in CHATS}, now)
            agreed = {"kind": ANNOUNCEMENTS, "object": "", "version": "2026-11-25", "language": "id", "since": now}
            rows = [agreed | {"person_id": person} for _, person in found.values()]
            await tx.execute(insert(StoredConsent), rows)
            said = {"kind": broadcasts.WARNING, "topic": "warnings", "texts": {"id": WORDS}}
            one = await broadcasts.load(tx, await broadcasts.add(tx, None, now, **said))
            assert one
            assert await start(tx, one, now)

    async def measure(self, chatting: float, silent: float) -> Measured:
        """Chat so many seconds before the announcement and beside it, with so many of silence in between."""
        await self.chat(3)
        alone = late(await self.chat(chatting))
        await asyncio.sleep(CHATTING)
        await self.befall()
        await self.announce()
        await self.until(self.rate.overall)
        pace = await self.pace(silent)
        return Measured(pace, alone, late(await self.chat(chatting)))

    async def chat(self, seconds: float) -> list[float]:
        """Twenty people ask in turn; returns how long each answer took."""
        said: dict[int, list[float]] = {}
        begun = time.monotonic()
        while (now := time.monotonic()) < begun + seconds:
            update = message(self.asked % PEOPLE, self.texts[self.asked % len(self.texts)])
            update = {**update, "update_id": self.asked + 1}
            update["message"]["message_id"] = self.asked + 1
            said.setdefault(update["message"]["chat"]["id"], []).append(now)
            await self.platform.queue(update)
            self.asked += 1
            await asyncio.sleep(BETWEEN)
        await asyncio.sleep(2)
        arrived: dict[int, list[float]] = {chat: [] for chat in said}
        for call in await self.messages():
            arrived.get(chat_of(call), []).append(call["at"])
        return [arrived[chat][bisect_left(arrived[chat], at)] - at for chat, times in said.items() for at in times]

    async def messages(self, ok: bool = True) -> list[dict[str, Any]]:
        return [call for call in await self._sends() if call["ok"] is ok]

    async def _sends(self) -> list[dict[str, Any]]:
        self.calls += await self.platform.calls(since=len(self.calls))
        return [call for call in self.calls if call["method"] == "sendMessage"]

    async def tries(self) -> list[float]:
        """When the platform was first asked to bring each person the announcement, whatever came of it."""
        first = {chat_of(call): call["at"] for call in reversed(await self._sends()) if chat_of(call) >= FIRST}
        return sorted(first.values())

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.service.folder / "jembatan.db")) as opened:
            return opened.execute(query).fetchall()

    def states(self) -> dict[str, set[int]]:
        """The chats, by the state of their delivery."""
        found: dict[str, set[int]] = {}
        query = "SELECT d.state, a.value FROM deliveries d JOIN addresses a ON a.id = d.address_id"
        for state, chat in self.rows(query):
            found.setdefault(state, set()).add(int(chat))
        return found

    async def pace(self, seconds: float) -> float:
        """How many a second were tried within so many seconds from now."""
        await asyncio.sleep(seconds)
        tried = await self.tries()
        end = tried[-1] - 0.5
        return sum(end - seconds + 1 < at <= end for at in tried) / (seconds - 1)

    async def until(self, sent: int) -> None:
        """Wait until so many were tried."""
        while len(await self.tries()) < sent:
            await asyncio.sleep(0.1)

    async def kill(self, after: float) -> None:
        """Kill it so many seconds after it has sent another one, and start it again."""
        assert self.rows("SELECT 1 FROM deliveries WHERE state = 'pending'"), "all were sent before the last kill"
        await self.until(len(await self.tries()) + 1)
        await asyncio.sleep(after)
        await self.service.kill()
        self.in_flight.append({row[0] for row in self.rows("SELECT id FROM deliveries WHERE state = 'sending'")})
        await self.service.start()

    async def finish(self) -> None:
        while self.rows("SELECT 1 FROM broadcasts WHERE state != 'done'"):
            await asyncio.sleep(0.5)


def chat_of(call: dict[str, Any]) -> int:
    return int(call["params"]["chat_id"])


def late(seconds: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20)[-1]


@asynccontextmanager
async def opened(folder: Path, rate: Rate, module: str) -> AsyncIterator[Load]:
    """The service, as `module` runs it, on a platform that takes so many."""
    async with Platform.opened() as platform:
        url = f"sqlite+aiosqlite:///{folder / 'jembatan.db'}"
        load = Load(Service(platform, folder, url, module=module), platform, Database(url), rate)
        try:
            await load.service.start()
            while not any(call["method"] == "deleteWebhook" for call in await platform.calls()):
                await asyncio.sleep(0.1)
            yield load
        finally:
            await load.database.close()
            await load.service.stop()


async def check(load: Load) -> None:
    """What the rows say is what the platform saw."""
    states = load.states()
    print({state: len(chats) for state, chats in states.items()}, "in flight", [len(one) for one in load.in_flight])
    arrived = Counter(chat_of(call) for call in await load.messages() if chat_of(call) >= FIRST)
    assert max(arrived.values()) == 1
    unsure = {row[0] for row in load.rows("SELECT id FROM deliveries WHERE state = 'unsure'")}
    failed = {row[0] for row in load.rows("SELECT id FROM deliveries WHERE reason = 'NetworkError'")}
    assert unsure - failed <= set().union(*load.in_flight)
    assert all(len(ids) <= Pace(load.rate).at_once for ids in load.in_flight)
    assert states["sent"] == set(arrived) - states["unsure"]
    assert states["sent"] | states["unsure"] >= set(CHATS) - BLOCKED - REFUSED - FAILING
    assert states["unsure"] >= FAILING - BLOCKED
    assert states["blocked"] | states["unsure"] >= BLOCKED >= states["blocked"]
    assert states["failed"] | states["unsure"] >= REFUSED >= states["failed"]
    assert not [call for call in await load.messages(ok=False) if call["status"] == 429]
    async with load.database.reading() as tx:
        assert await recipients.counts(tx, 1) == {state: len(chats) for state, chats in states.items()}
    assert not [line for line in load.service.log().splitlines() if "ERROR" in line and "was refused" not in line]

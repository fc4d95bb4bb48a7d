"""Two hundred people for fifty places at once, through kills: never oversold, in order, nobody left out."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.enrolling import enrolments
from db.enrolling.enrolments import StoredEnrolment
from db.fairs import programmes
from db.migrations import upgrade
from db.people import people
from tests.town.applicants import KEPT
from tests.town.fairs import programme
from tests.town.kill_service import Platform, Service
from tests.town.phone import NOW

pytestmark = pytest.mark.slow

SEED, FIRST, COUNT, QUOTA, WITHDRAW = 20261125, 20_000, 200, 50, 20
CHATS = range(FIRST, FIRST + COUNT)
#: seconds that a step of all may take
LONGEST = 90


class Crowd:
    """People who write to one or more processes on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        self.url = url
        self.folder = folder
        self.services: list[Service] = []
        self._random = random.Random(SEED)
        self._updates = 0
        self._bringing: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """Everybody has filled in everything."""
        await upgrade(self.database.engine)
        async with self.database.transaction() as tx:
            await programmes.add(tx, [programme("DPJ27", quota=QUOTA)], NOW)
            found = await people.find_or_create(tx, "telegram", {str(chat): "id" for chat in CHATS}, NOW)
            for address, person in found.values():
                draft = await enrolments.begin(tx, 1, person, address, {}, NOW)
                await enrolments.keep(tx, draft, NOW, answers=KEPT)

    async def say(self, chats: Sequence[int], text: str) -> None:
        """All at once, each to the process that is theirs."""
        for chat in chats:
            self._updates += 1
            sender = {"id": chat, "is_bot": False, "first_name": "P", "language_code": "id"}
            told = {"message_id": self._updates, "date": int(time.time()), "text": text, "from": sender}
            told["chat"] = {"id": chat, "type": "private", "first_name": "P"}
            service = self.services[chat % len(self.services)]
            update = {"update_id": self._updates, "message": told}
            if service.webhook:
                self._bringing.add(asyncio.create_task(self._bring(service, update)))
            else:
                await service.platform.queue(update)

    async def _bring(self, service: Service, update: dict[str, Any]) -> None:
        """As Telegram does: until somebody takes it."""
        while not (secrets := [call for call in await service.platform.calls() if call["method"] == "setWebhook"]):
            await asyncio.sleep(0.2)
        secret = secrets[0]["params"]["secret_token"]
        await service.platform.bring(update, f"{service.url}/telegram/webhook", secret)

    async def all_say(self, chats: Sequence[int], text: str, kills: int = 0) -> None:
        """The same, until each was answered."""
        before = await self.answered()
        await self.say(chats, text)
        for _kill in range(kills):
            await asyncio.sleep(self._random.uniform(0.1, 1.5))
            service = self._random.choice(self.services)
            await service.kill()
            await service.start()

        async def done() -> bool:
            now = await self.answered()
            return all(now.get(chat, 0) > before.get(chat, 0) for chat in chats)

        await self.until(done)

    async def answered(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for text, chat in await self.messages():
            assert "gangguan" not in text
            found[chat] = found.get(chat, 0) + 1
        return found

    async def messages(self) -> list[tuple[str, int]]:
        calls = [call for service in self.services for call in await service.platform.calls()]
        sent = [call["params"] for call in calls if call["method"] == "sendMessage" and call["ok"]]
        return [(str(params["text"]), int(params["chat_id"])) for params in sent]

    async def until(self, done: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(LONGEST):
            while not await done():
                await asyncio.sleep(0.3)

    async def rows(self) -> list[Any]:
        wanted = select(StoredEnrolment.__table__).order_by(StoredEnrolment.serial)
        async with self.database.reading() as tx:
            return list(await tx.execute(wanted))

    async def chats_of(self, rows: Sequence[Any]) -> list[int]:
        async with self.database.reading() as tx:
            known = await people.load(tx, [row.address_id for row in rows])
        return [int(known[row.address_id].value) for row in rows]


async def story(crowd: Crowd) -> None:
    await crowd.all_say(CHATS, "/lanjut")
    await crowd.all_say(CHATS, "Kirim", kills=3)
    rows = await crowd.rows()
    assert [row.serial for row in rows] == [*range(1, COUNT + 1)]
    assert [row.state for row in rows] == ["accepted"] * QUOTA + ["waiting"] * (COUNT - QUOTA)
    line = sorted(rows[QUOTA:], key=lambda row: (row.waiting_since, row.id))
    assert [row.submitted_at for row in line] == sorted(row.submitted_at for row in line)
    leaving = await crowd.chats_of(rows[:WITHDRAW])
    for text in ("status", "1", "Mundur"):
        await crowd.all_say(leaving, text)
    await crowd.all_say(leaving, "Ya, mundur", kills=2)
    now = {row.id: row.state for row in await crowd.rows()}
    assert [now[row.id] for row in rows[:WITHDRAW]] == ["withdrawn"] * WITHDRAW
    assert [now[row.id] for row in line] == ["offered"] * WITHDRAW + ["waiting"] * (len(line) - WITHDRAW)


async def test_one_process_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    await happens(sqlite_url, tmp_path, processes=1)


async def test_two_processes_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    await happens(postgres_url, tmp_path, processes=2)


async def happens(url: str, tmp_path: Path, processes: int) -> None:
    crowd = Crowd(url, tmp_path)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(crowd.database.close)
        await crowd.prepare()
        for number in range(processes):
            platform = await stack.enter_async_context(Platform.opened())
            folder = tmp_path / str(number)
            folder.mkdir()
            service = Service(platform, folder, url, webhook=processes > 1)
            stack.push_async_callback(service.stop)
            await service.start()
            crowd.services.append(service)
        await story(crowd)

"""Reminders through `kill -9`: each comes once, on its day."""

import asyncio
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from db.engine import Database
from db.fairs import exhibitions
from db.migrations import upgrade
from tests.town.at_work import MORNING, Service
from tests.town.fairs import plan
from tests.town.telegram_stub import TelegramStub, User

pytestmark = pytest.mark.slow

SEED = 20261125
FIRST_DAY = date(2027, 4, 16)
#: a quarter past nine in Bandung
MORNINGS = [datetime(2027, 4, day, 2, 15, tzinfo=UTC) for day in (2, 13, 15)]
_REMINDERS = "SELECT state FROM deliveries WHERE source LIKE 'reminder:%'"


async def test_each_reminder_comes_once_whenever_the_process_is_killed(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'jembatan.db'}")
    await upgrade(database.engine)
    async with database.transaction() as tx:
        await exhibitions.add(tx, [plan(first_day=FIRST_DAY)], MORNING)
    await database.close()
    chance = random.Random(SEED)
    async with TelegramStub() as stub:
        service, ani = Service(tmp_path, stub), User(stub, 1000, "Ani")
        await service.start()
        try:
            ani.starts("pameran_PPB27")
            (shown,) = await stub.wait_for(1, ani.id)
            ani.taps(shown, "Ingatkan saya")
            await stub.wait_for(2, ani.id)
            for count, morning in enumerate(MORNINGS, start=1):
                for _ in range(3):
                    service.make_it(morning)
                    await asyncio.sleep(chance.uniform(0, 0.8))
                    await service.kill()
                    await service.start()
                await settled(service, count)
                service.make_it(morning + timedelta(hours=6))
        finally:
            await service.stop()
        states = [row[0] for row in service.rows(_REMINDERS)]
        heard = [call["text"] for call in stub.messages(ani.id) if "Mulai pukul" in call["text"]]
    assert len(states) == 3
    assert set(states) <= {"sent", "unsure"}
    assert states.count("sent") <= len(heard) <= 3
    assert len({text.split(",")[0] for text in heard}) == len(heard)


async def settled(service: Service, count: int) -> None:
    """Until so many reminders are on their way or there."""
    async with asyncio.timeout(60):
        while len(await asyncio.to_thread(service.rows, f"{_REMINDERS} AND state IN ('sent', 'unsure')")) < count:
            await asyncio.sleep(0.2)

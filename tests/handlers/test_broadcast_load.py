"""Ten thousand people through a platform that enforces ten times its limits, while twenty chat, and through kills."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.town.broadcast_load import FLOOR, check, opened
from tests.town.fast_service import RATE

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SEED = 20261126
#: seconds of chat and of full pace, and kills
CHAT, FULL, KILLS = 10, 8, 20
LONGEST = 300


async def test_ten_thousand_get_exactly_one_each(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with opened(tmp_path, RATE, "tests.town.fast_service") as load, asyncio.timeout(LONGEST):
        measured = await load.measure(CHAT, FULL)
        print(f"\n{measured}")
        for _ in range(KILLS):
            await load.kill(chance.uniform(0, 0.4))
        await load.finish()
        await check(load)
        assert measured.pace >= RATE.overall * FLOOR
        assert measured.beside <= max(measured.alone * 1.5, measured.alone + 0.05)

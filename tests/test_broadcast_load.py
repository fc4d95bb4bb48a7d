"""Ten thousand people through a platform that enforces ten times its limits, while twenty chat, and through kills."""

import asyncio
import random
from pathlib import Path

import pytest

from bot.pace import CHATTING
from tests.broadcast_load import FLOOR, check, late, opened
from tests.fast_service import RATE

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SEED = 20261126
#: seconds of chat and of full pace, and kills
CHAT, FULL, KILLS = 10, 8, 20
LONGEST = 300


async def test_ten_thousand_get_exactly_one_each(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    async with opened(tmp_path, RATE, "tests.fast_service") as load, asyncio.timeout(LONGEST):
        await load.chat(3)
        alone = late(await load.chat(CHAT))
        await asyncio.sleep(CHATTING)
        await load.befall()
        await load.announce()
        await load.until(RATE.overall)
        pace = await load.pace(FULL)
        beside = late(await load.chat(CHAT))
        print(f"\n{pace:.1f} a second; replies' p95 {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside")
        for _ in range(KILLS):
            await load.kill(chance.uniform(0, 0.4))
        await load.finish()
        await check(load)
        assert pace >= RATE.overall * FLOOR
        assert beside <= max(alone * 1.5, alone + 0.05)

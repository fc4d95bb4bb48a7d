"""What the service does with broadcasts: it starts them at their time, writes down whom they reach, and ends them."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.broadcasts.sending import news
from bot.broadcasts.writing.body import bodies
from bot.clock import Clock
from bot.errors import where
from db import office
from db.broadcasts import audiences, broadcasts, recipients
from db.broadcasts.broadcasts import Broadcast
from db.engine import Database, Transaction

log = logging.getLogger(__name__)

#: one that should have started longer ago waits and asks
LATE = timedelta(minutes=30)
#: seconds between two looks
LOOK = 0.5


async def start(tx: Transaction, one: Broadcast, now: datetime, **values: object) -> bool:
    """Fix what is sent; from here on its audience is written down, and then it leaves. False where it has begun."""
    paid = (await office.load(tx)).paid_speed if one.is_paid else 0
    fixed = {"bodies": await bodies(tx, one), "started_at": now, "is_paid": bool(paid), "speed": paid}
    before = ["draft", "waiting", "scheduled", "late"]
    return await broadcasts.move(tx, one.id, before, "freezing", now, **fixed, **values)


class BroadcastSteps:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def keep_going(self) -> None:
        """Take the steps for as long as the process lives."""
        while True:
            try:
                moved = await self.run_due()
            except Exception as error:
                log.warning("broadcasts cannot be looked at now: %s", type(error).__name__)
                moved = False
            await asyncio.sleep(0 if moved else LOOK)

    async def run_due(self) -> bool:
        """Take the next step of each broadcast that has one; returns whether any was taken."""
        async with self._database.reading() as tx:
            waiting = [one for one in await broadcasts.active(tx) if await _is_due(tx, one, self._clock.now())]
        moved = False
        for one in waiting:
            moved = await self._step(one.id) or moved
        return moved

    async def go_on_unpaid(self, tx: Transaction, broadcast: int, reason: str) -> None:
        """Let it go on at the usual pace, as the platform does not take the payment, and tell its author why."""
        await news.unpaid(tx, broadcast, reason, self._clock.now())

    async def _step(self, id: int) -> bool:  # noqa: A002
        try:
            async with self._database.transaction() as tx:
                one = await broadcasts.lock(tx, id)
                return one is not None and await _take(tx, one, self._clock.now())
        except Exception as error:
            log.error("broadcast %s cannot go on: %s\n%s", id, type(error).__name__, where(error))
            return False


async def _is_due(tx: Transaction, one: Broadcast, now: datetime) -> bool:
    if one.state == "scheduled":
        return one.due_at is None or one.due_at <= now
    return one.state == "freezing" or not await recipients.are_open(tx, one.id)


async def _take(tx: Transaction, one: Broadcast, now: datetime) -> bool:
    if one.state == "scheduled":
        if one.due_at and now - one.due_at > LATE:
            await broadcasts.move(tx, one.id, ["scheduled"], "late", now)
            await news.late(tx, one, now)
            return True
        return await start(tx, one, now)
    if one.state == "freezing":
        if await audiences.freeze(tx, one, (await office.load(tx)).weekly_limit, now):
            return True
        return await broadcasts.move(tx, one.id, ["freezing"], "sending", now, frozen_at=now)
    if one.state == "sending" and not await recipients.are_open(tx, one.id):
        await broadcasts.move(tx, one.id, ["sending"], "done", now, finished_at=now)
        await news.done(tx, replace(one, state="done", finished_at=now), now)
        return True
    return False

"""The time, as one object that everything asks, so that a test or `jembatan chat --jsonl` can move it."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: Bandung's clock (WIB); what an owner's day is measured with
BANDUNG = ZoneInfo("Asia/Jakarta")


def bandung_day(at: datetime) -> date:
    """The day on which a moment falls in Bandung."""
    return at.astimezone(BANDUNG).date()


class Clock:
    """Tells the real time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep_until(self, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - self.now()).total_seconds()))


class ManualClock(Clock):
    """Stands still until it is moved, except for a microsecond at each look: no two moments are equal."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        self._now += timedelta(microseconds=1)
        return self._now

    def move_to(self, at: datetime) -> None:
        self._now = max(self._now, at)
        self._moved.set()
        self._moved = asyncio.Event()

    def move(self, by: timedelta) -> None:
        self.move_to(self._now + by)

    async def sleep_until(self, at: datetime) -> None:
        while self._now < at:
            await self._moved.wait()

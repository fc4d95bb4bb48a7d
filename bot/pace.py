"""The pace of a channel: what a platform takes in a second, with room left for replies while people chat.

A broadcast may have a pace of its own: a slower one within the channel's, or a paid one in place of it.
"""

import asyncio
import math
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: seconds for which a reply keeps room free
CHATTING = 10.0
#: the part of a second's places that stays free
RESERVED = 0.25
#: length of the platform's second in seconds, a little more: its clock and ours do not tick together
SECOND = 1.002
#: seconds that the database may take to hand out a delivery: it is asked so long before there is a place
AHEAD = 0.05
#: seconds for which a message is expected to be on its way
ON_ITS_WAY = 0.4
#: messages on their way at one time where a platform takes any number
AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Rate:
    """What a platform takes: messages a second in all, to one chat, and on top of these where they are paid for."""

    overall: int
    to_one: int = 1
    paid: int = 0


class Pace:
    """Counts what leaves. Replies are counted and never held back; deliveries take the places that are left.

    A message arrives between the beginning and the end of its call, so one may begin a second after the `overall`-th
    last has ended, whenever each arrived.
    """

    def __init__(self, rate: Rate | None) -> None:
        """Without a rate nothing is held back."""
        self.rate = rate
        #: addresses of deliveries that wait for their place; below, of messages on their way
        self._taken: list[str] = []
        self._leaving: list[str] = []
        #: what ended within the last second: when, and to whom it went
        self._ended: deque[tuple[float, str]] = deque()
        self._chatted = float("-inf")

    @property
    def at_once(self) -> int:
        """How many may be on their way at one time; a crash leaves no more than these unsure."""
        return math.ceil(self.rate.overall * ON_ITS_WAY) if self.rate else AT_ONCE

    def take(self, address: str) -> None:
        """Reserve a place for a delivery that is about to leave."""
        self._taken.append(address)

    async def place(self, address: str) -> None:
        """Wait until a delivery that was taken may leave, and begin it."""
        while self.free() <= 0:  # noqa: ASYNC110 (it is time that makes room)
            await asyncio.sleep(self._until(1 - self.free(), 0.0))
        self._taken.remove(address)
        self.begin(address)

    def begin(self, address: str) -> None:
        """Note that a message is on its way."""
        self._leaving.append(address)

    def end(self, address: str, messages: Sequence[str] | None = None, is_reply: bool = False) -> None:
        """Note that a call ended: it brought so many messages, or none."""
        self._leaving.remove(address)
        if self.rate:
            now = time.monotonic()
            while self._ended and self._ended[0][0] <= now - SECOND:
                self._ended.popleft()
            self._ended.extend([(now, address)] * max(1, len(messages or ())))
            if is_reply:
                self._chatted = now

    def free(self, ahead: float = 0.0) -> int:
        """How many deliveries may begin, now or in so many seconds; below 0 after many replies."""
        if self.rate is None:
            return sys.maxsize
        chatting = time.monotonic() + ahead - self._chatted < CHATTING
        reserved = round(self.rate.overall * RESERVED) if chatting else 0
        return self.rate.overall - reserved - len(self._recent(ahead)) - len(self._leaving)

    def room(self) -> int:
        """How many deliveries may be taken now: each has its place at once, or by the time it is ready to leave."""
        return self.free(AHEAD) - len(self._taken)

    def wait(self) -> float:
        """Seconds until there may be room."""
        return self._until(1 - self.room(), AHEAD)

    def busy(self) -> set[str]:
        """The addresses to which nothing may begin now: a message is under way, or has just arrived."""
        under_way = {*self._taken, *self._leaving}
        if self.rate is None:
            return under_way
        since = time.monotonic() - SECOND / self.rate.to_one
        return under_way | {address for at, address in self._ended if at > since}

    def _recent(self, ahead: float) -> list[float]:
        """When those messages ended that still count in so many seconds."""
        since = time.monotonic() + ahead - SECOND
        return [at for at, _ in self._ended if at > since]

    def _until(self, lacking: int, ahead: float) -> float:
        """Seconds until so many of the ended messages no longer count; a moment where it depends on those under way."""
        recent = self._recent(ahead)
        if lacking <= 0 or not recent:
            return AHEAD
        return recent[min(lacking, len(recent)) - 1] + SECOND - ahead - time.monotonic()


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a broadcast leaves: messages a second, 0 for as many as the channel takes; and whether it is paid
    for."""

    broadcast: int
    most: int
    is_paid: bool


class Paces:
    """The pace of a channel, and the paces that broadcasts have of their own."""

    def __init__(self, usual: Pace) -> None:
        self.usual = usual
        self._own: dict[int, tuple[Pace, Speed]] = {}

    def keep(self, speeds: Iterable[Speed]) -> None:
        """Keep paces for these broadcasts, and for no others."""
        before, self._own = self._own, {}
        for speed in speeds:
            if rate := self._rate(speed):
                pace = before[speed.broadcast][0] if speed.broadcast in before else Pace(rate)
                pace.rate = rate
                self._own[speed.broadcast] = pace, speed

    def _rate(self, speed: Speed) -> Rate | None:
        usual = self.usual.rate
        if speed.is_paid:
            return Rate(min(speed.most, usual.paid)) if usual and usual.paid else None
        return Rate(speed.most) if speed.most else None

    def is_paid(self, broadcast: int | None) -> bool:
        """Whether a broadcast leaves at a paid pace, in place of the channel's."""
        return broadcast in self._own and self._own[broadcast][1].is_paid

    def of(self, broadcast: int | None) -> list[Pace]:
        """The paces that a delivery keeps to; `broadcast` is None for a delivery of no broadcast."""
        own = [self._own[broadcast][0]] if broadcast in self._own else []
        return own if self.is_paid(broadcast) else [*own, self.usual]

    def room(self, broadcast: int | None = None) -> int:
        """How many deliveries of a broadcast may be taken now."""
        return min(pace.room() for pace in self.of(broadcast))

    def most(self) -> int:
        """How many deliveries of any kind may be taken now."""
        return max(pace.room() for pace in (self.usual, *(pace for pace, speed in self._own.values() if speed.is_paid)))

    def _all(self) -> list[Pace]:
        return [self.usual, *(pace for pace, _ in self._own.values())]

    @property
    def at_once(self) -> int:
        """How many may be on their way at one time."""
        return max(pace.at_once for pace in self._all())

    def busy(self) -> set[str]:
        """The addresses to which nothing may begin now."""
        return set().union(*(pace.busy() for pace in self._all()))

    def wait(self) -> float | None:
        """Seconds until there may be more room; None where there is room for everything."""
        full = [pace.wait() for pace in self._all() if pace.room() <= 0]
        return min(full) if full else None

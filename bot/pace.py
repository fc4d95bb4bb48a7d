"""The pace of a channel: what a platform takes in a second, with room left for replies while people chat."""

import time
from collections import deque
from dataclasses import dataclass

#: seconds for which a reply keeps room free, and the part of the second's places that stay free
CHATTING, RESERVED = 10.0, 0.25
#: seconds more than the platform's own second: its clock and ours do not tick together
MARGIN = 0.01


@dataclass(frozen=True, slots=True)
class Rate:
    """What a platform takes: messages a second in all, and to one chat."""

    overall: int
    to_one: int = 1


class Pace:
    """Counts what leaves. Replies are counted and never held; deliveries take the places that are left.

    A message arrives between the beginning and the end of its call, so one may begin a second after the
    `overall`-th last has ended, whenever each arrived.
    """

    def __init__(self, rate: Rate | None) -> None:
        """Without a rate nothing is held."""
        self._rate = rate
        self._under_way = 0
        self._ended: deque[float] = deque()
        self._busy: dict[str, float] = {}
        self._chatted = float("-inf")

    def begin(self, address: str) -> None:
        """A delivery is on its way."""
        self._under_way += 1
        self._busy[address] = float("inf")

    def end(self, address: str) -> None:
        """It has arrived, or not."""
        self._under_way -= 1
        self._busy[address] = time.monotonic()
        self._note()

    def reply(self) -> None:
        """A reply was sent."""
        self._chatted = time.monotonic()
        self._note()

    def _note(self) -> None:
        if self._rate:
            self._ended.append(time.monotonic())
            while len(self._ended) > self._rate.overall:
                self._ended.popleft()

    def room(self) -> int:
        """How many deliveries may begin now."""
        if self._rate is None:
            return 1_000_000
        now = time.monotonic()
        while self._ended and self._ended[0] <= now - 1 - MARGIN:
            self._ended.popleft()
        reserved = round(self._rate.overall * RESERVED) if now - self._chatted < CHATTING else 0
        return self._rate.overall - reserved - len(self._ended) - self._under_way

    def wait(self) -> float:
        """Seconds until the next place may be free."""
        return max(0.001, self._ended[0] + 1 + MARGIN - time.monotonic()) if self._ended else MARGIN

    def busy(self) -> set[str]:
        """The addresses that got something within the last second."""
        if self._rate is None:
            return set()
        before = time.monotonic() - 1 / self._rate.to_one - MARGIN
        self._busy = {address: at for address, at in self._busy.items() if at > before}
        return set(self._busy)

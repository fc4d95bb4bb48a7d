"""The pace: as much as a platform takes in a second and never more, with room for whoever chats."""

import asyncio
import heapq
import random
import time
from bisect import bisect_right
from collections.abc import Callable

import pytest

from bot.pace import AHEAD, CHATTING, Pace, Rate

RATE = Rate(30, 1)
SEED = 20261125


class Platform:
    """Time that is moved by hand, and when each message arrived."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.arrived: list[float] = []
        monkeypatch.setattr(time, "monotonic", lambda: self.now)

    def send(self, pace: Pace, address: str, is_reply: bool = False) -> None:
        """At once."""
        pace.begin(address)
        self.arrived.append(self.now)
        pace.end(address, is_reply=is_reply)

    def run(self, pace: Pace, seconds: float, delay: Callable[[], float]) -> None:
        """Send whenever there is room; a message arrives at some moment of its delay."""
        under_way: list[tuple[float, str]] = []
        end, number = self.now + seconds, 0
        while self.now < end:
            while pace.free() > 0:
                number += 1
                pace.begin(str(number))
                takes = delay()
                self.arrived.append(self.now + takes * random.Random(number).random())
                heapq.heappush(under_way, (self.now + takes, str(number)))
            ended = under_way[0][0] if under_way else end
            self.now = min(ended, self.now + AHEAD / 10)
            while under_way and under_way[0][0] <= self.now:
                pace.end(heapq.heappop(under_way)[1])

    def most_in_a_second(self) -> int:
        ordered = sorted(self.arrived)
        return max(place + 1 - bisect_right(ordered, at - 1) for place, at in enumerate(ordered))


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    return Platform(monkeypatch)


def test_it_uses_what_the_platform_takes(platform: Platform) -> None:
    platform.run(Pace(RATE), 60, lambda: 0.005)
    assert platform.most_in_a_second() <= 30
    assert len(platform.arrived) >= 60 * 30 * 0.97


def test_it_never_takes_more_however_long_a_message_is_on_its_way(platform: Platform) -> None:
    chance = random.Random(SEED)
    platform.run(Pace(RATE), 120, lambda: chance.choice((0.001, 0.05, 0.4, 3.0)))
    assert platform.most_in_a_second() <= 30


def test_while_people_chat_a_quarter_stays_free(platform: Platform) -> None:
    pace = Pace(RATE)
    platform.send(pace, "budi", is_reply=True)
    assert pace.room() == 30 - 8 - 1
    platform.now += CHATTING / 2
    assert pace.room() == 30 - 8
    platform.now += CHATTING / 2
    assert pace.room() == 30


def test_replies_are_counted_and_never_held(platform: Platform) -> None:
    pace = Pace(RATE)
    for number in range(40):
        platform.send(pace, str(number), is_reply=True)
    assert pace.room() < 0
    assert 0.9 < pace.wait() < 1
    platform.now += pace.wait()
    assert pace.room() > 0


async def test_what_is_taken_a_moment_ahead_leaves_when_there_is_a_place(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        platform.now += seconds

    monkeypatch.setattr(asyncio, "sleep", sleep)
    pace = Pace(RATE)
    for number in range(30):
        platform.send(pace, str(number))
    platform.now += pace.wait()
    assert pace.room() == 30
    pace.take("ani")
    assert pace.room() == 29
    assert pace.busy() == {"ani", *map(str, range(30))}
    await pace.place("ani")
    assert slept == [pytest.approx(AHEAD)]
    assert (pace.room(), pace.free()) == (29, 29)


def test_whoever_has_just_got_something_has_a_second_of_peace(platform: Platform) -> None:
    pace = Pace(RATE)
    pace.begin("ani")
    platform.send(pace, "budi", is_reply=True)
    assert pace.busy() == {"ani", "budi"}
    platform.now += 1.1
    assert pace.busy() == {"ani"}
    pace.end("ani")
    assert pace.busy() == {"ani"}


def test_a_channel_of_our_own_has_no_limits(platform: Platform) -> None:
    pace = Pace(None)
    for number in range(1000):
        platform.send(pace, str(number))
    pace.begin("ani")
    assert pace.room() > 1000
    assert pace.busy() == {"ani"}

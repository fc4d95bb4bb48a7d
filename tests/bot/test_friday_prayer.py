"""Friday prayer: one place says when it is, on the clock of Bandung and of Malaysia."""

from datetime import date, datetime, time

import pytest

from bot.clock import BANDUNG
from bot.language.dates_said import MALAYSIA
from bot.language.quiet_hours import earliest_delivery, falls_into_prayer

FRIDAY = date(2027, 4, 16)


@pytest.mark.parametrize(
    ("opens", "closes", "zone", "falls"),
    [
        (time(10), time(20), MALAYSIA, True),
        (time(10), time(12, 30), MALAYSIA, False),
        (time(10), time(13, 30), MALAYSIA, True),
        (time(14), time(17), MALAYSIA, True),
        (time(14, 30), time(17), MALAYSIA, False),
        (time(10), time(12, 30), BANDUNG.key, True),
        (time(10), time(0), BANDUNG.key, True),
        (time(13), time(17), BANDUNG.key, False),
    ],
)
def test_opening_hours_that_run_into_it_are_found(opens: time, closes: time, zone: str, falls: bool) -> None:
    assert falls_into_prayer(FRIDAY, date(2027, 4, 18), opens, closes, zone) == (FRIDAY if falls else None)


def test_days_without_a_friday_have_none() -> None:
    assert falls_into_prayer(date(2027, 4, 17), date(2027, 4, 18), time(8), time(20), MALAYSIA) is None


def test_what_can_wait_leaves_after_it() -> None:
    during = datetime(2027, 4, 16, 12, tzinfo=BANDUNG)
    assert earliest_delivery(during).time() == time(13)

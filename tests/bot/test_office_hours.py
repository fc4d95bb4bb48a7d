"""Working hours: what a promise is measured in, and how it is said."""

from datetime import date, datetime

import pytest

from bot.cases import opening_hours
from bot.cases.opening_hours import OfficeHours, deadline
from bot.clock import BANDUNG
from bot.language.i18n import speaking
from bot.language.markdown import plain

WEEKDAYS = {str(day): ["08:00", "16:00"] for day in range(5)}
MOSQUE = {**{str(day): ["08:00", "16:00"] for day in range(4)}, "4": ["08:00", "11:30"]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BANDUNG)


@pytest.mark.parametrize(
    ("now", "promised"),
    [
        ("2026-11-23 09:41", "2026-11-23 14:00"),  # Monday, rounded up
        ("2026-11-23 08:00", "2026-11-23 12:00"),  # to the minute
        ("2026-11-23 07:10", "2026-11-23 12:00"),  # before it opens
        ("2026-11-22 20:15", "2026-11-23 12:00"),  # Sunday evening
        ("2026-11-23 12:00", "2026-11-23 16:00"),  # until it closes
        ("2026-11-23 12:01", "2026-11-24 09:00"),  # a minute of it is left for tomorrow
        ("2026-11-23 16:00", "2026-11-24 12:00"),
        ("2026-11-27 15:50", "2026-11-30 12:00"),  # Friday afternoon, over the weekend
    ],
)
def test_staff_have_four_working_hours(now: str, promised: str) -> None:
    assert OfficeHours(WEEKDAYS, []).promise(at(now)) == at(promised)


def test_nobody_works_on_a_holiday() -> None:
    hours = OfficeHours(WEEKDAYS, ["2026-11-23", "2026-11-24"])
    assert hours.promise(at("2026-11-22 20:15")) == at("2026-11-25 12:00")
    assert not hours.is_open(at("2026-11-23 10:00"))


def test_rounding_does_not_promise_an_hour_at_which_it_is_closed() -> None:
    assert OfficeHours(MOSQUE, []).promise(at("2026-11-26 15:40")) == at("2026-11-30 09:00")
    assert OfficeHours({"0": ["08:00", "12:30"]}, []).promise(at("2026-11-23 08:20")) == at("2026-11-23 12:30")


@pytest.mark.parametrize("hours", [{}, {"0": ["08:00", "08:00"]}])
def test_an_office_that_is_always_closed_promises_nothing(hours: dict[str, list[str]]) -> None:
    assert OfficeHours(hours, []).promise(at("2026-11-23 09:41")) is None


@pytest.mark.parametrize(
    ("now", "is_open"),
    [("2026-11-23 07:59", False), ("2026-11-23 08:00", True), ("2026-11-23 16:00", False), ("2026-11-28 10:00", False)],
)
def test_it_is_open_from_the_first_minute_to_the_last(now: str, is_open: bool) -> None:
    assert OfficeHours(WEEKDAYS, []).is_open(at(now)) is is_open


def test_an_office_may_be_open_until_midnight() -> None:
    hours = OfficeHours(opening_hours.parse("senin 17.00-24.00") or {}, [])
    assert hours.is_open(at("2026-11-23 23:59")) and not hours.is_open(at("2026-11-24 00:00"))
    assert hours.promise(at("2026-11-23 19:30")) == at("2026-11-24 00:00")


def test_any_moment_of_a_year_gets_a_promise_in_working_time_that_leaves_four_hours() -> None:
    hours = OfficeHours(MOSQUE, ["2026-12-25", "2027-01-01"])
    for day in range(1, 366):
        for hour in (0, 7, 11, 13, 15, 21):
            now = datetime.combine(date.fromordinal(date(2026, 11, 22).toordinal() + day), datetime.min.time(), BANDUNG)
            now = now.replace(hour=hour, minute=day % 60)
            promised = hours.promise(now)
            assert promised is not None and (promised - now).total_seconds() >= 4 * 3600
            assert promised.isoformat()[:10] not in ("2026-12-25", "2027-01-01") and promised.weekday() < 5


@pytest.mark.parametrize(
    ("language", "today", "later"),
    [
        ("id", "hari ini pukul 14.00 WIB", "Senin, 30 November 2026 pukul 12.00 WIB"),
        ("su", "dinten ieu tabuh 14.00 WIB", "Senén, 30 Nopémber 2026 tabuh 12.00 WIB"),
        (
            "en",
            "today at 2:00 pm in Bandung (3:00 pm in Malaysia)",
            "Monday, 30 November 2026 at 12:00 pm in Bandung (1:00 pm in Malaysia)",
        ),
        (
            "ms",
            "hari ini pukul 3.00 petang waktu Malaysia (2.00 petang WIB)",
            "Isnin, 30 November 2026 pukul 1.00 tengah hari waktu Malaysia (12.00 tengah hari WIB)",
        ),
    ],
)
def test_a_deadline_is_said_with_the_day_and_the_clock(language: str, today: str, later: str) -> None:
    now = at("2026-11-23 09:41")
    with speaking(language):
        assert plain(deadline(at("2026-11-23 14:00"), now)) == today
        assert plain(deadline(at("2026-11-30 12:00"), now)) == later


def test_hours_are_said_in_spans_of_days() -> None:
    with speaking("id"):
        assert plain(OfficeHours(WEEKDAYS, []).format()) == "Senin–Jumat pukul 08.00–16.00 WIB"
        assert plain(OfficeHours(MOSQUE, []).format()) == (
            "Senin–Kamis pukul 08.00–16.00 WIB, Jumat pukul 08.00–11.30 WIB"
        )
    with speaking("en"):
        assert plain(OfficeHours({"5": ["09:00", "24:00"]}, []).format()) == "Saturday 9:00 am–11:59 pm in Bandung"

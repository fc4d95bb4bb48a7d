"""Days and hours as a person reads them, in every language, on both clocks."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from bot.language.dates_said import MALAYSIA, period, span, weekday_span
from bot.language.dates_said import hours as said_hours
from bot.language.i18n import LANGUAGES, speaking
from bot.language.markdown import plain

JAKARTA = "Asia/Jakarta"


def hours(on: date, opens: time, closes: time | None, zone: str) -> str:
    return plain(said_hours(on, opens, closes, zone))


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2027, 4, 16), date(2027, 4, 16), "16 April 2027"),
        (date(2027, 4, 16), date(2027, 4, 18), "16–18 April 2027"),
        (date(2027, 4, 30), date(2027, 5, 2), "30 April–2 Mei 2027"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 Desember 2026–2 Januari 2027"),
    ],
)
def test_a_span_of_days_repeats_nothing(first: date, last: date, told: str) -> None:
    with speaking("id"):
        assert span(first, last) == told


def test_days_are_named_in_every_language() -> None:
    told = {}
    for language in LANGUAGES:
        with speaking(language):
            told[language] = (
                weekday_span(date(2026, 11, 27), date(2026, 11, 30)),
                period(date(2027, 8, 1), date(2027, 8, 31)),
            )
    assert told == {
        "id": ("Jumat–Senin, 27–30 November 2026", "Agustus 2027"),
        "en": ("Friday–Monday, 27–30 November 2026", "August 2027"),
        "ms": ("Jumaat–Isnin, 27–30 November 2026", "Ogos 2027"),
        "su": ("Jumaah–Senén, 27–30 Nopémber 2026", "Agustus 2027"),
    }


def test_the_clock_of_the_place_comes_first_and_bandungs_beside_it() -> None:
    told = {}
    for language in LANGUAGES:
        with speaking(language):
            told[language] = hours(date(2027, 4, 16), time(10), time(20), MALAYSIA)
    assert told == {
        "id": "10.00–20.00 waktu Malaysia (09.00–19.00 WIB)",
        "en": "10:00 am–8:00 pm Malaysia time (9:00 am–7:00 pm in Bandung)",
        "ms": "10.00 pagi–8.00 malam waktu Malaysia (9.00 pagi–7.00 malam WIB)",
        "su": "10.00–20.00 waktos Malaysia (09.00–19.00 WIB)",
    }


def test_what_is_in_bandung_has_both_clocks_only_for_those_who_may_be_elsewhere() -> None:
    told = {}
    for language in LANGUAGES:
        with speaking(language):
            told[language] = hours(date(2027, 4, 16), time(9), None, JAKARTA)
    assert told == {
        "id": "09.00 WIB",
        "en": "9:00 am in Bandung (10:00 am in Malaysia)",
        "ms": "10.00 pagi waktu Malaysia (9.00 pagi WIB)",
        "su": "09.00 WIB",
    }


def test_both_dates_are_written_where_the_clocks_fall_on_two() -> None:
    with speaking("id"):
        told = hours(date(2027, 4, 17), time(0, 30), time(7), MALAYSIA)
    assert told == "00.30–07.00 waktu Malaysia (Jumat, 16 April pukul 23.30–06.00 WIB)"
    with speaking("en"):
        told = hours(date(2027, 4, 16), time(23, 30), None, JAKARTA)
    assert told == "11:30 pm in Bandung (Saturday, 17 April at 12:30 am in Malaysia)"


def test_both_clocks_are_an_hour_apart_on_every_day() -> None:
    random = Random(2)
    for ahead in range(31):
        on, opens = date(2026, 12, 10) + timedelta(days=ahead * 11), time(random.randrange(1, 24), random.randrange(60))
        with speaking("id"):
            local, here = hours(on, opens, None, MALAYSIA).removesuffix(" WIB)").split(" waktu Malaysia (")
        wall = datetime.combine(on, opens, UTC)
        assert (local, here) == (f"{wall:%H.%M}", f"{wall - timedelta(hours=1):%H.%M}")

"""Calendar files: every one is read by the icalendar parser, changes and cancellations reach the same entry."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from bot.clock import BANDUNG
from bot.language.i18n import LANGUAGES, speaking
from bot.media.calendar import Event, build

MALAYSIA = "Asia/Kuala_Lumpur"
EVENT = Event(
    uid="ppb27@jembatan",
    sequence=0,
    cancelled=False,
    summary="Pekan Produk Bandung (CONTOH)",
    description="Makanan, fesyen; dan kerajinan.\nGratis \\ untuk umum: “datang” saja 📍",
    location="Dewan Sivik MBPJ, Jalan Yong Shook Lin, Seksyen 52, Petaling Jaya",
    first_day=date(2027, 4, 16),
    last_day=date(2027, 4, 18),
    opens=time(10),
    closes=time(20),
    timezone=MALAYSIA,
    place=(3.1017, 101.6448),
    url="https://example.org/ppb?kota=pj,kl&hari=3",
    changed_at=datetime(2026, 11, 23, 2, 41, tzinfo=UTC),
    now=datetime(2026, 11, 24, 2, 41, tzinfo=UTC),
)


def read(event: Event) -> icalendar.Calendar:
    """The file as the parser reads it; the file itself is as the standard wants it."""
    file = build(event)
    assert file.endswith(b"\r\n") and b"\n" not in file.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(file)
    assert not calendar.errors
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    return calendar


def entry(event: Event) -> Any:
    """The only entry of the file."""
    (found,) = read(event).walk("VEVENT")
    assert not found.errors and "ORGANIZER" not in found
    return found


def test_everything_told_stands_in_the_file_as_it_was() -> None:
    found = entry(EVENT)
    assert found["SUMMARY"] == EVENT.summary
    assert found["DESCRIPTION"] == EVENT.description
    assert found["LOCATION"] == EVENT.location
    assert found["URL"] == EVENT.url
    assert found["GEO"].to_ical() == "3.1017;101.6448"
    assert found["STATUS"] == "CONFIRMED"
    assert found["DTSTAMP"].dt == EVENT.now
    assert found["LAST-MODIFIED"].dt == EVENT.changed_at


def test_what_is_not_known_is_left_out() -> None:
    found = entry(replace(EVENT, description="", location="", url="", place=None, closes=None))
    assert not {"DESCRIPTION", "LOCATION", "URL", "GEO", "DTEND", "DURATION"} & set(found)


def test_a_change_and_a_cancellation_reach_the_same_entry() -> None:
    moved = replace(EVENT, sequence=1, first_day=date(2027, 4, 23), last_day=date(2027, 4, 25))
    cancelled = replace(moved, sequence=2, cancelled=True)
    found = [entry(event) for event in (EVENT, moved, cancelled)]
    assert {one["UID"] for one in found} == {EVENT.uid}
    assert [one["SEQUENCE"] for one in found] == [0, 1, 2]
    assert [one["STATUS"] for one in found] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert found[1]["DTSTART"].dt == datetime(2027, 4, 23, 10, tzinfo=ZoneInfo(MALAYSIA))


def test_the_title_of_what_is_cancelled_says_so_in_every_language() -> None:
    """Not every calendar shows the state."""
    for language in LANGUAGES:
        with speaking(language):
            title = entry(replace(EVENT, cancelled=True, summary="Pekan *Produk*"))["SUMMARY"]
        assert title.endswith(": Pekan *Produk*") and len(title) > 17


def test_both_clocks_are_right_on_every_day_of_a_month() -> None:
    """By the zone that the file itself carries, for a phone that knows none."""
    random = Random(4)
    for ahead in range(31):
        first = date(2027, 1, 1) + timedelta(days=random.randrange(700) + ahead)
        last = first + timedelta(days=random.randrange(5))
        opens = time(random.randrange(24), random.choice((0, 15, 30)))
        for zone, hours_behind in ((MALAYSIA, 8), ("Asia/Jakarta", 7)):
            event = replace(EVENT, first_day=first, last_day=last, opens=opens, closes=time(23, 45), timezone=zone)
            calendar = read(event)
            start: Any = calendar.walk("VEVENT")[0]["DTSTART"]
            (carried,) = calendar.timezones
            assert start.params["TZID"] == carried["TZID"] == zone
            local = start.dt.replace(tzinfo=carried.to_tz(lookup_tzid=False))
            wall = datetime.combine(first, opens)
            assert local.astimezone(UTC).replace(tzinfo=None) == wall - timedelta(hours=hours_behind)
            assert local.astimezone(BANDUNG).replace(tzinfo=None) == wall - timedelta(hours=hours_behind - 7)
            assert start.dt.astimezone(UTC) == local.astimezone(UTC)


def test_several_days_with_hours_repeat_daily() -> None:
    found = entry(EVENT)
    assert found["RRULE"] == {"FREQ": ["DAILY"], "COUNT": [3]}
    assert found["DTEND"].dt - found["DTSTART"].dt == timedelta(hours=10)
    assert "RRULE" not in entry(replace(EVENT, last_day=EVENT.first_day))


def test_without_hours_it_fills_whole_days() -> None:
    found = entry(replace(EVENT, opens=None, closes=None))
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (date(2027, 4, 16), date(2027, 4, 19))
    assert found["DTSTART"].params["VALUE"] == "DATE"
    assert found["TRANSP"] == "TRANSPARENT"
    assert b"VTIMEZONE" not in build(replace(EVENT, opens=None, closes=None))


def test_what_closes_after_midnight_ends_the_day_after() -> None:
    found = entry(replace(EVENT, opens=time(18), closes=time(0)))
    assert found["DTEND"].dt == datetime(2027, 4, 17, tzinfo=ZoneInfo(MALAYSIA))


def test_whatever_staff_write_the_file_stays_whole() -> None:
    """No text begins a line of its own, and long ones are folded without cutting a letter."""
    random = Random(3)
    letters = 'aé–📍,;:\\"\n\r\t *_\u2028'
    for _ in range(40):
        text = "".join(random.choices(letters, k=random.randrange(1, 200))) + "\nEND:VEVENT\r\nBEGIN:VEVENT"
        found = entry(replace(EVENT, summary=text, description=text, location=text))
        assert found["DESCRIPTION"].count("VEVENT") == 2
        assert found["UID"] == EVENT.uid

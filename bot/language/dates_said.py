"""Days and hours as a person reads them: with weekdays, and on the clock of the place first, Bandung's beside it."""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date

from bot.clock import BANDUNG
from bot.language.i18n import _, day, hour, language, locale
from bot.language.markdown import Markdown

MALAYSIA = "Asia/Kuala_Lumpur"


def span(first: date, last: date) -> str:
    """Format days: 16–18 April 2027, 30 April–2 May 2027; one day where both are the same."""
    if first == last:
        return day(first)
    if first.year != last.year:
        return f"{day(first)}–{day(last)}"
    if first.month != last.month:
        return f"{_formatted(first, 'd MMMM')}–{day(last)}"
    return f"{first.day}–{day(last)}"


def weekday_span(first: date, last: date) -> str:
    """Format days with their weekdays: Friday–Sunday, 16–18 April 2027."""
    weekdays = [_formatted(one, "EEEE") for one in (first, last)]
    if first == last:
        return f"{weekdays[0]}, {day(first)}"
    if (last - first).days > 6:
        return span(first, last)
    return f"{weekdays[0]}–{weekdays[1]}, {span(first, last)}"


def period(first: date, last: date) -> str:
    """Format a span of days by its shortest name: 2027, April 2027, 16–18 April 2027."""
    following = date.fromordinal(last.toordinal() + 1)
    if (first.day, first.month, following.day, following.month) == (1, 1, 1, 1) and following.year == first.year + 1:
        return str(first.year)
    if first.day == following.day == 1 and (first.year, first.month) == (last.year, last.month):
        return _formatted(first, "MMMM y")
    return span(first, last)


def hours(on: date, opens: time, closes: time | None, zone: str) -> Markdown:
    """Format hours on the clock of the place: 10.00–20.00 waktu Malaysia (09.00–19.00 WIB).

    With `closes` None only the beginning. What begins on the day before on Bandung's clock says so; in Malay and
    English what is in Bandung has both clocks too.
    """
    times = [time_ for time_ in (opens, closes) if time_ is not None]
    local = _on_clock(on, times, zone, zone)
    here = _on_clock(on, times, zone, BANDUNG.key)
    if local == here:
        bandung = _("{hours} in Bandung", hours=local)
        if language() not in ("en", "ms"):
            return bandung
        return _("{here} ({there} in Malaysia)", here=bandung, there=_on_clock(on, times, zone, MALAYSIA))
    if zone == MALAYSIA:
        return _("{hours} Malaysia time ({here} in Bandung)", hours=local, here=here)
    return _("{hours} local time ({here} in Bandung)", hours=local, here=here)


def _on_clock(on: date, times: Sequence[time], zone: str, other: str) -> str:
    """Format hours on one clock, with the day where it begins on another: `Jumat, 16 April pukul 23.30–07.00`."""
    there = [datetime.combine(on, one, ZoneInfo(zone)).astimezone(ZoneInfo(other)) for one in times]
    said = "–".join(hour(one) for one in there)
    if there[0].date() == on:
        return said
    return _("{day} at {time}", day=_formatted(there[0].date(), "EEEE, d MMMM"), time=said)


def _formatted(value: date, pattern: str) -> str:
    return str(format_date(value, pattern, locale=locale()))

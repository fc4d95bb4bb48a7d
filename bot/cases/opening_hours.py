"""The hours in which somebody is at the office: as staff write them, in words, and as promises are counted in them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names

from bot import dates
from bot.clock import BANDUNG, bandung_day
from bot.dates import When, in_order
from bot.language.i18n import LANGUAGES, _, clock_time, day, hour, language, locale
from bot.language.markdown import Markdown

#: working hours within which staff answer
PROMISE = timedelta(hours=4)
#: how far a promise looks ahead: a longer closure is none
_FARTHEST = 60
_MALAYSIA = ZoneInfo("Asia/Kuala_Lumpur")


class OfficeHours:
    """Opening hours as `db.office.StoredOffice` keeps them."""

    def __init__(self, hours: Mapping[str, Sequence[str]], holidays: Collection[str]) -> None:
        self._hours = {int(weekday): (_time(from_), _time(until)) for weekday, (from_, until) in hours.items()}
        self._holidays = frozenset(holidays)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is at the office."""
        return any(opens <= at < closes for opens, closes in self._openings(at, days=1))

    def next_opening(self, now: datetime) -> datetime | None:
        """The next opening time; None where the office is closed for months."""
        return next((opens for opens, _closes in self._openings(now, _FARTHEST) if opens > now), None)

    def promise(self, now: datetime) -> datetime | None:
        """Four working hours from now, rounded up to the full hour or closing time; None where closed for months."""
        left = PROMISE
        for opens, closes in self._openings(now, _FARTHEST):
            start = max(opens, now)
            if start >= closes:
                continue
            if left <= closes - start:
                return min(_full_hour(start + left), closes)
            left -= closes - start
        return None

    def format(self) -> Markdown:
        """`Senin–Kamis pukul 08.00–16.00 WIB, Jumat pukul 08.00–11.30 WIB`; empty where it is always closed."""
        names = get_day_names("wide", locale=language())
        said = []
        for first, last in self._spans():
            days = names[first] if first == last else f"{names[first]}–{names[last]}"
            opens, closes = map(hour, self._hours[first])
            said.append(_("{days} {opens}–{closes} in Bandung", days=days, opens=opens, closes=closes))
        return Markdown(", ".join(said))

    def _openings(self, now: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
        """List opening and closing times from today on, for so many days."""
        today = bandung_day(now)
        for on in (today + timedelta(days=ahead) for ahead in range(days)):
            if on.weekday() in self._hours and on.isoformat() not in self._holidays:
                opens, closes = self._hours[on.weekday()]
                until = on if closes != time() else on + timedelta(days=1)
                yield datetime.combine(on, opens, BANDUNG), datetime.combine(until, closes, BANDUNG)

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Join weekdays in a row with the same hours, as (first, last)."""
        first = None
        for weekday in range(7):
            hours = self._hours.get(weekday)
            if first is None and hours:
                first = weekday
            if first is not None and self._hours.get(weekday + 1) != hours:
                yield first, weekday
                first = None


def deadline(at: datetime, now: datetime) -> Markdown:
    """Format a deadline: `hari ini pukul 14.00 WIB`; in Malay and English on both clocks."""
    local = bandung_day(at)
    if local == bandung_day(now):
        return _("today at {time}", time=_clocks(at))
    return _("{day} at {time}", day=_weekday(local), time=_clocks(at))


def short(at: datetime, now: datetime) -> str:
    """Format a time for lists that colleagues read: `09.41 WIB` of today, `22 November 2026` of another day."""
    local = bandung_day(at)
    return clock_time(at) if local == bandung_day(now) else day(local)


def _weekday(at: date) -> str:
    return str(format_date(at, "EEEE, d MMMM y", locale=locale()))


def _clocks(at: datetime) -> Markdown:
    here = clock_time(at)
    if language() not in ("en", "ms"):
        return Markdown(here)
    there = at.astimezone(_MALAYSIA)
    return _("{here} ({there} in Malaysia)", here=here, there=hour(there))


def _time(text: str) -> time:
    """Read `08:00`; `24:00` is the last minute of the day."""
    return time(23, 59) if text == "24:00" else time.fromisoformat(text)


def _full_hour(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return at - past + timedelta(hours=1) if past else at


_CLOSED = ("tutup", "libur", "closed", "peré", "pere")
_DAY, _TO = "[^\\W\\d_]+(?:'at)?", "(?:-|–|sampai|s/d|to|hingga)"
_RANGE = re.compile(rf"({_DAY})(?: *{_TO} *({_DAY}))? *:? *(?:pukul|jam)? *((?:\d|{'|'.join(_CLOSED)}).*)")
#: hours are read the same on every day
_ANY_DAY = datetime(2026, 1, 1, tzinfo=BANDUNG)


@cache
def _weekdays() -> Mapping[str, int]:
    """Each name of a weekday, full and short, in every language, with its number: 0 is Monday."""
    found: dict[str, int] = {}
    for code in LANGUAGES:
        for width in ("wide", "abbreviated"):
            names = get_day_names(width, locale=code)
            found |= {name.lower().strip("."): weekday for weekday, name in names.items()}
    return found | {"jum'at": 4, "jumaat": 4, "ahad": 6}


def parse(text: str) -> dict[str, list[str]] | None:
    """Read hours as weekday (`0` is Monday) to `["08:00", "16:00"]`; None where the text says anything else."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"[,;\n]", text.lower()):
        if not part.strip():
            continue
        match = _RANGE.fullmatch(part.strip())
        first = _weekdays().get(match[1].strip()) if match else None
        last = _weekdays().get(match[2]) if match and match[2] else first
        if match is None or first is None or last is None:
            return None
        hours = _pair(match[3])
        if hours is None and match[3].strip() not in _CLOSED:
            return None
        days = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
        for weekday in days:
            found.pop(str(weekday), None)
            if hours:
                found[str(weekday)] = hours
    return dict(sorted(found.items())) or None


def _pair(text: str) -> list[str] | None:
    found = dates.read(f"jam {text}", _ANY_DAY)
    if not isinstance(found, When) or found.last or found.opens is None or found.closes is None:
        return None
    return [f"{found.opens:%H:%M}", f"{found.closes:%H:%M}"] if in_order(found.opens, found.closes) else None

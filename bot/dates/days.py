"""Single days: the candidates in every year that may be meant, and the choice among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.dates.reading import Reason, When
from bot.dates.tokens import Today

#: a span longer than this into a year that was not written is a slip
_LONGEST = timedelta(days=200)
#: a year further ahead is asked back
_YEARS_AHEAD = 5
_A_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Days:
    """One meaning of a day; `open` where no year was written, and then there is one candidate a year."""

    candidates: tuple[date, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A day with all its meanings, and the weekday that was written beside it."""

    meanings: tuple[Days, ...]
    weekday: int | None = None
    #: why it must be asked back although it can be read
    doubt: Reason | None = None


@dataclass(frozen=True, slots=True)
class Spans:
    """What the days of a text may mean, the likelier first; they are sure where there is no reason for doubt."""

    readings: tuple[When, ...]
    doubt: Reason | None = None


def dated(day: int, month: int, year: int | None, today: Today) -> Days:
    """Make a day of a month; without candidates where there is no such day."""
    years = (year,) if year is not None else range(today.date.year - 1, today.date.year + 5)
    found = (_date(one, month, day) for one in years)
    return Days(tuple(one for one in found if one), year is None)


def in_month(day: int, first: date) -> Days:
    """Make a day of the month that begins on `first`."""
    found = _date(first.year, first.month, day)
    return Days((found,) if found else ())


def next_of_month(day: int, today: Today) -> Days:
    """Make a day of this month, or of the next if it has passed."""
    firsts = [shifted(today.date.replace(day=1), months) for months in range(-1, 4)]
    found = (_date(first.year, first.month, day) for first in firsts)
    return Days(tuple(one for one in found if one), open=True)


def fixed(*days: date) -> tuple[Days, ...]:
    """Make days that need no year, each a meaning of its own."""
    return tuple(Days((one,)) for one in dict.fromkeys(days))


def shifted(first: date, months: int) -> date:
    """The first of the month, so many months later."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def last_of(first: date) -> date:
    """The last day of the month that begins on `first`."""
    return shifted(first, 1) - timedelta(days=1)


def single(point: Point, today: Today) -> Spans:
    """Read a point as a single day: where no year was written, the next one that has not passed."""
    days = []
    for meaning in point.meanings:
        ahead = (day for day in meaning.candidates if not meaning.open or day >= today.date)
        if day := next(ahead, None):
            days.append(day)
            if meaning.open and day - today.date > _A_YEAR:
                return Spans((When(day, day),), "no-such-day")
    spans = _checked([When(day, day) for day in days], (point.weekday, None), today)
    return Spans(spans.readings, spans.doubt or point.doubt)


def between(first: Point, last: Point, today: Today) -> Spans:
    """Read two points as a span."""
    found = [
        When(*pair) for one in first.meanings for other in last.meanings for pair in _pairs(one, other, today.date)
    ]
    if not found:
        empty = any(not meaning.candidates for point in (first, last) for meaning in point.meanings)
        return Spans((), "no-such-day" if empty else "order")
    spans = _checked(found, (first.weekday, last.weekday), today)
    return Spans(spans.readings, spans.doubt or first.doubt or last.doubt)


def checked(spans: Spans, weekdays: tuple[int | None, int | None], today: Today) -> Spans:
    """Check a span against the weekdays that were written beside it."""
    again = _checked(list(spans.readings), weekdays, today)
    return Spans(again.readings, again.doubt or (spans.doubt if spans.doubt != "several" else None))


def _checked(found: list[When], weekdays: tuple[int | None, int | None], today: Today) -> Spans:
    """Keep only what falls on the weekdays that were written; where nothing does, keep all and the nearest that
    would."""
    readings = list(dict.fromkeys(found))
    if not readings:
        return Spans((), "no-such-day")
    if weekdays != (None, None):
        fitting = [one for one in readings if not one.period and _falls_on(one, weekdays)]
        if not fitting:
            return Spans((*readings, *_nearest(readings, weekdays)), "weekday")
        readings = fitting
    if len(readings) > 1:
        return Spans(tuple(readings), "several")
    end = readings[0].last or readings[0].first
    far = end is not None and not -100 < end.year - today.date.year <= _YEARS_AHEAD
    return Spans(tuple(readings), "far" if far else None)


def _falls_on(one: When, weekdays: tuple[int | None, int | None]) -> bool:
    return all(
        weekday is None or (day is not None and day.weekday() == weekday)
        for day, weekday in zip((one.first, one.last), weekdays, strict=True)
    )


def _nearest(readings: Iterable[When], weekdays: tuple[int | None, int | None]) -> list[When]:
    """Move the days by up to three, so that they fall on the weekdays."""
    moved = []
    for one in readings:
        for days in (1, -1, 2, -2, 3, -3):
            step = timedelta(days=days)
            other = When(one.first and one.first + step, one.last and one.last + step)
            if not one.period and _falls_on(other, weekdays):
                moved.append(other)
    return moved


def _pairs(first: Days, last: Days, today: date) -> list[tuple[date, date]]:
    """Beginning and end within reach of each other. Where no year was written, the next that is not over; of one that
    is running also the one after."""
    written = not first.open and not last.open
    pairs = []
    for other in last.candidates:
        before = [one for one in first.candidates if one <= other and (written or _within_reach(one, other))]
        pairs += [(max(before), other)] if before else []
    if not (first.open and last.open):
        return pairs[:1]
    ahead = [pair for pair in pairs if today <= pair[1] <= today + _A_YEAR + _LONGEST]
    coming = [pair for pair in ahead if pair[0] >= today]
    return [pair for pair in ahead if pair[0] < today][:1] + coming[:1]


def _within_reach(one: date, other: date) -> bool:
    return one.year == other.year or other - one <= _LONGEST


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Stretches of time by their name: `april`, `bulan depan`, `akhir april`, `minggu depan`, `2027`."""

from datetime import date, timedelta

from bot.dates.days import Spans, last_of, shifted
from bot.dates.points import STEPS, month_of, spans, year_of
from bot.dates.reading import When
from bot.dates.tokens import Rule, Today, Token

#: first and last day of a month's beginning, middle and end
_THIRDS = ((1, 10), (11, 20), (21, 31))
_YEARS_AHEAD = 5


def _period(first: date, last: date) -> When:
    return When(first, last, period=True)


def _third(first: date, third: int | None) -> When:
    """The month that begins on `first`, or one third of it."""
    if third is None:
        return _period(first, last_of(first))
    begins, ends = _THIRDS[third]
    return _period(first.replace(day=begins), min(first.replace(day=20) + timedelta(days=ends - 20), last_of(first)))


def _sure(*found: When) -> list[Token]:
    return spans(Spans(found, "several" if len(found) > 1 else None))


def _turn(tokens: list[Token]) -> str:
    return str(next((token.value for token in tokens if token.kind == "f"), ""))


def _part(tokens: list[Token]) -> int | None:
    return next((token.value for token in tokens if token.kind == "q"), None)


def _month(tokens: list[Token], today: Today) -> list[Token]:
    """april, april 2027, akhir april: without a year the next that is not over; `april depan` may be the one after."""
    month, year = month_of(tokens), year_of(tokens, today)
    if year is not None:
        found = _third(date(year, month, 1), _part(tokens))
        return spans(Spans((found,), "far" if year - today.date.year > _YEARS_AHEAD else None))
    this_year = today.date.year
    named = [_third(date(one, month, 1), _part(tokens)) for one in range(this_year - 1, this_year + 3)]
    turn = _turn(tokens)
    if turn in ("this", "last"):
        return _sure(named[1 + STEPS[turn]])
    ahead = [one for one in named if one.last and one.last >= today.date]
    both = turn == "next" and ahead[0].first and ahead[0].first.year == this_year
    return _sure(*ahead[: 2 if both else 1])


def _months(tokens: list[Token], today: Today) -> list[Token]:
    """april-juni, november sampai februari."""
    one, other = (token.value for token in tokens if token.kind == "m")
    written = year_of(tokens, today)
    year = today.date.year if written is None else written
    ends = last_of(date(year, other, 1))
    if written is None and ends < today.date:
        ends = last_of(date(year + 1, other, 1))
    return _sure(_period(date(ends.year - (one > other), one, 1), ends))


def _turned_month(tokens: list[Token], today: Today) -> list[Token]:
    """bulan depan, akhir bulan: the latter of this month, or of the next if it has passed."""
    turn, part = _turn(tokens), _part(tokens)
    first = shifted(today.date.replace(day=1), STEPS[turn or "this"])
    found = _third(first, part)
    if not turn and found.last and found.last < today.date:
        found = _third(shifted(first, 1), part)
    return _sure(found)


def _year(tokens: list[Token], today: Today) -> list[Token]:
    """2027, tahun depan."""
    turn = _turn(tokens)
    year = today.date.year + STEPS[turn] if turn else int(tokens[0].value)
    found = _period(date(year, 1, 1), date(year, 12, 31))
    return spans(Spans((found,), None if abs(year - today.date.year) <= _YEARS_AHEAD else "far"))


def _weeks(today: Today, turn: str) -> list[When]:
    """The weeks that may be meant, from Monday; on a Sunday the next one has already begun for some."""
    monday = today.date - timedelta(days=today.date.weekday()) + timedelta(days=7 * STEPS[turn])
    found = [monday] if today.date.weekday() < 6 or turn == "last" else [monday, monday + timedelta(days=7)]
    return [_period(first, first + timedelta(days=6)) for first in found]


def _week(tokens: list[Token], today: Today) -> list[Token]:
    """pekan depan."""
    return _sure(*_weeks(today, _turn(tokens)))


def _sunday_or_week(tokens: list[Token], today: Today) -> list[Token] | None:
    """minggu depan: a week in Malay; in Indonesian perhaps the Sunday."""
    turn = _turn(tokens)
    weeks = _weeks(today, turn or "this")
    if today.language == "ms":
        return _sure(*weeks) if turn else None
    sunday = today.date + timedelta(days=6 - today.date.weekday())
    sundays = {"next": [sunday, sunday + timedelta(days=7)], "last": [sunday - timedelta(days=7)]}.get(turn, [sunday])
    return spans(Spans((*weeks, *(When(day, day) for day in sundays)), "several"))


def _weekend(tokens: list[Token], today: Today) -> list[Token]:
    """akhir pekan: this one, or the one that comes; the next may be either of the next two."""
    saturday = today.date + timedelta(days=5 - today.date.weekday())
    found = [_period(first, first + timedelta(days=1)) for first in (saturday, saturday + timedelta(days=7))]
    turn = _turn(tokens)
    return _sure(*found) if turn == "next" else _sure(*found[:1]) if turn != "last" else spans(Spans((), "unclear"))


RULES: list[Rule] = [
    (r"m[->&]m(?:y|vf)?", _months),
    (r"q?m(?:y|vf|f)?|fm", _month),
    (r"qbf?|bf|fb", _turned_month),
    (r"vf|fv|y", _year),
    (r"uf|fu", _week),
    (r"Wf?|fW", _weekend),
    (r"kf?|fk", _sunday_or_week),
]

"""Days as people write them, single or from one to another: `16 april`, `tgl 16`, `senin depan`, `30 des - 2 jan`."""

from collections.abc import Iterable
from datetime import date, timedelta

from bot.dates.days import (
    Days,
    Point,
    Spans,
    between,
    checked,
    dated,
    fixed,
    in_month,
    last_of,
    next_of_month,
    shifted,
    single,
)
from bot.dates.reading import Reason, When
from bot.dates.tokens import Rule, Today, Token

#: what a turn adds to this month or year
STEPS = {"next": 1, "this": 0, "last": -1}
#: two figures behind a month are a year only up to so many years ahead
_NEAR = 5
#: the same for two figures where a day could stand
_NEARER = 3


def month_of(tokens: list[Token]) -> int:
    """Find the first month among the tokens."""
    return int(next(token.value for token in tokens if token.kind == "m"))


def year_of(tokens: list[Token], today: Today) -> int | None:
    """Find the year written behind a month, in figures or as `tahun depan`."""
    behind = tokens[max(place for place, token in enumerate(tokens) if token.kind == "m") + 1 :]
    for token in behind:
        if token.kind == "y":
            return int(token.value)
        if token.kind == "f" and any(one.kind == "v" for one in behind):
            return today.date.year + STEPS[token.value]
    return 2000 + int(behind[0].value) if behind and _is_year(behind[0], today) else None


def _is_year(token: Token, today: Today) -> bool:
    return token.kind == "n" and len(token.text) == 2 and 0 <= 2000 + token.value - today.date.year <= _NEAR


def point(token: Point) -> list[Token]:
    """Wrap a point as a piece for the next rules."""
    return [Token("P", "", token)]


def spans(found: Spans) -> list[Token]:
    """Wrap spans as a piece for the next rules."""
    return [Token("S", "", found)]


def _days(tokens: Iterable[Token]) -> list[int]:
    return [int(token.value) for token in tokens if token.kind == "n"]


def _day_and_month(tokens: list[Token], today: Today) -> list[Token]:
    """16 April, 16 April 2027, 16 April next year; a number behind it that is no year stays."""
    left = [tokens[-1]] if tokens[-1].kind == "n" and not _is_year(tokens[-1], today) else []
    given = tokens[: len(tokens) - len(left)]
    year = year_of(given, today)
    days = dated(_days(given)[0], month_of(given), year, today)
    turn = given[-1].value if given[-1].kind == "f" and year is None else ""
    if turn == "next":
        coming = [day for day in days.candidates if day > today.date][:2]
        return point(Point(fixed(*coming[: 2 if coming and coming[0].year == today.date.year else 1])))
    if turn:
        days = Days(tuple(day for day in days.candidates if day.year == today.date.year + STEPS[turn]))
    return point(Point((days,))) + left


def _month_and_day(tokens: list[Token], today: Today) -> list[Token]:
    """April 16, 2027."""
    return point(Point((dated(_days(tokens)[0], month_of(tokens), year_of([tokens[0], *tokens[2:]], today), today),)))


def _day_or_year(tokens: list[Token], today: Today) -> list[Token] | None:
    """`april 27` is a day or a month of 2027."""
    if not _is_year(tokens[1], today) or 2000 + tokens[1].value > today.date.year + _NEARER:
        return None
    first = date(2000 + tokens[1].value, tokens[0].value, 1)
    day = single(Point((dated(tokens[1].value, tokens[0].value, None, today),)), today)
    return spans(Spans((*day.readings, When(first, last_of(first), period=True)), "several"))


def _days_of_month(tokens: list[Token], today: Today) -> list[Token]:
    """16-18 April, 16, 17 and 18 April, April 16-18; days that do not follow each other are asked back."""
    month_first = tokens[0].kind == "m"
    behind = max(place for place, token in enumerate(tokens) if token.kind == "m")
    left = [tokens[-1]] if not month_first and tokens[-1].kind == "n" and not _is_year(tokens[-1], today) else []
    given = tokens[: len(tokens) - len(left)]
    days = _days(given if month_first else given[:behind])
    year = year_of([token for token in given if token.kind != "n"] if month_first else given, today)
    first, last = (Point((dated(day, month_of(given), year, today),)) for day in (days[0], days[-1]))
    found = between(first, last, today)
    return spans(found if _follow(given, days) else Spans(found.readings, "unclear")) + left


def _figures(token: Token, today: Today) -> Point:
    """d/m/y; in English also m/d/y. What fits no order but the other one is asked back."""
    first, second, *rest = token.value
    if first > 31:
        return Point((dated(rest[0], second, first, today),))
    year = (rest[0] if rest[0] > 99 else 2000 + rest[0]) if rest else None
    ours, theirs = dated(first, second, year, today), dated(second, first, year, today)
    meanings = [ours] if today.language != "en" or ours == theirs else [ours, theirs]
    if year is not None and year < today.date.year and rest[0] < 32:
        backwards = dated(rest[0], second, 2000 + first, today)
        meanings += [backwards] if any(day >= today.date for day in backwards.candidates) else []
    meanings = [meaning for meaning in meanings if meaning.candidates]
    doubt: Reason | None = None if meanings else "unclear"
    return Point(tuple(meanings) or (theirs,), doubt=doubt)


def _in_figures(tokens: list[Token], today: Today) -> list[Token]:
    """16/4/2027, 16/4 2027."""
    if tokens[-1].kind == "y":
        return point(_figures(Token("d", "", (*tokens[0].value, tokens[-1].value)), today))
    return point(_figures(tokens[0], today))


def _days_and_figures(tokens: list[Token], today: Today) -> list[Token]:
    """Read days of one month before figures: 16-18/4/2027."""
    day, last = _days(tokens)[0], _figures(tokens[-1], today)
    found = []
    for meaning in last.meanings:
        same = [in_month(day, one.replace(day=1)) for one in meaning.candidates]
        first = Days(tuple(one for days in same for one in days.candidates), meaning.open)
        found.append(between(Point((first,)), Point((meaning,), doubt=last.doubt), today))
    readings = tuple(reading for one in found for reading in one.readings)
    return spans(Spans(readings, "several" if len(readings) > 1 else found[0].doubt))


def _of_turned_month(tokens: list[Token], today: Today) -> list[Token]:
    """16 bulan depan, 16-18 bulan ini."""
    turn = next(token.value for token in tokens if token.kind == "f")
    first = shifted(today.date.replace(day=1), STEPS[turn])
    points = [Point((in_month(day, first),)) for day in _days(tokens)]
    return point(points[0]) if len(points) == 1 else spans(between(points[0], points[1], today))


def _bare_days(tokens: list[Token], today: Today) -> list[Token]:
    """tgl 16, tgl 16-18, tgl 16 dan 17: of this month, or of the next if it has passed."""
    days = _days(tokens)
    points = [Point((next_of_month(day, today),), doubt=_missing(day, today)) for day in days]
    if len(points) == 1:
        return point(points[0])
    found = between(points[0], points[-1], today) if days[0] <= days[-1] else Spans((), "order")
    return spans(found if _follow(tokens, days) else Spans(found.readings, "unclear"))


def _follow(tokens: list[Token], days: list[int]) -> bool:
    """Whether listed days follow each other; of a span, whether there are two."""
    listed = any(token.kind in "&," for token in tokens)
    return days == list(range(days[0], days[0] + len(days))) if listed else len(days) == 2


def _missing(day: int, today: Today) -> Reason | None:
    return "no-such-day" if day > last_of(today.date.replace(day=1)).day else None


def _ahead(tokens: list[Token], today: Today) -> list[Token]:
    """besok, 3 hari lagi, in two weeks; `2 bulan lagi` may be any day around it."""
    if tokens[0].kind == "r":
        return point(Point(fixed(today.date + timedelta(days=tokens[0].value))))
    number = _days(tokens)[0]
    unit = next(token.kind for token in tokens if token.kind in "hub")
    if unit == "b":
        first = shifted(today.date.replace(day=1), number)
        return point(Point(fixed(first.replace(day=min(today.date.day, last_of(first).day))), doubt="unclear"))
    return point(Point(fixed(today.date + timedelta(days=number * (7 if unit == "u" else 1)))))


def _turned_weekday(tokens: list[Token], today: Today) -> list[Token]:
    """senin depan: the next one and that of the next week, where these differ; senin ini: of this week."""
    weekday = next(token.value for token in tokens if token.kind == "w")
    turn = next(token.value for token in tokens if token.kind == "f")
    coming = today.date + timedelta(days=(weekday - today.date.weekday() - 1) % 7 + 1)
    monday = today.date - timedelta(days=today.date.weekday())
    if turn == "next":
        weeks = (1, 2) if today.date.weekday() == 6 else (1,)
        return point(Point(fixed(coming, *(monday + timedelta(days=7 * week + weekday) for week in weeks))))
    this = monday + timedelta(days=weekday)
    if turn == "this":
        return point(Point(fixed(this)) if this >= today.date else Point(fixed(coming), doubt="unclear"))
    return point(Point(fixed(coming - timedelta(days=7 if weekday != today.date.weekday() else 14)), doubt="unclear"))


def _turned_weekdays(tokens: list[Token], today: Today) -> list[Token]:
    """selasa-kamis depan."""
    ends: Point = _turned_weekday(tokens[2:], today)[0].value
    length = timedelta(days=(tokens[2].value - tokens[0].value) % 7)
    found = tuple(When(one - length, one) for days in ends.meanings for one in days.candidates)
    running = any(one.first and one.first <= today.date for one in found)
    return spans(Spans(found, "several" if len(found) > 1 or running else ends.doubt))


def _weekday_of_week(tokens: list[Token], today: Today) -> list[Token]:
    """rabu minggu depan; on a Sunday the week has already begun for some."""
    weekday, turn = (next(token.value for token in tokens if token.kind == kind) for kind in "wf")
    monday = today.date + timedelta(days=7 * STEPS[turn] - today.date.weekday())
    weeks = (0, 1) if today.date.weekday() == 6 else (0,)
    days = [monday + timedelta(days=7 * week + weekday) for week in weeks]
    return point(Point(fixed(*days), doubt="unclear" if turn != "last" and days[0] < today.date else None))


def _with_weekday(tokens: list[Token], _today: Today) -> list[Token]:
    weekday = next(token.value for token in tokens if token.kind == "w")
    given: Point = next(token.value for token in tokens if token.kind == "P")
    return point(Point(given.meanings, weekday, "weekday" if given.weekday not in (None, weekday) else given.doubt))


def _from_to(tokens: list[Token], today: Today) -> list[Token]:
    """Two points as a span, one as a day, or as the beginning or the end alone."""
    first, *last = (token.value for token in tokens if token.kind == "P")
    if last:
        return spans(between(first, last[0], today))
    found = single(first, today)
    match tokens[0].kind:
        case "<":
            return spans(Spans(tuple(When(one.first, None) for one in found.readings), found.doubt))
        case ">":
            return spans(Spans(tuple(When(None, one.last) for one in found.readings), found.doubt))
    return spans(found)


def _weekdays_of(tokens: list[Token], today: Today) -> list[Token]:
    """Jumat-Minggu, 16-18 April."""
    weekdays = [token.value for token in tokens if token.kind == "w"]
    given: Spans = next(token.value for token in tokens if token.kind == "S")
    return spans(checked(given, (weekdays[0], weekdays[1] if len(weekdays) > 1 else None), today))


def _weekdays(tokens: list[Token], today: Today) -> list[Token]:
    """jumat, sabtu-minggu: the coming one; today's own name may also mean today."""
    weekdays = [token.value for token in tokens if token.kind == "w"]
    first = today.date + timedelta(days=(weekdays[0] - today.date.weekday()) % 7)
    length = timedelta(days=(weekdays[-1] - weekdays[0]) % 7)
    found = [When(first, first + length), When(first + timedelta(days=7), first + timedelta(days=7) + length)]
    running = first - timedelta(days=7) + length >= today.date
    sure = first != today.date and not running
    return spans(Spans(tuple(found[:1] if sure else found), None if sure else "several"))


RULES: list[Rule] = [
    (r"<?g?n(?:[->&,]g?n)+m(?:y|vf|n)?", _days_of_month),
    (r"<?(?<!n)mn(?:[->&,]g?n)+y?", _days_of_month),
    (r"<?g?n(?:[->]g?n)?bf|bfg?n(?:[->]g?n)?", _of_turned_month),
    (r"<?g?n[->]g?[dp](?!y)", _days_and_figures),
    (r"<?gn(?:[->&,]g?n)+", _bare_days),
    (r"g?nm(?:y|vf|f|n)?", _day_and_month),
    (r"(?<![->])mn(?![y>&-])", _day_or_year),
    (r"mny?", _month_and_day),
    (r"g?(?:py|p|d)", _in_figures),
    (r"gn", _bare_days),
    (r"r|n[hub]s|en[hub]", _ahead),
    (r"w[->&]wf", _turned_weekdays),
    (r"w[ku]f|[ku]fw|fuw|wfu", _weekday_of_week),
    (r"wf|fw", _turned_weekday),
    (r"(?<!w[->&])wP|Pw(?![->&]w)", _with_weekday),
    (r"<?P[->]P|[<>]?P", _from_to),
    (r"w(?:[->&]w)?S|Sw(?:[->&]w)?", _weekdays_of),
]
#: only where no date was written
BARE_RULES: list[Rule] = [(r"w(?:[->&]w)?", _weekdays)]

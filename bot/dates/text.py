"""From a text to days and hours: pieces, put together by rules; what is left over, or contradicts, is a doubt."""

import re
from dataclasses import replace
from datetime import datetime

from bot.clock import bandung_day
from bot.dates import hours, periods, points
from bot.dates.days import Spans
from bot.dates.reading import Doubt, Reason, When
from bot.dates.tokens import UNKNOWN, Rule, Today, Token, kinds, rewrite, tokens

#: characters of the longest text that is read as a date
_LONGEST = 200
#: kinds of what is left over that still say: this was meant as a date
_DATELIKE = set("mwkrqWdpytjgabuvsHSTPf") - set("bf")


def read(text: str, now: datetime, language: str = "id") -> When | Doubt | None:
    """Read when something is from a text that says nothing else; None where it is no date.

    "Today" is the day in Bandung. `language` is the person's: in English `04/05/27` has two meanings, in Malay "minggu"
    is a week.
    """
    if len(text) > _LONGEST:
        return None
    today = Today(bandung_day(now), language)
    pieces = tokens(text)
    if kinds(pieces) == "t" and (day := _day_in_figures(pieces[0], today)):
        return day
    pieces = rewrite(pieces, [*_TIDY, *hours.RULES, *points.RULES, *periods.RULES], today)
    if "S" not in kinds(pieces):
        pieces = rewrite(pieces, points.BARE_RULES, today)
    return _understood(pieces, today)


def _understood(pieces: list[Token], today: Today) -> When | Doubt | None:
    days = [token.value for token in pieces if token.kind == "S"]
    times = [token.value for token in pieces if token.kind == "T"]
    part = str(next((token.value for token in pieces if token.kind == "a"), ""))
    left = re.sub(r"(?<=[ST])a|a(?=[ST])", "", kinds(pieces), count=1)
    if not days and not times:
        return _bare(pieces, today)
    if len(days) > 1 or len(times) > 1:
        return Doubt("unclear")
    spans: Spans = days[0] if days else Spans((When(),))
    opens, closes = times[0] if times else (None, None)
    told, sure = hours.hours(opens, closes, part)
    readings = tuple(replace(day, opens=one, closes=other) for day in spans.readings for one, other in told)
    whole = any(day.period for day in spans.readings) and bool(times)
    clear = sorted(left) == ["S"] * len(days) + ["T"] * len(times) and not whole and _agree(part, opens, closes)
    doubt: Reason | None = spans.doubt or (None if clear else "unclear") or (None if sure else "time")
    return readings[0] if doubt is None else Doubt(doubt, readings or (spans.readings if days else ()))


def _agree(part: str, *told: hours.Hour | None) -> bool:
    """Whether the parts of the day agree: not so in `besok malam jam 8 pagi`."""
    return not part or all(one is None or one.part in ("", part) for one in told)


def _bare(pieces: list[Token], today: Today) -> Doubt | None:
    """Doubt bare numbers, which may be days or hours, and words about time that make no date."""
    if re.fullmatch(r"n(?:[->]n)?", kinds(pieces)):
        numbers = [token for token in pieces if token.kind == "n"]
        ways = ([Token("g"), *pieces], [Token("j"), *pieces])
        found = [_understood(rewrite(way, [*hours.RULES, *points.RULES], today), today) for way in ways if numbers]
        readings = [(one,) if isinstance(one, When) else one.readings for one in found if one]
        return Doubt("several", tuple(when for some in readings for when in some))
    return Doubt("unclear") if set(kinds(pieces)) & _DATELIKE else None


def _day_in_figures(piece: Token, today: Today) -> Doubt | None:
    """16.04 may be a day of April."""
    hour = _understood(rewrite([piece], hours.RULES, today), today)
    day = _understood(rewrite([Token("p", piece.text, piece.value)], points.RULES, today), today)
    return Doubt("several", (hour, day)) if isinstance(hour, When) and isinstance(day, When) else None


def _weekday(pieces: list[Token], _today: Today) -> list[Token]:
    return [Token("w", "", 6) if token.kind == "k" else token for token in pieces if token.kind != "h"]


def _weeks(pieces: list[Token], _today: Today) -> list[Token]:
    return [Token("u") if token.kind == "k" else token for token in pieces]


def _month(pieces: list[Token], _today: Today) -> list[Token] | None:
    """bulan 4"""
    number = pieces[-1].value
    return [Token("m", "", number)] if 1 <= number <= 12 else None


def _year(pieces: list[Token], _today: Today) -> list[Token] | None:
    """tahun 27"""
    return [Token("y", "", 2000 + pieces[-1].value)] if len(pieces[-1].text) == 2 else None


def _ordinal(pieces: list[Token], _today: Today) -> list[Token] | None:
    """the 16th"""
    return [Token("g"), *pieces] if pieces[0].text[-1].isalpha() and pieces[0].text[0].isdigit() else None


def _eve(pieces: list[Token], _today: Today) -> list[Token] | None:
    """`malam minggu` is the evening before; `jam 8 malam minggu` may be either."""
    return [*pieces, Token(UNKNOWN)] if pieces[0].value == "evening" else None


def _turned_round(pieces: list[Token], _today: Today) -> list[Token]:
    return pieces[::-1]


def _unknown(_pieces: list[Token], _today: Today) -> list[Token]:
    return [Token(UNKNOWN)]


#: what is said in several ways, in one; `minggu` where it can only be the Sunday or only the week
_TIDY: list[Rule] = [
    (r"a(?=[wk](?!,?g?[nmdp]))", _eve),
    (r"hk", _weekday),
    (r"(?<=n)k(?=s)|(?<=en)k", _weeks),
    (r"(?<=w[->&])k|k(?=[->&]w)|k(?=,?g?(?:n[^k]|m|d|p))|(?<=[mydp])k(?!f)", _weekday),
    (r"(?<!g)ng(?!n)", _turned_round),
    (r"(?<!n)h(?!s)|g(?!n)|b(?=m)|v(?=y)|e(?!n[hub])|,(?!n)|(?<!n),|^-|(?<=q)-", hours.nothing),
    (r"(?<![mg])n(?!m)", _ordinal),
    (r"bn(?![hub])", _month),
    (r"vn", _year),
    (r"^a", _unknown),
]

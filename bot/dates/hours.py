"""Hours as people write them: `10.00-20.00`, `10 pagi sampe 8 malem`, `setengah 8`, `9-5pm`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import pairwise

from bot.dates.tokens import Rule, Today, Token, kinds, rewrite, tokens

#: opening and closing time
Hours = tuple[time | None, time | None]
#: for each part of the day, the hours it is said of and what is added to them
_PARTS = {
    "am": {hour: hour % 12 for hour in range(1, 13)},
    "pm": {hour: hour % 12 + 12 for hour in range(1, 13)},
    "morning": {hour: hour for hour in range(1, 12)},
    "noon": {10: 10, 11: 11, 12: 12, 1: 13, 2: 14, 3: 15},
    "afternoon": {12: 12} | {hour: hour + 12 for hour in range(1, 8)},
    "evening": {hour: hour + 12 for hour in range(6, 12)} | {12: 24},
    "night": {hour: hour for hour in range(1, 6)},
    "midnight": {12: 24},
}
#: a time with its seconds, of which there are none
_SECONDS = re.compile(r"^\s*(\d{1,2})([.:])(\d\d)(?:\2)00(?:[.,]0+)?(?!\S)", re.ASCII)
#: the latest hour at which a day that runs past midnight ends
_LATE = 6
#: the earliest hour at which a day begins
_EARLY = 5


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour as it was written; `part` is the part of the day, empty where none was said."""

    hour: int
    minute: int
    part: str = ""
    #: `09.00`, `14`: on a clock of 24 hours
    exact: bool = False

    def meanings(self) -> list[int]:
        """The minutes of the day it may mean, the likelier first; empty where there is no such hour."""
        if self.hour > 24 or self.minute > 59 or (self.hour == 24 and self.minute):
            return []
        if self.part:
            told = _PARTS[self.part]
            hours = {told[self.hour]} if self.hour in told else {self.hour} & {one for one in told.values() if one > 12}
        elif self.exact or self.hour >= 7:
            hours = {self.hour}
        else:
            hours = {self.hour + 12, self.hour}
        return [hour * 60 + self.minute for hour in sorted(hours, reverse=True)]


def hours(opens: Hour | None, closes: Hour | None, part: str) -> tuple[list[Hours], bool]:
    """What two hours may mean as opening and closing, and whether that is sure.

    `part` is the part of the day said of both, as in `besok malam jam 8`.
    """
    opens, closes = (replace(one, part=part) if one and part and not one.part else one for one in (opens, closes))
    if opens is None or closes is None:
        one = opens or closes
        if one is None:
            return [(None, None)], True
        found = [minute for minute in one.meanings() if minute < 24 * 60 or one is closes]
        return [(_time(minute), None) if one is opens else (None, _time(minute)) for minute in found], len(found) == 1
    likely = list(_pairs(opens.meanings(), closes.meanings()))
    open_half = not opens.part and not opens.exact and (closes.part or opens.hour < 7)
    if len(likely) != 1 or open_half:
        others = list(_pairs(_either(opens), _either(closes)))
        sure = len(others) == 1 and others[0][0] < others[0][1] and _sure(opens, closes)
        return [(_time(one), _time(other)) for one, other in others], sure
    return [(_time(one), _time(other)) for one, other in likely], True


def in_order(opens: time, closes: time) -> bool:
    """Whether these are the hours of one day, midnight being the end of it."""
    return opens < closes or closes == time()


def clock_time(text: str) -> time | None:
    """Read one time on a clock of 24 hours, such as `10.00`, `9:00 AM` or `24:00:00`; None for anything else."""
    found = rewrite(tokens(_SECONDS.sub(r"\1:\3", text)), _SINGLE, Today(date.min, ""))
    if kinds(found) != "H":
        return None
    meant = replace(found[0].value, exact=True).meanings()
    return _time(meant[0]) if meant else None


def _pairs(opens: list[int], closes: list[int]) -> Iterator[tuple[int, int]]:
    """Pair the hours that are in order, or run over midnight."""
    for one in opens:
        for other in closes:
            if one < other or (one < 24 * 60 and one >= 12 * 60 and other <= _LATE * 60):
                yield one, other


def _either(hour: Hour) -> list[int]:
    """Morning and evening where neither was said; nobody opens before five without saying so."""
    if hour.part or hour.exact or hour.hour > 12:
        return hour.meanings()
    found = {hour.hour % 12 * 60 + hour.minute, (hour.hour % 12 + 12) * 60 + hour.minute} if hour.meanings() else set()
    return sorted(minute for minute in found if minute >= _EARLY * 60)


def _sure(opens: Hour, closes: Hour) -> bool:
    """Whether there is only one meaning: `9-5` has one, `10-8` may be a slip."""
    return bool(closes.part) or closes.hour < 7 or closes.exact


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _hour(tokens: list[Token], _today: Today) -> list[Token] | None:
    """Read an hour from a number or figures and the words around them."""
    figure = next(token for token in tokens if token.kind in "nt")
    hour, minute = figure.value if figure.kind == "t" else (figure.value, 0)
    part = next((token.value for token in tokens if token.kind == "a"), "")
    exact = figure.text.startswith("0") or not 0 < hour < 13
    for sign, added in pairwise(tokens):
        if sign.kind == "c":
            hour, minute = divmod(hour * 60 + minute + sign.value * added.value, 60)
    if any(token.kind == "o" for token in tokens):
        if minute or not 1 <= hour <= 12:
            return None
        hour, minute = (hour - 1) or 12, 30
    return [Token("H", "", Hour(hour, minute, part, exact))]


def _span(tokens: list[Token], _today: Today) -> list[Token]:
    ends = [token.value for token in tokens if token.kind == "H"]
    until = tokens[0].kind == ">"
    return [Token("T", "", (None, ends[0]) if until else (ends[0], ends[1] if len(ends) > 1 else None))]


def nothing(_tokens: list[Token], _today: Today) -> list[Token]:
    """Drop what only joins two pieces."""
    return []


#: figures of a clock, or a number, with what part of the day it is of
_SINGLE: list[Rule] = [(r"ta?|na", _hour)]
#: a bare number is an hour beside `jam`, a part of the day, or an hour: never one of a date
RULES: list[Rule] = [
    (r"jo?[nt](?:cn)?a?(?!m)", _hour),
    (r"on(?:cn)?a?(?!m)|ta?|(?<!g)na(?!m)", _hour),
    (r"(?<!g)(?:(?<!m)|(?<=nm))n(?=[->]H)", _hour),
    (r"(?<=H[->])n(?![mdpbkuh]|[->])", _hour),
    (r"<?H[->]H|<?H[->]z|>H|<?H", _span),
    (r"(?<!mn)[-&](?=T)|,(?=T)|(?<=T),", nothing),
]

"""Read what a person looks for among exhibitions and programmes from a question: city, sector, time."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise

from bot.knowledge.words import words
from bot.language.listening import listed, meanings

#: the city that people name for themselves more often than for the place
_HOME = "Bandung"
#: a number further ahead is no year
_YEARS_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person looks for; an empty part is open."""

    city: str = ""
    sector: str = ""
    first: date | None = None
    last: date | None = None

    def to_json(self) -> dict[str, str]:
        """Write it as a choice carries it."""
        return {name: str(value) for name, value in asdict(self).items() if value}


def sought(text: str, cities: Collection[str], today: date) -> Filter:
    """Read what a question about exhibitions narrows down."""
    first, last = time(text, today) or (None, None)
    return Filter(city(text, cities), sector(text), first, last)


def goes_on(text: str) -> bool:
    """Whether a message only narrows down what was asked before it: "kalau yang sepatu?"."""
    parts = (*(f"looking.{part}" for part in ("sectors", "kinds", "cities", "turns", "spans")), "dates.month")
    wished = {word for part in parts for word in listed(part)}
    left = [word for word in words(text) if word not in listed("looking.between")]
    return bool(left) and all(word in wished or word.isdigit() for word in left)


def city(text: str, known: Collection[str]) -> str:
    """Find the city that a question names, one of `known` or of those that are listened for."""
    said = words(text)
    names = dict(meanings("looking.cities")) | {word: one for one in known for word in words(one) if len(word) > 4}
    whole = {" ".join(words(one)): one for one in known}
    found = [(place, names[word]) for place, word in enumerate(said) if word in names]
    found += [(-1, one) for name, one in whole.items() if f" {name} " in f" {' '.join(said)} "]
    after = [one for place, one in found if place > 0 and said[place - 1] in listed("looking.before-a-place")]
    abroad = [one for _, one in found if one != _HOME]
    return next(iter(after or abroad), found[0][1] if found else "")


def sector(text: str) -> str:
    """Find the sector that a question names."""
    return _first("sectors", text)


def kind(text: str) -> str:
    """Find the kind of programme that a question names."""
    return _first("kinds", text)


def time(text: str, today: date) -> tuple[date, date] | None:
    """The week, the months or the year that a question names, from the first to the last day; a month without a year is
    the next that is not over."""
    said = words(text)
    turn = _turned(said)
    year = next((int(word) for word in said if word.isdigit() and 0 <= int(word) - today.year <= _YEARS_AHEAD), 0)
    if turn.get("year"):
        year = today.year + (turn["year"] == "next")
    months = [int(meanings("dates.month")[word]) for place, word in enumerate(said) if _is_month(said, place)]
    if months:
        first = date(year or today.year + (months[0] < today.month), months[0], 1)
        return first, _last_of(date(first.year + (months[-1] < months[0]), months[-1], 1))
    if turn.get("week"):
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=turn["week"] == "next")
        return max(monday, today), monday + timedelta(days=6)
    if turn.get("month"):
        start = today.replace(day=1)
        start = _last_of(start) + timedelta(days=1) if turn["month"] == "next" else start
        return start, _last_of(start)
    return (date(year, 1, 1), date(year, 12, 31)) if year else None


def month(on: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    return on.replace(day=1), _last_of(on.replace(day=1))


def _turned(said: list[str]) -> dict[str, str]:
    """Whether this or the next one is meant, in `bulan depan`, `this year`."""
    spans, turns = meanings("looking.spans"), meanings("looking.turns")
    found = {}
    for one, other in pairwise(said):
        if one in spans and other in turns:
            found[spans[one]] = turns[other]
        elif one in turns and other in spans:
            found[spans[other]] = turns[one]
    return found


def _is_month(said: list[str], place: int) -> bool:
    """Whether a word is a month: `May` is one only beside something that says so."""
    beside = said[max(place - 1, 0) : place] + said[place + 1 : place + 2]
    in_time = any(word in listed("looking.beside-a-month") or word.isdigit() for word in beside)
    return said[place] in meanings("dates.month") and (said[place] != "may" or in_time)


def _last_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _first(part: str, text: str) -> str:
    known = meanings(f"looking.{part}")
    return next((known[word] for word in words(text) if word in known), "")

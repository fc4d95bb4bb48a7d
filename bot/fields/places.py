"""Which kecamatan of Bandung, or which other city, a text means: typos, missing blanks and parts of a name forgiven."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from bot.fields.wording import bare, squashed
from bot.language.i18n import LOCALES
from bot.language.listening import listed, meanings
from bot.language.slips import in_common, likeness

#: the city whose kecamatan are told apart
HOME = "Bandung"
#: letters of the shortest beginning that stands for a name
_SHORTEST = 3
#: words of the longest name
_WIDEST = 3
#: words of a text that are looked at
_LOOKED_AT = 12
#: a likeness of so much of the best one is as good
_SAME = 0.95
#: how much in common makes a name worth offering
_NEAR = 0.55
#: how alike a city must be
_CITY_ALIKE = 0.88


@dataclass(frozen=True, slots=True)
class Place:
    """A kecamatan of Bandung, or, without one, another city."""

    district: str
    city: str

    @property
    def name(self) -> str:
        return self.district or self.city


def named(text: str) -> list[Place]:
    """List the places whose full names stand in a text; `bbakan ciparay` is `Babakan Ciparay` rather than `Ciparay`."""
    said = _said(text)
    for words in (said, _inner(said)):
        if whole := _names().get(squashed(words)):
            return [whole]
    found = list(dict.fromkeys(_within(said, _names())))
    likely = _like(_inner(said)) if len(found) == 1 else found
    return found if set(found) & set(likely) else likely


def around(text: str) -> list[Place]:
    """List the kecamatan of the kelurahan that stand in a text."""
    return list(dict.fromkeys(_within(_said(text), _kelurahan())))


def alike(text: str) -> list[Place]:
    """List the kecamatan that a part of a name may mean, such as `bojongloa`, or the places of a misspelled name."""
    said = _inner(_said(text))
    return [Place(one, HOME) for one in districts() if _begins(squashed(said), one)] or _like(said)


def nearest(text: str, most: int) -> list[Place]:
    """List the kecamatan that have the most in common with a text, however little."""
    said = squashed(_inner(_said(text)))
    near = {one: max(in_common(said, way) for way in _ways(one)) for one in districts()}
    return [Place(one, HOME) for one in sorted(near, key=near.__getitem__, reverse=True)[:most] if near[one] > _NEAR]


def is_home(text: str) -> bool:
    """Whether a text names Bandung itself and nothing in it."""
    return bool(text.strip()) and not _inner(_said(text))


def _said(text: str) -> list[str]:
    return [_in_full(word) for word in bare(text) if word not in listed("places.around")][:_LOOKED_AT]


def _in_full(word: str) -> str:
    return meanings("places.short").get(word, word)


def _inner(said: list[str]) -> list[str]:
    return [word for word in said if word not in listed("places.city")]


def _within(said: list[str], known: Mapping[str, Place]) -> Iterator[Place]:
    """Drop names inside longer ones, such as `Bandung` in `Bandung Barat`."""
    start = 0
    while start < len(said):
        ends = range(min(start + _WIDEST, len(said)), start, -1)
        end = next((end for end in ends if squashed(said[start:end]) in known), start)
        if end > start:
            yield known[squashed(said[start:end])]
        start = max(end, start + 1)


def _begins(word: str, district: str) -> bool:
    return len(word) >= _SHORTEST and any(way.startswith(word) for way in _ways(district))


def _like(said: list[str]) -> list[Place]:
    """How likely a name is meant: the more letters are alike, the likelier."""
    known = [(way, Place(one, HOME)) for one in districts() for way in _ways(one)] + list(_names().items())
    scores: dict[Place, float] = {}
    for width in range(1, _WIDEST + 1):
        for start in range(len(said) - width + 1):
            written = squashed(said[start : start + width])
            for way, place in known:
                near = likeness(written, way)
                if near >= _CITY_ALIKE or place.district:
                    scores[place] = max(scores.get(place, 0.0), near * len(written))
    best = max(scores.values(), default=0.0)
    return [place for place, score in scores.items() if score and score >= best * _SAME]


@cache
def _ways(district: str) -> tuple[str, ...]:
    """The name as one word, and those of its words that are not the city's."""
    words = _letters(district)
    return (squashed(words), *(word for word in words if len(words) > 1 and word not in listed("places.city")))


@cache
def _names() -> dict[str, Place]:
    """Load every full name as one word."""
    known = {squashed(_letters(one)): Place(one, HOME) for one in districts()}
    for city, others in _places()["cities"].items():
        known |= {squashed(_letters(name)): Place("", city) for name in (city, *others.split(",")) if name.strip()}
    return known


@cache
def _kelurahan() -> dict[str, Place]:
    return {
        squashed(_letters(one)): Place(district, HOME)
        for district, kelurahan in _places()["bandung"].items()
        for one in kelurahan.split(",")
    }


def _letters(name: str) -> list[str]:
    return re.findall(r"\w+", name.lower())


@cache
def districts() -> tuple[str, ...]:
    """Load the 30 kecamatan of Bandung."""
    return tuple(_places()["bandung"])


@cache
def _places() -> dict[str, dict[str, str]]:
    return tomllib.loads((LOCALES / "districts.toml").read_text("utf-8"))

"""Read an audience from a sentence, such as `kuliner di Coblong yang belum mendaftar`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.fairs import filters
from bot.fields.places import HOME, named
from bot.knowledge.words import words
from bot.language.listening import any_of, listed, meanings, values
from db.broadcasts.audiences import NOT_ENROLLED, Audience
from db.fairs.programmes import Programme

_LATELY = re.compile(rf"(\d{{1,3}})\s*({any_of('audience.lately')})\b")


@dataclass(frozen=True, slots=True)
class ReadAudience:
    """What a sentence narrows down.

    `unknown` are the words that were not understood; `asks` says that a programme is meant, but not which.
    """

    audience: Audience
    unknown: tuple[str, ...] = ()
    asks: bool = False


def read(text: str, programmes: Sequence[Programme]) -> ReadAudience:
    """Read a sentence; `programmes` are those that may be meant."""
    said = words(text)
    left = [word for word in said if word not in listed("audience.between") and not word.isdigit()]
    languages, left = _coded(left, "languages")
    scales, left = _coded(left, "scales")
    sectors = {word: code for word in left if (code := filters.sector(word))}
    districts = [place.district for place in named(text) if place.city == HOME and place.district]
    left = [word for word in left if word not in sectors and word not in words(" ".join(districts))]
    audience = Audience(
        languages=languages,
        scales=scales,
        sectors=tuple(dict.fromkeys(sectors.values())),
        districts=tuple(dict.fromkeys(districts)),
    )
    if lately := _LATELY.search(" ".join(said)):
        audience = replace(audience, seen_days=int(lately[1]) * values("audience.lately")[lately[2]])
    if set(left) & listed("audience.interested") and set(left) & listed("audience.exhibition"):
        audience = replace(audience, interested=True)
        left = [word for word in left if word not in listed("audience.interested") | listed("audience.exhibition")]
    return _with_programme(audience, said, left, programmes)


def _coded(said: list[str], part: str) -> tuple[tuple[str, ...], list[str]]:
    """Find the codes that words stand for, and the other words."""
    meant = meanings(f"audience.{part}")
    codes = dict.fromkeys(meant[word] for word in said if word in meant)
    return tuple(codes), [word for word in said if word not in meant]


def _with_programme(
    audience: Audience, said: list[str], left: list[str], programmes: Sequence[Programme]
) -> ReadAudience:
    states, left = _coded(left, "states")
    enrolled = bool(states) or bool(set(left) & listed("audience.enrolled"))
    negative = bool(set(said) & listed("audience.not")) and enrolled
    left = [word for word in left if word not in listed("audience.enrolled") | listed("audience.not")]
    fitting = {one.id: len(_names(one) & set(left)) for one in programmes}
    most = max(fitting.values(), default=0)
    meant = [one for one in programmes if most and fitting[one.id] == most]
    if not meant and enrolled and len(programmes) == 1:
        meant = list(programmes)
    known = set().union(*(_names(one) for one in meant)) if meant else set()
    left = [word for word in left if word not in known]
    if not meant and not enrolled:
        return ReadAudience(audience, tuple(left))
    states = (NOT_ENROLLED,) if negative else states
    if len(meant) != 1:
        return ReadAudience(replace(audience, states=states), tuple(left), asks=True)
    return ReadAudience(replace(audience, programme=meant[0].id, states=states), tuple(left))


def _names(one: Programme) -> set[str]:
    written = [one.code, *one.short_name.values(), *one.title.values()]
    return {word for name in written for word in words(name)} - listed("audience.between")

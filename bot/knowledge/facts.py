"""Facts: every fee, deadline and address that a card shows, kept once, dated, and said in the reader's language.

A fact past its date is first shown with the day it was checked, later its number is hidden.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from bot.language.i18n import _, day, money, ngettext, number
from bot.language.markdown import Markdown, escape

Confidence = Literal["confirmed", "one-source", "differ", "unsourced"]
SourceKind = Literal["official", "news", "other"]
Age = Literal["fresh", "past", "hidden"]

#: stands for a source where no official one was found
NO_SOURCE = "unsourced"
#: how long a fact past its date is still shown
GRACE = timedelta(days=30)

_UNITS: Mapping[str, Callable[[Any], str]] = {
    "IDR": lambda value: money(value, "IDR"),
    "MYR": lambda value: money(value, "MYR"),
    "USD": lambda value: money(value, "USD"),
    "date": lambda value: day(value),
    "year": str,
    "count": lambda value: number(value),
    "percent": lambda value: _("{number} percent", number=number(value)),
    "minute": lambda value: ngettext("{number} minute", "{number} minutes", value, number=number(value)),
    "hour": lambda value: ngettext("{number} hour", "{number} hours", value, number=number(value)),
    "day": lambda value: ngettext("{number} day", "{number} days", value, number=number(value)),
    "working-day": lambda value: ngettext("{number} working day", "{number} working days", value, number=number(value)),
    "week": lambda value: ngettext("{number} week", "{number} weeks", value, number=number(value)),
    "month": lambda value: ngettext("{number} month", "{number} months", value, number=number(value)),
    "years": lambda value: ngettext("{number} year", "{number} years", value, number=number(value)),
    "kg": lambda value: f"{number(value)} kg",
    "g": lambda value: f"{number(value)} g",
    "cm": lambda value: f"{number(value)} cm",
    "m2": lambda value: f"{number(value)} m²",
    "celsius": lambda value: f"{number(value)} °C",
    "m3": lambda value: f"{number(value)} m³",
    "url": str,
    "phone": str,
    "email": str,
    "text": str,
}
UNITS = tuple(_UNITS)


class Faulty(Exception):
    """Raised for a file of the knowledge that cannot be used; the message names file and line."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path}:{line}: {what}")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read: `name` is what the line under an answer says."""

    id: str
    name: str
    title: str
    kind: SourceKind
    #: empty where the page's address is not known
    url: str = ""
    #: year, month or day in ISO form; empty where the page does not say
    published: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A value in `unit` (one of `UNITS`), where it was read, when it was checked and how sure it is."""

    id: str
    value: Any
    unit: str
    source: str
    checked: date
    valid_until: date
    confidence: Confidence

    def shown(self) -> Markdown:
        """The value with its unit, in the language being spoken."""
        return escape(_UNITS[self.unit](self.value))

    def age(self, today: date) -> Age:
        if today <= self.valid_until:
            return "fresh"
        return "past" if today <= self.valid_until + GRACE else "hidden"


def load_facts(path: Path, sources: Mapping[str, Source]) -> dict[str, Fact]:
    """Load the facts of `facts.toml`, by id; raises `Faulty`."""
    return {fact.id: fact for fact in (_fact(path, name, table, sources) for name, table in _tables(path))}


def load_sources(path: Path) -> dict[str, Source]:
    """Load the sources of `sources.toml`, by id; raises `Faulty`."""
    return {name: _source(path, name, table) for name, table in _tables(path)}


def _tables(path: Path) -> Iterable[tuple[str, dict[str, Any]]]:
    try:
        return tomllib.loads(path.read_text("utf-8")).items()
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise Faulty(path, int(line[1]) if line else 1, str(error)) from None


def _fact(path: Path, name: str, table: dict[str, Any], sources: Mapping[str, Source]) -> Fact:
    try:
        fact = Fact(id=name, **table)
    except TypeError as error:
        raise Faulty(path, line_of(path, name), _about_fields(error)) from None
    number_wanted = fact.unit not in ("date", "url", "phone", "email", "text")
    problems = {
        f"the unit {fact.unit!r} is none of {', '.join(UNITS)}": fact.unit not in UNITS,
        f"the source {fact.source!r} is not in sources.toml": fact.source not in sources,
        f"the confidence {fact.confidence!r} is unknown": fact.confidence not in get_args(Confidence),
        "checked and valid_until are dates": not (type(fact.checked) is type(fact.valid_until) is date),
        f"a value in {fact.unit} is a number": number_wanted and not isinstance(fact.value, int | float),
        "a date is written 2026-11-22": fact.unit == "date" and type(fact.value) is not date,
        "an unsourced amount of money is not told": fact.confidence == "unsourced"
        and fact.unit in ("IDR", "MYR", "USD"),
    }
    for problem, there in problems.items():
        if there:
            raise Faulty(path, line_of(path, name), problem)
    return fact


def _source(path: Path, name: str, table: dict[str, Any]) -> Source:
    try:
        source = Source(id=name, **table)
    except TypeError as error:
        raise Faulty(path, line_of(path, name), _about_fields(error)) from None
    if source.kind not in get_args(SourceKind):
        raise Faulty(path, line_of(path, name), f"the kind {source.kind!r} is none of official, news, other")
    if source.url and not re.match(r"https?://[^\s/]+\.\w+", source.url):
        raise Faulty(path, line_of(path, name), f"{source.url!r} is no web address")
    if not re.fullmatch(r"(\d{4}(-\d\d(-\d\d)?)?)?", source.published):
        raise Faulty(path, line_of(path, name), f"published is a year, 2026-11 or 2026-11-22, not {source.published!r}")
    return source


def _about_fields(error: TypeError) -> str:
    return re.sub(r"^\w+\.__init__\(\)", "the table", str(error))


def line_of(path: Path, name: str) -> int:
    """Find the line on which the table `name` begins."""
    headings = (f"[{name}]", f'["{name}"]', f'"{name}" =')
    for line, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if text.startswith(headings):
            return line
    return 1

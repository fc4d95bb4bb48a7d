"""The words that are listened for: `locales/<language>/listening.toml`, all languages at once, as people mix them."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TypeAlias

from bot.language.i18n import LANGUAGES, LOCALES

#: words between blanks, a list of phrases, or a table of either
_Words: TypeAlias = "dict[str, _Words] | str | list[str]"


@cache
def listed(part: str) -> frozenset[str]:
    """The words and phrases of a list such as `courtesy.please`; raises KeyError where no language has it."""
    return frozenset(word for found in _found(part) for word in _words(found))


@cache
def meanings(part: str) -> Mapping[str, str]:
    """What each word of a table such as `dates.month` stands for: `{"maret": "3", "march": "3"}`."""
    tables = [table for table in _found(part) if isinstance(table, dict)]
    return {word: meaning for table in tables for meaning, found in table.items() for word in _words(found)}


@cache
def values(part: str) -> Mapping[str, int]:
    """What the words of a table of numbers are worth."""
    return {word: int(value) for word, value in meanings(part).items()}


@cache
def any_of(part: str) -> str:
    """A pattern for any word of a list, the longest first."""
    return f"(?:{'|'.join(map(re.escape, sorted(listed(part), key=len, reverse=True)))})"


def tables(part: str) -> list[str]:
    """The names of what lies in a table, in the order of the languages."""
    return list(dict.fromkeys(name for table in _found(part) if isinstance(table, dict) for name in table))


def _found(part: str) -> list[_Words]:
    found = [one for table in _languages() if (one := _within(table, part.split("."))) is not None]
    if not found:
        raise KeyError(part)
    return found


def _within(table: _Words, path: list[str]) -> "_Words | None":
    one: _Words | None = table
    for name in path:
        one = one.get(name) if isinstance(one, dict) else None
    return one


def _words(found: _Words) -> Iterator[str]:
    if isinstance(found, dict):
        for inner in found.values():
            yield from _words(inner)
    else:
        yield from found.split() if isinstance(found, str) else found


@cache
def _languages() -> list[dict[str, _Words]]:
    return [tomllib.loads((LOCALES / language / "listening.toml").read_text("utf-8")) for language in LANGUAGES]

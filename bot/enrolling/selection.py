"""Read which of several numbered lines is meant: `1 3 5-7`, `3 dan 7`, `semua`."""

import re
import unicodedata

from bot.errors import Refusal
from bot.language.i18n import _
from bot.language.listening import any_of, listed

_SPAN = re.compile(rf"(\d{{1,4}})(?:\s*(?:-|–|—|\bs/d\b|\bsd\b|\b{any_of('answers.range')}\b)\s*(\d{{1,4}}))?")
_BETWEEN = re.compile(rf"\b(?:{any_of('answers.number')}|{any_of('answers.joining')})\b")


def parse(text: str, most: int) -> list[int]:
    """List the numbers, from 1 to `most`, in their order; empty where there is none, refused where no such line is."""
    written = unicodedata.normalize("NFKC", text).lower()
    if listed("answers.all") & set(re.findall(r"\w+", written)):
        return list(range(1, most + 1))
    found: set[int] = set()
    for first, last in _SPAN.findall(written):
        ends = sorted((int(first), int(last or first)))
        if wrong := [end for end in ends if not 0 < end <= most]:
            raise Refusal(_("There is no number {number} here: they go from 1 to {most}.", number=wrong[0], most=most))
        found.update(range(ends[0], ends[1] + 1))
    return sorted(found)


def has_only_numbers(text: str) -> bool:
    """Whether a text is nothing but numbers and what joins them."""
    written = unicodedata.normalize("NFKC", text).lower()
    rest = _BETWEEN.sub("", _SPAN.sub("", written))
    return rest != written and not re.search(r"\w", rest)

"""One key by which names are found, however they were written."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import islice

_INVISIBLE = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_APOSTROPHES = re.compile(r"['’‘ʼʹʻʽʾʿ`´′＇‛]")
#: letters that have no accent to take off
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


def search_key(name: str) -> str:
    """Small letters and figures with single blanks: apostrophes and what cannot be seen are away, accents folded, so
    that `nur'aini` finds `Nur’aini` and `jose` finds `José`."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", _INVISIBLE.sub("", name)).casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_FOLDED)
    return " ".join(re.sub(r"[\W_]+", " ", _APOSTROPHES.sub("", plain)).split())


def has_words(name: str, sought: Sequence[str]) -> bool:
    """Whether each of the words, as keys, stands in a name; a blank too few is no difference. No words are in none."""
    key = search_key(name)
    return bool(sought) and all(word in key or word in key.replace(" ", "") for word in sought)


def named(rows: Iterable[tuple[int, str | None, str | None]], words: str, limit: int) -> list[int]:
    """The ids of the first rows of an id and two names in which all the words stand."""
    sought = search_key(words).split()
    found = (id for id, *names in rows if has_words(" ".join(filter(None, names)), sought))  # noqa: A001
    return list(islice(found, limit))

"""Lettering: the fonts that pictures and PDFs are set in, and what can be set in them."""

import unicodedata
from functools import cache
from pathlib import Path

_FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = _FONTS / "DejaVuSans.ttf", _FONTS / "DejaVuSans-Bold.ttf"


def legible(text: str) -> str:
    """The text on one line, without signs such as emoji that the fonts lack; empty where they lack any of its letters,
    which would be read wrongly."""
    signs = [_nearest(sign) for sign in unicodedata.normalize("NFC", text)]
    return "" if None in signs else " ".join("".join(filter(None, signs)).split())


def _nearest(sign: str) -> str | None:
    """The sign, its plain form, or nothing; None for a letter that cannot be set."""
    if ord(sign) in _known():
        return sign
    plain = "".join(part for part in unicodedata.normalize("NFKD", sign) if ord(part) in _known())
    if plain or unicodedata.category(sign)[0] not in "LN":
        return plain or " "
    return None


@cache
def _known() -> frozenset[int]:
    """What both fonts have: they were cut down alike."""
    from fontTools.ttLib import TTFont  # some MiB, at first need

    with TTFont(BOLD) as bold, TTFont(REGULAR) as regular:
        return frozenset(bold.getBestCmap().keys() & regular.getBestCmap().keys())

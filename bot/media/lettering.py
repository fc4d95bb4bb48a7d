"""The fonts that pictures and PDFs are set in, and what can be set in them."""

import unicodedata
from functools import cache
from pathlib import Path

_FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = _FONTS / "DejaVuSans.ttf", _FONTS / "DejaVuSans-Bold.ttf"


def legible(text: str) -> str:
    """The text on one line, without signs such as emoji that the fonts lack.

    Empty where the fonts lack any of its letters, as it would be read wrongly.
    """
    signs = [_nearest(sign) for sign in unicodedata.normalize("NFC", text)]
    return "" if None in signs else " ".join("".join(filter(None, signs)).split())


def _nearest(sign: str) -> str | None:
    """Find a sign the fonts have: the sign itself, its plain form, or nothing; None for a letter that cannot be set."""
    if ord(sign) in _known():
        return sign
    plain = "".join(part for part in unicodedata.normalize("NFKD", sign) if ord(part) in _known())
    if plain or unicodedata.category(sign)[0] not in "LN":
        return plain or " "
    return None


@cache
def _known() -> frozenset[int]:
    """The signs that both fonts have: they were cut down alike."""
    from fontTools.ttLib import TTFont  # some MiB, at first need

    with TTFont(BOLD) as bold, TTFont(REGULAR) as regular:
        return frozenset(bold.getBestCmap().keys() & regular.getBestCmap().keys())

"""Texts nobody would think of: every script, every length, and what looks like markup, code, numbers or a button."""

import random
from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate, chain

from tests.bench.__main__ import questions

#: the longest text, in characters; Telegram's own limit is 4,096
LONGEST = 100_000
#: first and last code point of scripts and of what breaks renderers
_SCRIPTS = (
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF), (0x530, 0x58F),
    (0x590, 0x5FF), (0x600, 0x6FF), (0x700, 0x77F), (0x900, 0x97F), (0x980, 0xDFF), (0xE00, 0xEFF), (0xF00, 0xFFF),
    (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF), (0x1780, 0x17FF),
    (0x1B80, 0x1BBF), (0xA980, 0xA9DF), (0x2000, 0x206F), (0x20A0, 0x20CF), (0x2190, 0x23FF), (0x2500, 0x27BF),
    (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xE0FF), (0xFB00, 0xFDFF), (0xFE00, 0xFE0F),
    (0xFF00, 0xFFEF), (0x10000, 0x100FF), (0x12000, 0x123FF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF),
    (0x20000, 0x2A6DF), (0xE0000, 0xE007F), (0x0, 0x1F), (0x7F, 0x9F), (0x660, 0x669), (0x2150, 0x218F),
    (0x2460, 0x24FF),
)  # fmt: skip
_ODD = (
    "\0", "\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\ud800", "\udfff", "\U000e0041", "\u0301" * 9,
    "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇮🇩🇲🇾", "👍🏽", "❤️", "☪️", "﷽", "𝓱𝓪𝓵𝓪𝓵", "ｈａｌａｌ", "ẞ", "İ", "ﬁ", "\r\n", "\t",
    "\x1b[31m", "\x07", "\u0301\u0316",
)  # fmt: skip
_LOOKALIKES = (
    "**", "_", "__", "`", "```", "[a](b)", "](", "[x](javascript:alert(1))", "![](", "<b>", "<script>", "&amp;", "&#0;",
    "{name}", "{0}", "{}", "%s", "%(x)s", "%n", "{{", "}}", "${HOME}", "#{x}", "\\", "\\n", "'", '"', ";--", "' OR 1=1",
    "../../etc/passwd", "http://", "https://a.b/?c=d#e", "@stub_bot", "#halal", "1.", "- ", "> ", "| a | b |", "~~",
    "r:1:0", "/", "//", "/start", "/start x_y", "/menu@stub_bot", "/menu@other", "/bahasa", "/sumber", "/staf 1", "/😀",
    "/a" * 9,
)  # fmt: skip
_UNITS = ("a", "ha", "halal ", "😀", "* ", "_", "[", "`", "\n", "1 ", " ", "biaya halal? ", "\u0301", "é", "-")
_SHORT = (
    "1", "2", "0", "-1", "10", "99", "100", "٣", "²", "½", "Ⅳ", "1e9", "NaN", "yg kedua", "no 3", "pertama", "ka hiji",
    "second one", "yang ke-2", "ke2", "menu", "Biaya", "Sumber", "kembali", "batal", "stop", "petugas", "kak", "p",
    "halo", "assalamualaikum", "makasih", "🙏", "👍", "ok", "?", "!", ".", "…", "ya", "tidak", "anjing", "goblok",
    "sdfkjh",
)  # fmt: skip


@cache
def _asked() -> Sequence[str]:
    return questions()


def text(random: random.Random) -> str:
    """A text of any length up to `LONGEST`, most of them short."""
    kind = random.choices(_KINDS, cum_weights=_WEIGHTS)[0]
    return kind(random)[:LONGEST]


def _length(random: random.Random) -> int:
    most = random.choices((8, 60, 600, 4096, LONGEST), (25, 40, 25, 8, 2))[0]
    return random.randint(0, most)


def _of_scripts(random: random.Random) -> str:
    """One to three scripts, mixed."""
    ranges = random.choices(_SCRIPTS, k=random.randint(1, 3))
    drawn = (chr(random.randint(*random.choice(ranges))) for _ in range(min(_length(random), 3000)))
    return "".join(drawn) * random.choice((1, 1, 1, 40))


def _of_anything(random: random.Random) -> str:
    """Any code points at all, lone surrogates too."""
    return "".join(chr(random.randrange(0x110000)) for _ in range(min(_length(random), 4096)))


def _of_pieces(random: random.Random) -> str:
    """Odd characters, look-alikes of markup and short answers, glued together."""
    pieces = random.choices((*_ODD, *_LOOKALIKES, *_SHORT), k=random.randint(1, 12))
    return random.choice(("", " ", "\n")).join(pieces)


def _very_long(random: random.Random) -> str:
    """Few things, very often: a long word, many short ones, nested brackets, marks without end."""
    unit = random.choice(
        ("a", "ha", "halal ", "😀", "* ", "_", "[", "`", "\n", "1 ", " ", "biaya halal? ", "\u0301", "é", "-")
    )
    unit = random.choice((unit, *_ODD, *_LOOKALIKES))
    length = random.choice((600, 601, 4095, 4096, 4097, 10_000, LONGEST))
    return (unit * (length // len(unit) + 1))[:length]


def _short(random: random.Random) -> str:
    return random.choice((*_SHORT, *_LOOKALIKES, *_ODD))


def _asked_badly(random: random.Random) -> str:
    """A real question with letters changed, dropped, doubled, or something odd inside."""
    letters = list(random.choice(_asked()))
    for _ in range(random.randint(0, 6)):
        place = random.randrange(len(letters))
        letters[place] = random.choice(("", letters[place] * 2, random.choice(_ODD), letters[place].upper(), " "))
    return "".join(letters)


_KINDS: tuple[Callable[[random.Random], str], ...] = (
    _of_scripts, _of_anything, _of_pieces, _very_long, _short, _asked_badly,
)  # fmt: skip
_WEIGHTS = tuple(accumulate((25, 8, 22, 4, 16, 25)))


def pieces() -> Sequence[str]:
    """What breaks things by itself, for the insides of mutated JSON."""
    return tuple(chain(_ODD, _LOOKALIKES, _SHORT))

"""The numbers in a text, in figures and in words, with `ribu`, `juta` and `miliar` behind them."""

import re
from math import inf

from bot.fields.wording import figures
from bot.language.listening import any_of, listed, values

#: figures with points, commas or blanks in them, words, and signs
_PIECE = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,]\d+)*|[^\W\d_]+|[^\w\s]")
#: `1.500`, `1.500.000,50`: three figures behind each mark
_THOUSANDS = re.compile(r"([1-9]\d{0,2})((?:([.,])\d{3})(?:\3\d{3})*)(?:(?!\3)[.,](\d{1,2}))?")
_MINUS = re.compile(rf"\s*(?:[-−–]|{any_of('answers.minus')}\b)\s*(?=\w)")
#: a number of more digits is only "too much"
_LONGEST = 15
#: from here on a step takes all before it: `dua ratus lima puluh ribu`
_LARGE = 1000


class _Number:
    """A number that is being read.

    `total` holds the thousands and more, `group` what is below them, and a value waits for its step; later steps must
    stay below the last one.
    """

    def __init__(self, value: float) -> None:
        self._total = self._group = 0.0
        self._waiting: float | None = value
        self._step = inf

    def value(self, shared: float = 1) -> float:
        """The number so far; `shared` is the step of the number behind it, as in `20-30 juta`."""
        return self._total + (self._group + (self._waiting or 0)) * shared

    @property
    def large_step(self) -> float:
        """The step of thousands, millions or more; 1 for none."""
        return self._step if self._total and self._step < inf else 1

    def take(self, value: float) -> bool:
        """Add `value`, where it can stand behind what there is."""
        fits = self._waiting is None and value < self._step
        if fits:
            self._waiting = value
        return fits

    def raised(self, step: int) -> None:
        """Raise what stands before `puluh`, `ratus` or `juta`."""
        if step < _LARGE:
            self._group += (self._waiting or 0) * step
        else:
            self._total += (self._group + (self._waiting or 0)) * step
            self._group = 0
        self._waiting, self._step = None, step

    def teen(self) -> None:
        self._waiting = (self._waiting or 0) + 10

    def half(self) -> None:
        self._waiting = 0.5 if self._waiting is None else self._waiting + 0.5


def amounts(text: str) -> list[float]:
    """List the numbers of a text once each, in the order in which they stand; of `20-30 juta` both are millions."""
    plain = figures(text)
    found: list[_Number] = []
    is_open = False
    for piece in _PIECE.findall(plain):
        is_open = _take(piece, found, is_open)
    worth = [one.value() for one in found]
    if len(found) == 2 and found[0].large_step == 1 and worth[0] < worth[1] / found[1].large_step:
        worth[0] = found[0].value(found[1].large_step)
    if len(worth) == 1 and _MINUS.match(plain):
        worth = [-worth[0]]
    return list(dict.fromkeys(worth))


def _take(piece: str, found: list[_Number], is_open: bool) -> bool:
    """Read one more piece; returns whether the last number may go on behind it."""
    if piece in listed("answers.half"):
        if is_open:
            found[-1].half()
        else:
            found.append(_Number(0.5))
        return True
    if piece in listed("answers.teen"):
        if is_open:
            found[-1].teen()
        return is_open
    value, step = _meaning(piece)
    if value is not None and not (is_open and found[-1].take(value)):
        found.append(_Number(value))
        is_open = True
    if step and is_open:
        found[-1].raised(step)
    return is_open and (value is not None or step > 0)


def _meaning(piece: str) -> tuple[float | None, int]:
    """What a piece is worth, and by what it multiplies what stands before it."""
    if piece[0].isdigit():
        return _figure(piece), 0
    steps = values("steps")
    if (value := values("numbers").get(piece)) is not None:
        return (value // 10, 10) if value > 10 and value % 10 == 0 else (value, 0)
    if piece[:2] in ("se", "sa") and piece[2:] in steps:
        return 1, steps[piece[2:]]
    return None, steps.get(piece) or steps.get(piece.removesuffix("an"), 0)


def _figure(written: str) -> float | None:
    """Read figures: `1.500` and `1,500` are 1500, `1,5` and `1.5` are not; None where the marks make no sense."""
    if (thousands := _THOUSANDS.fullmatch(written)) is not None:
        whole = thousands[1] + re.sub(r"\D", "", thousands[2])
        written = f"{whole}.{thousands[4] or 0}"
    written = written.replace(" ", "").replace(",", ".")
    if written.count(".") > 1:
        return None
    return float(written) if len(written) <= _LONGEST else 10.0**_LONGEST

"""The pieces of a text about time (words by their meaning, figures, joining marks), and the rules that join them."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from bot.language.listening import any_of, meanings, values
from bot.language.slips import is_slip

#: of each part of `dates` in `listening.toml`, the letter that stands for it in a rule
KINDS = {
    "month": "m", "weekday": "w", "sunday_or_week": "k", "relative": "r", "counting": "N", "turn": "f",
    "third": "q", "ahead": "s", "within": "e", "date_sign": "g", "hour_sign": "j", "half_to": "o", "minutes": "c",
    "part": "a", "to": ">", "and": "&", "from": "<", "open_end": "z", "filler": "", "ordinary": "x",
}  # fmt: skip
#: a name of so many letters is recognised with a slip behind its first letter; a slip in a shorter one is doubtful
_LONG = 5
_UNITS = {"day": "h", "week": "u", "month": "b", "year": "v", "weekend": "W"}
_LAST_DAY = 31
#: neither a number nor a name
UNKNOWN = "x"
_YEAR = r"(?:19|20|21)\d\d"
_SEPARATED = r"\s?(?P<{0}>[-/.])\s?\d{{1,2}}\s?(?P={0})\s?"
_FIGURES = re.compile(
    rf"""(?P<ymd>{_YEAR}{_SEPARATED.format("a")}\d{{1,2}}(?!\d))
    |(?P<dmy>\d{{1,2}}{_SEPARATED.format("b")}(?:{_YEAR}|\d{{2}})(?![\d]|[-/.]\d))
    |(?P<time>\d{{1,2}}[.:]\d{{2}}(?![\d]|[.:]\d)|\d{{1,2}}:\d{{2}}:00(?![\d]|[.:]\d))
    |(?P<dm>\d{{1,2}}\s?/\s?\d{{1,2}}(?!\d))
    |(?P<year>{_YEAR}(?!\d)|'\d{{2}}(?!\d))
    |(?P<number>\d{{1,2}}(?!\d)(?P<ordinal>(?:st|nd|rd|th)\b)?)
    |(?P<word>(?:[^\W\d_]|(?<=\w)')+)
    |(?P<mark>[-,&+@])
    |(?P<odd>\d+|[^\s\w.:;()/?!*_"'’\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F])""",
    re.VERBOSE,
)
_ALIKE = str.maketrans("–—−‑’‘`", "----'''")
_SLASHED = re.compile(r"(?<![a-z])s\s?[/.]\s?d(?![a-z])\.?")
_HALVES = re.compile(r"\b([ap])\.\s?m\b\.?")
_ONE_OF = re.compile(rf"\bse({any_of('dates.one')})\b")
_GREETING = re.compile(
    rf"^\s*(?:{any_of('dates.wish')} )?{any_of('dates.greeting')}(?=,|!| {any_of('courtesy.address')}\b)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, or of what was understood so far; `kind` is one letter."""

    kind: str
    text: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Today:
    """The day and language that a date is read against."""

    date: date
    language: str


#: what makes one piece of several, or nothing where they do not belong together after all
Build = Callable[[list[Token], Today], list[Token] | None]
Rule = tuple[str, Build]


def rewrite(tokens: list[Token], rules: list[Rule], today: Today) -> list[Token]:
    """Apply each rule, in this order, wherever its pattern over the kinds fits."""
    for pattern, build in rules:
        place = 0
        while found := re.compile(pattern).search(kinds(tokens), place):
            built = build(tokens[found.start() : found.end()], today)
            if built is None:
                place = found.start() + 1
                continue
            tokens = tokens[: found.start()] + built + tokens[found.end() :]
            place = found.start() + len(built)
    return tokens


def kinds(tokens: list[Token]) -> str:
    """Join the kinds of the tokens to a text, for a pattern."""
    return "".join(token.kind for token in tokens)


def tokens(text: str) -> list[Token]:
    """Split a text into pieces; what has no name here is of kind `x`."""
    found = list(_pieces(text))
    found = [_verb(found, place) for place in range(len(found))]
    return _counted([_mended(found, place) for place in range(len(found))])


def _pieces(text: str) -> Iterator[Token]:
    plain = _simple(text)
    place = 0
    while place < len(plain):
        phrase = _phrases().match(plain, place)
        figures = _FIGURES.match(plain, place)
        if phrase and (place == 0 or not plain[place - 1].isalpha()):
            yield from _named(phrase[0])
            place = phrase.end()
        elif figures:
            yield from _token(figures)
            place = figures.end()
        else:
            place += 1


def _simple(text: str) -> str:
    """Simplify a text: small letters without accents or greeting; `s/d`, `a.m.` and `seminggu` in their plain forms."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_ALIKE))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _GREETING.sub("", " ".join(plain.split()))
    return _ONE_OF.sub(r"1 \1", _HALVES.sub(r"\1m", _SLASHED.sub(" sd ", plain)))


def _token(found: re.Match[str]) -> Iterator[Token]:
    text = found[0]
    match found.lastgroup:
        case "word":
            yield from _named(text)
        case "ymd" | "dmy":
            yield Token("d", text, tuple(int(part) for part in re.findall(r"\d+", text)))
        case "dm":
            yield Token("p", text, tuple(int(part) for part in re.findall(r"\d+", text)))
        case "time":
            yield Token("t", text, tuple(int(part) for part in re.findall(r"\d+", text)[:2]))
        case "year":
            yield Token("y", text, 2000 + int(text[1:]) if text[0] == "'" else int(text))
        case "number" | "ordinal":
            yield Token("n", text, int(re.sub(r"\D", "", text)))
        case "mark":
            yield Token({"+": "&", "@": "j"}.get(text, text), text)
        case _:
            yield Token(UNKNOWN, text)


def _named(text: str) -> Iterator[Token]:
    """Name a word by the list, also with `-nya` behind it; a filler is nothing."""
    word = text.replace("'", "")
    known = vocabulary().get(word) or vocabulary().get(word.removesuffix("nya"))
    token = known or Token(UNKNOWN)
    if token.kind:
        yield Token(token.kind, word, token.value)


def _mended(found: list[Token], place: int) -> Token:
    """Mend a slip of the fingers in a month or weekday, where a number or `depan` beside it says that it is one."""
    token = found[place]
    beside = kinds(found[max(place - 1, 0) : place]) + kinds(found[place + 1 : place + 2])
    if token.kind != UNKNOWN or len(token.text) < 4 or not set(beside) & set("nydpmwf"):
        return token
    alike = {name: known for name, known in _names().items() if is_slip(token.text, name)}
    surely = [known for name, known in alike.items() if len(name) >= _LONG and name[0] == token.text[0]]
    if len(set(alike.values())) != 1 or not surely:
        return token
    return Token(surely[0].kind, token.text, surely[0].value)


def _verb(found: list[Token], place: int) -> Token:
    """Whether it is a verb and no month: `may i ask`."""
    verb = found[place].text == "may" and UNKNOWN in kinds(found[place + 1 : place + 2])
    return Token(UNKNOWN, "may") if verb else found[place]


def _counted(found: list[Token]) -> list[Token]:
    """Join number words to one number: `dua puluh lima`."""
    counted: list[Token] = []
    for token in found:
        last = counted[-1] if counted else Token("")
        word = last.kind == "n" and last.text.isalpha()
        if token.kind == "N" and word:
            counted[-1] = Token("n", token.text, last.value + 10 if token.value else last.value * 10)
        elif token.kind == "n" and token.text.isalpha() and word and last.text in ("puluh", "twenty", "thirty"):
            counted[-1] = Token("n", token.text, last.value + token.value)
        else:
            counted.append(token)
    return counted


@cache
def vocabulary() -> dict[str, Token]:
    """Load what each word and phrase about dates means; a number is written so that rules can tell it."""
    known = {
        written: Token(_UNITS[meaning] if part == "unit" else KINDS[part], "", _value(meaning))
        for part in (*KINDS, "unit")
        for written, meaning in meanings(f"dates.{part}").items()
    }
    return known | {word: Token("n", "", value) for word, value in values("numbers").items() if 0 < value <= _LAST_DAY}


def _value(meaning: str) -> int | str:
    return int(meaning) if meaning.lstrip("-").isdigit() else meaning


@cache
def _phrases() -> re.Pattern[str]:
    """The entries of several words, longest first."""
    several = sorted((word for word in vocabulary() if not word.isalpha()), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, several))})(?![^\W_])")


@cache
def _names() -> dict[str, Token]:
    """The names in which a slip is looked for."""
    return {word: token for word, token in vocabulary().items() if token.kind in ("m", "w") and len(word) > 3}

"""What people write around an answer, and how they misspell it."""

import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from functools import cache

from bot.knowledge.words import cut, words
from bot.language.i18n import LOCALES
from db.base import JsonObject

#: how much of two words must be the same for one to be a slip of the other, from 0 to 1
_ALIKE = 0.8
#: letters of the shortest word in which a slip is looked for
_SHORTEST = 4
#: two likenesses that differ by less count as equal
_SAME = 0.1
#: words of a label that say nothing alone
_JOINING = {"dan", "and", "atau", "or", "sareng", "jeung", "di", "of", "the", "serta"}


def figures(text: str) -> str:
    """Cut a text to the length of an answer, in small letters, with every script's figures as 0 to 9."""
    plain = unicodedata.normalize("NFKC", cut(text)).lower()
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in plain)


def bare(text: str) -> list[str]:
    """List the words without the courtesies around them; all words where there is nothing else."""
    said = words(figures(text))
    return [word for word in said if word not in listed("courtesy")] or said


def squashed(said: Iterable[str]) -> str:
    """Join words to one: a space too many or too few makes no difference."""
    return "".join(said)


def likeness(written: str, name: str) -> float:
    """How alike two words are, from 0 to 1; short ones are alike or not."""
    if written == name:
        return 1.0
    if min(len(written), len(name)) < _SHORTEST or written.isdigit():
        return 0.0
    found = in_common(written, name)
    return found if found >= _ALIKE else 0.0


def in_common(one: str, other: str) -> float:
    """How much of two words is the same, from 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def meant(text: str, labels: Mapping[str, str]) -> list[str]:
    """List the codes of the labels that a text most likely means.

    Its words are those of the label, except for a slip; the whole label is surely meant.
    """
    said = bare(text)
    named = {code: [word.removeprefix("rp") or word for word in words(label)] for code, label in labels.items()}
    whole = [code for code, its in named.items() if squashed(its) in (squashed(said), squashed(words(figures(text))))]
    if whole:
        return whole[:1]
    wanted = [word.removeprefix("rp") or word for word in said]
    scores = {code: _shared(wanted, its) for code, its in named.items()}
    best = max(scores.values(), default=0.0)
    return [code for code, score in scores.items() if score and score > best - _SAME]


def _shared(said: Collection[str], label: Collection[str]) -> float:
    content = [word for word in label if word not in _JOINING]
    return sum(max((likeness(word, its) for its in content), default=0.0) for word in dict.fromkeys(said))


def slip(word: str, known: Collection[str]) -> str:
    """Find the known word that this one is, except for a slip behind its first letter; empty for none."""
    near = {one: likeness(word, one) for one in known if len(one) > _SHORTEST and one[0] == word[0]}
    best = max(near, key=near.__getitem__, default="")
    return best if near.get(best) else ""


@cache
def listed(part: str) -> frozenset[str]:
    """Load the words of one part of `locales/answers.toml`."""
    return frozenset(_answers()[part].split())


@cache
def valued(part: str) -> dict[str, int]:
    """Load what the words of a part of `locales/answers.toml` are worth."""
    return {word: int(value) for value, written in _answers()[part].items() for word in written.split()}


@cache
def _answers() -> JsonObject:
    return tomllib.loads((LOCALES / "answers.toml").read_text("utf-8"))

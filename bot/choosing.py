"""Understand a typed answer as a tap: the label, its first word, `2`, `yg kedua`, `no 2`; in a form any clear word."""

import re
from functools import cache

from bot.language.listening import listed, values
from bot.reply import Choice, Reply

#: characters of a typed answer: a label with a courtesy or two around it
_LONGEST = 40
#: letters of a word within a label that stands for it
_SHORTEST = 4


def may_choose(text: str) -> bool:
    """Whether a text is short enough to be a typed answer."""
    return len(text) <= _LONGEST


def typed_choice(text: str, reply: Reply, numbers: bool = True) -> Choice | None:
    """Find the choice that a short text means; None where it means none. Without `numbers`, only labels count."""
    words = [word for word in re.findall(r"\w+", text.lower()) if word]
    if not words or not may_choose(text):
        return None
    choices = reply.numbered()
    return (_by_number(words, choices) if numbers else None) or _by_label(words, choices)


def _by_number(words: list[str], choices: list[Choice]) -> Choice | None:
    rest = [word for word in words if word not in listed("choosing.around")] or words
    if len(rest) != 1:
        return None
    word = rest[0].removeprefix("ke") if rest[0].startswith("ke") and rest[0][2:].isdigit() else rest[0]
    number = int(word) if word.isascii() and word.isdigit() and len(word) <= 2 else _ordinals().get(word, 0)
    return choices[number - 1] if 0 < number <= len(choices) else None


def _by_label(words: list[str], choices: list[Choice]) -> Choice | None:
    labels = [re.findall(r"\w+", choice.shown.lower()) for choice in choices]
    politely = words[:-1] if words[-1] in listed("choosing.around") else words
    whole = [choice for choice, label in zip(choices, labels, strict=True) if label in (words, politely)]
    if whole:
        return whole[0]
    if len(words) > 1:
        return None
    first = [choice for choice, label in zip(choices, labels, strict=True) if label[:1] == words]
    within = [choice for choice, label in zip(choices, labels, strict=True) if words[0] in label]
    if not first and len(within) == 1 and within[0].kind == "step" and len(words[0]) >= _SHORTEST:
        return within[0]
    return first[0] if len(first) == 1 else None


@cache
def _ordinals() -> dict[str, int]:
    """The position that `kedua` and `dua` mean."""
    return dict(values("numbers")) | dict(values("ordinals"))

"""Read a text as staff write it, and find what is different in a new one."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.cases.cases import typed
from bot.dates.tokens import tokens
from bot.language.markdown import Markdown, escape, faults, plain

#: characters of a first line that is taken for a title
_TITLE = 100
#: words told behind a difference
_AFTER = 2
#: how much alike two words are, from 0 to 1, of which one is the other spelt right
_ALIKE = 0.7
#: months, weekdays, "Minggu", "besok", and numbers in words, as `bot.dates.tokens` names their kinds
_TIMES = "mwkrn"


def formed(written: str) -> Markdown:
    """Turn what was typed into Markdown that shows exactly that; a short first line with more below it is the title."""
    lines = [line.rstrip() for line in written.strip().splitlines()]
    if len(lines) > 1 and len(lines[0]) <= _TITLE:
        return Markdown("\n".join([f"**{escape(lines[0])}**", *typed("\n".join(lines[1:])).split("\n")]))
    return typed("\n".join(lines))


def marked(written: str) -> Markdown | None:
    """Take what was written as Markdown; None where its marks do not pair."""
    return None if faults(written) else Markdown(written.strip())


@dataclass(frozen=True, slots=True)
class Difference:
    """Words that were, and those in their place, each with the two that follow; and the sentence they now stand in."""

    before: str
    after: str
    sentence: str


def differences(before: str, after: str) -> list[Difference]:
    """List what is different between two texts, in the order of the text."""
    old, new = plain(before).split(), plain(after).split()
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            was, now = " ".join(old[a : b + _AFTER]), " ".join(new[c : d + _AFTER])
            found.append(Difference(was, now, _sentence(new, c)))
    return found


def is_spelling(before: str, after: str) -> bool:
    """Whether only spelling is different: no figure, no name of a day, no word for another."""
    old, new = plain(before).split(), plain(after).split()
    parts = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return all(_alike(" ".join(old[a:b]), " ".join(new[c:d])) for tag, a, b, c, d in parts if tag != "equal")


def _alike(was: str, now: str) -> bool:
    if _figures(was) != _figures(now) or _times(was) != _times(now):
        return False
    old, new = _letters(was), _letters(now)
    return old == new or SequenceMatcher(None, old, new, autojunk=False).ratio() >= _ALIKE


def _letters(words: str) -> str:
    return "".join(filter(str.isalnum, words)).casefold()


def _figures(words: str) -> str:
    return "".join(filter(str.isdigit, words))


def _times(words: str) -> list[object]:
    return [(token.kind, token.value) for token in tokens(words) if token.kind in _TIMES]


def _sentence(words: list[str], place: int) -> str:
    """The sentence around this word."""
    ends = [at + 1 for at, word in enumerate(words) if word.endswith((".", "?", ";"))]
    first = max((end for end in ends if end <= place), default=0)
    last = min((end for end in ends if end > place), default=len(words))
    return " ".join(words[first:last]).rstrip(".;")

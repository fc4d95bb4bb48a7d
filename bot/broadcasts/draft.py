"""A text as staff write it, and what is different in a new one."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.cases import typed
from bot.markdown import Markdown, escape, faults, plain

#: characters of a first line that is taken for a title
_TITLE = 100
#: words told behind a difference
_AFTER = 2


def formed(written: str) -> Markdown:
    """What was typed, exactly so; a short first line with more below it is the title."""
    lines = [line.rstrip() for line in written.strip().splitlines()]
    if len(lines) > 1 and len(lines[0]) <= _TITLE:
        return Markdown("\n".join([f"**{escape(lines[0])}**", *typed("\n".join(lines[1:])).split("\n")]))
    return typed("\n".join(lines))


def marked(written: str) -> Markdown | None:
    """What was written as Markdown; None where its marks do not pair."""
    return None if faults(written) else Markdown(written.strip())


@dataclass(frozen=True, slots=True)
class Difference:
    """Words that were, and those in their place, each with the two that follow; and the sentence they stand in now."""

    before: str
    after: str
    sentence: str


def differences(before: str, after: str) -> list[Difference]:
    """What is different between two texts, in the order in which it stands."""
    old, new = plain(before).split(), plain(after).split()
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            was, now = " ".join(old[a : b + _AFTER]), " ".join(new[c : d + _AFTER])
            found.append(Difference(was, now, _sentence(new, c)))
    return found


def _sentence(words: list[str], place: int) -> str:
    """The one around this word."""
    ends = [at + 1 for at, word in enumerate(words) if word.endswith((".", "?", ";"))]
    first = max((end for end in ends if end <= place), default=0)
    last = min((end for end in ends if end > place), default=len(words))
    return " ".join(words[first:last]).rstrip(".;")

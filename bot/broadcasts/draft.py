"""A text as staff write it, and what is different in a new one."""

from difflib import SequenceMatcher

from bot.cases import typed
from bot.markdown import Markdown, escape, faults, plain

#: characters of a first line that is taken for a title
_TITLE = 100


def formed(written: str) -> Markdown:
    """What was typed, exactly so; a short first line with more below it is the title."""
    lines = [line.rstrip() for line in written.strip().splitlines()]
    if len(lines) > 1 and len(lines[0]) <= _TITLE:
        return Markdown("\n".join([f"**{escape(lines[0])}**", *typed("\n".join(lines[1:])).split("\n")]))
    return typed("\n".join(lines))


def marked(written: str) -> Markdown | None:
    """What was written as Markdown; None where its marks do not pair."""
    return None if faults(written) else Markdown(written.strip())


def differences(before: str, after: str) -> list[tuple[str, str]]:
    """The words that were, and those that stand in their place; either may be empty."""
    old, new = plain(before).split(), plain(after).split()
    changes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(" ".join(old[a:b]), " ".join(new[c:d])) for tag, a, b, c, d in changes if tag != "equal"]

"""A field for yes or no."""

import re
from collections.abc import Callable, Sequence

from bot.errors import Refusal
from bot.fields.field import Field, Given, Values, answer
from bot.knowledge.words import words
from bot.language.i18n import _
from bot.language.listening import listed
from bot.language.markdown import Markdown
from bot.language.slips import closest
from bot.reply import Choice

#: words of the longest plain yes or no
_LONGEST = 8
_PAUSE = re.compile(r"[,.;:!()\n]+|\s[-–—]\s")
_THUMBS = {"👍": "ya", "👌": "ya", "✅": "ya", "👎": "tidak", "❌": "tidak"}


def yes_no(
    name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown], *, optional: bool = False
) -> Field:
    """A field kept as True or False."""

    def offers(_values: Values) -> list[Choice]:
        return [answer(_("Yes"), **{name: True}), answer(_("No"), **{name: False})]

    def read(turn: Given, values: Values) -> Values:
        if affirms(turn.text):
            return {name: True}
        if denies(turn.text):
            return {name: False}
        raise Refusal(_("Please answer with yes or no."), offers(values))

    def said(values: Values) -> str:
        kept = values.get(name)
        return "" if kept is None else str(_("Yes") if kept else _("No"))

    return Field(name, label, question, read, said, {name: None} if optional else None, offers, sets=(name,))


def affirms(text: str) -> bool:
    """Whether a text is a plain yes, such as `iya sudah kak`; nothing else may be in it."""
    answer, reason = _answer_and_reason(text)
    return _plain(answer) == {"yes"} and not any(_side(word) == "no" for word in reason)


def denies(text: str) -> bool:
    """Whether it is a plain no, such as `teu acan gaduh` or `belum punya kak, masih diurus`."""
    return "no" in _plain(_answer_and_reason(text)[0])


def _answer_and_reason(text: str) -> tuple[list[str], list[str]]:
    """The words of a plain answer, as far as a pause or `karena`, and those behind it; of a question none."""
    if "?" in text:
        return [], []
    around = listed("answers.around") - listed("answers.yes") - listed("answers.no")
    said: list[str] = []
    ends: list[int] = []
    for part in _PAUSE.split("".join(_THUMBS.get(one, one) for one in text)):
        for word in words(part):
            ends += [len(said)] if word in listed("answers.reasons") else []
            said += [word] if word not in around else []
        ends.append(len(said))
    end = max((end for end in ends if _plain(said[:end])), default=0)
    return said[:end], said[end:]


def _plain(said: Sequence[str]) -> set[str]:
    """`yes`, `no` or both; nothing where there are other words too."""
    if not 0 < len(said) <= _LONGEST:
        return set()
    found = [_side(word) for word in said]
    return set() if "" in found else set(found) - {"about"}


def _side(word: str) -> str:
    """The side a word is on: `no`, `yes`, `about`; empty for another word."""
    for side in ("no", "yes", "about"):
        if word in listed(f"answers.{side}"):
            return side
    return next((side for side in ("no", "yes") if closest(word, listed(f"answers.{side}"))), "")

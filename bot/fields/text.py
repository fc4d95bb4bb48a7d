"""Texts of one line, and one of several by a button."""

import re
from collections.abc import Callable, Sequence

from bot.errors import Refusal
from bot.fields.field import Field, Values, answer, nothing
from bot.i18n import _
from bot.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def words(text: str, longest: int) -> str:
    """A text in one line; refuses what is too long or cannot be seen."""
    found = " ".join(text.split())
    if not found:
        raise Refusal(_("Please write it as a text."))
    if _CONTROL.search(text):
        raise Refusal(_("There is a character in it that cannot be seen. Please write it again."))
    if len(found) > longest:
        raise Refusal(_("That is {length} characters, at most {longest}.", length=len(found), longest=longest))
    return found


def text(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    longest: int,
    *,
    optional: bool = False,
    offers: Callable[[Values], Sequence[Choice]] = nothing,
) -> Field:
    """A text in one language."""
    return Field(
        name,
        label,
        question,
        lambda turn, _values: {name: words(turn.text, longest)},
        lambda values: str(values.get(name, "")),
        {name: ""} if optional else None,
        offers,
        sets=(name,),
    )


def one_of(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    labels: Callable[[], dict[str, Markdown]],
    find: Callable[[str], str] = lambda _text: "",
) -> Field:
    """One of several by a button; `find` reads it out of what is written."""

    def read(turn: Turn, _values: Values) -> Values:
        found = find(turn.text)
        if not found:
            raise Refusal(_("Please choose one of these."), [*offers(_values)])
        return {name: found}

    def offers(_values: Values) -> list[Choice]:
        return [answer(shown, **{name: code}) for code, shown in labels().items()]

    said = lambda values: str(labels().get(values.get(name, ""), ""))  # noqa: E731
    return Field(name, label, question, read, said, None, offers, sets=(name,))

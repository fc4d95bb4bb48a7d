"""A field for a text of one line."""

import re
from collections.abc import Callable, Sequence

from bot.errors import Refusal
from bot.fields.field import Field, Values, nothing
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def words(text: str, longest: int) -> str:
    """Take a text as one line; raises `Refusal` where it is too long or cannot be seen."""
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
    """A field for a text in one language."""
    return Field(
        name,
        label,
        question,
        lambda turn, _values: {name: words(turn.text, longest)},
        lambda values: str(values.get(name) or ""),
        {name: ""} if optional else None,
        offers,
        is_free=True,
        sets=(name,),
    )

"""A field for the number of a business, NIB: 13 digits; some businesses have none yet."""

import re
from collections.abc import Callable, Iterator

from bot.errors import Refusal
from bot.fields.field import Field, Given, Values, answer
from bot.fields.wording import figures
from bot.fields.yes_no import denies
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice

#: what is kept for "I have none yet"
NONE = "none"
#: digits of a NIB
_LENGTH = 13
#: digits of a KTP number
_KTP = 16
#: a text with fewer digits is no attempt at a NIB
_A_TRY = 5
_WRITTEN, _GROUP = re.compile(r"\d(?:[\s.,_/-]*\d)*", re.ASCII), re.compile(r"\d+", re.ASCII)


def nib(
    name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown], *, optional: bool = False
) -> Field:
    """A field kept as 13 digits, or `NONE`."""

    def offers(_values: Values) -> list[Choice]:
        return [answer(_("I have none yet"), **{name: NONE})]

    def read(turn: Given, values: Values) -> Values:
        text = figures(turn.text)
        found = numbers(turn.text)
        if len(found) == 1:
            return {name: found[0]}
        if found:
            raise Refusal(_("Which of these numbers?"), [answer(one, **{name: one}) for one in found[:3]])
        count = max((len(_digits(one)) for one in _WRITTEN.findall(text)), default=0)
        if count < _A_TRY and denies(turn.text):
            return {name: NONE}
        raise Refusal(_lacking(count), offers(values))

    def said(values: Values) -> str:
        kept = values.get(name) or ""
        return str(_("none yet")) if kept == NONE else str(kept)

    return Field(
        name, label, question, read, said, {name: None} if optional else None, offers, takes_number=True, sets=(name,)
    )


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def numbers(text: str) -> list[str]:
    """List the NIBs in a text, each once."""
    return list(dict.fromkeys(one for written in _WRITTEN.findall(figures(text)) for one in _within(written)))


def _within(written: str) -> Iterator[str]:
    digits = _digits(written)
    if len(digits) == _LENGTH:
        yield digits
    elif len(digits) != _KTP:
        yield from (group for group in _GROUP.findall(written) if len(group) == _LENGTH)


def _lacking(count: int) -> Markdown:
    if count == _KTP:
        return _(
            "That is 16 digits, like a KTP number. It is not needed here: please do not send it to anybody in a chat. "
            "The NIB has 13 digits, for example: 1234567890123"
        )
    if count >= _A_TRY:
        return _(
            "That is {number} digits, a NIB has 13. Please compare it again, for example: 1234567890123", number=count
        )
    return _("A NIB is 13 digits; it stands on the sheet from oss.go.id. For example: 1234567890123")

"""A field for one day."""

from collections.abc import Callable
from datetime import date

from bot.dates import When
from bot.errors import Refusal
from bot.fields.field import Field, Values
from bot.fields.when import read_when
from bot.language.dates_said import period
from bot.language.i18n import _
from bot.language.i18n import day as shown
from bot.language.markdown import Markdown


def day(
    name: str, label: Callable[[], Markdown], question: Callable[[Values], Markdown], *, optional: bool = False
) -> Field:
    """A field for a day, kept in ISO 8601 such as `2027-04-16`; an hour beside it is not kept."""

    def accept(when: When, _values: Values) -> Values:
        if when.period and when.first and when.last:
            raise Refusal(_("Which day of {period}? {wanted}", period=period(when.first, when.last), wanted=_wanted()))
        if when.last is None or when.first != when.last:
            raise Refusal(_("One day is needed. {wanted}", wanted=_wanted()))
        return {name: when.last.isoformat()}

    return Field(
        name,
        label,
        question,
        lambda turn, values: read_when(turn, values, accept, _wanted()),
        lambda values: shown(date.fromisoformat(values[name])) if values.get(name) else "",
        {name: None} if optional else None,
        sets=(name,),
    )


def _wanted() -> Markdown:
    return _("Please write it like this: 16 April 2027")

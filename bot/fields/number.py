"""A whole number, as people write numbers: `20 orang`, `dua puluh`, `1,5 juta`, `rp 2jt`."""

from collections.abc import Callable

from bot.errors import Refusal
from bot.fields.amounts import amounts
from bot.fields.field import Field, Given, Values, answer
from bot.fields.yes_no import denies
from bot.knowledge.words import words
from bot.language.i18n import _
from bot.language.i18n import number as shown
from bot.language.listening import listed
from bot.language.markdown import Markdown

#: the example given where the question allows it
_USUAL = 20


def number(
    name: str,
    label: Callable[[], Markdown],
    question: Callable[[Values], Markdown],
    *,
    least: int = 0,
    most: int = 1_000_000_000_000,
    optional: bool = False,
) -> Field:
    """A field kept as an int from `least` to `most`."""
    example = min(max(_USUAL, least), most)

    def fits(value: float) -> bool:
        return value == int(value) and least <= value <= most

    def read(turn: Given, _values: Values) -> Values:
        found = amounts(turn.text)
        if not found and least <= 0 and denies(turn.text) and not _is_sign(turn.text):
            return {name: 0}
        if len(found) == 1 and fits(found[0]):
            return {name: int(found[0])}
        fitting = [int(value) for value in found if fits(value)]
        if len(found) == 2 and fitting:
            choices = [answer(shown(value), **{name: value}) for value in fitting]
            raise Refusal(_("One number is enough, roughly. Which one?"), choices)
        raise Refusal(_lacking(found, least, most, example))

    return Field(
        name,
        label,
        question,
        read,
        lambda values: "" if values.get(name) is None else shown(values[name]),
        {name: None} if optional else None,
        takes_number=True,
        sets=(name,),
    )


def _is_sign(text: str) -> bool:
    """Whether it says "number" and no more, as `no` does in Indonesian."""
    return listed("answers.number").issuperset(words(text))


def _lacking(found: list[float], least: int, most: int, example: int) -> Markdown:
    if not found:
        return _("Please write a number, for example: {example}", example=shown(example))
    if len(found) > 1:
        return _("One number is enough, roughly. For example: {example}", example=shown(example))
    if found[0] < least:
        return _(
            "That is too little: {least} at least. For example: {example}", least=shown(least), example=shown(example)
        )
    if found[0] > most:
        return _("That is too much: {most} at most. For example: {example}", most=shown(most), example=shown(example))
    return _("Please write it without a fraction, for example: {example}", example=shown(example))

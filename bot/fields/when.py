"""Fields for days and hours as people write them, asked back where they have more than one meaning."""

from collections.abc import Callable
from datetime import time

from babel.dates import format_date

from bot import dates
from bot.dates import Doubt, Reason, When
from bot.errors import Refusal
from bot.fields.field import Given, Values, answer
from bot.language.dates_said import weekday_span
from bot.language.i18n import _, hour, language, locale
from bot.language.markdown import Markdown, escape

#: readings that are offered
_OFFERED = 3

#: what a reading means for the answers; raises `Refusal` where it says too little or contradicts itself
Accept = Callable[[When, Values], Values]


def read_when(turn: Given, values: Values, accept: Accept, wanted: Markdown) -> Values:
    """Read what they wrote; what is in doubt is asked back with its readings as choices."""
    found = dates.read(turn.text, turn.now, language())
    if found is None:
        raise Refusal(_("That is no date I can read. {wanted}", wanted=wanted))
    if isinstance(found, When):
        return accept(found, values)
    readings = _accepted(found, values, accept)
    if not readings and found.readings and all(one.period for one in found.readings):
        return accept(found.readings[0], values)
    one_left = len(readings) == 1 and found.reason in ("several", "time")
    lines = [_doubt("unclear" if one_left else found.reason)]
    if not readings:
        raise Refusal(Markdown(f"{lines[0]} {wanted}"))
    lines += [escape(f"{number}. {_in_full(one)}") for number, (one, _meant) in enumerate(readings, start=1)]
    choices = [answer(label, **meant) for label, (_one, meant) in zip(_labels(readings), readings, strict=True)]
    raise Refusal(Markdown("\n".join(lines)), choices)


def _accepted(doubt: Doubt, values: Values, accept: Accept) -> list[tuple[When, Values]]:
    found: list[tuple[When, Values]] = []
    for one in doubt.readings:
        try:
            meant = accept(one, values)
        except Refusal:
            continue
        if meant not in [other for _one, other in found]:
            found.append((one, meant))
    return found[:_OFFERED]


def _doubt(reason: Reason) -> Markdown:
    return {
        "unclear": _("I am not sure I read that right."),
        "several": _("That can mean more than one thing. Which one?"),
        "weekday": _("That weekday does not fall on that date."),
        "no-such-day": _("There is no such day."),
        "order": _("The end comes before the beginning."),
        "far": _("That year is very far ahead."),
        "time": _("Is that morning or evening?"),
    }[reason]


def _in_full(one: When) -> str:
    days = weekday_span(one.first or one.last, one.last) if one.last else ""
    return ", ".join(part for part in (days, clock(one.opens, one.closes)) if part)


def _labels(readings: list[tuple[When, Values]]) -> list[str]:
    """Label the readings by what tells them apart, in at most 20 characters."""
    by_day = [_short(one) for one, _meant in readings]
    by_hour = ["–".join(f"{at:%H.%M}" for at in (one.opens, one.closes) if at) for one, _meant in readings]
    for labels in (by_day, by_hour):
        if len(set(labels)) == len(labels) and all(labels):
            return labels
    return [str(number) for number in range(1, len(readings) + 1)]


def _short(one: When) -> str:
    if one.last is None:
        return ""
    first = one.first or one.last
    last = str(format_date(one.last, "d MMM y", locale=locale()))
    if first == one.last:
        return last[:20]
    same_month = (first.year, first.month) == (one.last.year, one.last.month)
    return f"{format_date(first, 'd' if same_month else 'd MMM', locale=locale())}–{last}"[:20]


def clock(opens: time | None, closes: time | None) -> str:
    """Format opening hours without a zone: 10.00–20.00."""
    return "–".join(hour(one) for one in (opens, closes) if one)

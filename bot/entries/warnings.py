"""Warn staff of what to look at again before people see it; only a missing source stops them."""

from collections.abc import Sequence
from datetime import date

from bot.clock import BANDUNG
from bot.entries.days import day_of, time_of
from bot.entries.field import FIRST
from bot.fields import Values
from bot.language.dates_said import weekday_span
from bot.language.i18n import LANGUAGE_NAMES, LANGUAGES, _
from bot.language.markdown import Markdown
from bot.language.quiet_hours import falls_into_prayer
from bot.turn import Turn


def of(turn: Turn, values: Values) -> list[Markdown]:
    """List warnings about languages, days, hours and the source."""
    found = []
    empty = [LANGUAGE_NAMES[code] for code in LANGUAGES if code != FIRST and not values.get("title", {}).get(code)]
    if empty:
        found.append(_("⚠️ Not in {languages}: people see the Indonesian text.", languages=", ".join(empty)))
    found += _days(turn, values)
    if not values.get("source"):
        found.append(_("⚠️ No source yet: it can be published once one is named."))
    return found


def _days(turn: Turn, values: Values) -> Sequence[Markdown]:
    first, last = day_of(values, "first_day"), day_of(values, "last_day")
    closes = day_of(values, "enrolment_closes")
    found = []
    if last and last < turn.today:
        found.append(_("⚠️ {days} is already past.", days=weekday_span(last, last)))
    if first and last and (friday := _friday(first, last, values)):
        day = weekday_span(friday, friday)
        found.append(_("⚠️ {day}: Friday prayer falls within the opening hours.", day=day))
    if closes and last and closes > last:
        found.append(_("⚠️ Enrolment ends after the last day."))
    if closes and closes < turn.today:
        found.append(_("⚠️ Enrolment has already ended."))
    return found


def _friday(first: date, last: date, values: Values) -> date | None:
    """The first Friday whose prayer falls within the opening hours."""
    opens, closes = time_of(values, "opens"), time_of(values, "closes")
    zone = str(values.get("timezone") or BANDUNG.key)
    return falls_into_prayer(first, last, opens, closes, zone) if opens and closes else None

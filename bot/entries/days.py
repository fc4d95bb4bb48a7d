"""Fields for the days and hours of what staff enter."""

from dataclasses import replace
from datetime import date, time

from bot.clock import BANDUNG
from bot.dates import When, in_order
from bot.errors import Refusal
from bot.fields import Field, Given, Values, answer, clock, read_when
from bot.language.dates_said import MALAYSIA, hours, span, weekday_span
from bot.language.i18n import _
from bot.language.markdown import Markdown
from bot.reply import Choice

#: what takes longer is a slip of the pen
_LONGEST_DAYS = 92


def _wanted_days() -> Markdown:
    return _("Please write it like this: 16-18 April 2027, 10.00-20.00")


def _wanted_hours() -> Markdown:
    return _("Please write from when until when, like this: 10.00-20.00")


def _wanted_enrolment() -> Markdown:
    return _("Please write it like this: 1 December 2026 - 31 January 2027, or: until 31 January 2027")


def _days_and_hours(when: When, _values: Values) -> Values:
    if when.period or when.first is None or when.last is None:
        raise Refusal(_("From which day to which day? {wanted}", wanted=_wanted_days()))
    if (when.last - when.first).days >= _LONGEST_DAYS:
        raise Refusal(_("That is more than {days} days. Is it right? Please write it again.", days=_LONGEST_DAYS))
    days = {"first_day": when.first.isoformat(), "last_day": when.last.isoformat()}
    return days | (_hours(replace(when, first=None, last=None), {}) if when.opens and when.closes else {})


def _hours(when: When, _values: Values) -> Values:
    if when.opens is None or when.closes is None or when.last:
        raise Refusal(_wanted_hours())
    if not in_order(when.opens, when.closes):
        raise Refusal(_("It would close before it opens. {wanted}", wanted=_wanted_hours()))
    return {"opens": when.opens.isoformat(), "closes": when.closes.isoformat()}


def _enrolment(when: When, values: Values) -> Values:
    if when.last is None or when.opens or (when.period and when.first is None):
        raise Refusal(_wanted_enrolment())
    opens = when.first if when.first != when.last else None
    end = day_of(values, "last_day")
    if end and when.last > end:
        raise Refusal(_("Enrolment would end after the last day, {date}.", date=weekday_span(end, end)))
    return {"enrolment_opens": opens.isoformat() if opens else None, "enrolment_closes": when.last.isoformat()}


def day_of(values: Values, name: str) -> date | None:
    """Read a day among the values."""
    return date.fromisoformat(values[name]) if values.get(name) else None


def time_of(values: Values, name: str) -> time | None:
    """Read a time of day among the values."""
    return time.fromisoformat(values[name]) if values.get(name) else None


def when_said(values: Values) -> str:
    """Say the days, and the hours without a clock."""
    first, last = day_of(values, "first_day"), day_of(values, "last_day")
    if not (first and last):
        return ""
    times = clock(time_of(values, "opens"), time_of(values, "closes"))
    return ", ".join(part for part in (weekday_span(first, last), times) if part)


def when(optional: bool = False) -> Field:
    """A field for the days, perhaps with the hours."""
    empty = {"first_day": None, "last_day": None, "opens": None, "closes": None}
    return Field(
        "when",
        lambda: _("Date"),
        lambda _values: _("Date and hours? For example: 16-18 April 2027, 10.00-20.00"),
        lambda turn, values: read_when(turn, values, _days_and_hours, _wanted_days()),
        when_said,
        empty if optional else None,
        noted=_past,
        sets=("first_day", "last_day"),
    )


def _past(turn: Given, values: Values) -> Markdown | None:
    last = day_of(values, "last_day")
    if last is None or last >= turn.today:
        return None
    return _("⚠️ {days} is already past.", days=weekday_span(last, last))


def hours_of_day() -> Field:
    """A field for the hours, where they were not given with the days."""
    return Field(
        "hours",
        lambda: _("Hours"),
        lambda values: _("{when}. From what hour until what hour?", when=when_said(values)),
        lambda turn, values: read_when(turn, values, _hours, _wanted_hours()),
        lambda values: clock(time_of(values, "opens"), time_of(values, "closes")),
        {"opens": None, "closes": None},
        applies=lambda values: bool(values.get("first_day")) and not values.get("opens"),
        sets=("opens", "closes"),
    )


def enrolment() -> Field:
    """A field for the days on which people may enrol; one day alone is the last one."""
    return Field(
        "enrolment",
        lambda: _("Enrolment"),
        lambda _values: _("Until when may people enrol? For example: until 31 January 2027"),
        lambda turn, values: read_when(turn, values, _enrolment, _wanted_enrolment()),
        _enrolment_said,
        {"enrolment_opens": None, "enrolment_closes": None},
        noted=lambda _turn, values: _("Noted: enrolment {days}.", days=_enrolment_said(values)),
        sets=("enrolment_opens", "enrolment_closes"),
    )


def _enrolment_said(values: Values) -> str:
    opens, closes = day_of(values, "enrolment_opens"), day_of(values, "enrolment_closes")
    if opens and closes:
        return span(opens, closes)
    return _("until {date}", date=weekday_span(closes, closes)) if closes else ""


def zone() -> Field:
    """A field for the clock of the place; asked, never assumed."""

    def wanted(turn: Given, _values: Values) -> Values:
        said = set(turn.text.lower().replace(",", " ").split())
        if said & {"malaysia", "kl", "pj", "myt"}:
            return {"timezone": MALAYSIA}
        if said & {"bandung", "wib", "indonesia", "jakarta"}:
            return {"timezone": BANDUNG.key}
        raise Refusal(_("In Malaysia or in Bandung?"), offers(_values))

    def offers(_values: Values) -> list[Choice]:
        return [answer(_("Malaysia"), timezone=MALAYSIA), answer(_("Bandung (WIB)"), timezone=BANDUNG.key)]

    return Field(
        "clock",
        lambda: _("Clock"),
        lambda values: _("{when}. On whose clock is that?", when=when_said(values)),
        wanted,
        _clock_said,
        None,
        offers,
        applies=lambda values: bool(values.get("first_day")),
        noted=_noted,
        sets=("timezone",),
    )


def _clock_said(values: Values) -> str:
    known = {MALAYSIA: _("Malaysia"), BANDUNG.key: _("Bandung (WIB)")}
    return str(known.get(values.get("timezone", ""), values.get("timezone", "")))


def _noted(_turn: Given, values: Values) -> Markdown | None:
    first, opens = day_of(values, "first_day"), time_of(values, "opens")
    if not (first and opens):
        return None
    return _("Noted: {hours}.", hours=hours(first, opens, time_of(values, "closes"), values["timezone"]))

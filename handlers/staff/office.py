"""The office: show its name, hours, holidays, contacts and limits, and change one by writing it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.cases import opening_hours
from bot.cases.cases import typed
from bot.cases.opening_hours import OfficeHours
from bot.clock import bandung_day
from bot.dates import When, read
from bot.errors import Refusal
from bot.language.i18n import _, day
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db import office
from db.office import Office
from handlers.staff.desk import Decide, Desk, record

desk = Desk("office", "admin")

#: holidays on the page of everything
_FEW = 3
#: holidays on their own page
_MANY = 40
#: days in one span of holidays
_LONGEST = 31
#: the areas in which an office may name a contact
_AREAS = ("halal", "hki", "export", "exhibition", "program", "business")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number that an office decides.

    It lies between `least` and `most`; `units` may be written behind it, and with `or_none` 0 says that there is none.
    """

    least: int
    most: int
    units: str
    or_none: bool = False


_NUMBERS = {
    "retention_days": Number(7, 3650, "hari days dinten"),
    "enrolment_days": Number(30, 3650, "hari days dinten"),
    "weekly_limit": Number(0, 21, "pengumuman announcements kali"),
    "second_from": Number(1, 1_000_000, "orang people jalmi"),
    "idle_minutes": Number(5, 1440, "menit minit minutes"),
    "paid_speed": Number(31, 970, "pengumuman announcements", or_none=True),
}


def _fields() -> dict[str, Markdown]:
    return {
        "name": _("Name"),
        "hours": _("Opening hours"),
        "holidays": _("Holidays"),
        "contacts": _("Contacts"),
        "retention_days": _("Keeping messages"),
        "enrolment_days": _("Keeping enrolments"),
        "weekly_limit": _("Weekly limit"),
        "second_from": _("Second person"),
        "idle_minutes": _("Idle case"),
        "paid_speed": _("Paid sending"),
    }


@desk.choice("office")
async def shown(turn: Turn) -> None:
    """Show everything that is decided; a tap changes one of it."""
    now = await office.load(turn.db)
    lines = [
        _("Name: {value}", value=escape(now.name) or _("not given")),
        _("Opening hours: {value}", value=OfficeHours(now.hours, now.holidays).format() or _("always closed")),
        _("Holidays: {value}", value=_holidays(now, turn.now, _FEW) or _("none")),
        _("Contacts: {value}", value=_named(now) or _("none")),
        _("Messages are kept for {days} days.", days=now.retention_days),
        _("Enrolments are kept for {days} days after the programme.", days=now.enrolment_days),
        _("At most {count} announcements a week to one person.", count=now.weekly_limit),
        _("Above {count} people a second administrator must agree.", count=now.second_from),
        _("A case hands back after {count} minutes of silence.", count=now.idle_minutes),
        _paid(now.paid_speed),
    ]
    choices = [Choice(label, "office-field", {"field": field}) for field, label in _fields().items()]
    turn.say(Markdown("\n".join(lines)), [*choices, Choice(_("Back"), "staff", rank="quiet")])


def _paid(speed: int) -> Markdown:
    if not speed:
        return _("Telegram is never paid to send announcements faster.")
    return _(
        "Telegram may be paid to send {count} announcements a second, where an administrator says so.", count=speed
    )


def _named(decided: Office) -> Markdown:
    """List the areas with a contact."""
    return Markdown(", ".join(_area(area) for area in _AREAS if area in decided.contacts))


def _holidays(decided: Office, now: datetime, most: int) -> Markdown:
    """List those still to come, and how many more there are."""
    today = bandung_day(now).isoformat()
    ahead = [day(date.fromisoformat(one)) for one in decided.holidays if one >= today]
    days = ", ".join(ahead[:most])
    return _("{days} and {count} more", days=days, count=len(ahead) - most) if len(ahead) > most else Markdown(days)


@desk.choice("office-field")
async def field(turn: Turn) -> None:
    """Ask what to write, with an example."""
    decides = turn.chosen(Decide)
    name = decides.field
    if name == "contacts":
        await _choose_area(turn)
        return
    turn.ask(decides, number=name in _NUMBERS)
    if name == "holidays" and (known := _holidays(await office.load(turn.db), turn.now, _MANY)):
        turn.say(_("Holidays: {value}", value=known))
    turn.say(_wanted(name), [_back()])


async def _choose_area(turn: Turn) -> None:
    now = await office.load(turn.db)
    known = [_("{area}: {contact}", area=_area(area), contact=typed(now.contacts[area], 100)) for area in now.contacts]
    text = Markdown("\n".join([_("Whom shall owners ask, about what?"), *known]))
    turn.say(text, [*(Choice(_area(area), "office-contact", {"area": area}) for area in _AREAS), _back()])


def _area(area: str) -> Markdown:
    return {
        "halal": _("Halal"),
        "hki": _("Brands and HKI"),
        "export": _("Export to Malaysia"),
        "exhibition": _("Exhibitions"),
        "program": _("Programmes"),
        "business": _("Permits and capital"),
    }[area]


@desk.choice("office-contact")
async def contact(turn: Turn) -> None:
    """Ask for the contact of one area."""
    turn.ask(turn.chosen(Decide))
    text = _("Write the contact as owners shall read it, for example: Bu Rini, 022-1234567. A dash removes it.")
    turn.say(text, [_back()])


@desk.answer(Decide, onward=lambda _asked: _back())
async def changed(turn: Turn, asked: Decide) -> None:
    """Store the new value, or say what it lacks."""
    now = await office.load(turn.db)
    decided = _read(asked, " ".join(turn.text.split()), now, turn)
    await office.save(turn.db, **decided)
    await record(turn, "office.change", f"office:{asked.field}")
    turn.say(_("Kept."))
    if asked.field == "name" and not now.name:
        turn.say(_("Opening hours and contacts can be changed under Office."), [Choice(_("Open"), "staff")])
    else:
        await shown(turn)


def _read(asked: Decide, text: str, now: Office, turn: Turn) -> dict[str, object]:
    """Read a field's new value; raises `Refusal` saying what to write."""
    name = asked.field
    if name == "contact":
        others = {of: words for of, words in now.contacts.items() if of != asked.area}
        return {"contacts": others if text in ("-", "–") else {**others, asked.area: text[:200]}}
    values: dict[str, Callable[[], object]] = {
        "name": lambda: text if 2 <= len(text) <= 60 and any(map(str.isalpha, text)) else None,
        "hours": lambda: opening_hours.parse(turn.text),
        "holidays": lambda: _toggled(text, now, turn),
    }
    value = _number(_NUMBERS[name], text) if name in _NUMBERS else values[name]()
    if value is None:
        raise Refusal(_wanted(name), [_back()])
    return {name: value}


def _number(limits: Number, text: str) -> int | None:
    text, _space, unit = text.partition(" ")
    decided = int(text[:9]) if text.isascii() and text.isdecimal() else -1
    within = limits.least <= decided <= limits.most or (limits.or_none and decided == 0)
    return decided if within and (not unit or unit.lower() in limits.units.split()) else None


def _toggled(text: str, now: Office, turn: Turn) -> list[str] | None:
    """Add these days to the holidays, or remove them where all of them were holidays; None where it is no few days."""
    when = read(text, turn.now)
    if not isinstance(when, When) or when.first is None or when.last is None or when.period:
        return None
    span = (when.last - when.first).days + 1
    if span > _LONGEST:
        return None
    days = {(when.first + timedelta(days=one)).isoformat() for one in range(span)}
    return sorted(set(now.holidays) - days if days <= set(now.holidays) else set(now.holidays) | days)


def _wanted(name: str) -> Markdown:
    """Say what to write, with an example."""
    if name in _NUMBERS:
        return _how_many(name, _NUMBERS[name])
    return {
        "name": _("Write the office's name in at most 60 letters, for example: Disdagin Kota Bandung"),
        "hours": _("Write days and hours, for example: Monday-Thursday 08.00-16.00, Friday 08.00-11.30"),
        "holidays": _("Write a day or a span to add it, or one that is listed to remove it: 25 December 2026"),
    }[name]


def _how_many(name: str, limits: Number) -> Markdown:
    """Say what is counted, and within which limits."""
    asked: dict[str, Markdown] = {
        "retention_days": _("For how many days are messages kept? For example: 90"),
        "enrolment_days": _("For how many days after a programme are its enrolments kept? For example: 365"),
        "weekly_limit": _("How many announcements a week may one person get at most? For example: 3"),
        "second_from": _("Above how many people must a second administrator agree? For example: 500"),
        "paid_speed": _(
            "How many announcements a second may Telegram be paid to send? It charges 0.1 Stars for each above 30 a"
            " second. 0 pays for none."
        ),
        "idle_minutes": _("After how many minutes without a message does a case go back? For example: 30"),
    }
    within = _("Write a whole number from {least} to {most}.", least=limits.least, most=limits.most)
    if limits.or_none:
        within = _("Write 0, or a whole number from {least} to {most}.", least=limits.least, most=limits.most)
    return Markdown(f"{asked[name]}\n{within}")


def _back() -> Choice:
    return Choice(_("Back"), "office", rank="quiet")

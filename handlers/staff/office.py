"""The office: its name, hours, holidays, contacts and limits, each with its present value, changed by writing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import opening
from bot.cases import typed
from bot.dates import When, read
from bot.errors import Refusal
from bot.i18n import _, day
from bot.markdown import Markdown, escape
from bot.office_hours import OfficeHours
from bot.reply import Choice
from bot.turn import Turn
from db import audit, office
from db.office import Office
from handlers.staff.desk import Desk

desk = Desk("office", "admin")

_ASKS = "office-"
#: the areas in which an office may name a contact
_AREAS = ("halal", "hki", "export", "exhibition", "program", "business")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number that an office decides, and between which it must be."""

    least: int
    most: int


_NUMBERS = {
    "retention_days": Number(7, 3650),
    "weekly_limit": Number(0, 21),
    "second_from": Number(1, 1_000_000),
    "idle_minutes": Number(5, 1440),
}


def _fields() -> dict[str, Markdown]:
    return {
        "name": _("Name"),
        "hours": _("Opening hours"),
        "holidays": _("Holidays"),
        "contacts": _("Contacts"),
        "retention_days": _("Keeping messages"),
        "weekly_limit": _("Weekly limit"),
        "second_from": _("Second person"),
        "idle_minutes": _("Idle case"),
    }


@desk.choice("office")
async def shown(turn: Turn) -> None:
    """Everything that is decided; a tap changes one of it."""
    now = await office.load(turn.db)
    lines = [
        _("Name: {value}", value=escape(now.name) or _("not given")),
        _("Opening hours: {value}", value=OfficeHours(now.hours, now.holidays).said() or _("always closed")),
        _("Holidays: {value}", value=_holidays(now, turn.now.date()) or _("none")),
        _("Contacts: {value}", value=", ".join(sorted(now.contacts)) or _("none")),
        _("Messages are kept for {days} days.", days=now.retention_days),
        _("At most {count} announcements a week to one person.", count=now.weekly_limit),
        _("Above {count} people a second administrator must agree.", count=now.second_from),
        _("A case hands back after {count} minutes of silence.", count=now.idle_minutes),
    ]
    choices = [Choice(label, "office-field", {"field": field}) for field, label in _fields().items()]
    turn.say(Markdown("\n".join(lines)), [*choices, Choice(_("Back"), "staff")])


def _holidays(now: Office, today: date) -> Markdown:
    ahead = [date.fromisoformat(one) for one in now.holidays if one >= today.isoformat()]
    return Markdown(", ".join(day(one) for one in ahead[:5]))


@desk.choice("office-field")
async def field(turn: Turn) -> None:
    """What to write, with an example."""
    assert turn.choice is not None
    name = str(turn.choice.args["field"])
    if name == "contacts":
        await _choose_area(turn)
        return
    turn.ask(_ASKS + name)
    turn.say(_wanted(name), [_back()])


async def _choose_area(turn: Turn) -> None:
    now = await office.load(turn.db)
    known = [_("{area}: {contact}", area=_area(area), contact=typed(now.contacts[area], 100)) for area in now.contacts]
    text = Markdown("\n".join([_("Whom shall owners ask, about what?"), *known]))
    turn.say(text, [Choice(_area(area), "office-contact", {"area": area}) for area in _AREAS])


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
    """What to write for one area."""
    assert turn.choice is not None
    turn.ask(f"{_ASKS}contact:{turn.choice.args['area']}")
    turn.say(_("Write the contact as owners shall read it, for example: Bu Rini, 022-1234567. A dash removes it."))


@desk.when(lambda turn: turn.asks.startswith(_ASKS))
async def changed(turn: Turn) -> None:
    """The new value, or what it lacks."""
    name = turn.asks.removeprefix(_ASKS)
    now = await office.load(turn.db)
    try:
        decided = _read(name, " ".join(turn.text.split()), now, turn)
    except Refusal:
        turn.memory.asks, turn.memory.asks_at = turn.asks, turn.now.isoformat()
        raise
    await office.save(turn.db, **decided)
    await audit.note(turn.db, turn.person.staff_id, "office.change", f"office:{name.partition(':')[0]}", turn.now)
    turn.say(_("Kept."))
    if name == "name" and not now.name:
        turn.say(_("Opening hours and contacts can be changed under Office."), [Choice(_("Open"), "staff")])
    else:
        await shown(turn)


def _read(name: str, text: str, now: Office, turn: Turn) -> dict[str, Any]:
    """The field with its new value; raises `Refusal` with what the text lacks."""
    if name.startswith("contact:"):
        area = name.partition(":")[2]
        others = {of: words for of, words in now.contacts.items() if of != area}
        return {"contacts": others if text in ("-", "–") else {**others, area: text[:200]}}
    if name in _NUMBERS:
        return {name: _number(name, text)}
    read_: dict[str, Callable[[], Any]] = {
        "name": lambda: _office_name(text),
        "hours": lambda: _hours(turn.text),
        "holidays": lambda: _toggled(text, now, turn),
    }
    return {name: read_[name]()}


def _office_name(text: str) -> str:
    if not (2 <= len(text) <= 60 and any(map(str.isalpha, text))):
        raise Refusal(_wanted("name"), [_back()])
    return text


def _hours(text: str) -> dict[str, list[str]]:
    found = opening.read(text)
    if found is None:
        raise Refusal(_wanted("hours"), [_back()])
    return found


def _number(name: str, text: str) -> int:
    limits = _NUMBERS[name]
    if not (text.isascii() and text.isdecimal() and limits.least <= int(text[:9]) <= limits.most):
        raise Refusal(_wanted(name), [_back()])
    return int(text[:9])


def _toggled(text: str, now: Office, turn: Turn) -> list[str]:
    """The holidays with this day, or without it if it was one."""
    when = read(text, turn.now)
    if not isinstance(when, When) or when.first is None or when.last is None or (when.last - when.first).days > 31:
        raise Refusal(_wanted("holidays"), [_back()])
    days = {date.fromordinal(one).isoformat() for one in range(when.first.toordinal(), when.last.toordinal() + 1)}
    return sorted(set(now.holidays) ^ days)


def _wanted(name: str) -> Markdown:
    """What to write, and an example."""
    if name in _NUMBERS:
        limits = _NUMBERS[name]
        return _("Write a whole number from {least} to {most}.", least=limits.least, most=limits.most)
    return {
        "name": _("Write the office's name in at most 60 letters, for example: Disdagin Kota Bandung"),
        "hours": _("Write days and hours, for example: Monday-Thursday 08.00-16.00, Friday 08.00-11.30"),
        "holidays": _("Write a day or a span to add it, or one that is listed to remove it: 25 December 2026"),
    }[name]


def _back() -> Choice:
    return Choice(_("Back"), "office", rank="quiet")

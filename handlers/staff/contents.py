"""The contents page of what staff can do, as far as their role goes, and how they are called."""

from dataclasses import dataclass

from bot.cases.roles import role_name
from bot.errors import Refusal
from bot.language.i18n import _
from bot.language.markdown import escape
from bot.reply import Choice
from bot.turn import Turn
from db import office
from db.cases import cases, questions
from db.people import staff
from db.people.staff import LONGEST_NAME
from handlers.staff.desk import CallMe, Decide, Desk, may, record

desk = Desk("contents", "viewer")


@dataclass(frozen=True, slots=True)
class Postpone:
    """Whether what is still to be asked is put off."""

    later: bool = False


@desk.when(lambda turn: bool(turn.person.role) and not turn.text and _is_command(turn))
@desk.choice("staff")
async def contents(turn: Turn) -> None:
    """Show what there is to do, with counts; first ask for the name of a member or an office that has none."""
    later = turn.chosen(Postpone).later
    if not (turn.person.staff_name or later):
        await rename(turn)
        return
    if turn.person.role == "admin" and not later and not (await office.load(turn.db)).name:
        turn.ask(Decide("name"))
        turn.say(_("What is the office called? Owners read this name, for example: Disdagin Kota Bandung"), [_later()])
        return
    mine, waiting = await cases.counts(turn.db, turn.person.staff_id)
    asked = await questions.count_open(turn.db)
    name = escape(turn.person.staff_name) if turn.person.staff_name else _("An officer")
    choices = []
    if may(turn.person, "officer"):
        choices.append(Choice(_("Cases"), "cases"))
        choices.append(Choice(_("Exhibitions"), "staff-exhibitions"))
        choices.append(Choice(_("Programme list"), "staff-programmes"))
        choices.append(Choice(_("Announcements"), "broadcasts"))
    choices += [Choice(_("Enrolments"), "enrolments"), Choice(_("Questions"), "questions")]
    if may(turn.person, "admin"):
        choices += [Choice(_("Staff"), "members"), Choice(_("Office"), "office")]
    choices += [Choice(_("Me"), "staff-me"), Choice(_("Menu"), "menu")]
    text = _(
        "{name}: {mine} cases are yours, {waiting} wait. Unanswered questions: {asked}.",
        name=name,
        mine=mine,
        waiting=waiting,
        asked=asked,
    )
    turn.say(text, choices)


def _is_command(turn: Turn) -> bool:
    return turn.inbound.kind == "command" and turn.inbound.name in ("staf", "staff")


def _later() -> Choice:
    """Make the way out of a question without an answer."""
    return Choice(_("Later"), "staff", {"later": True}, "quiet")


@desk.choice("staff-me")
async def me(turn: Turn) -> None:
    """Show what concerns oneself."""
    choices = [Choice(_("My name"), "staff-name"), Choice(_("Leave the staff"), "leave")]
    name = escape(turn.person.staff_name) if turn.person.staff_name else _("An officer")
    text = _("{name}, {role}.", name=name, role=role_name(turn.person.role))
    turn.say(text, [*choices, Choice(_("Back"), "staff", rank="quiet")])


@desk.choice("staff-name")
async def rename(turn: Turn) -> None:
    """Say how they are called now, and ask for a new name."""
    turn.ask(CallMe())
    name = turn.person.staff_name
    if name:
        text = _("You are called {name}. How shall owners and colleagues call you?", name=escape(name))
        turn.say(text, [_later()])
    else:
        turn.say(_("How shall owners and colleagues call you? For example: Bu Rini, Pak Dadan"), [_later()])


@desk.answer(CallMe, onward=lambda _asked: _open())
async def renamed(turn: Turn, _asked: CallMe) -> None:
    """Take a name of two to forty characters, as they wrote it."""
    name = " ".join(turn.text.split())
    if not (2 <= len(name) <= LONGEST_NAME and any(map(str.isalpha, name))):
        raise Refusal(_("That is no name. Write it in 2 to 40 letters, for example: Bu Rini"), [_later()])
    await staff.set_name(turn.db, turn.person.staff_id, name)
    await record(turn, "staff.rename", f"staff:{turn.person.staff_id}")
    turn.say(_("You are called {name} from now on.", name=escape(name)), [_open()])


def _open() -> Choice:
    return Choice(_("Open"), "staff")

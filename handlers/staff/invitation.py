"""Become a member: `/staf CODE`, with the code that the service prints or that an administrator gives."""

from dataclasses import dataclass

from bot.cases.roles import role_name
from bot.language.i18n import _
from bot.language.markdown import Markdown, escape
from bot.privacy.wrong_codes import WrongCodes
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db import office
from db.people import codes, staff
from db.people.codes import LASTS, TRIES, Invitation
from db.privacy import audit
from handlers.staff.desk import CallMe

router = Router("join")


@router.when(lambda turn: turn.inbound.kind == "command" and turn.inbound.name in ("staf", "staff"))
async def join(turn: Turn) -> None:
    """Take a code; without one, say what `/staf` is for."""
    if turn.inbound.in_group:
        turn.say(_("Please write that to me in a private chat, not in a group; a code is for one person."))
    elif turn.person.role:
        turn.say(_("You already belong to the staff."), [Choice(_("Open"), "staff")])
    elif not turn.text:
        turn.say(await _whose_door(turn), _menu())
    elif turn.memory[WrongCodes].are_too_many(TRIES, LASTS, turn.now):
        turn.say(_("Too many wrong codes. Try again tomorrow, or ask an administrator to add you."), _menu())
    else:
        await _take(turn, await codes.find(turn.db, turn.text))


async def _whose_door(turn: Turn) -> Markdown:
    name = (await office.load(turn.db)).name
    if name:
        return _("This is for the staff of {office}. An administrator gives a code: /staf CODE", office=name)
    return _("This is for the office's staff. An administrator gives a code: /staf CODE")


async def _take(turn: Turn, code: Invitation | None) -> None:
    if code is None:
        await codes.count_wrong(turn.db)
        turn.memory[WrongCodes].count(turn.now)
        turn.say(_("That code is not right. Check it and write /staf CODE once more."), _menu())
    elif not code.is_good(turn.now):
        turn.say(_("That code was used or is too old. Ask for a new one."), _menu())
    elif code.by_id is None:
        await _begin(turn, code)
    else:
        name = escape(code.by_name) or _("An administrator")
        text = _("{name} invites you to the staff as **{role}**.", name=name, role=role_name(code.role))
        accept = Choice(_("Accept"), "join", {"code": code.id}, kind="deciding")
        turn.say(text, [accept, Choice(_("No, thanks"), "join-not")])


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Which code it was."""

    code: int


@router.choice("join")
async def accept(turn: Turn) -> None:
    """Use up the invitation: they work here."""
    code = await codes.load(turn.db, turn.chosen(AcceptInvitation).code)
    if turn.person.role:
        turn.say(_("You already belong to the staff."), [Choice(_("Open"), "staff")])
    elif not code.is_good(turn.now):
        turn.say(_("That code was used or is too old. Ask for a new one."), _menu())
    else:
        await _begin(turn, code)


@router.choice("join-not")
async def decline(turn: Turn) -> None:
    """Do nothing; the code stays good."""
    turn.say(_("All right."))


async def _begin(turn: Turn, code: Invitation) -> None:
    if not await codes.use_up(turn.db, code.id, turn.now):
        turn.say(_("That code was used or is too old. Ask for a new one."), _menu())
        return
    member = await staff.add(turn.db, turn.person.address_id, code.role, "", code.by_id, turn.now)
    await audit.note(turn.db, member, "staff.join", f"staff:{member}", turn.now, role=code.role, invited_by=code.by_id)
    turn.ask(CallMe())
    turn.say(_("Welcome. You are **{role}** now; /staf shows what you can do.", role=role_name(code.role)))
    turn.say(_("How shall owners and colleagues call you? For example: Bu Rini, Pak Dadan"))


def _menu() -> list[Choice]:
    return [Choice(_("Menu"), "menu")]

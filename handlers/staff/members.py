"""Who works here: inviting, changing a role, removing, leaving. The last administrator stays."""

import secrets

from bot.errors import Refusal
from bot.i18n import _, day
from bot.markdown import Markdown, escape
from bot.reply import Choice
from bot.roles import role_label, role_name
from bot.turn import Turn
from db import audit, staff
from db.staff import ROLES, Listed
from handlers.staff.desk import Desk

desk = Desk("members", "admin")
own = Desk("leave", "viewer")

#: members on one page of the list
_PAGE = 8
#: what codes are made of: nothing that is read as something else
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@desk.choice("members")
async def members(turn: Turn) -> None:
    """Everybody who works here."""
    page = int(turn.choice.args.get("page", 0)) if turn.choice else 0
    found = await staff.listed(turn.db)
    shown = found[page * _PAGE : (page + 1) * _PAGE]
    lines = [_("Staff: {count}", count=len(found)), *(_line(one) for one in shown)]
    choices = [Choice(_row(one), "member", {"member": one.id}) for one in shown]
    if len(found) > (page + 1) * _PAGE:
        choices.append(Choice(_("More"), "members", {"page": page + 1}))
    choices.append(Choice(_("Invite"), "invite"))
    turn.say(Markdown("\n".join(lines)), choices)


def _line(one: Listed) -> Markdown:
    name = escape(one.name) if one.name else _("no name yet")
    return _("{number}. {name} · {role}", number=one.id, name=name, role=role_name(one.role))


def _row(one: Listed) -> str:
    return f"{one.id}. {one.name or one.value}"[:24]


@desk.choice("member")
async def member(turn: Turn) -> None:
    """One of them, and what can be changed."""
    one = await _chosen(turn)
    name = escape(one.name) if one.name else _("no name yet")
    text = _(
        "{name} · {role} · {channel} · since {day}",
        name=name,
        role=role_name(one.role),
        channel=escape(one.channel),
        day=day(one.since),
    )
    others = [role for role in ROLES if role != one.role]
    choices = [Choice(role_label(role), "member-role", {"member": one.id, "role": role}) for role in others]
    choices.append(Choice(_("Remove"), "member-remove", {"member": one.id}))
    turn.say(text, [*choices, Choice(_("Back"), "members", rank="quiet")])


@desk.choice("member-role")
async def change_role(turn: Turn) -> None:
    """From now on they may more, or less."""
    assert turn.choice is not None
    one, role = await _chosen(turn), str(turn.choice.args["role"])
    if one.role == "admin":
        await _keep_one(turn)
    await staff.set_role(turn.db, one.id, role)
    await audit.note(turn.db, turn.person.staff_id, "staff.role", f"staff:{one.id}", turn.now, role=role)
    name = escape(one.name) if one.name else _("This member")
    turn.say(_("{name} is {role} now.", name=name, role=role_name(role)), [Choice(_("Staff"), "members")])


@desk.choice("member-remove")
async def ask_to_remove(turn: Turn) -> None:
    """What it means, and once more whether."""
    one = await _chosen(turn)
    name = escape(one.name) if one.name else _("This member")
    text = _("{name} will see no more cases and questions; what they wrote stays. Remove?", name=name)
    remove = Choice(_("Yes, remove"), "member-removed", {"member": one.id}, kind="deciding")
    turn.say(text, [remove, Choice(_("Back"), "members")])


@desk.choice("member-removed")
async def remove(turn: Turn) -> None:
    """They work here no longer."""
    one = await _chosen(turn)
    if one.role == "admin":
        await _keep_one(turn)
    await staff.end(turn.db, one.id, turn.now)
    await audit.note(turn.db, turn.person.staff_id, "staff.remove", f"staff:{one.id}", turn.now)
    name = escape(one.name) if one.name else _("This member")
    turn.say(_("{name} no longer belongs to the staff.", name=name), [Choice(_("Staff"), "members")])


@desk.choice("invite")
async def invite(turn: Turn) -> None:
    """As what?"""
    text = _("As what? Officers answer people; viewers only read; administrators also decide about staff and office.")
    turn.say(text, [Choice(role_label(role), "invited", {"role": role}) for role in ROLES])


@desk.choice("invited")
async def invited(turn: Turn) -> None:
    """A code for one person and one day, to be passed on."""
    assert turn.choice is not None
    role = str(turn.choice.args["role"])
    signs = "".join(secrets.choice(_SIGNS) for _sign in range(8))
    code = f"{signs[:4]}-{signs[4:]}"
    await staff.give_code(turn.db, code, role, turn.person.staff_id, turn.now)
    await audit.note(turn.db, turn.person.staff_id, "staff.invite", "staff", turn.now, role=role)
    turn.say(
        _(
            "Pass this on to one person, who writes it to me in a private chat within 24 hours; it works once:\n"
            "/staf {code}\nRole: {role}",
            code=code,
            role=role_name(role),
        )
    )


@own.choice("leave")
async def ask_to_leave(turn: Turn) -> None:
    """What it means, and once more whether."""
    text = _("You will see no more cases and questions; coming back needs a new invitation. Leave?")
    turn.say(text, [Choice(_("Yes, leave"), "left", kind="deciding"), Choice(_("No"), "staff")])


@own.choice("left")
async def leave(turn: Turn) -> None:
    """They work here no longer."""
    if turn.person.role == "admin":
        await _keep_one(turn)
    await staff.end(turn.db, turn.person.staff_id, turn.now)
    await audit.note(turn.db, turn.person.staff_id, "staff.leave", f"staff:{turn.person.staff_id}", turn.now)
    turn.say(_("You no longer belong to the staff. I go on answering your questions."), [Choice(_("Menu"), "menu")])


async def _keep_one(turn: Turn) -> None:
    if await staff.admins(turn.db) < 2:
        raise Refusal(
            _("The last administrator has to stay. Make somebody else an administrator first."),
            [Choice(_("Staff"), "members")],
        )


async def _chosen(turn: Turn) -> Listed:
    assert turn.choice is not None
    wanted = int(turn.choice.args["member"])
    found = next((one for one in await staff.listed(turn.db) if one.id == wanted), None)
    if found is None:
        raise Refusal(_("They no longer belong to the staff."), [Choice(_("Staff"), "members")])
    return found

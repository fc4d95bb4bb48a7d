"""Members: invite, change a role, remove, leave. The last administrator stays."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.cases.cases import recipient
from bot.cases.promises import wait_again
from bot.cases.roles import Appointed, role_label, role_name
from bot.errors import Refusal
from bot.language.i18n import _, day, speaking
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db.cases import cases
from db.people import codes, people, staff
from db.people.staff import ROLES, StaffRow
from handlers.staff.desk import Desk, ShowPage, record

desk = Desk("members", "admin")
own = Desk("leave", "viewer")

#: members on one page of the list
_PAGE = 8


@dataclass(frozen=True, slots=True)
class OfMember:
    """Which member is meant, and the role that they, or somebody new, shall have."""

    member: int = 0
    role: str = ""


@desk.choice("members")
async def members(turn: Turn) -> None:
    """List everybody who works here."""
    page = turn.chosen(ShowPage).page
    found = await staff.listed(turn.db)
    shown = found[page * _PAGE : (page + 1) * _PAGE]
    lines = [_("Staff: {count}", count=len(found)), *(_line(at, one) for at, one in enumerate(shown, start=1))]
    choices = [Choice(_row(at, one), "member", {"member": one.id}) for at, one in enumerate(shown, start=1)]
    if len(found) > (page + 1) * _PAGE:
        choices.append(Choice(_("More"), "members", {"page": page + 1}))
    choices.append(Choice(_("Invite"), "invite"))
    turn.say(Markdown("\n".join(lines)), choices)


def _line(at: int, one: StaffRow) -> Markdown:
    name = escape(one.name) if one.name else _("no name yet")
    return _("{number}. {name} · {role}", number=at, name=name, role=role_name(one.role))


def _row(at: int, one: StaffRow) -> str:
    return f"{at}. {one.name or one.value}"[:24]


@desk.choice("member")
async def member(turn: Turn) -> None:
    """Show one of them, and what can be changed."""
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
    """Change what a colleague may do, and tell them."""
    one, role = await _chosen(turn), turn.chosen(OfMember).role
    await _keep_one(turn, one.role)
    await staff.set_role(turn.db, one.id, role)
    await record(turn, "staff.role", f"staff:{one.id}", role=role)
    if role == "viewer":
        await _free(turn, one.id)
    name = escape(one.name) if one.name else _("This member")
    turn.say(_("{name} is {role} now.", name=name, role=role_name(role)), [Choice(_("Staff"), "members")])
    _own_up(turn, one.channel, one.value)
    await _tell(turn, one, lambda: _("You are **{role}** here now; /staf shows what you can do.", role=role_name(role)))


@desk.choice("member-remove")
async def ask_to_remove(turn: Turn) -> None:
    """Say what removing means, and ask once more."""
    one = await _chosen(turn)
    await _keep_one(turn, one.role)
    name = escape(one.name) if one.name else _("This member")
    text = _("{name} will see no more cases and questions; what they wrote stays. Remove?", name=name)
    remove = Choice(_("Yes, remove"), "member-removed", {"member": one.id}, kind="deciding")
    turn.say(text, [remove, Choice(_("Back"), "members")])


@desk.choice("member-removed")
async def remove(turn: Turn) -> None:
    """Remove a colleague, who is told; the cases they had wait for others."""
    one = await _chosen(turn)
    await _keep_one(turn, one.role)
    await staff.end(turn.db, one.id, turn.now)
    await record(turn, "staff.remove", f"staff:{one.id}")
    await _free(turn, one.id)
    name = escape(one.name) if one.name else _("This member")
    turn.say(_("{name} no longer belongs to the staff.", name=name), [Choice(_("Staff"), "members")])
    _own_up(turn, one.channel, one.value)
    await _tell(turn, one, lambda: _("You no longer belong to the staff. I go on answering your questions."))


@desk.choice("invite")
async def invite(turn: Turn) -> None:
    """Ask as what."""
    text = _("As what? Officers answer people; viewers only read; administrators also decide about staff and office.")
    choices = [Choice(role_label(role), "invited", {"role": role}) for role in ROLES]
    turn.say(text, [*choices, Choice(_("Back"), "staff", rank="quiet")])


@desk.choice("invited")
async def invited(turn: Turn) -> None:
    """Give a code for one person and one day, to be passed on."""
    role = turn.chosen(OfMember).role
    code = await codes.give(turn.db, role, turn.person.staff_id, turn.now)
    await record(turn, "staff.invite", "staff", role=role)
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
    """Say what leaving means, and ask once more."""
    await _keep_one(turn, turn.person.role)
    text = _("You will see no more cases and questions; coming back needs a new invitation. Leave?")
    turn.say(text, [Choice(_("Yes, leave"), "left", kind="deciding"), Choice(_("No, thanks"), "staff")])


@own.choice("left")
async def leave(turn: Turn) -> None:
    """Leave the staff; the cases they had wait for colleagues."""
    await _keep_one(turn, turn.person.role)
    await staff.end(turn.db, turn.person.staff_id, turn.now)
    await record(turn, "staff.leave", f"staff:{turn.person.staff_id}")
    await _free(turn, turn.person.staff_id)
    turn.memory.case = 0
    turn.say(_("You no longer belong to the staff. I go on answering your questions."), [Choice(_("Menu"), "menu")])
    _own_up(turn, turn.person.channel, turn.person.value)


async def _free(turn: Turn, member: int) -> None:
    """Let the cases of a member who answers no longer wait for others."""
    for case in await cases.taken(turn.db, member):
        await wait_again(turn, case, at_night=True)


def _own_up(turn: Turn, channel: str, value: str) -> None:
    """Say that the settings are stronger than what is decided here."""
    if (channel, value) in turn.tools[Appointed].addresses:
        turn.say(_("The settings of the service name this address: its next start makes it an administrator again."))


async def _tell(turn: Turn, one: StaffRow, text: Callable[[], Markdown]) -> None:
    """Tell a colleague what was decided about them."""
    if one.id == turn.person.staff_id:
        return
    colleague = (await people.load(turn.db, [one.address_id]))[one.address_id]
    with speaking(colleague.language):
        await turn.tell(recipient(colleague), f"staff:{one.id}:{turn.id}", text())


async def _keep_one(turn: Turn, role: str) -> None:
    if role == "admin" and await staff.admins(turn.db) < 2:
        raise Refusal(
            _("The last administrator has to stay. Make somebody else an administrator first."),
            [Choice(_("Staff"), "members")],
        )


async def _chosen(turn: Turn) -> StaffRow:
    wanted = turn.chosen(OfMember).member
    found = next((one for one in await staff.listed(turn.db) if one.id == wanted), None)
    if found is None:
        raise Refusal(_("They no longer belong to the staff."), [Choice(_("Staff"), "members")])
    return found

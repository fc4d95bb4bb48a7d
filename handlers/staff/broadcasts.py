"""Announcements to many: all of them, one of them, and what can be done while one is sent and after."""

from bot.broadcasts.audience.wording import channel
from bot.broadcasts.sending import page
from bot.errors import Refusal
from bot.language.i18n import _, clock_time, ngettext, number
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db.broadcasts import broadcasts, recipients
from db.broadcasts.broadcasts import Broadcast
from handlers.staff.desk import Desk, ShowPage, record

desk = Desk("broadcasts", "officer")

#: announcements on one page
_PAGE = 6
#: people on one page
_PEOPLE = 10


@desk.when(lambda turn: bool(turn.person.role) and _is_command(turn))
@desk.choice("broadcasts")
async def listed(turn: Turn) -> None:
    """List announcements, the newest first."""
    skip = turn.chosen(ShowPage).skip
    found = await broadcasts.latest(turn.db, skip, _PAGE + 1)
    lines = [_("Announcements:") if found else _("There are no announcements yet.")]
    lines += [page.line(one) for one in found[:_PAGE]]
    rows = [Choice(_("Number {number}", number=str(one.id)), "broadcast", {"id": one.id}) for one in found[:_PAGE]]
    further = [Choice(_("New announcement"), "broadcast-new")]
    if len(found) > _PAGE:
        further.append(Choice(_("More"), "broadcasts", {"skip": skip + _PAGE}))
    turn.say(Markdown("\n".join(lines)), [*further, *rows, Choice(_("Back"), "staff", rank="quiet")])


def _is_command(turn: Turn) -> bool:
    return turn.inbound.kind == "command" and turn.inbound.name in ("pengumuman", "announcements")


@desk.choice("broadcast", "broadcast-refresh")
async def one(turn: Turn) -> None:
    """Show how one stands now."""
    await page.show(turn, await page.chosen(turn))


@desk.choice("broadcast-pause")
async def pause(turn: Turn) -> None:
    """Pause it at once; what is on its way arrives."""
    found = await page.chosen(turn)
    if await broadcasts.move(turn.db, found.id, ["freezing", "sending"], "paused", turn.now):
        await note(turn, found, "pause")
    await page.show(turn, await page.chosen(turn))


@desk.choice("broadcast-resume")
async def resume(turn: Turn) -> None:
    """Go on where it was."""
    found = await page.chosen(turn)
    if await broadcasts.resume(turn.db, found.id, turn.now):
        await note(turn, found, "resume")
    await page.show(turn, await page.chosen(turn))


async def note(turn: Turn, found: Broadcast, act: str, **details: object) -> None:
    """Note the act in the audit trail, with the turn whose page shows how it goes on."""
    what = {**details, "turn": turn.id}
    await record(turn, f"broadcast.{act}", found.source, **what)


@desk.choice("broadcast-cancel")
async def ask_to_cancel(turn: Turn) -> None:
    """Say what cancelling means, and ask once more; meanwhile it is paused."""
    found = await page.chosen(turn)
    await broadcasts.move(turn.db, found.id, ["sending", "freezing"], "paused", turn.now)
    found = await page.chosen(turn)
    if found.state != "paused":
        await page.show(turn, found)
        return
    counts = await recipients.counts(turn.db, found.id)
    text = _(
        "It is paused. {sent} have it already and keep it; {left} would not get it. Cancel the rest?",
        sent=number(counts.get("sent", 0)),
        left=number(counts.get("pending", 0)),
    )
    stop = page.about(found, _("Yes, cancel it"), "cancelled")
    turn.say(text, [stop, page.about(found, _("No, go on"), "resume")])


@desk.choice("broadcast-cancelled")
async def cancel(turn: Turn) -> None:
    """Send it to nobody else."""
    found = await page.chosen(turn)
    if await broadcasts.move(turn.db, found.id, ["paused"], "cancelled", turn.now, finished_at=turn.now):
        await recipients.cancel(turn.db, found.id)
        await note(turn, found, "cancel")
    await page.show(turn, await page.chosen(turn))


@desk.choice("broadcast-again")
async def again(turn: Turn) -> None:
    """Send failed or unsure ones once more, as a member decided."""
    found, state = await page.chosen(turn), turn.chosen(page.OfBroadcast).state
    if state not in ("failed", "unsure") or found.state != "done":
        await page.show(turn, found)
        return
    count = await recipients.send_again(turn.db, found.id, state, turn.now)
    if not count:
        raise Refusal(_("There is nobody left to try again."), [page.see(found)])
    await broadcasts.move(turn.db, found.id, ["done"], "sending", turn.now)
    await note(turn, found, "again", state=state, people=count)
    text = ngettext("{number} person is tried again.", "{number} people are tried again.", count, number=number(count))
    turn.say(text, [page.about(found, _("Refresh"), "refresh"), page.to_list()])


@desk.choice("broadcast-unsure")
async def unsure(turn: Turn) -> None:
    """Say what "unsure" means and who it is, and offer to send again."""
    found = await page.chosen(turn)
    lines = [_("Unsure: it may have arrived. Sent again, some get it twice; only you decide that.")]
    lines += await _people(turn, found, "unsure", 0)
    send = page.about(found, _("Send again"), "again", state="unsure")
    back = Choice(_("Back"), "broadcast", {"id": found.id})
    turn.say(Markdown("\n".join(lines)), [back, send])


@desk.choice("broadcast-lists")
async def lists(turn: Turn) -> None:
    """List the parts that have anybody in them."""
    found = await page.chosen(turn)
    counts = await recipients.counts(turn.db, found.id)
    names = _states()
    choices = [page.about(found, names[state], "list", state=state) for state in recipients.ENDS if counts.get(state)]
    turn.say(_("Which list?"), [*choices, page.see_back(found)])


def _states() -> dict[str, Markdown]:
    return {
        "sent": _("Sent"),
        "failed": _("Failed"),
        "blocked": _("Blocked us"),
        "unsure": _("Unsure"),
        "skipped": _("Enough this week"),
        "cancelled": _("Not sent"),
    }


@desk.choice("broadcast-list")
async def people(turn: Turn) -> None:
    """List the people of one part, and why where it is known."""
    found, state, skip = await page.chosen(turn), turn.chosen(page.OfBroadcast).state, turn.chosen(ShowPage).skip
    count = (await recipients.counts(turn.db, found.id)).get(state, 0)
    lines = [_("{list}: {number}", list=_states()[state], number=number(count))]
    if state == "failed":
        reasons = await recipients.reasons(turn.db, found.id, state)
        lines += [
            _("{number} × {reason}", number=number(how_many), reason=why or "-") for why, how_many in reasons.items()
        ]
    lines += await _people(turn, found, state, skip)
    more = [page.about(found, _("More"), "list", state=state, skip=skip + _PEOPLE)] if count > skip + _PEOPLE else []
    turn.say(Markdown("\n".join(lines)), [*more, page.see_back(found)])


async def _people(turn: Turn, found: Broadcast, state: str, skip: int) -> list[Markdown]:
    listed_ = await recipients.listed(turn.db, found.id, state, skip, _PEOPLE)
    lines = []
    for place, one_ in enumerate(listed_, start=skip + 1):
        name = escape(one_.name[:40]) if one_.name else _("without a name")
        at = clock_time(one_.at) if one_.at else ""
        where = channel(one_.channel)
        if at:
            lines.append(_("{number}. {name} · {channel} · {time}", number=place, name=name, channel=where, time=at))
        else:
            lines.append(_("{number}. {name} · {channel}", number=place, name=name, channel=where))
    return lines

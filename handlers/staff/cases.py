"""Cases: list what waits, take one, hand it over, give it back, close it."""

from datetime import timedelta

from bot.cases import cases as told
from bot.cases.cases import called, number, recipient, typed
from bot.cases.opening_hours import short
from bot.cases.page import OfCase, back, choices_for, owner_name, show, state
from bot.cases.promises import finished, wait_again
from bot.errors import Refusal
from bot.language.i18n import _, speaking
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db import office
from db.cases import cases
from db.cases.cases import Case
from db.conversation import jobs
from db.people.people import Known
from handlers.staff.desk import Desk, ShowPage, record

desk = Desk("cases", "officer")

#: cases, or colleagues, on one page of a list
_PAGE = 8
#: characters of a button's label
_LABEL = 20


@desk.command("cases")
@desk.choice("cases")
async def listed(turn: Turn) -> None:
    """List your own cases, then what waits, oldest first; `/kasus 207` opens one."""
    asked = turn.text.strip().upper().removeprefix("K-")
    if not turn.choice and turn.inbound.kind == "command" and asked.isascii() and asked.isdecimal():
        await show(turn, await _found(turn, int(asked[:12])))
        return
    page = turn.chosen(ShowPage).page
    mine, waiting = await cases.counts(turn.db, turn.person.staff_id)
    found = await cases.to_do(turn.db, turn.person.staff_id, _PAGE + 1, page * _PAGE)
    if not found:
        turn.say(_("No case waits."), [Choice(_("Menu"), "menu")])
        return
    lines = [_("Yours: {mine} · waiting: {waiting}", mine=mine, waiting=waiting)]
    lines += [_line(turn, case) for case in found[:_PAGE]]
    choices = [Choice(_row(case), "case", {"case": case.id}) for case in found[:_PAGE]]
    if len(found) > _PAGE:
        choices.append(Choice(_("More"), "cases", {"page": page + 1}))
    if page:
        choices.append(Choice(_("Back"), "cases", {"page": page - 1}))
    turn.say(Markdown("\n".join(lines)), choices)


def _line(turn: Turn, case: Case) -> Markdown:
    name, words = number(case.id), typed(" ".join(case.words.split()), 50) or _("a file")
    if case.state == "taken":
        return _("**{case}** · yours · {words}", case=name, words=words)
    since = short(case.opened_at, turn.now)
    if case.late_at:
        return _("**{case}** · ⚠️ late, waits since {since} · {words}", case=name, since=since, words=words)
    return _("**{case}** · waits since {since} · {words}", case=name, since=since, words=words)


def _row(case: Case) -> str:
    """Label a case with the number and as many whole words as a button holds."""
    label = number(case.id)
    for word in case.words.split():
        if len(label) + 1 + len(word) > _LABEL:
            break
        label += f" {word}"
    return label


@desk.choice("case")
async def opened(turn: Turn) -> None:
    """Show one case with its last messages, and what can be done with it."""
    await show(turn, await _chosen(turn))


@desk.choice("case-take")
async def take(turn: Turn) -> None:
    """Give the case to the first who takes it; whoever is too late hears who was faster."""
    case, me = await _chosen(turn), turn.person
    if case.address_id == me.address_id:
        raise Refusal(_("{case} is your own question: a colleague answers it.", case=number(case.id)))
    if not await cases.take(turn.db, case.id, me.staff_id, turn.now):
        await _too_late(turn, case)
        return
    await record(turn, "case.take", f"case:{case.id}")
    await _begin(turn, case, me)
    case = await told.load(turn, case.id)
    await show(turn, case)
    await _enter(turn, case)


async def _too_late(turn: Turn, case: Case) -> None:
    case = await told.load(turn, case.id)
    if case.state == "taken" and case.owner_id == turn.person.staff_id:
        await _enter(turn, case)
        return
    for other in await cases.unfinished(turn.db, case.address_id):
        if case.state == "open" and other.state == "taken":
            text = _("This person is talking with {name} in {case} now.", name=owner_name(other), case=number(other.id))
            turn.say(text, [Choice(_("Look first"), "case", {"case": other.id})])
            return
    turn.say(state(turn, case), choices_for(turn, case))


async def _begin(turn: Turn, case: Case, to: Known) -> None:
    """Give the case to `to`: the person is told, and the assistant is quiet until it is handed back."""
    decided = await office.load(turn.db)
    idle_at = turn.now + timedelta(minutes=decided.idle_minutes)
    args = {"case": case.id, "taken_at": turn.now.isoformat()}
    await jobs.later(turn.db, "case-idle", idle_at, case.address_id, args)
    person = await told.asker(turn, case)
    with speaking(person.language):
        text = _("{name} is reading your messages now.", name=called(to))
        if decided.name:
            text = _("{name} of {office} is reading your messages now.", name=called(to), office=decided.name)
        await turn.tell(recipient(person), f"case:{case.id}:taken:{turn.id}", text, at_night=True)


@desk.choice("case-enter")
async def enter(turn: Turn) -> None:
    """Send what is written from now on to the person of this case."""
    case = await _chosen(turn)
    if case.state != "taken" or case.owner_id != turn.person.staff_id:
        turn.say(state(turn, case), choices_for(turn, case))
        return
    await _enter(turn, case)


async def _enter(turn: Turn, case: Case) -> None:
    assert case.taken_at is not None
    turn.memory.case, turn.memory.case_since = case.id, case.taken_at.isoformat()
    text = _(
        "What you write now goes to the person of **{case}**. /catatan keeps a note among staff, /selesai ends it.",
        case=number(case.id),
    )
    turn.say(text, choices_for(turn, case))


@desk.choice("case-queue")
async def queue(turn: Turn) -> None:
    """Let a colleague take it; the person hears by when."""
    case = await _mine(turn)
    if not await wait_again(turn, case, at_night=False):
        raise Refusal(state(turn, await told.load(turn, case.id)))
    await record(turn, "case.give-back", f"case:{case.id}")
    _leave(turn, case)
    turn.say(_("{case} waits for a colleague now.", case=number(case.id)), [back()])


@desk.choice("case-over")
async def over(turn: Turn) -> None:
    """Ask whom to hand it to."""
    case, page = await _mine(turn), turn.chosen(ShowPage).page
    others = [one for one in await told.officers(turn, case.address_id) if one.staff_id != turn.person.staff_id]
    if not others:
        raise Refusal(_("Nobody else can take it. You can give it back to the queue."), choices_for(turn, case))
    shown = others[page * _PAGE : (page + 1) * _PAGE]
    choices = [Choice(_colleague(one, shown), "case-to", {"case": case.id, "staff": one.staff_id}) for one in shown]
    if len(others) > (page + 1) * _PAGE:
        choices.append(Choice(_("More"), "case-over", {"case": case.id, "page": page + 1}))
    turn.say(_("Who goes on with {case}?", case=number(case.id)), [*choices, back()])


def _colleague(one: Known, shown: list[Known]) -> str:
    """The name, with a number where two have the same."""
    name = (one.staff_name or str(_("An officer")))[:20]
    same = [other.staff_id for other in shown if (other.staff_name or str(_("An officer")))[:20] == name]
    return name if len(same) == 1 else f"{name} {same.index(one.staff_id) + 1}"


@desk.choice("case-to")
async def hand_over(turn: Turn) -> None:
    """Give the case to the colleague at once, with everything that was said."""
    case, staff = await _mine(turn), turn.chosen(OfCase).staff
    to = next((one for one in await told.officers(turn, case.address_id) if one.staff_id == staff), None)
    if to is None or not await cases.hand_over(turn.db, case.id, turn.person.staff_id, to.staff_id, turn.now):
        raise Refusal(_("That colleague no longer answers cases."), choices_for(turn, case))
    await record(turn, "case.hand-over", f"case:{case.id}", over_to=to.staff_id)
    await _begin(turn, case, to)
    _leave(turn, case)
    person = await told.asker(turn, case)
    with speaking(to.language):
        first = _("{name} hands this over to you:", name=called(turn.person))
        text = Markdown(f"{first}\n{told.summary(turn, case, person)}")
        choices = [
            Choice(_("Answer here"), "case-enter", {"case": case.id}),
            Choice(_("Look first"), "case", {"case": case.id}),
        ]
        await turn.tell(recipient(to), f"case:{case.id}:over:{turn.id}", text, choices, at_night=True, file=case.file)
    turn.say(_("{name} goes on with {case}.", name=called(to), case=number(case.id)), [back()])


@desk.choice("case-close")
async def close(turn: Turn) -> None:
    """Close the case; the person is told and can say that it is not clear yet."""
    await _close(turn, await _mine(turn), unanswered=turn.chosen(OfCase).unanswered)


@desk.when(lambda turn: bool(turn.person.role) and turn.inbound.kind == "command" and turn.inbound.name == "selesai")
async def done(turn: Turn) -> None:
    """Close the case that one is in at `/selesai`."""
    if not turn.memory.case:
        raise Refusal(_("You are in no case now."), [back()])
    case = await told.load(turn, turn.memory.case)
    if case.state != "taken" or case.owner_id != turn.person.staff_id:
        _leave(turn, case)
        turn.say(state(turn, case), [back()])
        return
    await _close(turn, case, unanswered=False)


async def _close(turn: Turn, case: Case, unanswered: bool) -> None:
    name, me = number(case.id), turn.person
    if case.answered_at is None and not unanswered:
        raise Refusal(
            _("You have not written anything in {case} yet.", case=name),
            [
                Choice(_("Give it back"), "case-queue", {"case": case.id}, kind="deciding"),
                Choice(_("Close it anyway"), "case-close", {"case": case.id, "unanswered": True}, kind="deciding"),
            ],
        )
    if not await cases.close(turn.db, case.id, "answered", turn.now, me.staff_id):
        raise Refusal(state(turn, await told.load(turn, case.id)))
    await record(turn, "case.close", f"case:{case.id}")
    _leave(turn, case)
    await finished(turn, case, called(me))
    turn.say(_("{case} is closed.", case=name), [back()])


async def _chosen(turn: Turn) -> Case:
    return await _found(turn, turn.chosen(OfCase).case)


async def _found(turn: Turn, id: int) -> Case:  # noqa: A002
    case = await cases.load(turn.db, id)
    if case is None:
        raise Refusal(_("There is no case {case}.", case=number(id)), [back()])
    return case


async def _mine(turn: Turn) -> Case:
    """Load the chosen case, which must be theirs."""
    case = await _chosen(turn)
    if case.state != "taken" or case.owner_id != turn.person.staff_id:
        raise Refusal(state(turn, case), choices_for(turn, case))
    return case


def _leave(turn: Turn, case: Case) -> None:
    if turn.memory.case == case.id:
        turn.memory.case, turn.memory.case_since = 0, ""

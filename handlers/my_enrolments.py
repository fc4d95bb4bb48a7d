"""My enrolments: show what became of each and what was answered; withdraw."""

from collections.abc import Sequence

from bot.answers import lookups
from bot.clock import bandung_day
from bot.door.attendance import present_on
from bot.enrolling.enrolments import state_name, status_line
from bot.enrolling.form.form import Form
from bot.enrolling.form.page import clipped
from bot.enrolling.seats import fill, offer_choices
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.fairs.listing import ListPage
from bot.language.i18n import _, day
from bot.language.markdown import Markdown
from bot.private_chat import send_there
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.enrolling import attendance, changes, enrolments, seats
from db.enrolling.changes import Change
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes

router = Router("status", private=True)

TOPIC, CHANGE = "program.status", "program.change"
#: enrolments in one bubble
_PAGE = 6
#: states from which one can withdraw
_WITHDRAWABLE = ("submitted", "correction", "waiting", "offered", "accepted")


@lookups.answers(TOPIC)
@lookups.answers(CHANGE)
async def ask(turn: Turn, _asked: str, _hello: str) -> Sequence[Choice] | None:
    """Answer from the database where they have any; else with the card."""
    if turn.inbound.in_group:
        send_there(turn)
        return None
    return None if await _list(turn) else ()


@router.command("status")
@router.choice("status")
async def status(turn: Turn) -> None:
    """List all of them, the last one first."""
    if not await _list(turn, turn.chosen(ListPage).skip):
        turn.say(_("You have not enrolled in anything yet."), [Choice(_("All programmes"), "programmes")])


async def _list(turn: Turn, skip: int = 0) -> bool:
    own = await enrolments.of(turn.db, turn.person.person_id)
    if not own:
        return False
    shown, lines, choices = own[skip : skip + _PAGE], [], []
    for at, one in enumerate(shown, start=1):
        programme = await programmes.load(turn.db, one.programme_id)
        assert programme is not None, "a programme with enrolments is never removed"
        lines.append(Markdown(f"{at}. {status_line(one, programme)}"))
        label = one.number or str(title(programme))
        choices.append(Choice(f"{at}. {label}"[:20], "enrolled", {"id": one.id}))
    if len(own) > skip + _PAGE:
        choices.append(Choice(_("More"), "status", {"skip": skip + _PAGE}))
    turn.say(Markdown("\n".join([_("Your enrolments:"), *lines])), choices)
    return True


@router.choice("enrolled")
async def show(turn: Turn) -> None:
    """Show one: where it stands, since when, and what was answered."""
    form = await Form.chosen(turn)
    lines = [status_line(form.one, form.programme)]
    if form.one.reason:
        lines.append(_("Note of the staff: “{note}”", note=form.one.reason))
    for change in await changes.history(turn.db, form.one.id):
        lines.append(_became(change))
    if form.one.state == "waiting":
        place = await seats.place_in_line(turn.db, form.one)
        lines.append(_("You are number {place} in line.", place=str(place)))
    there = await attendance.of(turn.db, form.one.id)
    if there:
        lines.append(present_on(there))
    answers = [
        _("{field}: {value}", field=field.label(), value=clipped(said))
        for field in form.fields
        if (said := field.said(form.values))
    ]
    if answers:
        turn.say(Markdown("\n".join(answers)))
    turn.say(Markdown("\n".join(lines)), _choices(turn, form, was_there=bool(there)))


def _became(change: Change) -> Markdown:
    said = {"date": day(bandung_day(change.at)), "state": state_name(change.state)}
    return _("{date}: {state} ({name})", **said, name=change.by) if change.by else _("{date}: {state}", **said)


def _choices(turn: Turn, form: Form, *, was_there: bool) -> list[Choice]:
    found = []
    about = {"form": form.one.id}
    is_over = form.programme.is_over(turn.today)
    if form.one.state == "accepted" and not is_over:
        found.append(Choice(_("Ticket"), "ticket", {"id": form.one.id}))
    if was_there and is_over:
        found.append(Choice(_("Certificate"), "certificate", {"id": form.one.id}))
    if form.is_open:
        label = _("Continue") if form.one.state == "draft" else _("Correct it")
        found.append(Choice(label, "form-continue", about))
    if form.one.state == "offered":
        found += offer_choices(form.one)
    if form.one.state == "skipped" and form.programme.takes_on(turn.today):
        found.append(Choice(_("Wait in line again"), "wait-again", {"id": form.one.id}))
    if form.one.state in _WITHDRAWABLE and not is_over:
        found.append(Choice(_("Withdraw"), "withdraw", {"id": form.one.id}))
    return [
        *found,
        Choice(_("See programme"), "programme", {"id": form.programme.id}),
        Choice(_("My enrolments"), "status"),
    ]


@router.choice("withdraw")
async def ask_to_withdraw(turn: Turn) -> None:
    """Say what withdrawing means, and ask once more."""
    form = await Form.chosen(turn)
    _insist_withdrawable(form.one)
    if form.one.state in seats.SEATED:
        text = _(
            "If you withdraw, your place in {title} goes to somebody else and does not come back by itself. Withdraw?",
            title=title(form.programme),
        )
    else:
        text = _(
            "If you withdraw, nobody looks at your enrolment in {title} any more. Withdraw?",
            title=title(form.programme),
        )
    yes = Choice(_("Yes, withdraw"), "withdrawn", {"id": form.one.id}, kind="deciding")
    turn.say(text, [yes, Choice(_("No, thanks"), "status")])


@router.choice("withdrawn")
async def withdraw(turn: Turn) -> None:
    """Withdraw it; the answers are offered the next time."""
    form = await Form.chosen(turn, lock=True)
    _insist_withdrawable(form.one)
    await enrolments.move(turn.db, form.one, "withdrawn", turn.now)
    await fill(turn, form.programme.id)
    text = _("Withdrawn: {number}, {title}.", number=form.one.number, title=title(form.programme))
    turn.say(text, [Choice(_("My enrolments"), "status"), Choice(_("All programmes"), "programmes")])


def _insist_withdrawable(one: Enrolment) -> None:
    if one.state not in _WITHDRAWABLE:
        raise Refusal(
            _("That enrolment is {state} already.", state=state_name(one.state)), [Choice(_("My enrolments"), "status")]
        )

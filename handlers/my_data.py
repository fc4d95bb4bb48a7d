"""My data: show what is kept about a person, as a page and as a file, and who looked at it; take a consent back."""

from bot.clock import bandung_day
from bot.enrolling.enrolments import brief
from bot.enrolling.seats import fill
from bot.errors import Refusal
from bot.language.i18n import _, clock_time, day
from bot.language.markdown import Markdown
from bot.privacy import my_data
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.enrolling import enrolments
from db.people import consents, joinings
from db.people.consents import ANNOUNCEMENTS, ENROLMENT
from db.privacy import erasure, erasures, holdings
from db.privacy.holdings import Opening

router = Router("my_data", private=True)

#: looks of staff that are listed
_LOOKS = 15


@router.command("my-data")
async def by_words(turn: Turn) -> None:
    """Show what is kept to whoever writes "my data"."""
    await _page(turn)


@router.choice("my-data")
async def page(turn: Turn) -> None:
    """Show what is kept, with numbers, and what can be done about it."""
    await _page(turn)


async def _page(turn: Turn) -> None:
    person = turn.person.person_id
    if await erasures.of(turn.db, person):
        last = Choice(_("Do not erase"), "erase-cancel")
    else:
        last = Choice(_("Erase my data"), "erase")
    choices = [
        Choice(_("Download everything"), "my-data-file"),
        Choice(_("Change data"), "my-data-change"),
        last,
        Choice(_("Withdraw consent"), "consent", rank="quiet"),
        Choice(_("Who opened my record"), "my-data-looks", rank="quiet"),
    ]
    if await joinings.of(turn.db, person, turn.now):
        choices.append(Choice(_("Undo the joining"), "joining-undo", rank="quiet"))
    else:
        choices.append(Choice(_("Join accounts"), "joining", rank="quiet"))
    if turn.memory.form:
        choices.append(Choice(_("Go on filling in"), "form-continue", {"form": turn.memory.form}, "quiet"))
    turn.say(await my_data.page(turn), choices)


@router.choice("my-data-file")
async def file(turn: Turn) -> None:
    """Send everything as a file that any computer can read; it is deleted here after a day."""
    text = _("Everything that we keep about you, as a file (JSON). I keep the file itself for one day only.")
    turn.say(text, [my_data.back()], file=await my_data.download(turn))


@router.choice("my-data-looks")
async def looks(turn: Turn) -> None:
    """List which members opened their enrolments, and when."""
    found = await holdings.openings(turn.db, turn.person.person_id, _LOOKS)
    if not found:
        turn.say(_("Nobody of the staff has opened an enrolment of yours so far."), [my_data.back()])
        return
    first = _("Who of the staff opened your enrolments, the last first:")
    turn.say(Markdown("\n".join([first, *(f"- {_look(one)}" for one in found)])), [my_data.back()])


def _look(one: Opening) -> Markdown:
    said = {
        "date": day(bandung_day(one.at)),
        "time": clock_time(one.at),
        "name": brief(one.by) if one.by else _("An officer"),
        "number": f"{one.prefix}-{one.serial:04d}" if one.prefix else "-",
    }
    if one.act == "enrolment.open":
        return _("{date}, {time}: {name} opened {number}", **said)
    return _("{date}, {time}: {name} worked on {number}", **said)


@router.choice("consent")
async def consent(turn: Turn) -> None:
    """Ask which consent they take back."""
    kinds = {one.kind for one in await consents.of(turn.db, turn.person.person_id)}
    if not kinds:
        turn.say(_("There is no consent that you could take back."), [my_data.back()])
        return
    choices = []
    if ENROLMENT in kinds:
        choices.append(Choice(_("For enrolment"), "consent-enrolment"))
    if ANNOUNCEMENTS in kinds:
        choices.append(Choice(_("For announcements"), "consent-announcements"))
    turn.say(_("Which consent do you take back?"), [*choices, my_data.back()])


@router.choice("consent-announcements")
async def of_announcements(turn: Turn) -> None:
    """Say what stops, before it is taken back."""
    text = _("Announcements, reminders and news then stop at once. Take the consent back?")
    turn.say(text, [Choice(_("Take it back"), "stop"), Choice(_("No, thanks"), "my-data")])


@router.choice("consent-enrolment")
async def of_enrolment(turn: Turn) -> None:
    """Say what becomes of enrolments, before it is taken back."""
    own = await erasure.under_way(turn.db, turn.person.person_id, turn.now)
    choices = [Choice(_("Take it back"), "consent-back", kind="deciding"), Choice(_("No, thanks"), "my-data")]
    if own:
        numbers = ", ".join(one.number for one in own)
        text = _(
            "Staff can then no longer choose you: {numbers} is withdrawn, with the place, and drafts are deleted."
            " Take the consent back?",
            numbers=numbers,
        )
    else:
        text = _("Staff then no longer look at your answers, and drafts are deleted. Take the consent back?")
    turn.say(text, choices)


@router.choice("consent-back")
async def taken_back(turn: Turn) -> None:
    """Withdraw what was open; a place that was theirs goes to the next one."""
    person = turn.person.person_id
    if not await consents.withdraw(turn.db, person, ENROLMENT, turn.now):
        raise Refusal(_("There is no consent that you could take back."), [my_data.back()])
    ahead = await erasure.under_way(turn.db, person, turn.now)
    for one in ahead:
        await enrolments.move(turn.db, one, "withdrawn", turn.now)
    for one in await enrolments.of(turn.db, person):
        await enrolments.discard(turn.db, one.id)
    turn.memory.form = 0
    for programme in dict.fromkeys(one.programme_id for one in ahead):
        await fill(turn, programme)
    text = _("✅ Taken back. What you had sent is withdrawn; to have the answers erased too, choose the button below.")
    turn.say(text, [Choice(_("Erase my data"), "erase"), my_data.back()])

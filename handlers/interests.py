"""What a person wants news of: "keep me posted", and "stop", which ends it all at once."""

from dataclasses import asdict, dataclass
from datetime import datetime

from bot.enrolling.form.open_form import StopAsked
from bot.fairs import listing
from bot.fairs.listing import ListPage
from bot.language.i18n import _, day, ngettext
from bot.language.markdown import Markdown
from bot.language.withdrawal import may_withdraw
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db import office
from db.deliveries import deliveries
from db.fairs import exhibitions, interests, reminders
from db.fairs.interests import Wish
from db.fairs.reminders import Reminder
from db.people import consents
from db.people.consents import ANNOUNCEMENTS

router = Router("interests")

#: wishes in one bubble, so that the ways out find room
_ROWS = 8
#: the card on announcements, and characters of a message that go on to a person
_TOPIC, _PASSED_ON = "bot.notifications", 1000
#: what the sources of their deliveries begin with
_NEWS = ("exhibition:", "programme:", "reminder:")


@router.choice("keep-posted")
async def keep_posted(turn: Turn) -> None:
    """Keep the wish in their words, as their consent."""
    wish, words = turn.chosen(Wish), turn.chosen(ListPage).words
    since = await interests.add(turn.db, turn.person.person_id, turn.person.address_id, wish, words, turn.now)
    choices = [Choice(_("Change interests"), "interests"), Choice(_("Menu"), "menu")]
    if since < turn.now:
        turn.say(_("Noted since {date}: {wish}.", date=day(since.date()), wish=listing.wished(wish)), choices)
        return
    limit = (await office.load(turn.db)).weekly_limit
    often = ngettext(
        "At most {limit} message a week; write **stop** at any time.",
        "At most {limit} messages a week; write **stop** at any time.",
        limit,
        limit=str(limit),
    )
    noted = _("✅ Noted: {wish}.", wish=listing.wished(wish))
    turn.say(Markdown(f"{noted} {often}"), choices)


@router.choice("interests")
async def mine(turn: Turn) -> None:
    """List what they want news of; a tap ends one."""
    own = await interests.of(turn.db, turn.person.person_id)
    topics = Choice(_("Choose topics"), "topics")
    if not own:
        turn.say(_("You are not waiting for news of exhibitions or programmes."), [topics, Choice(_("Menu"), "menu")])
        return
    shown = list(enumerate(own[:_ROWS], start=1))
    lines = [_("{number}. {wish}", number=str(at), wish=listing.wished(wish)) for at, wish in shown]
    rows = [Choice(_("End {number}", number=str(at)), "keep-posted-undo", asdict(wish)) for at, wish in shown]
    first = _("You hear of this as soon as there is something:")
    turn.say(Markdown("\n".join([first, *lines])), [*rows, topics, Choice(_("Menu"), "menu")])


@router.choice("keep-posted-undo")
async def undo(turn: Turn) -> None:
    """End one wish."""
    wish = turn.chosen(Wish)
    await interests.stop(turn.db, turn.person.person_id, wish, turn.now)
    again = listing.keep_posted(wish, "")
    turn.say(_("All right, I will not send it: {wish}.", wish=listing.wished(wish)), [again, Choice(_("Menu"), "menu")])


@dataclass(frozen=True, slots=True)
class Resume:
    at: datetime


@router.command("stop")
@router.choice("stop")
async def stop(turn: Turn) -> None:
    """Stop announcements, reminders and news at once, also what waits to be sent, and say what still comes."""
    person = turn.person.person_id
    told = await consents.withdraw(turn.db, person, ANNOUNCEMENTS, turn.now)
    ended = await reminders.stop_all(turn.db, person, turn.now) + await interests.stop_all(turn.db, person, turn.now)
    await deliveries.cancel(turn.db, person, _NEWS)
    await deliveries.cancel_broadcasts(turn.db, person)
    turn.memory[StopAsked].undecided = ""
    if not (ended or told):
        turn.say(_("You are not getting any announcements, reminders or news."), [Choice(_("Menu"), "menu")])
        return
    again = Choice(_("Turn on again"), "resume", {"at": turn.now.isoformat()})
    if not told:
        text = _(
            "Stopped from now on: reminders and news of exhibitions and programmes."
            " Answers to your questions still come."
        )
        turn.say(text, [again, Choice(_("Menu"), "menu")])
        return
    text = _(
        "Announcements are stopped from now on, warnings too, and so are reminders and news. Answers and news of your"
        " enrolment still come."
    )
    turn.say(text, [Choice(_("Choose topics"), "topics"), again])


@router.when(lambda turn: turn.inbound.kind == "text" and not turn.choice and _may_mean_stop(turn))
async def means_stop(turn: Turn) -> None:
    """What may be a wish to stop is asked back, and never passed over."""
    person = Choice(_("Ask a person"), "person", {"turn": turn.id, "text": turn.text[:_PASSED_ON]})
    text = _("Do you mean that announcements, reminders and news shall stop?")
    turn.say(text, [Choice(_("Yes, stop"), "stop"), person, Choice(_("Menu"), "menu")])


def _may_mean_stop(turn: Turn) -> bool:
    """Not so where another topic is surely asked about, as in `bisakah NIB usaha yang berhenti dihapus?`."""
    if not may_withdraw(turn.text):
        return False
    found = turn.knowledge.judge(turn.found) if turn.found else None
    return found is None or found.outcome != "sure" or found.matches[0].topic == _TOPIC


@router.choice("resume")
async def resume(turn: Turn) -> None:
    """Restore what "stop" ended."""
    person, at = turn.person.person_id, turn.chosen(Resume).at
    for id in await reminders.stopped_at(turn.db, person, at):  # noqa: A001
        one = await exhibitions.load(turn.db, id)
        if one and one.state in ("announced", "changed"):
            await reminders.start(turn.db, Reminder(person, turn.person.address_id, id), one.first_day, turn.now)
    await interests.resume(turn.db, person, at)
    choices = [Choice(_("Stop"), "stop"), Choice(_("Menu"), "menu")]
    if await consents.resume(turn.db, person, ANNOUNCEMENTS, at, turn.now):
        turn.say(_("✅ Announcements, reminders and news come again."), choices)
    else:
        turn.say(_("✅ Reminders and news come again."), choices)

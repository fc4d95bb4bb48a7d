"""Feedback: thank people the day after, give them their certificate, and ask three things."""

from dataclasses import dataclass
from typing import ClassVar

from bot.asking import Question
from bot.cases.cases import recipient
from bot.door.attendance import THANKS, thanks_at
from bot.enrolling.form.form import Form
from bot.fairs.exhibitions import title
from bot.language.i18n import _
from bot.language.withdrawal import likely_withdraws
from bot.reply import Choice
from bot.router import Router, is_command
from bot.turn import Turn
from db.conversation import jobs
from db.enrolling import attendance, enrolments, feedback
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes

router = Router("feedback", private=True)

#: characters of what was useful
_LONGEST = 500


@dataclass(frozen=True)
class SayHowItWas(Question):
    """The ratings and the yes or no to tap, and what was useful to write."""

    name: ClassVar[str] = "feedback"
    id: int
    rating: int = 0
    again: bool = False


@router.job(THANKS)
async def thank(turn: Turn) -> None:
    """Thank a person who was there, once; say nothing to one who was not."""
    turn.silent = True
    one = await enrolments.load(turn.db, int(turn.inbound.args["id"]))
    programme = await programmes.load(turn.db, one.programme_id) if one else None
    if one is None or programme is None or one.state != "accepted" or programme.state == "cancelled":
        return
    if not await attendance.of(turn.db, one.id):
        return
    if programme.first_day and thanks_at(programme) > turn.now:
        at = thanks_at(programme)
        await jobs.once(turn.db, THANKS, f"{THANKS}:{one.id}", at, one.address_id, {"id": one.id})
        return
    text = _("Thank you for coming to {title}. How was it, from 1 (poor) to 5 (very good)?", title=title(programme))
    choices = [*_ratings(one), _certificate(one)]
    await turn.tell(recipient(turn.person), f"enrolment:{one.id}:thanks", text, choices)


def _ratings(one: Enrolment) -> list[Choice]:
    """The ratings in an order in which a typed number means the same."""
    labels = (_("1 Poor"), _("2 Fair"), _("3 All right"), _("4 Good"), _("5 Very good"))
    return [
        Choice(label, "feedback-rate", {"id": one.id, "rating": at}, kind="step")
        for at, label in enumerate(labels, start=1)
    ]


def _certificate(one: Enrolment) -> Choice:
    return Choice(_("Certificate"), "certificate", {"id": one.id})


@router.choice("feedback-rate")
async def rate(turn: Turn) -> None:
    """Keep the rating at once, and ask what was useful."""
    form = await Form.chosen(turn)
    await feedback.keep(turn.db, form.one.id, turn.now, rating=turn.chosen(SayHowItWas).rating)
    turn.ask(SayHowItWas(form.one.id))
    text = _("Noted. What was most useful to you? Staff read it without your name.")
    turn.say(text, [Choice(_("Skip"), "feedback-skip", {"id": form.one.id}, "quiet", "step")])


def _answers(turn: Turn) -> bool:
    """Whether it is an answer; a question is answered, and the feedback stays as it is."""
    words = turn.text.strip()
    leads_out = is_command(words) and not is_command(words, "skip", "cancel")
    return bool(words) and "?" not in words and not (leads_out or likely_withdraws(words))


@router.answer(SayHowItWas, _answers)
async def explain(turn: Turn, asked: SayHowItWas) -> None:
    """Keep what was useful, in their words."""
    form = await Form.load(turn, asked.id)
    if not is_command(turn.text, "skip", "cancel"):
        useful = " ".join(turn.text.split())[:_LONGEST]
        await feedback.keep(turn.db, form.one.id, turn.now, useful=useful)
    _ask_again(turn, form.one)


@router.choice("feedback-skip")
async def skip(turn: Turn) -> None:
    """Leave out what was useful."""
    _ask_again(turn, (await Form.chosen(turn)).one)


def _ask_again(turn: Turn, one: Enrolment) -> None:
    yes_no = [(_("Yes"), True), (_("No"), False)]
    choices = [Choice(label, "feedback-again", {"id": one.id, "again": again}, kind="step") for label, again in yes_no]
    turn.say(_("Would you come again?"), choices)


@router.choice("feedback-again")
async def come_again(turn: Turn) -> None:
    """Keep whether they would come again, the last of the three."""
    form = await Form.chosen(turn)
    await feedback.keep(turn.db, form.one.id, turn.now, again=turn.chosen(SayHowItWas).again)
    others = Choice(_("All programmes"), "programmes")
    turn.say(_("Thank you, that helps to plan the next one."), [_certificate(form.one), others])

"""A place offered to a person who waited: take it, let it go, or let its time pass."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from bot.asking import Question
from bot.cases.cases import recipient
from bot.cases.opening_hours import deadline
from bot.enrolling.form.form import Form
from bot.enrolling.seats import announce, fill, in_line, offer_choices
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.language.courtesy import is_thanks, opens_only
from bot.language.i18n import _
from bot.language.markdown import Markdown, plain
from bot.language.withdrawal import likely_withdraws
from bot.reply import Choice
from bot.router import Router, is_command
from bot.turn import Turn
from db.enrolling import changes, enrolments
from db.enrolling.enrolments import Enrolment

router = Router("places", private=True)

_LEAD_OUT = ("menu", "status", "language", "stop", "cancel")
#: characters of a reason
_LONGEST = 300


@dataclass(frozen=True)
class SayWhy(Question):
    """Why they let a place go: as tapped, or in the words that come next."""

    name: ClassVar[str] = "place-why"
    id: int
    why: Literal["dates", "cost", "other", ""] = ""


@router.choice("place-take")
async def take(turn: Turn) -> None:
    """Give them the place; where it is too late, they may wait again."""
    form = await _offered(turn)
    await enrolments.move(turn.db, form.one, "accepted", turn.now)
    await announce(turn, form.one)
    turn.say(_("✅ The place is yours. Your ticket comes right after this."))


@router.choice("place-skip")
async def skip(turn: Turn) -> None:
    """Offer the place to the next one at once, and ask why afterwards."""
    form = await _offered(turn)
    await enrolments.move(turn.db, form.one, "skipped", turn.now)
    await fill(turn, form.programme.id)
    turn.ask(SayWhy(form.one.id))
    text = _("All right, I offer it to the next one. May I know why? It helps to plan.")
    why = {"id": form.one.id}
    reasons = {**_reasons(), "other": _("Another reason")}
    choices = [Choice(label, "place-why", {**why, "why": reason}) for reason, label in reasons.items()]
    turn.say(text, [*choices, Choice(_("Skip"), "place-why", {**why, "why": ""}, "quiet")])


def _reasons() -> dict[str, Markdown]:
    return {"dates": _("The dates"), "cost": _("The cost")}


@router.choice("place-why")
async def why(turn: Turn) -> None:
    """Keep a reason tapped; for another one, ask for words."""
    one, given = (await Form.chosen(turn)).one, turn.chosen(SayWhy).why
    if given == "other":
        turn.ask(SayWhy(one.id))
        turn.say(_("What is the reason? One sentence is enough."))
        return
    if given:
        await changes.explain(turn.db, one.id, plain(_reasons()[given]))
    turn.say(_("Thank you."), [_again(one), Choice(_("All programmes"), "programmes")])


def _is_reason(turn: Turn) -> bool:
    leads_out = is_command(turn.text, *_LEAD_OUT) or likely_withdraws(turn.text)
    return turn.inbound.kind == "text" and not (leads_out or opens_only(turn.text) or is_thanks(turn.text))


@router.answer(SayWhy, _is_reason)
async def explained(turn: Turn, asked: SayWhy) -> None:
    """Keep the reason in their words, for staff."""
    form = await Form.load(turn, asked.id)
    await changes.explain(turn.db, form.one.id, " ".join(turn.text.split())[:_LONGEST])
    turn.say(_("Thank you."), [_again(form.one), Choice(_("All programmes"), "programmes")])


@router.choice("wait-again")
async def wait_again(turn: Turn) -> None:
    """Put them at the end of the line; where a place is free, it is offered at once."""
    form = await Form.chosen(turn, lock=True)
    if form.one.state != "skipped":
        raise Refusal(_("You are in line already, or have a place."), [_status()])
    if not form.programme.takes_on(turn.today):
        raise Refusal(_("Enrolment for {title} is closed.", title=title(form.programme)), [_status()])
    await enrolments.move(turn.db, form.one, "waiting", turn.now)
    await fill(turn, form.programme.id)
    fresh = (await Form.chosen(turn)).one
    if fresh.state == "waiting":
        turn.say(await in_line(turn, fresh, form.programme), [_status()])
    else:
        turn.say(_("A place is free: I offer it to you in the next message."), [_status()])


@router.job("offer-half")
async def remind(turn: Turn) -> None:
    """Remind them, once, when half of the time is over."""
    form = await _still_offered(turn)
    if form and form.one.offer_until:
        until = deadline(form.one.offer_until, turn.now)
        text = _(
            "The place in **{title}** is still held for you, until {deadline}.",
            title=title(form.programme),
            deadline=until,
        )
        await turn.tell(recipient(turn.person), f"enrolment:{form.one.id}:half:{until}", text, offer_choices(form.one))


@router.job("offer-over")
async def over(turn: Turn) -> None:
    """Offer the place to the next one, as nobody answered."""
    form = await _still_offered(turn)
    if form is None:
        return
    await enrolments.move(turn.db, form.one, "skipped", turn.now)
    await fill(turn, form.programme.id)
    text = _(
        "The place in {title} was held until now and is offered to the next one. Do you still want to join?",
        title=title(form.programme),
    )
    source = f"enrolment:{form.one.id}:over:{turn.inbound.args['until']}"
    await turn.tell(recipient(turn.person), source, text, [_again(form.one), Choice(_("No, thanks"), "place-no")])


@router.choice("place-no")
async def no(turn: Turn) -> None:
    """Let them wait no more."""
    turn.say(_("All right."), [Choice(_("All programmes"), "programmes")])


async def _still_offered(turn: Turn) -> Form | None:
    """Load the form of the job, as long as its offer is the one that stands."""
    one = await enrolments.load(turn.db, int(turn.inbound.args["id"]))
    if one is None or one.state != "offered" or one.offer_until != datetime.fromisoformat(turn.inbound.args["until"]):
        return None
    return await Form.load(turn, one.id)


async def _offered(turn: Turn) -> Form:
    """Load the form of the choice, whose place must be held now; else refuses with what became of it."""
    form = await Form.chosen(turn, lock=True)
    one = form.one
    if one.state == "accepted":
        raise Refusal(_("The place is yours already."), [_status()])
    if form.programme.state == "cancelled":
        raise Refusal(_("{title} is cancelled.", title=title(form.programme)), [_status()])
    if one.state == "offered" and one.offer_until and one.offer_until > turn.now:
        return form
    if one.state in ("offered", "skipped"):
        text = _("That place was held for some time and is offered to the next one. Do you still want to join?")
        raise Refusal(text, [_again(one), Choice(_("No, thanks"), "place-no")])
    raise Refusal(_("No place is held for you now."), [_status()])


def _again(one: Enrolment) -> Choice:
    return Choice(_("Wait in line again"), "wait-again", {"id": one.id})


def _status() -> Choice:
    return Choice(_("See status"), "status")

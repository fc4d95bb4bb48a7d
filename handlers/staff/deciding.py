"""Decide about one enrolment: accept it, ask for a correction, decline it; never without a reason."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

from bot.cases.cases import typed
from bot.enrolling import page, selection
from bot.enrolling.enrolments import LONGEST_REASON, OPEN, brief, decide, labels
from bot.enrolling.form.enrolment import fields as form_of
from bot.enrolling.selection import has_only_numbers
from bot.errors import Gone, Refusal
from bot.fairs.exhibitions import title
from bot.fields import words
from bot.fields.wording import meant
from bot.language.i18n import _
from bot.language.listening import listed
from bot.language.markdown import Markdown, plain
from bot.reply import Choice
from bot.turn import Turn
from db.enrolling import seats
from db.enrolling.enrolments import Enrolment
from db.fairs.programmes import Programme
from handlers.staff.desk import Desk

desk = Desk("deciding", "officer")


@dataclass(frozen=True)
class WhichParts(page.Review):
    """Which fields of an enrolment are to be corrected."""

    name: ClassVar[str] = "enrolment-parts"


@dataclass(frozen=True)
class WhyCorrect(page.Review):
    """Why these fields are to be corrected."""

    name: ClassVar[str] = "enrolment-note"
    takes_number: ClassVar[bool] = False
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class WhyDeclined(page.Review):
    """Why an enrolment is declined; empty before it was said."""

    name: ClassVar[str] = "enrolment-why"
    takes_number: ClassVar[bool] = False
    reason: str = ""


@desk.when(lambda turn: _is_number(turn) and has_only_numbers(turn.text))
async def numbered(turn: Turn) -> None:
    """Take a number under a card as the field that is to be corrected; it decides nothing."""
    found = await _open(turn, turn.asked(page.Review) or turn.chosen(page.Review))
    form = form_of(found[1])
    _ask_note(turn, *found, [form[at - 1].name for at in selection.parse(turn.text, len(form))])


def _is_number(turn: Turn) -> bool:
    accepts = turn.choice is not None and turn.choice.name == "enrolment-accept"
    return turn.inbound.kind == "text" and (accepts or turn.asked(page.Review) is not None)


@desk.choice("enrolment-accept")
async def accept(turn: Turn) -> None:
    """Accept it and tell the person; the next one that waits is shown."""
    one, programme = await _open(turn, turn.chosen(page.Review))
    _still_ahead(turn, programme)
    await seats.lock(turn.db, programme.id)
    if ((left := await seats.free(turn.db, programme)) is not None) and left <= 0:
        text = _("All {number} places are taken; {enrolment} was not accepted.", number=programme.quota,
                 enrolment=one.number)  # fmt: skip
        raise Refusal(text, [_look(one.id), page.back(programme.id)])
    await _decide(turn, one, programme, "accepted")
    turn.say(_("✅ {number} is accepted, {name} is told.", number=one.number, name=brief(one.name)))
    await page.go_on(turn, one)


def _still_ahead(turn: Turn, programme: Programme) -> None:
    """Refuse to accept for a programme that does not take place any more."""
    if programme.state == "cancelled":
        raise Refusal(_("{title} is cancelled.", title=title(programme)), [page.back(programme.id)])
    if programme.is_over(turn.today):
        raise Refusal(_("{title} is over.", title=title(programme)), [page.back(programme.id)])


@desk.choice("enrolment-correct")
async def ask_which(turn: Turn) -> None:
    """Ask which fields, by the numbers of the review."""
    one, programme = await _open(turn, turn.chosen(page.Review))
    turn.ask(WhichParts.of(one))
    known = " · ".join(f"{at}. {field.label()}" for at, field in enumerate(form_of(programme), start=1))
    first = _("Which part? Write its number, several are fine.")
    turn.say(Markdown(f"{first}\n{known}"), [_cancel(one)])


@desk.answer(WhichParts, onward=lambda asked: _look(asked.id))
async def which(turn: Turn, asked: WhichParts) -> None:
    """Take the fields by number or by name."""
    one, programme = await _open(turn, asked)
    form = form_of(programme)
    names = [form[at - 1].name for at in selection.parse(turn.text, len(form))]
    names = names or meant(turn.text, {field.name: plain(field.label()) for field in form})
    if not names:
        raise Refusal(_("Write the numbers of the parts, for example: 3 and 7"), [_cancel(one)])
    _ask_note(turn, one, programme, names)


def _ask_note(turn: Turn, one: Enrolment, programme: Programme, names: list[str]) -> None:
    turn.ask(replace(WhyCorrect.of(one), fields=tuple(names)))
    text = _(
        "{number}, {fields}: why? Write one sentence; the applicant reads it as it is.",
        number=one.number,
        fields=labels(programme, names),
    )
    turn.say(text, [_cancel(one)])


@desk.answer(WhyCorrect, onward=lambda asked: _look(asked.id))
async def correct(turn: Turn, asked: WhyCorrect) -> None:
    """Tell the applicant which fields to correct and why; the next one that waits is shown."""
    one, programme = await _open(turn, asked)
    await _decide(turn, one, programme, "correction", asked.fields, _reason(turn))
    turn.say(_("✅ {name} is asked to correct {number}.", name=brief(one.name), number=one.number))
    await page.go_on(turn, one)


@desk.choice("enrolment-decline")
async def ask_why(turn: Turn) -> None:
    """Ask for the reason."""
    one, _programme = await _open(turn, turn.chosen(page.Review))
    turn.ask(WhyDeclined.of(one))
    text = _(
        "Why is {number} ({name}) declined? Write one sentence; the applicant reads it as it is.",
        number=one.number,
        name=brief(one.name),
    )
    turn.say(text, [_cancel(one)])


@desk.answer(WhyDeclined, onward=lambda asked: _look(asked.id))
async def why(turn: Turn, asked: WhyDeclined) -> None:
    """Read the reason back before anything is decided."""
    (one, _programme), reason = await _open(turn, asked), _reason(turn)
    text = _(
        "Decline {number}? {name} reads: “{reason}”", number=one.number, name=brief(one.name), reason=typed(reason)
    )
    yes = Choice(_("Yes, decline"), "enrolment-declined", asdict(replace(asked, reason=reason)), kind="deciding")
    turn.say(text, [yes, _look(one.id, _("No, thanks"))])


@desk.choice("enrolment-declined")
async def decline(turn: Turn) -> None:
    """Decline it and tell the person why; the next one that waits is shown."""
    one, programme = await _open(turn, turn.chosen(page.Review))
    await _decide(turn, one, programme, "declined", reason=turn.chosen(WhyDeclined).reason)
    turn.say(_("{number} is declined, {name} is told.", number=one.number, name=brief(one.name)))
    await page.go_on(turn, one)


async def _open(turn: Turn, shown: page.Review) -> tuple[Enrolment, Programme]:
    """Load one that can be decided as it was shown; refuses one's own, and one that changed."""
    one, programme = await page.load(turn, shown.id)
    if one.person_id == turn.person.person_id:
        raise Gone(_("{number} is your own enrolment: a colleague decides.", number=one.number), [_look(one.id)])
    if one.state not in OPEN or shown.seen != one.updated_at.isoformat():
        raise await _too_late(turn, one)
    return one, programme


async def _decide(
    turn: Turn, one: Enrolment, programme: Programme, state: str, fields: Sequence[str] = (), reason: str = ""
) -> None:
    if not await decide(turn, one, programme, state, fields, reason):
        raise await _too_late(turn, (await page.load(turn, one.id))[0])


async def _too_late(turn: Turn, one: Enrolment) -> Gone:
    """Say who decided what and when, or that it was changed."""
    return Gone(await page.settled(turn, one), [_look(one.id), page.back(one.programme_id)])


def _reason(turn: Turn) -> str:
    """Take a reason that the person can do something with."""
    found = words(turn.text, LONGEST_REASON)
    if not any(map(str.isalpha, found)):
        raise Refusal(_("Please write it as a text."))
    if found.lower().strip(" .") in listed("reasons.empty"):
        raise Refusal(_("Which condition, and what is missing? With that the applicant can do something."))
    return found


def _cancel(one: Enrolment) -> Choice:
    return Choice(_("Cancel"), "enrolment", {"id": one.id}, "quiet")


def _look(one: int, label: Markdown | None = None) -> Choice:
    return Choice(label or _("See details"), "enrolment", {"id": one})

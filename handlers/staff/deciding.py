"""Decide about one enrolment: accept it, ask for a correction, decline it; never without a reason."""

import json
from collections.abc import Sequence
from typing import Any

from bot.cases.cases import typed
from bot.enrolling import page, selection
from bot.enrolling.enrolments import LONGEST_REASON, OPEN, brief, decide, labels
from bot.enrolling.form.enrolment import fields as form_of
from bot.enrolling.selection import has_only_numbers
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.fields import words
from bot.fields.wording import meant
from bot.language.courtesy import bare_word
from bot.language.i18n import _
from bot.language.listening import listed
from bot.language.markdown import Markdown, plain
from bot.reply import Choice
from bot.turn import Turn
from db.enrolling import seats
from db.enrolling.enrolments import Enrolment
from db.fairs.programmes import Programme
from handlers.staff.desk import CANCEL, Desk, answers

desk = Desk("deciding", "officer")

#: what is asked, with what it is about behind it as JSON
_PARTS, _NOTE, _WHY = "enrolment-parts:", "enrolment-note:", "enrolment-why:"


@desk.when(lambda turn: _is_number(turn) and has_only_numbers(turn.text))
async def numbered(turn: Turn) -> None:
    """Take a number under a card as the field that is to be corrected; it decides nothing."""
    about = turn.choice.args if turn.choice else _about(turn, page.CARD)
    if (found := await _open(turn, about)) is None:
        return
    form = form_of(found[1])
    _ask_note(turn, *found, [form[at - 1].name for at in selection.parse(turn.text, len(form))])


def _is_number(turn: Turn) -> bool:
    accepts = turn.choice is not None and turn.choice.name == "enrolment-accept"
    return turn.inbound.kind == "text" and (accepts or turn.asks.startswith(page.CARD))


@desk.choice("enrolment-accept")
async def accept(turn: Turn) -> None:
    """Accept it and tell the person; the next one that waits is shown."""
    assert turn.choice is not None
    if (found := await _open(turn, turn.choice.args)) is None:
        return
    one, programme = found
    _still_ahead(turn, programme)
    await seats.lock(turn.db, programme.id)
    if ((left := await seats.free(turn.db, programme)) is not None) and left <= 0:
        text = _("All {number} places are taken; {enrolment} was not accepted.", number=programme.quota,
                 enrolment=one.number)  # fmt: skip
        raise Refusal(text, [_look(one.id), page.back(programme.id)])
    if await _decide(turn, one, programme, "accepted"):
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
    assert turn.choice is not None
    if (found := await _open(turn, turn.choice.args)) is None:
        return
    one, programme = found
    turn.ask(_PARTS + json.dumps(page.seen(one)), number=True)
    known = " · ".join(f"{at}. {field.label()}" for at, field in enumerate(form_of(programme), start=1))
    first = _("Which part? Write its number, several are fine.")
    turn.say(Markdown(f"{first}\n{known}"), [_cancel(one)])


@desk.when(lambda turn: answers(turn, _PARTS))
async def which(turn: Turn) -> None:
    """Take the fields by number or by name."""
    about = _about(turn, _PARTS)
    if (found := await _open(turn, about)) is None:
        return
    form = form_of(found[1])
    names = [form[at - 1].name for at in selection.parse(turn.text, len(form))]
    names = names or meant(turn.text, {field.name: plain(field.label()) for field in form})
    if not names:
        raise Refusal(_("Write the numbers of the parts, for example: 3 and 7"), [_cancel(found[0])])
    _ask_note(turn, *found, names)


def _ask_note(turn: Turn, one: Enrolment, programme: Programme, names: list[str]) -> None:
    turn.ask(_NOTE + json.dumps(page.seen(one) | {"fields": names}))
    text = _(
        "{number}, {fields}: why? Write one sentence; the applicant reads it as it is.",
        number=one.number,
        fields=labels(programme, names),
    )
    turn.say(text, [_cancel(one)])


@desk.when(lambda turn: answers(turn, _NOTE))
async def correct(turn: Turn) -> None:
    """Tell the applicant which fields to correct and why; the next one that waits is shown."""
    about = _about(turn, _NOTE)
    if (found := await _open(turn, about)) is None:
        return
    one, programme = found
    if await _decide(turn, one, programme, "correction", about["fields"], _reason(turn)):
        turn.say(_("✅ {name} is asked to correct {number}.", name=brief(one.name), number=one.number))
        await page.go_on(turn, one)


@desk.choice("enrolment-decline")
async def ask_why(turn: Turn) -> None:
    """Ask for the reason."""
    assert turn.choice is not None
    if (found := await _open(turn, turn.choice.args)) is None:
        return
    one, _programme = found
    turn.ask(_WHY + json.dumps(page.seen(one)))
    text = _(
        "Why is {number} ({name}) declined? Write one sentence; the applicant reads it as it is.",
        number=one.number,
        name=brief(one.name),
    )
    turn.say(text, [_cancel(one)])


@desk.when(lambda turn: answers(turn, _WHY))
async def why(turn: Turn) -> None:
    """Read the reason back before anything is decided."""
    about = _about(turn, _WHY)
    if (found := await _open(turn, about)) is None:
        return
    one, reason = found[0], _reason(turn)
    text = _(
        "Decline {number}? {name} reads: “{reason}”", number=one.number, name=brief(one.name), reason=typed(reason)
    )
    yes = Choice(_("Yes, decline"), "enrolment-declined", about | {"reason": reason}, kind="deciding")
    turn.say(text, [yes, _look(one.id, _("No, thanks"))])


@desk.choice("enrolment-declined")
async def decline(turn: Turn) -> None:
    """Decline it and tell the person why; the next one that waits is shown."""
    assert turn.choice is not None
    if (found := await _open(turn, turn.choice.args)) is None:
        return
    one, programme = found
    if await _decide(turn, one, programme, "declined", reason=str(turn.choice.args["reason"])):
        turn.say(_("{number} is declined, {name} is told.", number=one.number, name=brief(one.name)))
        await page.go_on(turn, one)


@desk.when(lambda turn: turn.asks.startswith((_PARTS, _NOTE, _WHY)) and bare_word(turn.text) in CANCEL)
async def leave(turn: Turn) -> None:
    """Decide nothing."""
    one = int(json.loads(turn.asks.partition(":")[2])["id"])
    turn.say(_("All right, nothing is changed."), [_look(one)])


async def _open(turn: Turn, about: dict[str, Any]) -> tuple[Enrolment, Programme] | None:
    """Load one that can be decided as it was shown; None, saying why, for one's own and for one that changed."""
    one, programme = await page.load(turn, int(about["id"]))
    if one.person_id == turn.person.person_id:
        turn.say(_("{number} is your own enrolment: a colleague decides.", number=one.number), [_look(one.id)])
        return None
    if one.state not in OPEN or about["seen"] != one.updated_at.isoformat():
        await _too_late(turn, one)
        return None
    return one, programme


async def _decide(
    turn: Turn, one: Enrolment, programme: Programme, state: str, fields: Sequence[str] = (), reason: str = ""
) -> bool:
    if await decide(turn, one, programme, state, fields, reason):
        return True
    await _too_late(turn, (await page.load(turn, one.id))[0])
    return False


async def _too_late(turn: Turn, one: Enrolment) -> None:
    """Say who decided what and when, or that it was changed."""
    turn.say(await page.settled(turn, one), [_look(one.id), page.back(one.programme_id)])


def _about(turn: Turn, asked: str) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(turn.asks.removeprefix(asked))
    return about


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

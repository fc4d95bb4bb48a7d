"""An enrolment as staff see it: the deciding answers on one card, everything below it, and what can be done with it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import ClassVar, Self

from bot.asking import About, Question
from bot.cases.cases import typed
from bot.cases.opening_hours import deadline
from bot.clock import BANDUNG, bandung_day
from bot.enrolling.enrolments import OPEN, brief, labels, number, state_name
from bot.enrolling.form.enrolment import fields as form_of
from bot.errors import Gone
from bot.fields import Field
from bot.language.i18n import _, ngettext
from bot.language.markdown import Markdown, escape, plain
from bot.reply import Choice, utf16_length
from bot.turn import Turn
from db.enrolling import changes, enrolments
from db.enrolling.changes import Change
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme
from db.people import people
from db.privacy import audit

#: fields that do not decide, or stand above the card
_ASIDE = frozenset(("name", "phone", "sector", "scale", "hki"))
#: UTF-16 units of a card
_ROOM = 1000
#: the same of an answer on the card
_SHORT = 120
#: the same of an answer among all answers
_WHOLE = 400
#: the same of the names of fields
_FIELDS = 120
#: the same of a bubble without choices
_BUBBLE = 3800
#: files that are shown
_FILES = 10
#: changes that are shown
_CHANGES = 4
#: other enrolments of the same business that are shown
_OTHERS = 3


@dataclass(frozen=True)
class Review(Question):
    """An enrolment as it was when it was shown; a number that is written under its card means the field so numbered."""

    name: ClassVar[str] = "enrolment-card"
    takes_number: ClassVar[bool] = True
    id: int
    seen: str

    @classmethod
    def of(cls, one: Enrolment) -> Self:
        """Review one as it is now."""
        return cls(one.id, one.updated_at.isoformat())


@dataclass(frozen=True, slots=True)
class OfProgramme:
    """Which programme a choice about its enrolments means: those in one state, or the one behind another."""

    programme: int
    state: str = "submitted"
    after: int = 0


async def programme(turn: Turn) -> Programme:
    """Load the programme that the choice is about."""
    one = await programmes.load(turn.db, turn.chosen(OfProgramme).programme)
    if one is None:
        raise Gone(_("It is no longer there."), [Choice(_("Enrolments"), "enrolments")])
    return one


async def chosen(turn: Turn) -> tuple[Enrolment, Programme]:
    """Load the enrolment that the choice is about, and its programme."""
    return await load(turn, turn.chosen(About).id)


async def load(turn: Turn, id: int) -> tuple[Enrolment, Programme]:  # noqa: A002
    """Load an enrolment that was sent, and its programme."""
    one = await enrolments.load(turn.db, id)
    programme = await programmes.load(turn.db, one.programme_id) if one else None
    if one is None or programme is None or not one.number:
        raise Gone(_("That enrolment is no longer there."), [Choice(_("Enrolments"), "enrolments")])
    return one, programme


async def show(turn: Turn, one: Enrolment, programme: Programme) -> None:
    """Show the deciding answers and what can be done, and note that it was looked at."""
    await _note_look(turn, one)
    deciding = [(at, field) for at, field in _numbered(programme) if field.name not in _ASIDE]
    heading = await _heading(turn, one, programme)
    lines = _card(one, deciding, _ROOM - utf16_length(plain("\n".join(heading))))
    turn.say(Markdown("\n".join([*heading, *lines])), await _choices(turn, one, whole=True))


async def show_whole(turn: Turn, one: Enrolment, programme: Programme) -> None:
    """Show every answer, each document as a file, and what became of it so far."""
    await _note_look(turn, one)
    heading = await _heading(turn, one, programme)
    for bubble in _bubbles([*heading, *(_line(at, field, one, _WHOLE) for at, field in _numbered(programme))]):
        turn.say(bubble)
    sent = [(at, field, file) for at, field in _numbered(programme) for file in _files(one, field)]
    for at, field, file in sent[:_FILES]:
        turn.say(_("{at}. {label}", at=at, label=field.label()), file=file)
    if len(sent) > _FILES:
        turn.say(_("{number} more files are not shown here.", number=len(sent) - _FILES))
    recent = (await changes.history(turn.db, one.id))[-_CHANGES:]
    lines = [_changed(turn, change, programme) for change in recent] or [escape(one.number)]
    turn.say(Markdown("\n".join(lines)), await _choices(turn, one, whole=False))


async def go_on(turn: Turn, one: Enrolment) -> None:
    """Show the next one that waits, or say that no other does."""
    following = await enrolments.following(turn.db, one)
    if following is None:
        turn.say(_("No other enrolment waits here."), [back(one.programme_id), Choice(_("Enrolments"), "enrolments")])
        return
    await show(turn, *await load(turn, following))


async def settled(turn: Turn, one: Enrolment) -> Markdown:
    """Say how it stands, since when and by whom, for whoever was too late."""
    history = await changes.history(turn.db, one.id)
    name = escape(one.number)
    if not history:
        return _("{number}: {state}", number=name, state=state_name(one.state))
    return _("{number}: {state}", number=name, state=_since(turn, history[-1]))


def back(programme: int) -> Choice:
    """Make the way to everything of its programme."""
    return Choice(_("Back"), "enrolments-of", {"programme": programme}, "quiet")


async def _choices(turn: Turn, one: Enrolment, *, whole: bool) -> list[Choice]:
    """List what can be done, by taps and by the number of a field."""
    about, review = {"id": one.id}, Review.of(one)
    found = []
    if one.state in OPEN and not turn.memory.case:
        turn.ask(review)
    if one.state in OPEN:
        found.append(Choice(_("Accept"), "enrolment-accept", asdict(review), kind="deciding"))
        found.append(Choice(_("Ask to correct"), "enrolment-correct", asdict(review)))
    if await enrolments.following(turn.db, one) is not None:
        found.append(Choice(_("Next"), "enrolments-review", {"programme": one.programme_id, "after": one.id}))
    if whole:
        found.append(Choice(_("All fields"), "enrolment-all", about, "quiet"))
    if one.state in OPEN:
        found.append(Choice(_("Decline"), "enrolment-decline", asdict(review), "quiet"))
    return [*found, back(one.programme_id)]


async def _note_look(turn: Turn, one: Enrolment) -> None:
    """Note a look, once a day for each member."""
    me, about = turn.person.staff_id, f"enrolment:{one.id}"
    if not await audit.did(turn.db, me, "enrolment.open", about, datetime.combine(turn.today, time(), BANDUNG)):
        await audit.note(turn.db, me, "enrolment.open", about, turn.now)


async def _heading(turn: Turn, one: Enrolment, programme: Programme) -> list[Markdown]:
    """Say who, how it stands, and what staff must know beside the answers."""
    who = {"number": number(one, programme), "name": brief(one.name)}
    if one.state == "submitted" and one.submitted_at:
        at, all_ = await enrolments.place(turn.db, one)
        days = (turn.today - bandung_day(one.submitted_at)).days
        lines = [
            ngettext(
                "**{number}** · {name} · waits for {days} day ({at} of {all})",
                "**{number}** · {name} · waits for {days} days ({at} of {all})",
                days, **who, days=days, at=at, all=all_,
            ) if days else _("**{number}** · {name} · came today ({at} of {all})", **who, at=at, all=all_)
        ]  # fmt: skip
    else:
        lines = [_("**{number}** · {name}", **who)]
        lines += [_changed(turn, change, programme) for change in (await changes.history(turn.db, one.id))[-1:]]
    if one.for_other:
        name, _phone = await people.profile(turn.db, one.person_id)
        known = brief(name) if name else _("no name yet")
        lines.append(_("⚠️ Enrolled by somebody else: {name}", name=known))
    others = await enrolments.of_business(turn.db, one) if one.business_id else []
    if others:
        also = [(await load(turn, other))[0] for other in others[:_OTHERS]]
        shown = ", ".join(f"{escape(other.number)} ({state_name(other.state)})" for other in also)
        lines.append(_("⚠️ Also from this business: {others}", others=Markdown(shown)))
    return lines


def _numbered(programme: Programme) -> Iterator[tuple[int, Field]]:
    return enumerate(form_of(programme), start=1)


def _card(one: Enrolment, deciding: Sequence[tuple[int, Field]], room: int) -> list[Markdown]:
    """Show as much of each answer as there is room for; of many, the last are left to "All fields"."""
    for limit in (_SHORT, _SHORT // 2, _SHORT // 4):
        lines = [_line(at, field, one, limit) for at, field in deciding]
        if utf16_length(plain("\n".join(lines))) <= room:
            return lines
    while lines and utf16_length(plain("\n".join(lines))) > room:
        lines.pop()
    return [*lines, Markdown("…")]


def _line(at: int, field: Field, one: Enrolment, limit: int) -> Markdown:
    if not any(name in one.answers for name in field.sets):
        said = _("not asked")
    elif all(one.answers.get(name) in (None, "", []) for name in field.sets):
        said = _("skipped")
    else:
        said = brief(field.said(one.answers), limit)
    return _("{at}. {label}: {said}", at=at, label=field.label(), said=said)


def _files(one: Enrolment, field: Field) -> list[int]:
    return list(one.answers.get(field.name) or []) if field.is_document else []


def _changed(turn: Turn, change: Change, programme: Programme) -> Markdown:
    """Say what happened, when, by whom, and why."""
    line = _since(turn, change)
    if change.fields and (named := labels(programme, change.fields, _FIELDS)):
        line = _("{state}: {fields}", state=line, fields=named)
    return _("{state} “{reason}”", state=line, reason=typed(change.reason, 150)) if change.reason else line


def _since(turn: Turn, change: Change) -> Markdown:
    state, when = state_name(change.state), deadline(change.at, turn.now)
    if change.staff_id is None:
        return _("{state}, {when}", state=state, when=when)
    by = escape(change.by) if change.by else _("An officer")
    return _("{state}, {when}, by {name}", state=state, when=when, name=by)


def _bubbles(lines: Sequence[Markdown]) -> Iterator[Markdown]:
    """Put lines into as few bubbles as a channel takes."""
    gathered: list[Markdown] = []
    for line in lines:
        if gathered and utf16_length(plain("\n".join([*gathered, line]))) > _BUBBLE:
            yield Markdown("\n".join(gathered))
            gathered = []
        gathered.append(line)
    yield Markdown("\n".join(gathered))

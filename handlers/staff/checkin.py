"""Check people in: at the door the scan itself marks them; by hand it takes a number or a name, and one more tap."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from bot.asking import Question
from bot.codes import Codes
from bot.door import attendance as say
from bot.door.codes import TICKET
from bot.enrolling import page
from bot.enrolling.enrolments import brief, parse_number, state_name
from bot.errors import Refusal
from bot.fairs.exhibitions import title
from bot.fields.phone import sent
from bot.language.dates_said import weekday_span
from bot.language.i18n import _, day
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.enrolling import attendance, enrolments
from db.enrolling.attendance import Presence
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme
from handlers.staff.desk import Desk, may, record

desk = Desk("checkin", "officer")

_SEARCH = "attendance-search"
#: people found at a time
_PAGE = 6
#: people who are looked through
_MOST = 60
#: characters of what is looked for
_LONGEST = 80
#: characters of a button
_LABEL = 24


def _scans(turn: Turn) -> bool:
    is_ticket = turn.inbound.name == "start" and turn.text.lower().startswith(TICKET.payload)
    return is_ticket and may(turn.person, "officer")


@desk.when(_scans)
async def scan(turn: Turn) -> None:
    """Mark who was scanned on the programme's days; explain anything else and mark nothing."""
    parsed = turn.tools[Codes].read(TICKET, turn.text[len(TICKET.payload) :])
    one = await enrolments.numbered(turn.db, *parsed) if parsed else None
    if one is None:
        turn.say(_("⚠️ This is not a ticket of ours."), [_by_name()])
        return
    programme = await _insist_accepted(turn, one)
    today = say.day_there(programme, turn.now)
    if today in say.days(programme):
        await say.mark(turn, one, programme, today)
        return
    if programme.first_day is None:
        text = _("⚠️ {who}: no day is set for {title} yet.", who=say.who(one, programme), title=title(programme))
    else:
        span = weekday_span(programme.first_day, programme.last_day or programme.first_day)
        text = _("⚠️ This ticket is for **{title}**, {days}, not for today.", title=title(programme), days=span)
        text = Markdown(f"{text}\n{say.who(one, programme)}")
    turn.say(text, [say.see(one), _by_name()])


async def _insist_accepted(turn: Turn, one: Enrolment) -> Programme:
    """Load the programme; refuses an enrolment with which nobody may come."""
    programme = await programmes.load(turn.db, one.programme_id)
    assert programme is not None, "a programme with enrolments is never removed"
    if one.person_id == turn.person.person_id:
        text = _("{number} is your own enrolment: a colleague checks you in.", number=one.number)
        raise Refusal(text, [Choice(_("Ticket"), "ticket", {"id": one.id}), _by_name()])
    if one.state != "accepted":
        text = _("⚠️ {who}: {state}. Nothing is recorded.", who=say.who(one, programme), state=state_name(one.state))
        raise Refusal(text, [say.see(one), _by_name()])
    if programme.state == "cancelled":
        raise Refusal(_("{title} is cancelled.", title=title(programme)), [say.see(one), _by_name()])
    return programme


@dataclass(frozen=True, slots=True)
class OfPresence:
    """Which of the marks that say that somebody is there is meant."""

    mark: int


@desk.choice("attendance-undo")
async def undo(turn: Turn) -> None:
    """Take back a mark on the wrong person."""
    presence = await _presence(turn)
    one, programme = await page.load(turn, presence.enrolment_id)
    if await say.take_back(turn, presence, one, programme):
        text = _("Undone: {who} is not recorded as present.", who=say.who(one, programme))
        turn.say(text, [say.see(one), _by_name()])


async def _presence(turn: Turn) -> Presence:
    presence = await attendance.load(turn.db, turn.chosen(OfPresence).mark)
    if presence is None:
        raise Refusal(_("That is undone already."), [_by_name()])
    return presence


@desk.choice("attendance-guest")
async def guest(turn: Turn) -> None:
    """Count a guest who came with the same ticket."""
    count = await attendance.add_guest(turn.db, turn.chosen(OfPresence).mark)
    presence = await _presence(turn)
    one, programme = await page.load(turn, presence.enrolment_id)
    await record(turn, "attendance.guest", f"enrolment:{one.id}", number=count)
    turn.say(_("✅ Guests with {who}: {number}.", who=say.who(one, programme), number=count), [say.see(one)])


@desk.command("attend")
async def by_hand(turn: Turn) -> None:
    """Look for `/hadir dpj27 42`, or a name; without any, ask for one."""
    if turn.inbound.kind == "command" and turn.text.strip():
        await _look_for(turn, turn.text)
    else:
        await search(turn)


@dataclass(frozen=True)
class WhoIsThere(Question):
    """Whom to look for among those who may come."""

    name: ClassVar[str] = _SEARCH
    takes_number: ClassVar[bool] = True


@desk.choice(_SEARCH)
async def search(turn: Turn) -> None:
    """Ask whom to look for."""
    turn.ask(WhoIsThere())
    turn.say(
        _("Who is there? Write a registration number, a name, a business or a phone number."),
        [Choice(_("Cancel"), "enrolments", rank="quiet")],
    )


@desk.answer(WhoIsThere, onward=lambda _asked: Choice(_("Enrolments"), "enrolments"))
async def searched(turn: Turn, _asked: WhoIsThere) -> None:
    """Show who was found."""
    await _look_for(turn, turn.text or turn.inbound.phone)


async def _look_for(turn: Turn, written: str) -> None:
    asked = " ".join(written.split())[:_LONGEST]
    found = await _found(turn, asked) if any(map(str.isalnum, asked)) else []
    if len(found) == 1:
        await _confirm(turn, found[0])
        return
    if not found:
        turn.ask(WhoIsThere())
        text = _("Nothing found for “{words}”. Write it differently, for example a part of the name.", words=asked)
        turn.say(text, [Choice(_("Cancel"), "enrolments", rank="quiet")])
        return
    shown = found[:_PAGE]
    lines = [_("Found for “{words}”:", words=asked)]
    lines += [_("{at}. {number} · {name}", at=at, number=one.number, name=brief(f"{one.name} · {one.business}"))
              for at, one in enumerate(shown, start=1)]  # fmt: skip
    if len(found) > _PAGE:
        lines.append(_("There are more. Write more of the name."))
    rows = [Choice(f"{at}. {one.number}"[:_LABEL], "attend", {"id": one.id}) for at, one in enumerate(shown, start=1)]
    turn.say(Markdown("\n".join(lines)), [*rows, _by_name()])


async def _found(turn: Turn, asked: str) -> list[Enrolment]:
    """Find people by number, phone or name: those who may come, first of what takes place today."""
    if (parsed := parse_number(asked)) and (one := await enrolments.numbered(turn.db, *parsed)):
        return [one]
    found = await enrolments.search(turn.db, asked, sent(turn), _MOST)
    accepted = [one for one in found if one.state == "accepted"]
    today = [one.id for one in await programmes.all_of(turn.db) if say.day_there(one, turn.now) in say.days(one)]
    return sorted(accepted, key=lambda one: one.programme_id not in today)


@desk.choice("attend")
async def chosen(turn: Turn) -> None:
    """Take the one that is meant."""
    await _confirm(turn, (await page.chosen(turn))[0])


async def _confirm(turn: Turn, one: Enrolment) -> None:
    """Ask whether this is the one, and on which of the days that have come."""
    programme = await _insist_accepted(turn, one)
    today = say.day_there(programme, turn.now)
    there = {presence.day for presence in await attendance.of(turn.db, one.id)}
    come = [on for on in say.days(programme) if on <= today]
    open_days = [on for on in come if on not in there][-_PAGE:]
    if not come:
        text = _("{who}: {title} has not begun yet.", who=say.who(one, programme), title=title(programme))
        turn.say(text, [say.see(one), _by_name()])
        return
    if not open_days:
        await say.say_first(turn, one, programme, come[-1])
        return
    lines = [say.who(one, programme), _("{title}: record as present?", title=title(programme))]
    marks = [Choice(_label(on, today), "attendance-mark", {"id": one.id, "day": on.isoformat()}, kind="deciding")
             for on in reversed(open_days)]  # fmt: skip
    turn.say(Markdown("\n".join(lines)), [*marks, Choice(_("Cancel"), "enrolments", rank="quiet")])


def _label(on: date, today: date) -> str:
    return _("Present today") if on == today else day(on)


@desk.choice("attendance-mark")
async def mark(turn: Turn) -> None:
    """Mark them as there, today or on an earlier day."""
    one, programme = await page.chosen(turn)
    await _insist_accepted(turn, one)
    await say.mark(turn, one, programme, turn.chosen(say.OnDay).day or say.day_there(programme, turn.now))


def _by_name() -> Choice:
    return Choice(_("Find by name"), _SEARCH)

"""Attendance: mark who is there, once a day for each, and say so to both sides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.cases.cases import recipient
from bot.clock import BANDUNG
from bot.enrolling.enrolments import brief, number
from bot.fairs.exhibitions import title
from bot.language.dates_said import hours, weekday_span
from bot.language.i18n import _, day, speaking
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.turn import Turn
from db.conversation import jobs
from db.deliveries import deliveries
from db.enrolling import attendance
from db.enrolling.attendance import Presence
from db.enrolling.enrolments import Enrolment
from db.fairs.programmes import Programme
from db.people import people
from db.privacy import audit

#: the job that thanks those who were there, in a turn of their own
THANKS = "thanks"
#: when it comes on the day after the last, on the clock of Bandung
_THANKED_AT = time(10)


@dataclass(frozen=True, slots=True)
class OnDay:
    """On which day somebody is there; today where none is named."""

    day: date | None = None


def day_there(programme: Programme, now: datetime) -> date:
    """Today, on the clock of the place."""
    return now.astimezone(ZoneInfo(programme.timezone)).date()


def days(programme: Programme) -> list[date]:
    """List the days of a programme; empty where they are not decided yet."""
    if programme.first_day is None:
        return []
    last = programme.last_day or programme.first_day
    return [programme.first_day + timedelta(days=at) for at in range((last - programme.first_day).days + 1)]


def thanks_at(programme: Programme) -> datetime:
    """When the people who were there are asked how it was."""
    last = days(programme)[-1]
    return datetime.combine(last + timedelta(days=1), _THANKED_AT, BANDUNG)


async def mark(turn: Turn, one: Enrolment, programme: Programme, on: date) -> bool:
    """Mark a person as there on this day, and tell them; False, and said by whom, where it was recorded before."""
    me = turn.person.staff_id
    marked = await attendance.mark(turn.db, one.id, on, me, turn.now)
    if marked is None:
        await say_first(turn, one, programme, on)
        return False
    await audit.note(turn.db, me, "attendance.mark", f"enrolment:{one.id}", turn.now, day=on.isoformat())
    at = max(thanks_at(programme), turn.now)
    await jobs.once(turn.db, THANKS, f"{THANKS}:{one.id}", at, one.address_id, {"id": one.id})
    await _welcome(turn, one, programme, on, marked)
    text = _("✅ Present: {who}. Recorded at {time}.", who=who(one, programme), time=_hour(turn.now, programme))
    if on != day_there(programme, turn.now):
        text = _("✅ Present on {date}: {who}.", date=day(on), who=who(one, programme))
    undo = Choice(_("Undo"), "attendance-undo", {"mark": marked}, kind="deciding")
    turn.say(text, [undo, see(one)])
    return True


async def _welcome(turn: Turn, one: Enrolment, programme: Programme, on: date, marked: int) -> None:
    """Tell the person: at the door as a welcome, at any hour; of an earlier day as news."""
    person = (await people.load(turn.db, [one.address_id]))[one.address_id]
    at_the_door = on == day_there(programme, turn.now)
    with speaking(person.language):
        if at_the_door and not one.for_other:
            called = brief(one.name.partition(" ")[0])
            text = _("Welcome to {title}, {name}. Your attendance is recorded.", title=title(programme), name=called)
        else:
            named = {"title": title(programme), "name": brief(one.name), "date": day(on)}
            text = _("The attendance of {name} in {title} on {date} is recorded.", **named)
        await turn.tell(recipient(person), _source(one, marked), text, at_night=at_the_door)


async def say_first(turn: Turn, one: Enrolment, programme: Programme, on: date) -> None:
    """Say when it was recorded the first time, and by whom."""
    found = [presence for presence in await attendance.of(turn.db, one.id) if presence.day == on]
    if not found:  # taken back at this moment
        turn.say(_("That is undone already."), [see(one)])
        return
    first = found[0]
    by = escape(first.by) if first.by else _("An officer")
    text = _(
        "⚠️ {who}: already recorded as present, at {time} by {name}.",
        who=who(one, programme),
        time=_hour(first.at, programme),
        name=by,
    )
    if first.at.astimezone(ZoneInfo(programme.timezone)).date() != on:
        text = _("⚠️ {who}: already recorded as present on {date}, by {name}.", who=who(one, programme), date=day(on),
                 name=by)  # fmt: skip
    guest = Choice(_("Record as guest"), "attendance-guest", {"mark": first.id})
    turn.say(text, [see(one), guest])


async def take_back(turn: Turn, presence: Presence, one: Enrolment, programme: Programme) -> bool:
    """Take a mark back, and tell whoever heard of it; False where a colleague did so before."""
    if not await attendance.take_back(turn.db, presence.id):
        return False
    me, told = turn.person.staff_id, _source(one, presence.id)
    await audit.note(turn.db, me, "attendance.undo", f"enrolment:{one.id}", turn.now, day=presence.day.isoformat())
    await deliveries.cancel(turn.db, one.person_id, [told])
    if (await deliveries.counts(turn.db, told)).get("sent"):
        person = (await people.load(turn.db, [one.address_id]))[one.address_id]
        with speaking(person.language):
            named = {"title": title(programme), "name": brief(one.name)}
            text = _("The attendance of {name} in {title} was recorded by mistake; that is undone.", **named)
            await turn.tell(recipient(person), f"{told}undone", text, at_night=True)
    return True


def who(one: Enrolment, programme: Programme) -> Markdown:
    """The person and the business, the name first: a queue stands behind."""
    parts = [_("**{name}**", name=brief(one.name))] if one.name else []
    parts += [brief(one.business)] if one.business else []
    return Markdown(", ".join([*parts, escape(number(one, programme))]))


def see(one: Enrolment) -> Choice:
    """Make the way to everything about the enrolment."""
    return Choice(_("See enrolment"), "enrolment", {"id": one.id})


def present_on(found: Sequence[Presence]) -> Markdown:
    """Tell the person on which days they were there."""
    return _("Present on {days}.", days=", ".join(weekday_span(one.day, one.day) for one in found))


def _source(one: Enrolment, marked: int) -> str:
    return f"enrolment:{one.id}:attendance:{marked}:"


def _hour(at: datetime, programme: Programme) -> Markdown:
    there = at.astimezone(ZoneInfo(programme.timezone))
    return hours(there.date(), there.time(), None, programme.timezone)

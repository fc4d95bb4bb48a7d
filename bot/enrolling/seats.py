"""Places of a programme: given while there are some, then a waitlist; a freed place is offered to the first in it.

An offer is held for `HOLD` of daytime: its clock rests from 20.00 to 07.00. When half of it is over, the person is
reminded once.
"""

from datetime import datetime, time, timedelta

from bot.cases.cases import recipient
from bot.cases.opening_hours import deadline
from bot.clock import BANDUNG
from bot.fairs.exhibitions import title
from bot.language import quiet_hours
from bot.language.i18n import _, speaking
from bot.language.markdown import Markdown
from bot.reply import Choice
from bot.turn import Turn
from db.conversation import jobs
from db.enrolling import enrolments, seats
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Programme
from db.people import people

#: how long a place is held, of daytime; the end is put to the next full hour
HOLD = timedelta(hours=14)
_NIGHT = time(20)
#: the job of an acceptance, in a turn of the person's own: it makes the ticket and tells them
TICKET = "ticket"


async def give(turn: Turn, one: Enrolment, programme: Programme) -> str:
    """Give a place to one that was just sent, or a place in line; returns its state. The programme must be locked."""
    free = await seats.free(turn.db, programme)
    state = "accepted" if free is None or free > 0 else "waiting"
    moved = await enrolments.move(turn.db, one, state, turn.now)
    assert moved, "the person's own turns come one after the other"
    if state == "accepted":
        await announce(turn, one)
    return state


async def announce(turn: Turn, one: Enrolment) -> None:
    """Accept them: their ticket is made, and they are told."""
    await jobs.later(turn.db, TICKET, turn.now, one.address_id, {"id": one.id})


async def fill(turn: Turn, programme: int) -> None:
    """Offer every free place to those who have waited longest, as long as the programme is still to come."""
    await seats.lock(turn.db, programme)
    one = await programmes.load(turn.db, programme)
    if one is None or one.state == "cancelled" or (one.first_day or turn.today) < turn.today:
        return
    free = await seats.free(turn.db, one)
    while free is None or free > 0:
        first = await seats.first_in_line(turn.db, programme)
        if first is None:
            return
        await _offer(turn, first, one)
        free = None if free is None else free - 1


async def _offer(turn: Turn, one: Enrolment, programme: Programme) -> None:
    until = held_until(turn.now)
    await enrolments.move(turn.db, one, "offered", turn.now, until=until)
    args = {"id": one.id, "until": until.isoformat()}
    await jobs.later(turn.db, "offer-half", _daytime(turn.now, HOLD / 2), one.address_id, args)
    await jobs.later(turn.db, "offer-over", until, one.address_id, args)
    person = (await people.load(turn.db, [one.address_id]))[one.address_id]
    with speaking(person.language):
        text = _(
            "There is a place for you in **{title}**. I hold it until {deadline}.",
            title=title(programme),
            deadline=deadline(until, turn.now),
        )
        source = f"enrolment:{one.id}:offer:{until.isoformat()}"
        await turn.tell(recipient(person), source, text, offer_choices(one))


def offer_choices(one: Enrolment) -> list[Choice]:
    """List what can be done with a place that is held."""
    return [
        Choice(_("Take it"), "place-take", {"id": one.id}, kind="deciding"),
        Choice(_("Let it go"), "place-skip", {"id": one.id}, kind="deciding"),
    ]


def held_until(now: datetime) -> datetime:
    """The end of an offer that is made now, on a full hour of daytime."""
    end = _daytime(now, HOLD)
    past = timedelta(minutes=end.minute, seconds=end.second, microseconds=end.microsecond)
    return quiet_hours.earliest_delivery(end - past + timedelta(hours=1)) if past else end


def _daytime(start: datetime, span: timedelta) -> datetime:
    """The moment that is so much daytime after `start`."""
    at = _awake(start)
    while True:
        night = datetime.combine(at.date(), _NIGHT, BANDUNG)
        if at + span <= night:
            return at + span
        span -= night - at
        at = quiet_hours.morning(night)


def _awake(at: datetime) -> datetime:
    return at.astimezone(BANDUNG) if quiet_hours.is_day(at) else quiet_hours.morning(at)


async def in_line(turn: Turn, one: Enrolment, programme: Programme) -> Markdown:
    """Which number in line it is."""
    fresh = await enrolments.load(turn.db, one.id)
    assert fresh is not None
    place = await seats.place_in_line(turn.db, fresh)
    return _(
        "All {quota} places in {title} are taken. You are number {place} in line.\n"
        "If somebody withdraws, places are offered in this order.",
        quota=str(programme.quota),
        title=title(programme),
        place=str(place),
    )

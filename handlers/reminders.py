"""Reminders of an exhibition: set, undo, send in time, and take the answer."""

from datetime import date, datetime

from babel.lists import format_list

from bot.asking import About
from bot.errors import Refusal
from bot.fairs import exhibitions as say
from bot.language.dates_said import MALAYSIA, hours, weekday_span
from bot.language.i18n import _, day, language, ngettext
from bot.language.markdown import Markdown
from bot.language.quiet_hours import earliest_delivery
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.deliveries.deliveries import REMINDER, Recipient
from db.fairs import exhibitions, reminders
from db.fairs.exhibitions import Exhibition
from db.fairs.reminders import Reminder

router = Router("reminders")

#: the fact with the days before arrival within which Malaysia's arrival card is filled in
_MDAC_WINDOW = "exhibition.mdac-window"
#: the fact with the address where that is done
_MDAC_URL = "exhibition.mdac-url"


@router.choice("remind")
async def remind(turn: Turn) -> None:
    """Set the reminders and say on which days they come; only those still ahead."""
    one = await _ahead(turn)
    planned = reminders.days(one.first_day, turn.now)
    if not planned:
        begins = weekday_span(one.first_day, one.first_day)
        text = _("It begins on {date}: no reminder would come before that.", date=begins)
        turn.say(text, [_to_calendar(one), say.details_choice(one)])
        return
    await reminders.start(turn.db, _theirs(turn, one), one.first_day, turn.now)
    turn.say(_told(planned), [_undo(one), _to_calendar(one)])


@router.choice("remind-undo")
async def undo(turn: Turn) -> None:
    """Stop the reminders of this exhibition."""
    one = turn.chosen(About)
    await reminders.stop(turn.db, turn.person.person_id, one.id, turn.now)
    turn.say(_("All right, I will not remind you of it."), [Choice(_("Remind me"), "remind", {"id": one.id})])


@router.choice("coming")
async def coming(turn: Turn) -> None:
    """Note that they come, and remind them of it while days are ahead."""
    one = await _ahead(turn)
    await reminders.start(turn.db, _theirs(turn, one), one.first_day, turn.now, "coming")
    planned = reminders.days(one.first_day, turn.now)
    text = _("✅ Noted: you are coming to {title}.", title=say.title(one))
    if planned:
        text = Markdown(f"{text}\n{_told(planned)}")
    turn.say(text, [_not_coming(one), say.details_choice(one)])


@router.choice("not-coming")
async def not_coming(turn: Turn) -> None:
    """Note that they do not come, and stop the reminders."""
    one = turn.chosen(About)
    await reminders.stop(turn.db, turn.person.person_id, one.id, turn.now, "not-coming")
    onward = Choice(_("Coming exhibitions"), "exhibitions")
    text = _("All right, I will not remind you of it.")
    turn.say(text, [Choice(_("Remind me"), "remind", {"id": one.id}), onward])


@router.job(reminders.JOB)
async def fall_due(turn: Turn) -> None:
    """Send the reminder of this day; a job that no longer fits what is stored says nothing."""
    turn.silent = True
    given = turn.inbound.args
    one = await exhibitions.load(turn.db, int(given["exhibition"]))
    if one is None or one.state not in ("announced", "changed") or one.first_day.isoformat() != given["first_day"]:
        return
    if not await reminders.is_wanted(turn.db, turn.person.person_id, one.id):
        return
    at = earliest_delivery(turn.now)
    left = (one.first_day - at.date()).days
    if left < 0 or left <= max([later for later in reminders.DAYS if later < given["days"]], default=-1):
        return  # too late: the next one says it
    await turn.tell(
        Recipient(turn.person.person_id, turn.person.address_id),
        f"reminder:{one.code}:{one.first_day}:{given['days']}",
        _reminder(turn, one, left, at),
        [Choice(_("I am coming"), "coming", {"id": one.id}), _not_coming(one), *_map(one)],
        lane=REMINDER,
        due_at=at,
    )


def _reminder(turn: Turn, one: Exhibition, left: int, at: datetime) -> Markdown:
    begins = weekday_span(one.first_day, one.first_day)
    if left == 0:
        text = _("🔔 Today, {date}: {title}", date=begins, title=say.title(one))
    elif left == 1:
        text = _("🔔 Tomorrow, {date}: {title}", date=begins, title=say.title(one))
    else:
        text = _("🔔 In {number} days, {date}: {title}", number=left, date=begins, title=say.title(one))
    if one.opens:
        time = hours(one.first_day, one.opens, None, one.timezone)
        where = _("It begins at {time}, {venue}.", time=time, venue=one.venue)
    else:
        where = _("Place: {venue}.", venue=one.venue)
    return Markdown("\n".join([text, where, *_arrival_card(turn, one, left, at.date())]))


def _arrival_card(turn: Turn, one: Exhibition, left: int, on: date) -> list[Markdown]:
    """Mention the card for entering Malaysia, once it may be filled in, as long as our note on it is fresh."""
    window, url = (turn.knowledge.facts.get(fact) for fact in (_MDAC_WINDOW, _MDAC_URL))
    if one.timezone != MALAYSIA or not window or not url or left > int(str(window.value)):
        return []
    if window.age(on) != "fresh" or url.age(on) != "fresh":
        return []
    text = _(
        "Fill in the arrival card MDAC within {number} days before you arrive in Malaysia; it is free, at {url}",
        number=window.value,
        url=url.value,
    )
    return [text]


def _told(planned: list[tuple[int, datetime]]) -> Markdown:
    before = format_list([str(days) for days, _at in planned], locale=language())
    dates = format_list([day(at.date()) for _days, at in planned], locale=language())
    return ngettext(
        "🔔 I will remind you {before} day before: on {dates}, at about 9 am in Bandung.",
        "🔔 I will remind you {before} days before: on {dates}, at about 9 am in Bandung.",
        planned[-1][0] if len(planned) == 1 else len(planned),
        before=before,
        dates=dates,
    )


async def _ahead(turn: Turn) -> Exhibition:
    """Load the exhibition of the choice; refuses one that nobody can be reminded of."""
    one = await exhibitions.load(turn.db, turn.chosen(About).id)
    onward = [Choice(_("Coming exhibitions"), "exhibitions"), Choice(_("Menu"), "menu")]
    if one is None or one.state == "draft":
        raise Refusal(_("That exhibition is no longer listed."), onward)
    if one.state == "cancelled":
        raise Refusal(_("{title}, {days}, is cancelled.", title=say.title(one), days=say.days(one)), onward)
    if one.is_over(turn.today):
        date_ = day(one.last_day)
        raise Refusal(_("{title} is over, it ended on {date}.", title=say.title(one), date=date_), onward)
    return one


def _theirs(turn: Turn, one: Exhibition) -> Reminder:
    return Reminder(turn.person.person_id, turn.person.address_id, one.id)


def _undo(one: Exhibition) -> Choice:
    return Choice(_("Undo the reminder"), "remind-undo", {"id": one.id})


def _not_coming(one: Exhibition) -> Choice:
    return Choice(_("No, thanks"), "not-coming", {"id": one.id})


def _to_calendar(one: Exhibition) -> Choice:
    return Choice(_("Add to calendar"), "exhibition-calendar", {"id": one.id})


def _map(one: Exhibition) -> list[Choice]:
    return [Choice(_("See the map"), "exhibition-map", {"id": one.id})] if one.latitude is not None else []

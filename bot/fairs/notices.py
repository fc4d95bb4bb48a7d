"""Tell people news of an exhibition or a programme that concerns them: once for each person and event."""

from collections.abc import Callable, Collection, Iterator
from itertools import groupby

from bot.fairs import exhibitions as say
from bot.fairs.exhibitions import details_choice, local, title
from bot.fairs.programmes import details as programme_details
from bot.language.dates_said import hours, span, weekday_span
from bot.language.i18n import _, day, speaking
from bot.language.markdown import Markdown
from bot.reply import Choice, Reply
from bot.turn import Turn
from db import office
from db.deliveries import deliveries
from db.deliveries.deliveries import NOTICE, Recipient
from db.fairs import interests, programmes, reminders
from db.fairs.exhibitions import Exhibition
from db.fairs.interests import Concerned
from db.fairs.programmes import Programme

#: what is said to people in one language who were, or were not, reminded of it; and the file that goes with it
News = Callable[[bool, int], Reply]


async def announce(turn: Turn, one: Exhibition) -> int:
    """Tell those who wait for one like this; returns how many."""
    waiting = await _not_too_often(turn, await interests.waiting_for(turn.db, one))
    programme = await programmes.at(turn.db, one.id, turn.today)

    def news(_reminded: bool, _file: int) -> Reply:
        head = _("This is new, and you asked to hear of it:")
        text = Markdown(f"{head}\n{say.details(one, turn.today, programme)}")
        return Reply(text, (Choice(_("Remind me"), "remind", {"id": one.id}), details_choice(one), _stop()))

    return await _tell(turn, None, f"exhibition:{one.code}:announced", waiting, news)


async def announce_programme(turn: Turn, one: Programme) -> int:
    """Tell those who wait for a programme like this; returns how many."""
    concerned = await interests.concerned_by(turn.db, one)
    waiting = await _not_too_often(turn, [person for person in concerned if not person.enrolled])

    def news(_reminded: bool, _file: int) -> Reply:
        head = _("This is new, and you asked to hear of it:")
        text = Markdown(f"{head}\n{programme_details(one, turn.today)}")
        return Reply(text, (Choice(_("See details"), "programme", {"id": one.id}), _stop()))

    return await _tell(turn, None, f"programme:{one.code}:announced", waiting, news)


async def announce_programme_change(turn: Turn, one: Programme) -> int:
    """Tell those who are enrolled in it, or wait for one like it, how it is now; returns how many."""

    def news(enrolled: bool, _file: int) -> Reply:
        head = _("⚠️ Changed. This is how it is now:")
        text = Markdown(f"{head}\n{programme_details(one, turn.today)}")
        see = Choice(_("See details"), "programme", {"id": one.id})
        return Reply(text, (see, Choice(_("My enrolments"), "status") if enrolled else _stop()))

    return await _tell_of_programme(turn, one, "changed", news)


async def announce_programme_cancellation(turn: Turn, one: Programme, reason: str = "") -> int:
    """Tell those who are enrolled in it, or wait for one like it, that it does not take place; returns how many."""

    def news(enrolled: bool, _file: int) -> Reply:
        lines = [_("⚠️ Cancelled: {title}.", title=title(one)), *_reason(reason)]
        all_of_them = Choice(_("All programmes"), "programmes")
        return Reply(Markdown("\n".join(lines)), (all_of_them, *(() if enrolled else (_stop(),))))

    return await _tell_of_programme(turn, one, "cancelled", news)


async def _tell_of_programme(turn: Turn, one: Programme, what: str, news: News) -> int:
    """Tell them; people who are enrolled hear it even if they have stopped all other news."""
    concerned = await interests.concerned_by(turn.db, one)
    enrolled = [person for person in concerned if person.enrolled]
    others = [person for person in concerned if not person.enrolled]
    told = f"{one.code}:{what}:{one.sequence}"
    number = await _tell(turn, None, f"enrolment:programme:{told}", enrolled, lambda _one, file: news(True, file))
    return number + await _tell(turn, None, f"programme:{told}", others, lambda _one, file: news(False, file))


async def announce_change(turn: Turn, one: Exhibition, before: Exhibition, only_reminded: bool = False) -> int:
    """Tell those who are reminded of it or wait for such what was, what is now, and what stays; returns how many."""
    concerned = await interests.concerned(turn.db, one.id, *(() if only_reminded else (before, one)))

    def news(reminded: bool, file: int) -> Reply:
        lines = [*_differences(one, before), _("📎 Open the file again so that your calendar changes too.")]
        if reminded and one.first_day != before.first_day and reminders.days(one.first_day, turn.now):
            lines.append(_("Your reminders have moved to the new date."))
        choices = (
            Choice(_("I am coming"), "coming", {"id": one.id}),
            Choice(_("No, thanks"), "not-coming", {"id": one.id}),
            details_choice(one),
        )
        return Reply(Markdown("\n".join(lines)), choices, file=file)

    return await _tell(turn, one, f"exhibition:{one.code}:changed:{one.sequence}", concerned, news)


async def announce_cancellation(turn: Turn, one: Exhibition, reason: str = "") -> int:
    """Tell those who are reminded of it or wait for such that it does not take place, and why; returns how many."""
    concerned = await interests.concerned(turn.db, one.id, one)

    def news(reminded: bool, file: int) -> Reply:
        lines = [
            _("⚠️ Cancelled: {title}, {days}.", title=title(one), days=say.days(one)),
            *_reason(reason),
            _("📎 Open the file so that your calendar knows; if the entry stays, delete it there."),
        ]
        if reminded:
            lines.append(_("I will not remind you of it any more."))
        choices = (Choice(_("Coming exhibitions"), "exhibitions"), _stop())
        return Reply(Markdown("\n".join(lines)), choices, file=file)

    return await _tell(turn, one, f"exhibition:{one.code}:cancelled:{one.sequence}", concerned, news)


async def _not_too_often(turn: Turn, to: Collection[Concerned]) -> list[Concerned]:
    """Leave out people who have had as many announcements this week as the office sends to one person."""
    limit = (await office.load(turn.db)).weekly_limit
    had = await deliveries.news_of_a_week(turn.db, turn.now)
    return [person for person in to if had.get(person.person_id, 0) < limit]


async def _tell(turn: Turn, of_calendar: Exhibition | None, source: str, to: Collection[Concerned], news: News) -> int:
    """Tell all who read the same language, and were or were not reminded, in the same words and with the same file."""
    ordered = sorted(to, key=lambda person: (person.language, person.reminded))
    for (language, reminded), group in groupby(ordered, key=lambda person: (person.language, person.reminded)):
        recipients = [Recipient(person.person_id, person.address_id) for person in group]
        with speaking(language):
            body = news(reminded, await say.calendar(turn, of_calendar) if of_calendar else 0).to_json()
        await deliveries.add(turn.db, source, recipients, NOTICE, body, turn.now, turn.now)
    return len(ordered)


def _differences(one: Exhibition, before: Exhibition) -> Iterator[Markdown]:
    """List old and new facts, and what stays."""
    moved = (one.first_day, one.last_day) != (before.first_day, before.last_day)
    new_hours = (one.opens, one.closes, one.timezone) != (before.opens, before.closes, before.timezone)
    new_place = (one.venue, one.address, one.city) != (before.venue, before.address, before.city)
    if before.state == "cancelled":
        yield _("It takes place after all: {title}, {days}.", title=title(one), days=say.days(one))
    elif moved:
        was, now = span(before.first_day, before.last_day), weekday_span(one.first_day, one.last_day)
        yield _("⚠️ Changed: {title} moves from {before} to {after}.", title=title(one), before=was, after=now)
    else:
        yield _("⚠️ Changed: {title}, {days}.", title=title(one), days=say.days(one))
    if new_hours and one.opens:
        yield _("New hours: {hours}.", hours=hours(one.first_day, one.opens, one.closes, one.timezone))
    if new_place:
        place = ", ".join(part for part in (one.venue, one.address, one.city) if part)
        yield _("New place: {place}.", place=place)
    if moved and not (new_hours or new_place):
        yield _("Hours and place stay as they were.")
    elif moved and not new_place:
        yield _("The place stays as it was.")
    if one.enrolment_closes and one.enrolment_closes != before.enrolment_closes:
        yield _("Enrolment is now open until {date}.", date=day(one.enrolment_closes))
    if (cost := local(one.cost)) and one.cost != before.cost:
        yield _("New cost: {cost}", cost=cost)


def _reason(reason: str) -> list[Markdown]:
    return [_("Reason: {reason}", reason=reason)] if reason else []


def _stop() -> Choice:
    return Choice(_("Stop"), "stop")

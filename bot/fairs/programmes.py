"""Say a programme: what it gives, who may join, when and where."""

from datetime import date

from bot.fairs.exhibitions import enrolment, local, places, source, title
from bot.language.dates_said import hours, weekday_span
from bot.language.i18n import _, day
from bot.language.markdown import Markdown, escape, plain
from bot.media.calendar import Event, build
from bot.reply import Choice
from bot.turn import Turn
from db import files
from db.fairs.programmes import Programme
from db.files import File


def row(one: Programme, today: date) -> Markdown:
    """Make one line of a list: its name, and until when people may enrol or when it is."""
    if one.state == "cancelled":
        return _("cancelled: {programme}", programme=title(one))
    if one.takes_on(today) and one.enrolment_closes:
        return _("{title}, open until {date}", title=title(one), date=day(one.enrolment_closes))
    if one.enrolment_opens and one.enrolment_opens > today:
        return _("{title}, opens on {date}", title=title(one), date=day(one.enrolment_opens))
    if one.first_day:
        return _("{title}, on {date}", title=title(one), date=day(one.first_day))
    return escape(title(one))


def details(one: Programme, today: date) -> Markdown:
    """Say everything about it."""
    lines = [_("**{title}**", title=title(one))]
    if gives := local(one.gives):
        lines.append(_("What it gives: {gives}", gives=gives))
    if who := local(one.who):
        lines.append(_("For whom: {who}", who=who))
    if one.first_day:
        lines.append(_("📅 {when}", when=when(one)))
    if one.place:
        lines.append(_("📍 {place}", place=one.place))
    if one.documents:
        lines.append(_("Papers to bring: {papers}", papers=", ".join(one.documents)))
    lines += enrolment(one.enrolment_opens, one.enrolment_closes, today)
    if one.quota:
        lines.append(places(one.quota, one.decides))
    return Markdown("\n".join([*lines, source(one.source, "", one.checked)]))


def join(one: Programme) -> Choice:
    """Make the way into it."""
    return Choice(_("Join"), "enrol", {"programme": one.id})


async def calendar(turn: Turn, one: Programme) -> int:
    """Keep its calendar file in the language being spoken; returns the file's id. The programme must have days."""
    assert one.first_day
    event = Event(
        uid=f"programme-{one.id}-{one.code}@jembatan",
        sequence=one.sequence,
        cancelled=one.state == "cancelled",
        summary=title(one),
        description=local(one.gives),
        location=one.place,
        first_day=one.first_day,
        last_day=one.last_day or one.first_day,
        opens=one.opens,
        closes=one.closes,
        timezone=one.timezone,
        place=None,
        url="",
        changed_at=one.updated_at,
        now=turn.now,
    )
    name = "-".join(plain(local(one.short_name)).lower().split())
    return await files.add(turn.db, None, File("document", "text/calendar", f"{name}.ics", build(event)), turn.now)


def when(one: Programme) -> Markdown:
    """Format its days and hours, in both clocks."""
    assert one.first_day
    days = weekday_span(one.first_day, one.last_day or one.first_day)
    if one.opens is None:
        return escape(days)
    return _("{days}, {hours}", days=days, hours=hours(one.first_day, one.opens, one.closes, one.timezone))

"""A calendar file (RFC 5545) that a phone opens: one entry, which a later file changes or cancels by the same UID.

What phones make of a file decided the rest:

- `METHOD:PUBLISH`, also for a cancellation (`STATUS:CANCELLED`, a higher `SEQUENCE`). `METHOD:CANCEL` is an organiser's
  message to attendees (RFC 5546, 3.2.5); nobody was invited here. Google Calendar hides what is cancelled, Apple's
  strikes it through, some apps do neither: so the title says it too.
- Hours stand on the place's clock with its `VTIMEZONE`: a phone in Bandung shows them on its own clock and names the
  other. Several days with hours are one entry that repeats daily: one entry over the whole span would fill the nights,
  and one for each day would need a UID each, of which a change that shortens the span leaves some behind.
- `DTSTAMP` is always there (without it Google Calendar on Android opens nothing), and no `ORGANIZER`, which would make
  it an invitation to answer.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar

from bot.language.i18n import _
from bot.language.markdown import plain

_PRODUCT = "-//Jembatan//Jembatan//ID"


@dataclass(frozen=True, slots=True)
class Event:
    """What the file enters. Without `opens` it fills whole days; `closes` at or before `opens` is after midnight."""

    uid: str
    sequence: int
    cancelled: bool
    summary: str
    description: str
    location: str
    first_day: date
    last_day: date
    opens: time | None
    closes: time | None
    #: of the place, such as `Asia/Kuala_Lumpur`
    timezone: str
    #: latitude and longitude
    place: tuple[float, float] | None
    url: str
    changed_at: datetime
    now: datetime


def build(event: Event) -> bytes:
    """Build the file, to be sent as `text/calendar`."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add_component(_entry(event))
    if event.opens is not None:
        calendar.add_missing_timezones(
            first_date=date(event.first_day.year, 1, 1), last_date=date(event.last_day.year + 1, 1, 1)
        )
    return bytes(calendar.to_ical())


def _entry(event: Event) -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("UID", event.uid)
    entry.add("SEQUENCE", event.sequence)
    entry.add("DTSTAMP", event.now)
    entry.add("LAST-MODIFIED", event.changed_at)
    entry.add("STATUS", "CANCELLED" if event.cancelled else "CONFIRMED")
    title = plain(_("cancelled: {exhibition}", exhibition=event.summary)) if event.cancelled else event.summary
    entry.add("SUMMARY", title)
    for name, value in (("DESCRIPTION", event.description), ("LOCATION", event.location), ("URL", event.url)):
        if value:
            entry.add(name, value)
    if event.place is not None:
        entry.add("GEO", event.place)
    _add_time(entry, event)
    return entry


def _add_time(entry: icalendar.Event, event: Event) -> None:
    """Add whole days, or the hours of the first day repeated until the last; an end nobody gave is left out."""
    if event.opens is None:
        entry.add("DTSTART", event.first_day)
        entry.add("DTEND", event.last_day + timedelta(days=1))
        entry.add("TRANSP", "TRANSPARENT")
        return
    zone = ZoneInfo(event.timezone)
    entry.add("DTSTART", datetime.combine(event.first_day, event.opens, zone))
    if event.closes is not None:
        overnight = timedelta(days=1) if event.closes <= event.opens else timedelta()
        entry.add("DTEND", datetime.combine(event.first_day + overnight, event.closes, zone))
    days = (event.last_day - event.first_day).days + 1
    if days > 1:
        entry.add("RRULE", {"FREQ": "DAILY", "COUNT": days})

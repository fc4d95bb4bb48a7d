"""The hours in which nothing that can wait disturbs a person in Bandung: the night, and Friday prayer."""

from datetime import date, datetime, time, timedelta

from bot.clock import BANDUNG
from bot.language.dates_said import MALAYSIA

_MORNING, _NIGHT = time(7), time(20)
_FRIDAY = 4
#: Friday prayer with the way there and back, on the clock of the place; our own choice, wide enough for the noon of any
#: month: in Malaysia the sun stands highest over an hour later on the clock than in Bandung
_PRAYER = {BANDUNG.key: (time(11, 30), time(13)), MALAYSIA: (time(13), time(14, 30))}


def earliest_delivery(at: datetime) -> datetime:
    """The earliest moment from `at` on at which a message may leave, on Bandung's clock."""
    local = at.astimezone(BANDUNG)
    if local.time() >= _NIGHT:
        return datetime.combine(local.date() + timedelta(days=1), _MORNING, BANDUNG)
    if local.time() < _MORNING:
        return datetime.combine(local.date(), _MORNING, BANDUNG)
    begins, ends = friday_prayer(BANDUNG.key)
    if local.weekday() == _FRIDAY and begins <= local.time() < ends:
        return datetime.combine(local.date(), ends, BANDUNG)
    return local


def friday_prayer(zone: str) -> tuple[time, time]:
    """When it begins and ends on the clock of a zone such as `Asia/Kuala_Lumpur`."""
    return _PRAYER.get(zone, _PRAYER[BANDUNG.key])


def falls_into_prayer(first: date, last: date, opens: time, closes: time, zone: str) -> date | None:
    """The first Friday of days on which these hours, on the clock of the zone, run into the prayer; None for none."""
    friday = first + timedelta(days=(_FRIDAY - first.weekday()) % 7)
    begins, ends = friday_prayer(zone)
    return friday if friday <= last and opens < ends and (closes > begins or closes == time()) else None


def is_day(at: datetime) -> bool:
    """Whether it is between 07.00 and 20.00 in Bandung."""
    return _MORNING <= at.astimezone(BANDUNG).time() < _NIGHT


def morning(after: datetime) -> datetime:
    """The next 07.00 in Bandung."""
    local = after.astimezone(BANDUNG)
    at = datetime.combine(local.date(), _MORNING, BANDUNG)
    return at if at > local else at + timedelta(days=1)

"""The hours in which nothing that can wait disturbs a person in Bandung: the night, and Friday prayer."""

from datetime import datetime, time, timedelta

from bot.clock import BANDUNG

_MORNING, _NIGHT = time(7), time(20)
_FRIDAY = 4
_PRAYER = (time(11, 30), time(13))


def leaves(at: datetime) -> datetime:
    """The earliest moment from `at` on at which a message may leave, on Bandung's clock."""
    local = at.astimezone(BANDUNG)
    if local.time() >= _NIGHT:
        return datetime.combine(local.date() + timedelta(days=1), _MORNING, BANDUNG)
    if local.time() < _MORNING:
        return datetime.combine(local.date(), _MORNING, BANDUNG)
    if local.weekday() == _FRIDAY and _PRAYER[0] <= local.time() < _PRAYER[1]:
        return datetime.combine(local.date(), _PRAYER[1], BANDUNG)
    return local


def is_day(at: datetime) -> bool:
    """Whether it is between 07.00 and 20.00 in Bandung."""
    return _MORNING <= at.astimezone(BANDUNG).time() < _NIGHT


def morning(after: datetime) -> datetime:
    """The next 07.00 in Bandung."""
    local = after.astimezone(BANDUNG)
    at = datetime.combine(local.date(), _MORNING, BANDUNG)
    return at if at > local else at + timedelta(days=1)

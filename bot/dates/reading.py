"""The results of reading a text about time."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

#: `unclear`: there is more in the text than was understood; `several`: it has more than one meaning; `weekday`: it does
#: not fall on that date; `no-such-day`; `order`: the end is before the beginning; `far`: a year too far ahead;
#: `time`: no such hour, or morning and evening are both possible
Reason = Literal["unclear", "several", "weekday", "no-such-day", "order", "far", "time"]


@dataclass(frozen=True, slots=True)
class When:
    """When something is. One day has the same `first` and `last`; without `last` it goes on, without `first` it has
    begun.

    Hours are of each day; `closes` at or before `opens` is after midnight.
    """

    first: date | None = None
    last: date | None = None
    opens: time | None = None
    closes: time | None = None
    #: a month, a week, "awal april": good for a search, too wide for an appointment
    period: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """The text must be asked back; `readings` are what it may mean, the likelier first, perhaps none."""

    reason: Reason
    readings: tuple[When, ...] = ()

"""Queues: what of the deliveries may leave now, in which order, and how many."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, text

from db.deliveries.deliveries import BROADCAST, StoredDelivery
from db.people.people import Address


@dataclass(frozen=True, slots=True)
class Leaving:
    """A broadcast that is being sent: how many of it may leave now, and whether those count as the channel's."""

    broadcast: int
    room: int
    is_usual: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """What may leave now on a channel: in these lanes, by day or only what may leave at night, not to `busy` ones."""

    channel: str
    now: datetime
    by_day: bool
    lanes: Collection[int]
    busy: Collection[str] = ()
    #: how many the channel takes
    room: int = sys.maxsize
    #: in the order in which they leave
    broadcasts: Sequence[Leaving] = ()

    def conditions(self) -> list[ColumnElement[bool]]:
        conditions: list[Any] = [
            text("deliveries.state = 'pending'"),
            StoredDelivery.channel == self.channel,
            StoredDelivery.due_at <= self.now,
        ]
        if not self.by_day:
            conditions.append(text("deliveries.at_night"))
        if self.busy:
            conditions.append(Address.value.not_in(self.busy))
        return conditions

    def queues(self) -> list["Queue"]:
        """What leaves before what. Each is read by itself: only so do the indexes give the order, however many wait."""
        queues = [Queue(lane, None, self.room) for lane in sorted(self.lanes)]
        if BROADCAST in self.lanes:
            queues += [Queue(BROADCAST, one.broadcast, one.room, one.is_usual) for one in self.broadcasts]
        return [queue for queue in queues if queue.room > 0]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in one lane, in order, and how many of it may leave now."""

    lane: int
    broadcast: int | None
    room: int
    is_usual: bool = True

    def condition(self) -> ColumnElement[bool]:
        return and_(StoredDelivery.lane == self.lane, StoredDelivery.broadcast_id == self.broadcast)

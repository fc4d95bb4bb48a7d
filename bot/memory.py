"""What a conversation remembers between turns, kept as one flat JSON object at its address: a slot for each room."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from bot.inbound import Inbound
from db.base import JsonObject


@dataclass(slots=True)
class Slot:
    """What a room remembers; its fields have names that no other slot uses, and each has a default."""


Remembered = TypeVar("Remembered", bound=Slot)

#: what a person does that answers or puts aside what they were asked
_ANSWERS = ("text", "command", "tap", "contact", "location", "photo", "file", "voice", "video")
_SAYS_NOTHING = ("sticker", "other")
#: how long we wait for the answer to our question; what a person writes later is a question of theirs
_PATIENCE = timedelta(hours=2)
#: how long a question without a subject means the last topic
REMEMBERED = timedelta(minutes=30)


@dataclass(slots=True)
class Memory:
    """What a conversation remembers; times are in ISO 8601, UTC.

    What a room remembers is a dataclass of its own, such as `memory[Unanswered].misses`.
    """

    #: the card last shown, and when
    topic: str = ""
    topic_at: str = ""
    #: what was asked of it, such as `cost`, which "and halal?" asks for as well
    aspect: str = ""
    #: the reply whose choices a typed number or label answers
    asked: int = 0
    #: the last text and the turn that answered it: the same again, before the answer, is not answered twice
    said: str = ""
    said_in: int = 0
    #: the newest turn that there was when it was answered
    said_upto: int = 0
    #: the end of the last outage that this person was told of
    sorry_at: str = ""
    #: the topic of the group in which it was last spoken, 0 for none
    thread: int = 0
    #: the last album of photos that came, with what was asked as its first one did
    album: str = ""
    album_asks: str = ""
    #: of staff: the case in which what they write goes to the person, and since when they have it: taken anew, or
    #: handed over and back, it is not theirs until they enter it again
    case: int = 0
    case_since: str = ""
    #: the form that is filled in here
    form: int = 0
    #: what the next message is to answer, see `bot.asking.Question`, and when that was asked
    asks: str = ""
    asks_at: str = ""
    #: whether that is a number, so that a typed one is no tap
    asks_number: bool = False
    #: everything that is kept, and the slots that were looked at
    _kept: JsonObject = field(default_factory=dict, repr=False)
    _slots: dict[type[Slot], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read what is kept at an address; what belongs to nobody, such as a room that is gone, stays as it is."""
        own = {name: kept[name] for name in _NAMES if name in kept}
        return cls(**own, _kept={name: value for name, value in kept.items() if name not in own})

    def to_json(self) -> JsonObject:
        """Write what is remembered, without what is empty."""
        kept = dict(self._kept) | {name: getattr(self, name) for name in _NAMES}
        for slot in self._slots.values():
            kept |= {part.name: getattr(slot, part.name) for part in fields(slot)}
        return {name: value for name, value in kept.items() if value}

    def copy(self) -> Self:
        """Make a copy, to which a turn that fails goes back."""
        return self.from_json(deepcopy(self.to_json()))

    def forget(self) -> None:
        """Forget everything."""
        for name in _NAMES:
            setattr(self, name, type(getattr(self, name))())
        self._kept.clear()
        self._slots.clear()

    def __getitem__(self, slot: type[Remembered]) -> Remembered:
        """What a room remembers here, to be read and changed."""
        if slot not in self._slots:
            names = [part.name for part in fields(slot)]
            self._slots[slot] = slot(**{name: self._kept[name] for name in names if name in self._kept})
        remembered: Remembered = self._slots[slot]
        return remembered

    def recent_topic(self, now: datetime) -> str:
        """The last topic, as far as a question without a subject may mean it; else empty."""
        return self.topic if self.topic and now - datetime.fromisoformat(self.topic_at) <= REMEMBERED else ""

    def answered(self, inbound: Inbound, is_choice: bool, now: datetime) -> str:
        """What the person was asked; every photo of an album answers what was asked as the first of them came."""
        if not inbound.album:
            return self._answered(inbound, is_choice, now)
        if inbound.album != self.album:
            self.album, self.album_asks = inbound.album, self._answered(inbound, is_choice, now)
        return self.album_asks

    def _answered(self, inbound: Inbound, is_choice: bool, now: datetime) -> str:
        """What the person was asked, which ends with whatever they do now, except with what says nothing."""
        if not self.asks or inbound.kind not in (*_ANSWERS, *_SAYS_NOTHING):
            return ""
        asked = self.still_asks(now)
        if inbound.kind in _SAYS_NOTHING:
            return asked
        self.asks = ""
        return asked if not is_choice and inbound.kind not in ("command", "tap") else ""

    def wants_number(self, now: datetime) -> bool:
        """Whether a number was asked for, so that a typed one is no tap."""
        return bool(self.still_asks(now)) and self.asks_number

    def still_asks(self, now: datetime) -> str:
        """What was asked, if it is not too long ago to be answered; else empty."""
        return self.asks if self.asks and now - datetime.fromisoformat(self.asks_at) <= _PATIENCE else ""


_NAMES = [part.name for part in fields(Memory) if not part.name.startswith("_")]

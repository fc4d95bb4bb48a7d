"""What a conversation remembers of a form: which one is open, and whether somebody may have meant to stop more."""

from dataclasses import dataclass

from bot.memory import Slot


@dataclass(slots=True)
class OpenForm(Slot):
    #: the day on which the open form was last spoken of, in ISO 8601
    form_said: str = ""


@dataclass(slots=True)
class StopAsked(Slot):
    #: until when the question stands whether they mean to stop announcements, see `db.deliveries.deliveries.UNDECIDED`
    undecided: str = ""

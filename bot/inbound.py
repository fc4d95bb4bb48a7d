"""What a person did, the same on every channel: words, a tap, a file, a place."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from db.base import JsonObject

InboundKind = Literal[
    "text", "command", "tap", "contact", "location", "photo", "file", "voice", "video", "sticker", "edit", "job",
    "blocked", "unblocked", "other",
]  # fmt: skip

#: a file that was sent and is not here: more than 5 MB or 40 megapixels, of a kind we do not take, a picture that
#: cannot be opened, nothing in it, or the platform did not give it
FileTrouble = Literal["too-large", "unknown-kind", "damaged", "empty", "not-fetched"]


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a person did, the same on every channel."""

    kind: InboundKind
    #: the words of a text, an edit or a caption; what follows a command
    text: str = ""
    #: the name of a command or of a job
    name: str = ""
    #: of a tap: the stored reply's number, and the index of the choice in `Reply.numbered()`
    reply: int = 0
    index: int = 0
    #: of a job: what it was given
    args: JsonObject = field(default_factory=dict)
    phone: str = ""
    #: latitude and longitude in degrees
    place: tuple[float, float] | None = None
    #: of a photo, a file, a voice message or a video: the channel's own name for it, its name, and its size in bytes
    file: str = ""
    file_name: str = ""
    file_size: int = 0
    #: of a file of a kind that is not taken, how its name should end by what is in it: `heic`
    file_form: str = ""
    #: whether it was looked at and drawn anew when it came in
    file_is_clean: bool = False
    #: whether several people read and write there
    in_group: bool = False
    #: the topic of the group that it was written in, and the album that it is a photo of, by the channel's own names
    thread: int = 0
    album: str = ""
    #: when the person sent it, where the platform says so
    sent_at: datetime | None = None

    @classmethod
    def typed(cls, text: str, sent_at: datetime | None = None) -> "Inbound":
        """Read a text, or the command that it is: `/start pameran_X`, `/menu@a_bot`."""
        text = text.strip()
        if text.startswith("/") and len(text) > 1 and text[1].isalpha():
            name, *rest = text[1:].split(maxsplit=1)
            return cls("command", "".join(rest), name.partition("@")[0].lower(), sent_at=sent_at)
        return cls("text", text, sent_at=sent_at)

"""What can be said on any channel: a text, choices, a wish for a contact; and what each channel can show of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.language.markdown import Markdown, plain
from db.base import JsonObject
from db.files import File

Rank = Literal["main", "quiet"]
#: `showing` works for ever, `step` and `deciding` can grow old
Kind = Literal["showing", "step", "deciding"]
#: the name of a choice that opens a page, with its `url`
LINK = "link"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to tap, or to type. `name` says which handler takes it, `args` (JSON values) with what."""

    label: str
    name: str
    args: JsonObject = field(default_factory=dict)
    rank: Rank = "main"
    kind: Kind = "showing"
    #: below a broadcast: its number and the button, such as `12:exhibition:3`, by which a tap is noted
    announced: str = ""

    @property
    def url(self) -> str:
        """The page that a channel may open by itself; empty for what the assistant answers."""
        return str(self.args["url"]) if self.name == LINK else ""

    @property
    def shown(self) -> str:
        """The label as a button shows it."""
        return plain(self.label) if isinstance(self.label, Markdown) else self.label

    def to_json(self) -> JsonObject:
        said = {"label": self.shown, "name": self.name, "args": self.args, "rank": self.rank, "kind": self.kind}
        return said | ({"announced": self.announced} if self.announced else {})


@dataclass(frozen=True, slots=True)
class Reply:
    """One bubble: at most three main choices of 20 characters, or a list of ten with 24; any number of quiet ones."""

    text: Markdown
    choices: tuple[Choice, ...] = ()
    #: a button of the platform's own that hands over the phone number or the place
    wants: Literal["contact", "location"] | None = None
    #: the id of a file that goes with it, 0 for none
    file: int = 0
    #: the topic of a group that it belongs to, 0 for none; and what is said first where that is closed and it comes
    #: outside of it
    thread: int = 0
    elsewhere: str = ""
    #: that file, for the channel that sends it: `bot.media.attachments.filled` puts it here
    attachment: File | None = field(default=None, compare=False, repr=False)
    #: whether the platform is paid to take it beside its usual number a second
    is_paid: bool = field(default=False, compare=False)

    def main(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.rank == "main"]

    def quiet(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.rank == "quiet"]

    def numbered(self) -> list[Choice]:
        """The choices in the order in which a typed number counts them: the main, then the quiet ones."""
        return self.main() + self.quiet()

    def to_json(self) -> JsonObject:
        body: JsonObject = {"text": str(self.text)}
        if self.choices:
            body["choices"] = [choice.to_json() for choice in self.choices]
        if self.wants:
            body["wants"] = self.wants
        if self.file:
            body["file"] = self.file
        if self.thread:
            body |= {"thread": self.thread, "elsewhere": self.elsewhere}
        return body

    @classmethod
    def from_json(cls, body: JsonObject) -> "Reply":
        choices = tuple(Choice(**choice) for choice in body.get("choices", ()))
        about = {name: body[name] for name in ("wants", "file", "thread", "elsewhere") if name in body}
        return cls(Markdown(body["text"]), choices, **about)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can show. Texts are counted in UTF-16 units, labels in characters."""

    text: int
    text_with_choices: int
    buttons: int
    button_label: int
    rows: int
    row_label: int


TELEGRAM = Limits(text=4096, text_with_choices=4096, buttons=8, button_label=64, rows=100, row_label=64)
WHATSAPP = Limits(text=4096, text_with_choices=1024, buttons=3, button_label=20, rows=10, row_label=24)


def utf16_length(text: str) -> int:
    """Count the UTF-16 units of a text, as the platforms do."""
    return len(text.encode("utf-16-le")) // 2


def join(replies: Sequence[Reply], limits: Limits) -> list[Reply]:
    """Join what one turn said into as few bubbles as the channel allows; of joined choices, the last offered stay."""
    joined: list[Reply] = []
    for reply in replies:
        if joined and not (joined[-1].wants or joined[-1].file or reply.file):
            text = Markdown(f"{joined[-1].text}\n\n{reply.text}")
            choices = reply.choices or joined[-1].choices
            if utf16_length(plain(text)) <= (limits.text_with_choices if choices else limits.text):
                joined[-1] = Reply(text, choices, reply.wants)
                continue
        joined.append(reply)
    return joined

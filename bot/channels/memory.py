"""The channel of the tests: keeps what was said, and insists that a person could read it on every other channel."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bot.inbound import Inbound
from bot.language import i18n
from bot.language.markdown import faults as markdown_faults
from bot.language.markdown import plain
from bot.media.attachments import LARGEST, TooLarge
from bot.reply import TELEGRAM, WHATSAPP, Limits, Reply, utf16_length
from db.files import File


class Illegible(AssertionError):
    """Raised for a reply that some channel could not show, or that nobody should see."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A bubble as it arrived: the stored reply's number is what its buttons carry."""

    number: int
    reply: Reply

    @property
    def text(self) -> str:
        return plain(self.reply.text)

    @property
    def file(self) -> File | None:
        return self.reply.attachment

    @property
    def labels(self) -> list[str]:
        return [choice.shown for choice in self.reply.numbered()]


class InMemory:
    name = "memory"
    limits = WHATSAPP
    rate = None

    def __init__(self) -> None:
        self.sent: dict[str, list[Delivered]] = defaultdict(list)
        #: raised instead of sending, first in first out: what a platform may answer
        self.troubles: list[Exception] = []
        #: what people have on their phones, by the name that `Inbound.file` gives
        self.files: dict[str, bytes] = {}

    def link(self, payload: str) -> str:
        return f"https://chat.example/?start={payload}"

    def inbound(self, raw: str) -> Inbound:
        return Inbound(**json.loads(raw))

    async def fetch(self, inbound: Inbound) -> bytes:
        content = self.files[inbound.file]
        if len(content) > LARGEST:
            raise TooLarge
        return content

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent[address].append(Delivered(number, reply))
        return [str(number)]

    async def amend(self, address: str, reply: Reply | None, number: int, _messages: Sequence[str]) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        kept = self.sent[address]
        place = next(place for place, sent in enumerate(kept) if sent.number == number)
        kept[place : place + 1] = [Delivered(number, reply)] if reply else []

    async def typing(self, address: str) -> None:
        """Do nothing: there is nothing to show."""


def raw(inbound: Inbound) -> str:
    """Write an inbound as this channel's edge stores it."""
    return json.dumps({name: value for name, value in asdict(inbound).items() if value})


def insist(reply: Reply) -> None:
    """Raise `Illegible` unless the reply is translated, filled, well formed and within every channel's limits."""
    found = list(_faults(reply))
    if found:
        raise Illegible(f"{'; '.join(found)}\n{reply.text}")


def _faults(reply: Reply) -> Iterator[str]:
    for language, sentence in sorted(i18n.missing):
        yield f"no {language} translation of {sentence!r}"
    text = plain(reply.text)
    if not text.strip():
        yield "nothing is said"
    for unfilled in re.findall(r"\{[\w.-]*\}", text):
        yield f"{unfilled} is not filled"
    yield from markdown_faults(reply.text)
    for limits in (TELEGRAM, WHATSAPP):
        yield from _beyond(limits, reply, text)
    labels = [choice.shown for choice in reply.numbered()]
    for label in {label for label in labels if labels.count(label) > 1}:
        yield f"two choices are called {label!r}"


def _beyond(limits: Limits, reply: Reply, text: str) -> Iterator[str]:
    most = limits.text_with_choices if reply.choices else limits.text
    if utf16_length(text) > most:
        yield f"{utf16_length(text)} UTF-16 units, at most {most}"
    main = reply.main()
    if len(main) > limits.rows:
        yield f"{len(main)} choices, at most {limits.rows}"
    as_list = len(main) > limits.buttons
    longest = limits.row_label if as_list else limits.button_label
    for choice in reply.choices:
        most = longest if choice.rank == "main" else limits.button_label
        if len(choice.shown) > most:
            yield f"the label {choice.shown!r} is longer than {most}"

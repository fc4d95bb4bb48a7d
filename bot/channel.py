"""The promises of every channel, and how sending can end; each platform keeps them in a place of `bot/channels/`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from bot.inbound import Inbound
from bot.pace import Rate
from bot.reply import Limits, Reply


@dataclass(frozen=True, slots=True)
class Update:
    """One update that came in, as the edge keeps it before anybody has understood it."""

    #: the channel's own id of it; the same id is the same update
    id: str
    #: the update in JSON, as it came
    raw: str
    #: the channel's own name of the conversation it belongs to; None where it names nobody
    address: str | None = None
    #: the language of the person's phone
    language: str | None = None
    #: the old and the new name of a conversation, where it says that one has another name now
    moved: tuple[str, str] | None = None


#: where a poller goes on: the name of what it polls, and the offset there
Position = tuple[str, int]
#: stores updates before it returns, with the position from which a poller goes on
Receive = Callable[["Channel", Sequence[Update], Position | None], Awaitable[None]]


class Channel(Protocol):
    name: str
    limits: Limits

    @property
    def rate(self) -> Rate | None:
        """How many unasked messages the platform takes; None for any number."""

    def link(self, payload: str) -> str | None:
        """The address that opens a conversation here with `/start payload`; None where there is none, or not yet."""

    def inbound(self, raw: str) -> Inbound | None:
        """Read a stored update; None for what concerns nobody. May raise on what cannot be read."""

    async def fetch(self, inbound: Inbound) -> bytes:
        """Fetch the file that came in; raises `bot.media.attachments.TooLarge`, or anything else where that fails."""

    async def send(self, address: str, reply: Reply, number: int) -> list[str]:
        """Deliver a reply, with its attachment, whose row is `number`; returns the platform's ids of the messages.

        Raises `Later`, `Unreached`, `Moved`, `Blocked` or `Refused`; anything else means that nobody knows, and a reply
        is tried again.
        """

    async def typing(self, address: str) -> None:
        """Show that an answer is being prepared; never raises."""


@runtime_checkable
class Amends(Protocol):
    """A channel on which what was sent can still be changed."""

    async def amend(self, address: str, reply: Reply | None, number: int, messages: Sequence[str]) -> None:
        """Change the messages of the reply `number` to this reply, or with None take them back.

        Raises as `Channel.send` does; `Refused` where they cannot be changed any more.
        """


class Later(Exception):
    """The platform asks to wait; nothing was sent."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"asked to wait {seconds:.0f} s")
        self.seconds = seconds


class Unreached(Exception):
    """The platform could not be reached: nothing was sent."""


class Blocked(Exception):
    """The person stopped us, or the platform does not know them any more: permanent for this address."""


class Moved(Exception):
    """The conversation has another address now, `value`: nothing was sent."""

    def __init__(self, value: str) -> None:
        super().__init__("moved")
        self.value = value


class Refused(Exception):
    """The platform will not take this reply, whatever its form."""

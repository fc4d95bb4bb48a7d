"""A person with a phone, as the tests of whole conversations see them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Self

from bot.assistant import Assistant
from bot.channel import Update
from bot.channels.memory import Delivered, InMemory, insist, raw
from bot.clock import ManualClock
from bot.codes import Codes
from bot.composition import product
from bot.inbound import Inbound, InboundKind
from bot.knowledge import Knowledge
from bot.router import Router
from db.engine import Database
from handlers import ROUTERS

#: "now" in the dialogues: Monday 23 November 2026, 09.41 in Bandung
NOW = datetime(2026, 11, 23, 2, 41, tzinfo=UTC)


class Phone:
    """What its owner does comes back as the bubbles that answered it, each looked at as a strict reader would."""

    _numbers = count(1)

    def __init__(self, assistant: Assistant, channel: InMemory, name: str, language: str = "id") -> None:
        self.assistant = assistant
        self.channel = channel
        self.name = name
        self.language = language

    @property
    def bubbles(self) -> list[Delivered]:
        """Everything that ever arrived."""
        return self.channel.sent[self.name]

    async def says(self, text: str) -> list[Delivered]:
        return await self.does(Inbound.typed(text))

    async def sends_photo(self, content: bytes, caption: str = "") -> list[Delivered]:
        return await self.does(self.holding("photo", content, caption=caption))

    async def sends_file(self, content: bytes, name: str, caption: str = "") -> list[Delivered]:
        return await self.does(self.holding("file", content, name, caption))

    async def sends_voice(self, content: bytes) -> list[Delivered]:
        return await self.does(self.holding("voice", content))

    def holding(self, kind: InboundKind, content: bytes, name: str = "", caption: str = "") -> Inbound:
        """A message with a file that lies on the phone."""
        key = f"{self.name}-{len(self.channel.files)}"
        self.channel.files[key] = content
        return Inbound(kind, caption, file=key, file_name=name, file_size=len(content))

    async def edits(self, text: str) -> list[Delivered]:
        return await self.does(Inbound("edit", text))

    async def taps(self, label: str, bubble: Delivered | None = None) -> list[Delivered]:
        """Tap a button of a bubble, the last one with choices unless told."""
        return await self.does(self.tap(label, bubble))

    def tap(self, label: str, bubble: Delivered | None = None) -> Inbound:
        chosen = bubble or next(sent for sent in reversed(self.bubbles) if sent.reply.choices)
        return Inbound("tap", reply=chosen.number, index=chosen.labels.index(label))

    async def does(self, *inbounds: Inbound) -> list[Delivered]:
        """Do things, one right after the other; returns what was answered."""
        before = len(self.bubbles)
        await self.sends(inbounds)
        await self.assistant.settled()
        await self.assistant.deliveries.run_due()
        return self._new(before)

    async def sends(self, inbounds: Sequence[Inbound]) -> None:
        """Hand things in without waiting for the answer."""
        updates = [Update(str(next(self._numbers)), raw(one), self.name, self.language) for one in inbounds]
        await self.assistant.edge.receive(self.channel, updates)

    async def waits(self, seconds: float) -> list[Delivered]:
        """Let time pass and what is due happen; returns what arrived meanwhile."""
        before = len(self.bubbles)
        assert isinstance(self.assistant.clock, ManualClock)
        self.assistant.clock.move(timedelta(seconds=seconds))
        await self.assistant.jobs.run_due()
        await self.assistant.settled()
        await self.assistant.deliveries.run_due()
        return self._new(before)

    def _new(self, before: int) -> list[Delivered]:
        arrived = self.bubbles[before:]
        for sent in arrived:
            insist(sent.reply)
        return arrived


class Town:
    """The assistant as it runs, with its real handlers and cards, and the people who write to it."""

    def __init__(self, assistant: Assistant, channel: InMemory, clock: ManualClock) -> None:
        self.assistant = assistant
        self.channel = channel
        self.clock = clock

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        url: str,
        known: Knowledge,
        now: datetime = NOW,
        routers: Sequence[Router] = ROUTERS,
        codes: Codes | None = None,
    ) -> AsyncIterator[Self]:
        """Start it on a database and stop it again; opened twice on one database, it is a restart."""
        channel, clock = InMemory(), ManualClock(now)
        assistant = Assistant(Database(url), known, replace(product(codes), routers=routers), [channel], clock)
        await assistant.start(background=False)
        yield cls(assistant, channel, clock)
        await assistant.stop()

    def phone(self, name: str, language: str = "id") -> Phone:
        return Phone(self.assistant, self.channel, name, language)

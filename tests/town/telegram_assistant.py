"""A small real assistant on Telegram: a SQLite file, the real client, and a handler that says what it heard."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot.assistant import Assistant
from bot.channels.telegram.channel import Telegram
from bot.clock import Clock
from bot.composition import product
from bot.knowledge import Knowledge
from bot.knowledge.search import Search
from bot.language.i18n import LOCALES
from bot.language.markdown import Markdown, escape
from bot.reply import Choice
from bot.router import Router
from bot.turn import Turn
from db.conversation import channels, turns
from db.engine import Database
from tests.town.telegram_stub import TOKEN, TelegramStub

echo = Router("echo")


@echo.when(lambda turn: turn.inbound.kind == "tap")
async def tapped(turn: Turn) -> None:
    turn.say(escape(f"tapped {turn.choice.shown}" if turn.choice else "an old button"))


@echo.when(lambda turn: turn.text.startswith("slow"))
async def slow(turn: Turn) -> None:
    await asyncio.sleep(float(turn.text.removeprefix("slow ")))
    turn.say(Markdown("at last"))


@echo.when(lambda turn: turn.text.startswith("choices"))
async def choices(turn: Turn) -> None:
    quiet = [Choice("Sumber", "sources", rank="quiet")]
    turn.say(Markdown("Which?"), [Choice("Biaya", "cost"), Choice("Syarat", "terms"), *quiet])


@echo.when(lambda turn: turn.text.startswith("marked "))
async def marked(turn: Turn) -> None:
    turn.say(Markdown(turn.text.removeprefix("marked ")))


@echo.when(lambda turn: turn.text in ("contact", "location"))
async def wanted(turn: Turn) -> None:
    wants = "contact" if turn.text == "contact" else "location"
    turn.say(Markdown("May I?"), [Choice("Tidak jadi", "stop")], wants=wants)  # type: ignore[arg-type]


@echo.anything()
async def heard(turn: Turn) -> None:
    inbound = turn.inbound
    extra = [inbound.name, inbound.text, inbound.phone, str(inbound.place or "")]
    turn.say(escape(" ".join([inbound.kind, *filter(None, extra)])))


@dataclass
class Running:
    assistant: Assistant
    telegram: Telegram

    async def turns(self) -> dict[str, int]:
        """How many turns stand in each state."""
        async with self.assistant.database.reading() as tx:
            return await turns.counts(tx)

    async def wait_for_turns(self, count: int) -> dict[str, int]:
        """Wait until so many turns are finished and everything is sent."""
        async with asyncio.timeout(10):
            while sum(n for state, n in (await self.turns()).items() if state != "received") < count:
                await asyncio.sleep(0.02)
            await self.assistant.settled()
        return await self.turns()


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.01)


@cache
def small_knowledge() -> Knowledge:
    return Knowledge(cards={"id": {}}, facts={}, sources={}, search=Search(LOCALES))


@asynccontextmanager
async def running(
    stub: TelegramStub,
    folder: Path,
    routers: Sequence[Router] = (echo,),
    knowledge: Knowledge | None = None,
    token: str = TOKEN,
    root: str = "",
    receiving: bool = True,
    clock: Clock | None = None,
) -> AsyncIterator[Running]:
    """The assistant at work, polling unless `receiving` is off; ends without waiting for what cannot leave."""
    telegram = Telegram(token, root or stub.url, secret_key="a secret key of the test")
    database = Database(f"sqlite+aiosqlite:///{folder / 'jembatan.db'}")
    only = replace(product(), routers=routers)
    assistant = Assistant(database, knowledge or small_knowledge(), only, [telegram], clock)
    await assistant.start()
    async with database.reading() as tx:
        offset = await channels.offset(tx, telegram.polled)
    polling = assistant.nursery.start(telegram.poll(assistant.edge.receive, offset), "telegram") if receiving else None
    try:
        yield Running(assistant, telegram)
    finally:
        if polling is not None:
            polling.cancel()
            with suppress(asyncio.CancelledError):
                await polling
        await assistant.stop(grace=0.5)
        await telegram.close()

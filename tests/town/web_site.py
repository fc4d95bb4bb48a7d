"""The web chat as `jembatan run` serves it, inside a test."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assistant import Assistant
from bot.channels.web import Web
from bot.codes import Codes
from bot.composition import product
from bot.knowledge import Knowledge
from bot.web import server
from bot.web.app import create_app
from bot.web.chat.doors import Doors
from bot.web.chat.requests import Chat
from bot.web.chat.visitor import Visitors
from db.engine import Database

#: what the issue asks the page in a real browser
ASKED = "biaya sertifikat halal berapa ya kak"


@dataclass
class Site:
    url: str
    web: Web
    database: Path

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.database)) as opened:
            return opened.execute(query).fetchall()

    def run(self, change: str) -> None:
        with closing(sqlite3.connect(self.database)) as opened, opened:
            opened.execute(change)


@asynccontextmanager
async def serving(
    url: str, known: Knowledge, proxy: str | None = None, codes: Codes | None = None
) -> AsyncIterator[Site]:
    """The assistant and its web server, as `jembatan run` starts them."""
    web = Web()
    assistant = Assistant(Database(url), known, product(codes), [web])
    chat = Chat(assistant, web, Visitors("a secret key of the test"))
    doors = Doors(assistant, lambda payload: f"https://t.me/a_bot?start={payload}")
    with server.listen("127.0.0.1", 0) as listening:
        await assistant.start()
        page = server.Server(create_app(assistant, chat=[*chat.routes(), *doors.routes()]), listening, proxy)
        work = assistant.nursery.start(page.serve(), "web")
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield Site(address, web, Path(url.partition("///")[2]))
        web.close()
        page.should_exit = True
        await asyncio.wait([work])
        await assistant.stop(grace=1)

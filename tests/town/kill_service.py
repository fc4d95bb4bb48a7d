"""`jembatan run` in a process that is killed, the Bot API's stub in another, and a feeder that never stops for it."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.__main__ import free_port, questions
from tests.town.telegram_stub import TOKEN

PEOPLE = 50
#: updates a second
PACE = 25
_FIRST_PERSON = 1000
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def message(number: int, text: str) -> dict[str, Any]:
    """The `number`-th update: the people write in turn."""
    person = _FIRST_PERSON + number % PEOPLE
    sender = {"id": person, "is_bot": False, "first_name": "P", "language_code": "id"}
    chat = {"id": person, "type": "private", "first_name": "P"}
    said = {"message_id": number + 1, "date": int(time.time()), "chat": chat, "from": sender, "text": text}
    return {"update_id": number + 1, "message": said}


class Platform:
    """The stub in its own process, asked over HTTP."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator["Platform"]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.town.telegram_stub", stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        try:
            url = (await process.stdout.readline()).decode().strip()
            async with aiohttp.ClientSession() as session:
                yield cls(url, session)
        finally:
            process.terminate()
            await process.wait()

    async def queue(self, update: dict[str, Any]) -> None:
        await self.control("updates", [update])

    async def control(self, what: str, given: Any) -> None:
        """Tell the stub how to behave."""
        async with self._session.post(f"{self.url}/control/{what}", json=given) as response:
            assert response.status == 200

    async def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """What the bot called, from the call number `since` on; `at` is time.monotonic()."""
        async with self._session.get(f"{self.url}/control/sent", params={"since": since}) as response:
            return list(await response.json())

    async def bring(self, update: dict[str, Any], url: str, secret: str) -> None:
        """Call a webhook until it takes the update, as Telegram does."""
        while True:
            try:
                async with self._session.post(url, json=update, headers={_SECRET_HEADER: secret}) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)


@dataclass
class Service:
    """`jembatan run`, started again at once after each kill, always on the same port."""

    platform: Platform
    folder: Path
    database: str
    webhook: bool = False
    #: `bot`, or what runs it with something different
    module: str = "bot"
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        env = {
            "JEMBATAN_TELEGRAM_TOKEN": TOKEN,
            "JEMBATAN_TELEGRAM_API_URL": self.platform.url,
            "JEMBATAN_TELEGRAM_RECEIVE": "webhook" if self.webhook else "polling",
            "JEMBATAN_PUBLIC_URL": self.url if self.webhook else "",
            "JEMBATAN_DATABASE_URL": self.database,
            "JEMBATAN_DATA_DIR": str(self.folder),
            "JEMBATAN_PORT": str(self.port),
        }
        with (self.folder / "service.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, "run", env=os.environ | env, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        assert self.process is not None
        assert self.process.returncode is None, f"it ended by itself:\n{self.log()[-2000:]}"
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()

    def log(self) -> str:
        return (self.folder / "service.log").read_text()


class Feeder:
    """Brings `PACE` updates a second, whether or not anybody is there to take them; no one says anything twice."""

    def __init__(self, service: Service) -> None:
        self._service = service
        texts = list(dict.fromkeys(questions()))
        #: read round and round, each time by other people
        self._texts: Sequence[str] = texts if len(texts) % PEOPLE else texts[1:]
        self._bringing: set[asyncio.Task[None]] = set()
        self.secret = ""
        self.fed = 0

    async def feed(self) -> None:
        """For ever, until cancelled."""
        begun = time.monotonic()
        while True:
            await asyncio.sleep(max(0.0, begun + self.fed / PACE - time.monotonic()))
            update = message(self.fed, self._texts[self.fed % len(self._texts)])
            self.fed += 1
            if not self._service.webhook:
                await self._service.platform.queue(update)
                continue
            url = f"{self._service.url}/telegram/webhook"
            task = asyncio.create_task(self._service.platform.bring(update, url, self.secret))
            self._bringing.add(task)
            task.add_done_callback(self._bringing.discard)

    async def delivered(self) -> None:
        """Wait until everything was taken."""
        await asyncio.gather(*self._bringing)

    async def stop(self) -> None:
        """Give up what nobody takes."""
        for task in self._bringing:
            task.cancel()
        await asyncio.gather(*self._bringing, return_exceptions=True)

"""A visitor's browser without a screen: keeps the cookie and its place, as the page of the web chat does."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import aiohttp


class Visitor:
    def __init__(self, url: str, session: aiohttp.ClientSession, **headers: str) -> None:
        self.url = url
        self.session = session
        self.headers = {"Accept-Language": "id-ID,id;q=0.9", "Origin": url, **headers}
        self.place = "0.0"
        self.entries: list[dict[str, Any]] = []

    @classmethod
    @asynccontextmanager
    async def arrives(cls, url: str, **headers: str) -> AsyncIterator["Visitor"]:
        """Somebody new, who opens the page."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            visitor = cls(url, session, **headers)
            await visitor.opens()
            yield visitor

    async def opens(self) -> str:
        """Load the page."""
        async with self.session.get(self.url, headers=self.headers) as response:
            assert response.status == 200
            return await response.text()

    async def gets(self, path: str) -> tuple[int, Any]:
        async with self.session.get(self.url + path, headers=self.headers) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None

    async def posts(self, path: str, body: bytes) -> tuple[int, float]:
        """The status, and the seconds to wait."""
        async with self.session.post(self.url + path, data=BytesIO(body), headers=self.headers) as response:
            return response.status, float(response.headers.get("Retry-After", 0))

    async def sends(self, **what: Any) -> int:
        """Send a text, a tap or a start, with an id of its own unless one is given."""
        message = {"id": uuid.uuid4().hex, **what}
        async with self.session.post(f"{self.url}/chat/messages", json=message, headers=self.headers) as response:
            return response.status

    async def asks(self, text: str) -> dict[str, Any]:
        """Say something; returns the next bubble of the assistant."""
        assert await self.sends(text=text) == 200
        return await self.is_answered()

    async def taps(self, bubble: dict[str, Any], label: str) -> dict[str, Any]:
        [choice] = [choice for choice in bubble["choices"] if choice["label"] == label]
        assert await self.sends(tap={"reply": bubble["reply"], "index": choice["index"]}) == 200
        return await self.is_answered()

    async def is_answered(self) -> dict[str, Any]:
        """Ask for news until the assistant has said something new; returns the last of it."""
        async with asyncio.timeout(15):
            while True:
                found = [entry for entry in await self.hears() if entry["from"] == "assistant"]
                if found:
                    return found[-1]

    async def hears(self, now: bool = False) -> list[dict[str, Any]]:
        """News since the last time."""
        status, news = await self.gets(f"/chat/news?after={self.place}&language=id" + "&now=1" * now)
        assert status == 200
        self.place = news["place"]
        self.entries += news["entries"]
        return list(news["entries"])

    async def history(self, before: str = "") -> dict[str, Any]:
        status, found = await self.gets(f"/chat/history?before={before}&language=id")
        assert status == 200
        return dict(found)

    @asynccontextmanager
    async def listens(self, language: str = "id") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Open the WebSocket from the last place."""
        address = f"{self.url}/chat/socket?after={self.place}&language={language}"
        async with self.session.ws_connect(address, headers=self.headers) as socket:
            yield socket


def words(entry: dict[str, Any]) -> str:
    """What a bubble says, without its styles."""
    if "blocks" not in entry:
        return str(entry.get("text", ""))
    lines = [line for block in entry["blocks"] for line in block["lines"]]
    return "\n".join("".join(segment["text"] for segment in line) for line in lines)

"""The requests of the web chat: the page, what visitors send, their history, and news as it happens.

bot/channels/web.py describes the protocol.
"""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.assistant import Assistant
from bot.channels import web
from bot.channels.web import Listener, Web
from bot.language.i18n import LANGUAGES, closest
from bot.media.attachments import LARGEST, TooLarge
from bot.web.chat import downloads, page
from bot.web.chat.allowance import Allowance
from bot.web.chat.news import NewsReader, parsed
from bot.web.chat.uploads import Uploads
from bot.web.chat.visitor import Visitors, browser_language, client
from db.base import JsonObject
from db.conversation.history import HistoryPoint

log = logging.getLogger(__name__)

#: messages a minute from one visitor
FROM_VISITOR = 20
#: messages a minute from one network address, behind which many may be
FROM_CLIENT = 60
#: requests a minute to read
READS = 240
#: files a minute from one network address, as they are kept
FILES = 12
#: pages that one visitor has open
PAGES = 5
#: connections of one network address
CONNECTIONS = 200
#: connections in all
ALL_CONNECTIONS = 5000
#: seconds between two signs of life, and for which a request for news is held
HEARTBEAT = 25
#: bytes; a text of 4,000 characters in JSON at its most wasteful
LARGEST_BODY = 64_000
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


class Refuse(Exception):
    """Raised for a request that is not taken."""

    def __init__(self, status: int, seconds: float = 0) -> None:
        super().__init__(f"status {status}")
        self.response = Response(status_code=status)
        if seconds:
            self.response.headers["Retry-After"] = str(math.ceil(seconds))


class Chat:
    def __init__(self, assistant: Assistant, channel: Web, visitors: Visitors) -> None:
        self._assistant = assistant
        self._channel = channel
        self._visitors = visitors
        self._news = NewsReader(assistant.database, channel.name)
        self._uploads = Uploads(assistant.database, assistant.clock, channel.name)
        channel.kept = self._uploads.read
        self._from_visitor, self._from_client = Allowance(FROM_VISITOR), Allowance(FROM_CLIENT)
        self._files_from_client, self._reads = Allowance(FILES), Allowance(READS)
        self._connections: Counter[str] = Counter()

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/", self._page),
            Route("/static/{edition}/{name}", _static),
            Route("/chat/messages", self._message, methods=["POST"]),
            Route("/chat/files", self._file, methods=["POST"]),
            Route("/chat/files/{file:int}", self._shown_file),
            Route("/chat/history", self._history),
            Route("/chat/news", self._news_later),
            WebSocketRoute("/chat/socket", self._socket),
        )

    # the page

    async def _page(self, request: Request) -> Response:
        visitor = self._visitors.known(request)
        language = closest(browser_language(request.headers, LANGUAGES))
        if visitor:
            try:
                language = await self._news.language(visitor) or language
            except Exception as error:  # the page comes up, and tries again by itself
                log.warning("a visitor's language cannot be read: %s", type(error).__name__)
        response = HTMLResponse(page.html(language))
        self._visitors.remember(response, visitor)
        return response

    # sending

    async def _message(self, request: Request) -> Response:
        try:
            visitor = self._sender(request)
            sent = web.message(await _body(request))
        except Refuse as refused:
            return refused.response
        except ValueError:
            return Response(status_code=400)
        return await self._store(request, visitor, sent)

    async def _file(self, request: Request) -> Response:
        try:
            visitor = self._sender(request)
            if seconds := self._files_from_client.wait(client(request)):
                raise Refuse(429, seconds)
            if int(request.headers.get("content-length", 0)) > LARGEST:
                raise TooLarge
            name = web.named(request.query_params.get("id"))
            language = closest(browser_language(request.headers, LANGUAGES))
            kept = await self._uploads.keep(visitor, language, request.query_params.get("name", ""), _chunks(request))
        except Refuse as refused:
            return refused.response
        except TooLarge:
            return Response(status_code=413, headers={"Connection": "close"})
        except (ValueError, ClientDisconnect):
            return Response(status_code=400)
        except Exception as error:
            return _not_stored(error)
        if kept is None:
            return Response(status_code=415)
        return await self._store(request, visitor, web.file(name, *kept))

    def _sender(self, request: Request) -> str:
        """Find the visitor who sends something, if they may send now."""
        visitor = self._reader(request)
        if not self._visitors.is_own_page(request):
            raise Refuse(403)
        if seconds := self._from_visitor.wait(visitor) or self._from_client.wait(client(request)):
            raise Refuse(429, seconds)
        return visitor

    async def _store(self, request: Request, visitor: str, sent: JsonObject) -> Response:
        language = browser_language(request.headers, LANGUAGES)
        try:
            await self._assistant.edge.receive(self._channel, [web.update(visitor, sent, language)])
        except Exception as error:
            return _not_stored(error)
        self._channel.wake(visitor)
        return JSONResponse({})

    # receiving

    async def _history(self, request: Request) -> Response:
        try:
            visitor = self._reader(request)
            news = await self._news.before(visitor, _place(request, "before"), _language(request))
        except Refuse as refused:
            return refused.response
        return JSONResponse(news)

    async def _shown_file(self, request: Request) -> Response:
        try:
            visitor = self._reader(request)
        except Refuse as refused:
            return refused.response
        wanted = request.path_params["file"]
        file = await self._uploads.shown(visitor, wanted) if wanted < 2**63 else None
        return downloads.response(file, request.headers.get("range", "")) if file else Response(status_code=404)

    async def _news_later(self, request: Request) -> Response:
        """Send news after a place, at once where there is any, or else as soon as there is."""
        try:
            visitor, place = self._reader(request), _place(request, "after") or HistoryPoint()
            with self._connected(request), self._channel.listening(visitor, PAGES) as listener:
                news = await self._news.after(visitor, place, _language(request))
                if not (news["entries"] or news.get("reset") or request.query_params.get("now")):
                    happened = "" if listener.dismissed else await listener.happening(HEARTBEAT)
                    news = await self._news.after(visitor, place, _language(request)) if happened == "news" else news
                    news |= {"typing": True} if happened == "typing" else {}
        except Refuse as refused:
            return refused.response
        return JSONResponse(news)

    async def _socket(self, socket: WebSocket) -> None:
        visitor = self._visitors.known(socket)
        if visitor is None or not self._visitors.is_own_page(socket):
            await socket.close(1008)
            return
        try:
            with self._connected(socket), self._channel.listening(visitor, PAGES) as listener:
                await socket.accept()
                await self._talk(socket, visitor, listener)
        except Refuse:
            await socket.close(1013)

    async def _talk(self, socket: WebSocket, visitor: str, listener: Listener) -> None:
        """Serve a page until it is gone, or is let go."""
        try:
            async with asyncio.TaskGroup() as tasks:
                leaving = tasks.create_task(_left(socket))
                await self._tell(socket, visitor, listener)
                leaving.cancel()
        except* WebSocketDisconnect:
            pass
        except* Exception as failed:  # the page connects again
            log.warning("a visitor's news cannot be told: %s", type(failed.exceptions[0]).__name__)

    async def _tell(self, socket: WebSocket, visitor: str, listener: Listener) -> None:
        """Send news for as long as the page listens."""
        place, language, happened = _place(socket, "after") or HistoryPoint(), _language(socket), "news"
        while not listener.dismissed:
            if happened == "news":
                news = await self._news.after(visitor, place, language)
                place, language = parsed(news["place"]) or place, news["language"]
                await socket.send_json(news)
                if news.get("more"):
                    continue
            else:
                await socket.send_json({"typing": True} if happened == "typing" else {})
            happened = await listener.happening(HEARTBEAT)
        await socket.close(listener.dismissed)

    def _reader(self, request: Request) -> str:
        """Find the visitor who reads, if they may read now."""
        visitor = self._visitors.known(request)
        if visitor is None:
            raise Refuse(401)
        if seconds := self._reads.wait(visitor):
            raise Refuse(429, seconds)
        return visitor

    @contextmanager
    def _connected(self, connection: HTTPConnection) -> Iterator[None]:
        """Count a connection for as long as it stays."""
        name = client(connection)
        if self._connections[name] >= CONNECTIONS or self._connections.total() >= ALL_CONNECTIONS:
            raise Refuse(503, HEARTBEAT)
        self._connections[name] += 1
        try:
            yield
        finally:
            self._connections[name] -= 1
            if not self._connections[name]:
                del self._connections[name]


def _place(request: HTTPConnection, name: str) -> HistoryPoint | None:
    return parsed(request.query_params.get(name, ""))


def _language(request: HTTPConnection) -> str:
    return closest(request.query_params.get("language"))


async def _left(socket: WebSocket) -> None:
    """Raise once the page is gone; it never says anything here."""
    await socket.receive_text()
    raise WebSocketDisconnect


async def _static(request: Request) -> Response:
    file = page.files().get(request.path_params["name"])
    if file is None or request.path_params["edition"] != page.edition():
        return Response(status_code=404)
    return Response(file.content, media_type=file.kind, headers=_FOR_EVER)


def _not_stored(error: Exception) -> Response:
    """Log that something was not stored; the error's text is left out, as it may hold a person's words."""
    log.error("a visitor's message could not be stored (%s); the page sends it again", type(error).__name__)
    return Response(status_code=503, headers={"Retry-After": "2"})


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refuse(413)
    return body

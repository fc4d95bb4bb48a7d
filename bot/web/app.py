"""The web: the chat page, Telegram's webhook, and the health of the service."""

import logging
from collections.abc import Sequence
from typing import Protocol

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.assistant import Assistant
from bot.channel import Channel, Update
from bot.web import health
from bot.web.chat.page import Guarded

log = logging.getLogger(__name__)

#: bytes; an update is rarely more than 10 KB
LARGEST_BODY = 1_000_000
#: bytes from which an answer is worth packing
WORTH_PACKING = 800
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105


class Webhook(Channel, Protocol):
    """A channel that is called."""

    def check_secret(self, given: str) -> bool: ...

    def updates(self, body: bytes) -> list[Update] | None:
        """Raise ValueError for what is no JSON; return None where nothing can be taken yet."""


def create_app(assistant: Assistant, telegram: Webhook | None = None, chat: Sequence[BaseRoute] = ()) -> Starlette:
    """The app with the routes of the chat; with `telegram` it takes Telegram's calls, each stored before its answer."""

    async def receive(request: Request) -> Response:
        assert telegram is not None
        if not telegram.check_secret(request.headers.get(SECRET_HEADER, "")):
            return PlainTextResponse("wrong secret", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        try:
            updates = telegram.updates(body)
        except ValueError:
            return PlainTextResponse("not JSON", 400)
        if updates is None:
            return PlainTextResponse("not ready", 503)
        try:
            await assistant.edge.receive(telegram, updates)
        except Exception as error:  # its text may hold a person's words
            log.error("an update could not be stored (%s); Telegram will bring it again", type(error).__name__)
            return PlainTextResponse("not stored", 503)
        return PlainTextResponse("ok")

    routes = [*health.routes(assistant), *chat]
    if telegram is not None:
        routes.append(Route("/telegram/webhook", receive, methods=["POST"]))
    packed = Middleware(GZipMiddleware, minimum_size=WORTH_PACKING, compresslevel=6)
    return Starlette(routes=routes, middleware=[Middleware(Guarded), packed])


async def _body(request: Request) -> bytes | None:
    """Read the body; None as soon as it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body

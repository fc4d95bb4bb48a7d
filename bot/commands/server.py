"""Run the service: the web chat and Telegram, from the start to a clean stop."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import click

from bot.assistant import Assistant
from bot.channels.telegram.channel import WEBHOOK_PATH, Telegram
from bot.channels.web import Web
from bot.commands import Stop, demo, staff
from bot.commands.start import assemble, begin
from bot.settings import PREFIX, Settings
from bot.web import server as web
from bot.web.app import create_app
from bot.web.chat.doors import Doors
from bot.web.chat.requests import Chat
from bot.web.chat.visitor import Visitors
from db.conversation import channels

#: seconds for the conversations in hand at the stop; what they do not get done waits in the database
GRACE = 3.0


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; a second one ends at once."""
    telegram = _telegram(settings)
    with _signalled() as stop:
        try:
            await _serve(settings, telegram, stop)
        finally:
            if telegram:
                await telegram.close()


def _telegram(settings: Settings) -> Telegram | None:
    if settings.telegram_token is None:
        return None
    secret = settings.secret() if settings.by_webhook else ""
    return Telegram(settings.telegram_token.get_secret_value(), settings.telegram_api_url, secret)


async def _serve(settings: Settings, telegram: Telegram | None, stop: asyncio.Event) -> None:
    visited = Web(settings.public_url)
    assistant = assemble(settings.database(), [visited, telegram] if telegram else [visited])
    chat = Chat(assistant, visited, Visitors(settings.secret(), settings.public_url))
    doors = Doors(assistant, telegram.link if telegram else _nowhere)
    app = create_app(assistant, telegram if settings.by_webhook else None, [*chat.routes(), *doors.routes()])
    with _listening(settings) as listening:
        await begin(assistant)
        if settings.demo or (settings.demo is None and telegram is None):
            await demo.load(assistant.database)
        page = web.Server(app, listening, settings.trusted_proxy)
        working = [assistant.nursery.start(page.serve(), "web")]
        receiving = assistant.nursery.start(_receive(settings, telegram, assistant), "telegram") if telegram else None
        _announce(settings, await staff.first_code(assistant.database, assistant.clock.now()))
        try:
            await stop.wait()
        finally:
            if receiving:
                receiving.cancel()
                working.append(receiving)
            visited.close()
            page.should_exit = True
            await asyncio.wait(working)
            await assistant.stop(GRACE)


def _nowhere(_payload: str) -> None:
    """Return None: there is no chat on Telegram."""


async def _receive(settings: Settings, telegram: Telegram, assistant: Assistant) -> None:
    await assistant.released.wait()  # a copy takes nothing away from its original
    if settings.by_webhook:
        assert settings.public_url
        await telegram.listen(settings.public_url)
        return
    async with assistant.database.reading() as tx:
        offset = await channels.offset(tx, telegram.polled)
    await telegram.poll(assistant.edge.receive, offset)


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """Open the port, before anything else is begun."""
    try:
        listening = web.listen(settings.host, settings.port)
    except OSError as error:
        raise Stop(
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror or error});"
            f" stop what uses it, or set {PREFIX}HOST and {PREFIX}PORT."
        ) from None
    with listening:
        yield listening


@contextmanager
def _signalled() -> Iterator[asyncio.Event]:
    """An event that the first signal to stop sets; the next one does what signals usually do."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stopped() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        try:
            loop.add_signal_handler(number, stopped)
        except NotImplementedError:  # on Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    yield stop


def _announce(settings: Settings, code: str | None) -> None:
    database = urlsplit(settings.database())
    click.echo(f"Database  {database.hostname or ''}{database.path.removeprefix('/')}")
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"Web chat  {settings.public_url or f'http://{host}:{settings.port}'}/")
    by = f"webhook at {settings.public_url}{WEBHOOK_PATH}" if settings.by_webhook else "polling"
    click.echo(f"Telegram  {by if settings.telegram_token else f'off; {PREFIX}TELEGRAM_TOKEN switches it on'}")
    if code:
        click.echo(f"Staff     none yet: write /staf {code} in the chat within 24 hours to become the administrator")
    click.echo("Ctrl-C stops.")

"""What the command line does, and what its commands share: the settings, the knowledge, the database."""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import click

from bot import knowledge, logs, settings
from bot.knowledge import Knowledge
from bot.knowledge.facts import Faulty
from bot.language.i18n import LOCALES
from bot.settings import Settings
from db.engine import Database

Result = TypeVar("Result")


def run(main: Coroutine[object, None, None]) -> None:
    """Run to the end, on uvloop where it exists (not on Windows): turns take a tenth less time."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


class Stop(click.ClickException):
    """Raised to end the command with one sentence that says what to do next."""

    exit_code = 2


def configured(level: int = logging.INFO) -> Settings:
    """Load the settings, set up the logs and keep every secret out of them; may raise `bot.settings.Unusable`."""
    found = settings.load()
    for secret in found.secrets():
        logs.redact(secret)
    logs.set_up(found.log_format, level)
    return found


def data_folder() -> Path:
    """The configured data folder, made if it is missing; may raise `bot.settings.Unusable`."""
    return settings.load().folder()


@cache
def known() -> Knowledge:
    """Load the cards, facts and questions of `locales/`, once."""
    try:
        return knowledge.load(LOCALES)
    except Faulty as fault:
        raise Stop(f"{fault}. Mend that; `jembatan check` says when all is well.") from None


def opened(url: str) -> Database:
    """Open this database, with its driver loaded; nothing is connected yet."""
    try:
        return Database(url)
    except ModuleNotFoundError as missing:
        raise Stop(f"{missing.name} is missing; `pip install -e '.[postgres]'` brings it.") from None
    except Exception as error:
        raise no_database(error) from None


@contextmanager
def configured_or_passing(settings: Settings) -> Iterator[str]:
    """The URL of the configured database, or else of a temporary one."""
    if settings.database_url:
        yield settings.database()
        return
    with passing() as url:
        yield url


@contextmanager
def passing() -> Iterator[str]:
    """The URL of a temporary database."""
    with tempfile.TemporaryDirectory(prefix="jembatan-") as folder:
        yield f"sqlite+aiosqlite:///{Path(folder) / 'jembatan.db'}"


async def on_database(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` with the configured database, which is closed whatever happens."""
    database = opened(settings.database())
    try:
        return await work(database)
    finally:
        await database.close()


def no_database(error: Exception) -> Stop:
    """Say why the database cannot be used, and what to do."""
    cause = getattr(error, "orig", None) or error
    words = logs.blanked(str(cause)).splitlines() or [""]
    return Stop(
        f"The database cannot be opened ({type(cause).__name__}: {words[0]})."
        f" Start it, or change {settings.PREFIX}DATABASE_URL."
    )

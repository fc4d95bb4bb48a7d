"""What the command line does, and what its commands share: the settings, the knowledge, the database."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import click

from bot import knowledge, logs, settings
from bot.knowledge import Knowledge
from bot.knowledge.facts import Faulty
from bot.language.i18n import LOCALES
from bot.settings import PREFIX, Settings
from db.copies import soundness
from db.engine import Database, will_pass
from db.migrations import upgrade

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


def on_database(
    settings: Settings,
    work: Callable[[Database], Coroutine[object, None, Result]],
    *,
    absent: Literal["refuse", "make", "try"] = "refuse",
    migrate: bool = True,
) -> Result:
    """Run `work` with the configured database, brought up to date; what the database cannot do now is a `Stop`.

    Where there is none yet, a command that reads refuses; others make one, or try theirs on a temporary one.
    """
    database = opened(settings.database())
    with ExitStack() as stack:
        if absent == "try" and not database.is_there():
            database = opened(stack.enter_context(passing()))
        if absent == "make" and not settings.database_url:
            settings.folder()

        async def done() -> Result:
            try:
                if absent == "refuse" and not await soundness.is_ours(database):
                    raise _nowhere(database)
                if migrate:
                    await upgrade(database.engine)
                return await work(database)
            finally:
                await database.close()

        with database_said():
            return asyncio.run(done())


def _nowhere(database: Database) -> Stop:
    return Stop(
        f"There is no database of Jembatan at {database.engine.url.database}; is this the folder?"
        f" `jembatan run` makes a new one; {PREFIX}DATA_DIR or {PREFIX}DATABASE_URL names another."
    )


@contextmanager
def database_said() -> Iterator[None]:
    """Say in a sentence what the database cannot do now; any other error passes."""
    try:
        yield
    except Exception as error:
        if will_pass(error):
            raise no_database(error) from None
        raise


def no_database(error: Exception) -> Stop:
    """Say why the database cannot be used, and what to do."""
    cause = getattr(error, "orig", None) or error
    words = logs.blanked(str(cause)).splitlines() or [""]
    return Stop(
        f"The database cannot be opened ({type(cause).__name__}: {words[0]}). Start it, or change {PREFIX}DATABASE_URL."
    )

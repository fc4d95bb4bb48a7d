"""Databases of both kinds; every test of `db/` runs on SQLite and on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.knowledge import Knowledge, load
from bot.language.i18n import LOCALES
from db.engine import Database
from db.migrations import upgrade
from tests.town import engines
from tests.town.phone import Phone, Town
from tests.town.postgres import Server, running_server

ENGINES = ("sqlite", "postgresql")
engines.share()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The session's PostgreSQL server."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "jembatan.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database.engine)
    await database.close()


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated SQLite file of the test's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'jembatan.db')}"


@pytest.fixture
def postgres_url(postgres: Server) -> Iterator[str]:
    """A migrated PostgreSQL database of the test's own, for any number of processes."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=ENGINES)
def engine_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of the test's own, once on each engine."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    with request.getfixturevalue("postgres").database(template="template0") as url:
        yield url


@pytest.fixture
async def database(engine_url: str) -> AsyncIterator[Database]:
    """An open, migrated database, once on each engine."""
    opened = Database(engine_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def known() -> Knowledge:
    """Everything in `locales/`, read once."""
    return load(LOCALES)


@pytest.fixture
async def town(sqlite_url: str, known: Knowledge) -> AsyncIterator[Town]:
    """The whole assistant with its real handlers and cards, on a SQLite file, and people with phones."""
    async with Town.opened(sqlite_url, known) as opened:
        yield opened


@pytest.fixture
def ani(town: Town) -> Phone:
    """Ani, who has never written here."""
    return town.phone("ani")


@pytest.fixture
def configured(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of the settings, once on each engine."""
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", engine_url)
    return engine_url

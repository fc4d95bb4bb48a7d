"""Open SQLite and PostgreSQL alike; `Database.transaction` is the one place where a transaction ends."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Insert = sqlite.Insert | postgresql.Insert


class Transaction:
    """An open transaction: what every query is given."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, parameters)

    def insert(self, table: type[Any]) -> Insert:
        """An INSERT that knows `on_conflict_do_nothing` in the dialect at hand."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator["Savepoint"]:
        """A part that is undone alone when its block raises."""
        inner = Savepoint(self.connection)
        async with inner.stack:
            yield inner


class Savepoint(Transaction):
    """A savepoint that costs nothing until the first statement: most turns only read what was loaded for them."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self.stack = AsyncExitStack()
        self._begun = False

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        if not self._begun:
            self._begun = True
            await self.stack.enter_async_context(self.connection.begin_nested())
        return await super().execute(statement, parameters)


class Database:
    """One database by its SQLAlchemy URL, such as `sqlite+aiosqlite:///data/jembatan.db`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _open_sqlite(url) if self.is_sqlite else create_async_engine(url, pool_size=10, max_overflow=10)
        self._writing = asyncio.Lock()
        self._writer: AsyncConnection | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Write: commits at the end of the block, rolls back when it raises. Await no network inside.

        SQLite has one writer, so writers of this process queue here, on one kept connection and with
        `BEGIN IMMEDIATE`, instead of in SQLite's busy wait.
        """
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                yield Transaction(connection)
            return
        async with self._writing:
            if self._writer is None:
                self._writer = await self.engine.connect()
            async with self._writer.begin():
                yield Transaction(self._writer)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Read only, beside a writer: one consistent view of what is committed."""
        async with self.engine.connect() as connection:
            if self.is_sqlite:
                await connection.execution_options(jembatan_reading=True)
            yield Transaction(connection)

    async def migrate(self) -> None:
        """Bring the schema to the newest version; safe to call at every start."""
        from db.migrations import upgrade

        await upgrade(self.engine)

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        await self.engine.dispose()


def _open_sqlite(url: str) -> AsyncEngine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """`isolation_level = None` keeps Python's driver from opening transactions by itself: it begins one only at the
    first write, so that a value read before and written back would silently overwrite another task's."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads first and writes later would be refused at the write: writers say so at the start."""
    reading = connection.get_execution_options().get("jembatan_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

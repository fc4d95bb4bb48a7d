"""Open SQLite and PostgreSQL alike; `Database.transaction` is the one place where a transaction ends."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, Row, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from db.base import storable, storable_json

#: milliseconds to wait for another process that writes
_BUSY = 5000
#: how often a new file is tried to be opened while another process opens it, and seconds between two tries
_TRIES, _PAUSE = 20, 0.05
#: milliseconds to wait for readers while the log beside the file is cut
_CHECKPOINT = 300
Parameters = Mapping[str, object] | Sequence[Mapping[str, object]]
Insert = sqlite.Insert | postgresql.Insert
Rows = CursorResult[*tuple[Any, ...]]
#: one of them
Record = Row[*tuple[Any, ...]]
#: of a connection: its last transaction overwrote what must not be found again
_LEAVES_NOTHING = "jembatan_leaves_nothing"


class Transaction:
    """An open transaction: what every query is given."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        return await self.connection.execute(statement, parameters)

    def insert(self, table: type[Any]) -> Insert:
        """Make an INSERT that knows `on_conflict_do_nothing` in the dialect at hand."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)

    async def insert_all(self, table: type[Any], rows: Sequence[Mapping[str, object]]) -> list[int]:
        """Insert rows and return their ids in the same order.

        SQLite gives ascending ids and has no order of its own for what it returns; asked for one, SQLAlchemy would
        insert row by row.
        """
        in_order = self.connection.dialect.name == "postgresql"
        inserted = await self.execute(self.insert(table).returning(table.id, sort_by_parameter_order=in_order), rows)
        ids = [row[0] for row in inserted]
        return ids if in_order else sorted(ids)

    def leave_nothing(self) -> None:
        """See to it that what this transaction overwrites cannot be found in SQLite's log afterwards."""
        self.connection.info[_LEAVES_NOTHING] = True

    async def plan_anew(self) -> None:
        """Have PostgreSQL plan each statement of this transaction for the values at hand.

        Otherwise it soon settles on a plan for any values, which for a span of people reads all of them (18 s instead
        of 0.1 s).
        """
        if self.connection.dialect.name == "postgresql":
            await self.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator["Savepoint"]:
        """Open a part of the transaction that is undone alone when its block raises."""
        async with AsyncExitStack() as stack:
            yield Savepoint(self, stack)


class Savepoint(Transaction):
    """A savepoint that costs nothing until the first statement: most turns only read what was loaded for them."""

    def __init__(self, outer: Transaction, stack: AsyncExitStack) -> None:
        super().__init__(outer.connection)
        self._outer = outer
        self._stack = stack
        self._begun = False

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> Rows:
        await self.begin()
        return await super().execute(statement, parameters)

    async def begin(self) -> None:
        """Set the savepoint, inside the enclosing one."""
        if not self._begun:
            if isinstance(self._outer, Savepoint):
                await self._outer.begin()
            self._begun = True
            await self._stack.enter_async_context(self.connection.begin_nested())


class Unreachable(Exception):
    """Raised where no connection to the database could be had."""


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Connect; raises `Unreachable` with what stood against it."""
    async with AsyncExitStack() as stack:
        try:
            connection = await engine.connect().start()
        except Exception as error:  # the driver's own kinds, and the operating system's
            raise Unreachable(f"cannot connect: {error}") from error
        stack.push_async_exit(connection)
        yield connection


class Database:
    """One database by its SQLAlchemy URL, such as `sqlite+aiosqlite:///data/jembatan.db`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _open_sqlite(url) if self.is_sqlite else _open_postgresql(url)
        event.listen(self.engine.sync_engine, "before_cursor_execute", _let_in, retval=True)
        self._writing = asyncio.Lock()
        self._writer: AsyncConnection | None = None

    def is_there(self) -> bool:
        """Whether it exists: False for a SQLite file that nobody has made yet, as opening it would make it."""
        file = self.engine.url.database
        return not self.is_sqlite or (file is not None and Path(file).exists())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Write: commits at the end of the block, rolls back when it raises. Await no network inside.

        SQLite has one writer, so writers of this process queue here, on one kept connection and with
        `BEGIN IMMEDIATE`, instead of in SQLite's busy wait.
        """
        if not self.is_sqlite:
            async with connected(self.engine) as connection, connection.begin():
                yield Transaction(connection)
            return
        async with self._writing:
            writer = await self._open_writer()
            async with writer.begin():
                yield Transaction(writer)
            if writer.info.pop(_LEAVES_NOTHING, False):
                await _write_back(writer)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Read only, beside a writer: one consistent view of what is committed."""
        async with connected(self.engine) as connection:
            if self.is_sqlite:
                await connection.execution_options(jembatan_reading=True)
            else:
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield Transaction(connection)

    async def _open_writer(self) -> AsyncConnection:
        """The kept connection, or a new one after a cancelled task gave it up."""
        if self._writer is not None:
            if not self._writer.invalidated:
                return self._writer
            given_up, self._writer = self._writer, None
            await given_up.close()
        opening = asyncio.ensure_future(self.engine.connect().start())
        try:
            self._writer = await asyncio.shield(opening)
        except asyncio.CancelledError:
            await (await opening).close()  # nobody else could
            raise
        return self._writer

    async def close(self) -> None:
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        await self.engine.dispose()


def will_pass(error: Exception) -> bool:
    """Whether an error may be gone at the next try, whoever had asked: locked, full, out of reach, a deadlock.

    The same transaction may succeed later; after any other error it would fail again.
    """
    if not isinstance(error, DBAPIError):
        return isinstance(error, Unreachable)
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:  # the lower byte; 1 is a mistake in a statement, or a transaction that a full disk ended
        return isinstance(error, OperationalError) and (code & 0xFF != 1 or "no such savepoint" in str(error.orig))
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state[:2] in _PASSING


#: PostgreSQL's classes of errors: connection, rollback (deadlock), resources, not available now, stopped, system
_PASSING = {"08", "40", "53", "55", "57", "58"}


def _let_in(_connection: object, _cursor: object, statement: str, given: Any, *_more: object) -> tuple[str, Any]:
    """Let no letter in that one engine keeps and the other refuses, wherever it comes from."""
    return statement, _storable(given)


def _storable(given: object) -> object:
    """Clean what a statement is given: one row, several, or the values of one."""
    match given:
        case str():
            return storable(given)
        case list():
            return list(map(_storable, given))
        case tuple():
            return tuple(map(_storable, given))
    return given


def _open_postgresql(url: str) -> AsyncEngine:
    return create_async_engine(url, pool_size=10, max_overflow=10, hide_parameters=True, json_serializer=storable_json)


def _open_sqlite(url: str) -> AsyncEngine:
    engine = create_async_engine(url, hide_parameters=True, json_serializer=storable_json)
    event.listen(engine.sync_engine, "do_connect", _make_folder)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "invalidate", _abandon_sqlite)
    return engine


def _make_folder(_dialect: object, _record: object, given: list[str], _named: object) -> None:
    """Make the folder of a file that is opened, for its owner alone."""
    Path(given[0]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """`isolation_level = None` keeps Python's driver from opening transactions by itself: it begins one only at the
    first write, so that a value read before and written back would silently overwrite another task's."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={_BUSY}", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    _write_ahead(cursor)
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Have writers write beside the file. SQLite does not wait here: two who open a new file at once try again."""
    for left in reversed(range(_TRIES)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if not left:
                raise
            time.sleep(_PAUSE)


async def _write_back(connection: AsyncConnection) -> None:
    """Bring everything into the database's own file and cut the one beside it, which holds what was overwritten."""
    raw = await connection.get_raw_connection()
    assert raw.driver_connection is not None
    for pragma in (f"busy_timeout={_CHECKPOINT}", "wal_checkpoint(TRUNCATE)", f"busy_timeout={_BUSY}"):
        await raw.driver_connection.execute(f"PRAGMA {pragma}")


def _abandon_sqlite(connection: Any, _record: object, _error: BaseException | None) -> None:
    """A task cancelled inside a statement gives its connection up. Closing it does not end the transaction while
    anything still refers to the statement, and the lock would shut everybody out: roll back first."""
    connection.rollback()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads first and writes later would be refused at the write: writers say so at the start."""
    reading = connection.get_execution_options().get("jembatan_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

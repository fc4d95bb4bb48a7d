"""A new database that is filled with the rows of another's snapshot, in one transaction: all of it, or nothing."""

import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from alembic import command
from sqlalchemy import Connection, LargeBinary, Table, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from db import migrations
from db.base import UtcDateTime, storable_json
from db.copies import restores
from db.copies.snapshots import Snapshot, SnapshotPart, TableCount, Unfit, reflected, written
from db.engine import Database, Transaction
from db.privacy import erasures
from db.privacy.erasures import DoneErasure


class Copy:
    def __init__(self, tx: Transaction, revision: str, tables: Mapping[str, Table]) -> None:
        self._tx = tx
        self._tables = tables
        self._is_postgresql = tx.connection.dialect.name == "postgresql"
        self._snapshot = Snapshot(tx, revision, tables)
        #: what was given, and what of it can be kept: a backup of before may hold letters that no database takes now
        self._given = {table: TableCount() for table in tables}
        self._kept = {table: TableCount() for table in tables}

    async def add(self, table: str, columns: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
        """Insert rows as `Snapshot.rows` wrote them, read from their JSON; tables in the order of the snapshot."""
        if table not in self._tables or list(columns) != self._snapshot.columns(table):
            raise Unfit(f"the table {table} is not what it was in this version")
        for row in rows:
            self._given[table].add(written(row))
            self._kept[table].add(written(json.loads(storable_json(row))))
        kinds = self._tables[table].columns
        types = [type(kinds[name].type) for name in columns]
        read = {place: _READ[kind] for place, kind in enumerate(types) if kind in _READ}
        bound = [dict(zip(columns, _bound(row, read), strict=True)) for row in rows]
        try:
            await self._tx.execute(insert(self._tables[table]), bound)
        except DBAPIError as error:
            raise Unfit(f"it does not take a row of the table {table} ({_cause(error)})") from None

    async def finish(self, parts: Mapping[str, SnapshotPart], taken_at: datetime, now: datetime) -> None:
        """Compare with what the backup says, bring the schema up to date, and hold the copy: it sends nothing."""
        for table in self._tables:
            found, wanted = await self._snapshot.part(table), parts.get(table)
            given, kept = self._given[table], self._kept[table]
            is_whole = wanted is not None and (given.rows, given.checksum) == (wanted.rows, wanted.checksum)
            if wanted is None or not is_whole or (found.rows, found.checksum) != (kept.rows, kept.checksum):
                raise Unfit(f"the table {table} did not arrive as it was")
            await self._go_on_after(table, wanted.last_id or 0)
        await self.refer_ahead(False)
        await self._tx.connection.run_sync(lambda inner: command.upgrade(migrations.config(inner), "head"))
        await restores.add(self._tx, taken_at, now)

    async def erase(self, done: Collection[DoneErasure], now: datetime) -> int:
        """Erase the people who were erased after the backup was taken; returns how many."""
        return await erasures.replay(self._tx, done, now)

    async def _go_on_after(self, table: str, last: int) -> None:
        """Let the next id be higher than any that the original gave: buttons on phones carry them."""
        if "id" not in self._tables[table].columns:
            return
        highest = await self._tx.execute(select(func.max(self._tables[table].columns["id"])))
        last = max(last, highest.scalar_one() or 0)
        if self._is_postgresql:
            of_sequence = text("SELECT setval(pg_get_serial_sequence(:of, 'id'), :last, :given)")
            await self._tx.execute(of_sequence, {"of": table, "last": max(last, 1), "given": last > 0})
        else:
            await self._tx.execute(text("DELETE FROM sqlite_sequence WHERE name = :of"), {"of": table})
            into = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:of, :last)")
            await self._tx.execute(into, {"of": table, "last": last})

    async def refer_ahead(self, may: bool) -> None:
        """Whether a row may refer to a later one of its table: a piece of a question to the turn that answered it.

        SQLite looks at all references at the end of the transaction, as after every change of the schema.
        """
        if not self._is_postgresql:
            return
        if not may:
            await self._tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        kind = "DEFERRABLE INITIALLY DEFERRED" if may else "NOT DEFERRABLE"
        for table in self._tables.values():
            for key in table.foreign_key_constraints:
                if key.referred_table is table:
                    await self._tx.execute(text(f'ALTER TABLE "{table.name}" ALTER CONSTRAINT "{key.name}" {kind}'))


@asynccontextmanager
async def filling(database: Database, revision: str) -> AsyncIterator[Copy]:
    """Open a database without tables and give it the schema that the rows had; raises `Unfit`."""
    if revision not in migrations.revisions():
        raise Unfit("the backup was taken by a newer version than this one, which must be installed first")
    async with migrations.changing(database.engine) as connection:
        tx = Transaction(connection)
        if await connection.run_sync(_names):
            raise Unfit("it is not empty")
        await connection.run_sync(lambda inner: command.upgrade(migrations.config(inner), revision))
        copy = Copy(tx, revision, await reflected(tx))
        await copy.refer_ahead(True)
        yield copy


def _names(connection: Connection) -> list[str]:
    return inspect(connection).get_table_names()


#: how values that JSON has no type for are read back
_READ: dict[type[Any], Callable[[str], Any]] = {UtcDateTime: datetime.fromisoformat, LargeBinary: b64decode}


def _bound(row: Sequence[Any], read: Mapping[int, Callable[[str], Any]]) -> Sequence[Any]:
    values = list(row)
    for place, reading in read.items():
        if values[place] is not None:
            values[place] = reading(values[place])
    return values


def _cause(error: DBAPIError) -> str:
    """The driver's name for what went wrong: its text may hold a person's words."""
    return type(getattr(error.orig, "__cause__", None) or error.orig).__name__

"""A whole database as plain rows: the same rows, in the same order, from SQLite and from PostgreSQL."""

import hashlib
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    event,
    func,
    select,
    text,
    tuple_,
)

from db import migrations
from db.base import Json, JsonObject, UtcDateTime
from db.copies import restores
from db.deliveries import lanes
from db.engine import Database, Transaction

#: rows read or written at a time
SLICE = 1000
#: rows of the table of files, of up to 5 MB each, read or written at a time
FILES = 4
#: the schema's version travels beside the rows; what one copy does, or what happened to it, is not part of the next
LEFT_OUT = {"alembic_version", restores.StoredRestore.__tablename__, lanes.StoredLease.__tablename__}


class Unfit(Exception):
    """Raised where a database cannot be copied from or to; the text is a sentence without anybody's words."""


@dataclass(frozen=True, slots=True)
class SnapshotPart:
    """A table as a backup holds it; `last_id` is the highest id ever given, None where nobody keeps it."""

    rows: int
    checksum: str
    last_id: int | None


class TableCount:
    """Counts rows and sums them up: equal where the same rows came in the same order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = hashlib.sha256()

    def add(self, row: str) -> None:
        self.rows += 1
        self._sum.update(row.encode())
        self._sum.update(b"\n")

    @property
    def checksum(self) -> str:
        return self._sum.hexdigest()


class Snapshot:
    """All tables as they stand in one transaction, in an order in which they can be filled."""

    def __init__(self, tx: Transaction, revision: str, tables: Mapping[str, Table]) -> None:
        self._tx = tx
        self._tables = tables
        self.revision = revision
        self.tables = list(tables)

    def columns(self, table: str) -> list[str]:
        return self._tables[table].columns.keys()

    async def count(self, table: str) -> int:
        found = await self._tx.execute(select(func.count()).select_from(self._tables[table]))
        return int(found.scalar_one())

    async def rows(self, table: str) -> AsyncIterator[str]:
        """Each row as a JSON array in one line, in the order of the primary key; times are in ISO 8601, UTC, bytes in
        base64."""
        kept = self._tables[table]
        places = [kept.columns.keys().index(key.name) for key in kept.primary_key.columns]
        order = [self._in_order(key) for key in kept.primary_key.columns]
        holds_files = any(isinstance(column.type, LargeBinary) for column in kept.columns)
        statement = select(kept).order_by(*order).limit(FILES if holds_files else SLICE)
        rows = (await self._tx.execute(statement)).all()
        while rows:
            for row in rows:
                yield written(row)
            last = tuple_(*(rows[-1][place] for place in places))
            rows = (await self._tx.execute(statement.where(tuple_(*order) > last))).all()

    def _in_order(self, key: ColumnElement[Any]) -> ColumnElement[Any]:
        """Order by bytes as SQLite does it, whatever the locale."""
        if self._tx.connection.dialect.name == "postgresql" and isinstance(key.type, String):
            return key.collate("C")
        return key

    async def last_id(self, table: str) -> int | None:
        """The highest id that was ever given, so that a restored database does not give it again."""
        if self._tx.connection.dialect.name == "postgresql":
            if "id" not in self._tables[table].columns:
                return None
            statement = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:of, 'id')::regclass)")
        else:
            statement = text("SELECT seq FROM sqlite_sequence WHERE name = :of")
        return (await self._tx.execute(statement, {"of": table})).scalar_one_or_none()

    async def part(self, table: str) -> SnapshotPart:
        """Read all of a table for its count and checksum."""
        tally = TableCount()
        async for row in self.rows(table):
            tally.add(row)
        return SnapshotPart(tally.rows, tally.checksum, await self.last_id(table))


def written(row: Sequence[object]) -> str:
    """Write a row as it is summed up, the same for the values of a database and of a file."""
    return json.dumps([_plain(value) for value in row], sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Snapshot]:
    """Open a snapshot of what is committed now, while others write; raises `Unfit` for one without our tables."""
    if not database.is_there():
        raise Unfit("there is none yet")
    async with database.reading() as tx:
        revision = await tx.connection.run_sync(migrations.revision)
        if revision is None:
            raise Unfit("nothing of ours is in it")
        yield Snapshot(tx, revision, await reflected(tx))


async def reflected(tx: Transaction) -> dict[str, Table]:
    """Read the tables as they stand in the database, whatever its version, each after those it refers to."""
    metadata = MetaData()
    event.listen(metadata, "column_reflect", _as_ours)
    await tx.connection.run_sync(metadata.reflect)
    return {table.name: table for table in metadata.sorted_tables if table.name not in LEFT_OUT}


def _as_ours(_inspector: object, _table: Table, column: JsonObject) -> None:
    """Times, JSON and bytes mean the same on both engines by way of our own types."""
    if isinstance(column["type"], DateTime):
        column["type"] = UtcDateTime()
    elif isinstance(column["type"], JSON):
        column["type"] = Json
    elif isinstance(column["type"], LargeBinary):
        column["type"] = LargeBinary()

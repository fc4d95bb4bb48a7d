"""A backup: one compressed file of JSON lines, written while the assistant runs, checked, and restored elsewhere.

    {"jembatan_backup": 1, "taken_at": "...", "revision": "0003", "rows": {"people": 2, "turns": 9}}
    {"table": "people", "columns": ["id", "created_at", ...]}
    [1, "2026-11-23T02:41:00+00:00", ...]              a row, in the order of the primary key
    {"end": "people", "rows": 2, "checksum": "...", "last_id": 2}
    {"complete": true}

A checksum is the SHA-256 of the table's lines: where two agree, two databases hold the same.
"""

import gzip
import json
import os
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TextIO

from db.base import JsonObject
from db.copies import snapshots
from db.copies.copies import filling
from db.copies.snapshots import SLICE, Snapshot, SnapshotPart, TableCount
from db.engine import Database
from db.privacy.erasures import DoneErasure

FORMAT = 1
#: characters of rows that are restored at a time
LONGEST = 4_000_000
#: told how many rows were done since it was last told, and how many there are in all
Progress = Callable[[int, int], None]


class Broken(Exception):
    """Raised for a file that is no whole backup; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class BackupContents:
    """What a backup says of itself, after all of it was read and checked."""

    taken_at: datetime
    #: the version of the schema
    revision: str
    tables: dict[str, SnapshotPart] = field(default_factory=dict)
    #: of a restored backup: how many people were erased again, as they had been since it was taken
    erased: int = 0

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())


async def take(database: Database, path: Path, now: datetime, progress: Progress) -> BackupContents:
    """Write what is committed now to a new file that only its owner can read, and read it again to be sure.

    Raises `db.copies.snapshots.Unfit`, `Broken`, and OSError (FileExistsError too).
    """
    with _new(path) as file:
        async with snapshots.snapshot(database) as snapshot:
            rows = {table: await snapshot.count(table) for table in snapshot.tables}
            header = {"taken_at": now.isoformat(), "revision": snapshot.revision, "rows": rows}
            _write(file, {"jembatan_backup": FORMAT, **header})
            for table in snapshot.tables:
                await _write_table(file, snapshot, table, lambda done: progress(done, sum(rows.values())))
        _write(file, {"complete": True})
    return check(path)


async def _write_table(file: TextIO, snapshot: Snapshot, table: str, progress: Callable[[int], None]) -> None:
    _write(file, {"table": table, "columns": snapshot.columns(table)})
    tally = TableCount()
    async for row in snapshot.rows(table):
        file.write(f"{row}\n")
        tally.add(row)
        if tally.rows % SLICE == 0:
            progress(SLICE)
    progress(tally.rows % SLICE)
    _write(file, {"end": table, **asdict(SnapshotPart(tally.rows, tally.checksum, await snapshot.last_id(table)))})


@contextmanager
def _new(path: Path) -> Iterator[TextIO]:
    """Open a file that gets its name when it is whole; it never replaces another."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with gzip.open(raw, "wt", encoding="ascii", compresslevel=6) as file:
                yield file
            raw.flush()
            os.fsync(raw.fileno())
        path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _write(file: TextIO, line: JsonObject) -> None:
    file.write(f"{json.dumps(line)}\n")


async def restore(
    database: Database, path: Path, now: datetime, progress: Progress, erased: Collection[DoneErasure] = ()
) -> BackupContents:
    """Fill an empty database, compare every table with the file, and hold it: it sends nothing until it is released.

    Who is among the `erased` is erased again before anybody reads the copy. Raises `Broken` and
    `db.copies.snapshots.Unfit`, and then nothing was written.
    """
    contents = check(path)
    async with filling(database, contents.revision) as copy:
        for table, columns, rows in _slices(path):
            await copy.add(table, columns, rows)
            progress(len(rows), contents.rows)
        await copy.finish(contents.tables, contents.taken_at, now)
        again = await copy.erase(erased, now)
    return replace(contents, erased=again)


def check(path: Path) -> BackupContents:
    """Read all of a backup; raises `Broken` where it is not what was once written, and OSError."""
    lines = _lines(path)
    header = _object(next(lines, ""))
    if header.get("jembatan_backup") != FORMAT:
        raise Broken("this is no backup that this version can read")
    contents = BackupContents(datetime.fromisoformat(header["taken_at"]), header["revision"])
    tally, last = TableCount(), header
    for line in lines:
        if line.startswith("["):
            tally.add(line)
            continue
        last = _object(line)
        if "table" in last:
            tally = TableCount()
        elif "end" in last:
            part = SnapshotPart(last["rows"], last["checksum"], last["last_id"])
            if (tally.rows, tally.checksum) != (part.rows, part.checksum):
                raise Broken(f"the table {last['end']} was damaged")
            contents.tables[last["end"]] = part
    if not last.get("complete") or set(contents.tables) != set(header["rows"]):
        raise Broken("the end of the backup is missing")
    return contents


def _slices(path: Path) -> Iterator[tuple[str, list[str], list[list[object]]]]:
    """Read the rows of each table, some at a time, with the names of their columns."""
    table, columns, rows, size = "", list[str](), list[list[object]](), 0
    for line in _lines(path):
        if line.startswith("["):
            rows.append(json.loads(line))
            size += len(line)
        if rows and (len(rows) == SLICE or size > LONGEST or not line.startswith("[")):
            yield table, columns, rows
            rows, size = [], 0
        if line.startswith('{"table"'):
            header = _object(line)
            table, columns = header["table"], header["columns"]


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            for line in file:
                yield line.rstrip("\n")
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, zlib.error):
        raise Broken("the file is damaged, or no backup") from None


def _object(line: str) -> JsonObject:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Broken("the file is damaged, or no backup")
    return found

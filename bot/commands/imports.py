"""Import tables: every fault by line and column; all of a file, or nothing."""

import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import click

from bot.clock import Clock
from bot.commands import Stop, on_database
from bot.commands.tables import Table, heading_faults
from bot.media import sheets
from bot.media.sheets import Contents, Fault, Line
from bot.media.workbooks import Unreadable
from bot.settings import Settings
from db.engine import Database, Transaction

#: a file of more lines is shown a progress bar for
_LONG = 200


class FaultyFile(Exception):
    """Raised where the file says what cannot be; nothing was written."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = sorted(faults)


class _OnlyTried(Exception):
    """Raised to undo what a dry run wrote."""


@dataclass(slots=True)
class ImportCount:
    new: int = 0
    changed: int = 0
    same: int = 0


#: writes what is new or different in these rows and counts it; raises `FaultyFile` with all that is wrong. The
#: table has only the columns of the file
Take = Callable[[Transaction, Table, Iterator[Line], datetime, ImportCount], Awaitable[None]]


def bring_in(settings: Settings, table: Table, path: Path, take: Take, *, dry_run: bool) -> ImportCount:
    """Import a file and say how many rows changed something."""
    try:
        read = sheets.read(path, table.headings())
    except (Unreadable, OSError) as error:
        raise Stop(f"{path}: {getattr(error, 'strerror', None) or error}.") from None
    if wrong := list(heading_faults(table, read.headings, read.line)):
        raise _told(FaultyFile(wrong), read)
    if not read.lines:
        raise Stop(f"{path}: there is nothing below the headings. Read: {read}.")
    tally, given = ImportCount(), table.only(read.headings)
    with _shown(read.lines) as passing:
        try:
            absent: Literal["try", "make"] = "try" if dry_run else "make"
            on_database(settings, lambda db: _bring_in(db, given, passing, take, tally, dry_run), absent=absent)
        except FaultyFile as faulty:
            raise _told(faulty, read) from None
    if read.left or read.line > 1:
        click.echo(f"Read: {read}.")
    counted = f"{tally.new} new, {tally.changed} changed, {tally.same} as they were."
    click.echo(f"{counted} Nothing was written (--dry-run)." if dry_run else counted)
    return tally


def _told(faulty: FaultyFile, read: Contents) -> Stop:
    for fault in faulty.faults:
        click.echo(fault, err=True)
    counted = "1 fault" if len(faulty.faults) == 1 else f"{len(faulty.faults)} faults"
    return Stop(f"{counted}; nothing was changed. Mend what is named and import the file again. Read: {read}.")


def _shown(lines: Sequence[Line]) -> Any:
    hidden = len(lines) < _LONG
    return click.progressbar(lines, label="Import", file=sys.stderr, hidden=hidden)


async def _bring_in(
    database: Database, table: Table, lines: Iterator[Line], take: Take, tally: ImportCount, dry_run: bool
) -> None:
    now = Clock().now()
    try:
        async with database.transaction() as tx:
            await take(tx, table, lines, now, tally)
            if dry_run:
                raise _OnlyTried
    except _OnlyTried:
        return

"""Export tables, a row at a time: any number of rows in the same memory."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from bot.clock import Clock
from bot.commands import Stop, on_database
from bot.media import sheets
from bot.settings import Settings
from db.engine import Database, Transaction
from db.privacy import audit

#: a table of more rows is shown a progress bar for
_LONG = 2000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A table to be written; `length` is about how many rows there are."""

    headings: Sequence[str]
    rows: AsyncIterator[Mapping[str, Any]]
    length: int
    #: what is counted at the end, where that is not what is exported
    called: str = ""


#: finds a table in the database, for one of `sheets.FORMATS`
Find = Callable[[Transaction, str], Awaitable[Outgoing]]


def bring_out(
    settings: Settings, what: str, path: Path | None, form: str | None, find: Find, *, personal: bool = False
) -> None:
    """Export to a new file that nobody else can read, or to standard output.

    An export of `personal` data is noted in the audit trail.
    """
    form = form or (path.suffix.lower().removeprefix(".") if path else "csv")
    if form not in sheets.FORMATS:
        raise Stop(f"--format must be one of {', '.join(sheets.FORMATS)}, or the file be named so.")
    if path is None and form == "xlsx":
        raise Stop(f"An XLSX file needs a name: `jembatan export {what} {what}.xlsx`.")
    with _opened(path) as file:

        async def work(database: Database) -> str:
            written, called = await _write(database, form, file, find)
            if personal:
                async with database.transaction() as tx:
                    await audit.note(tx, None, f"{what}.export", what, Clock().now(), number=written)
            return f"{written} {called or what}"

        written = on_database(settings, work)
    if path:
        click.echo(f"{written} are in {path}.")


@contextmanager
def _opened(path: Path | None) -> Iterator[BinaryIO]:
    """Open a new file, which is deleted where it cannot be finished."""
    if path is None:
        yield sys.stdout.buffer
        return
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            yield file
    except FileExistsError:
        raise Stop(f"{path} exists; name a new file.") from None
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise Stop(f"{path}: {error.strerror or error}; name another file, or make room.") from None
        raise


async def _write(database: Database, form: str, file: BinaryIO, find: Find) -> tuple[int, str]:
    """Write the table; returns how many rows there were, and what they are called."""
    written = 0
    async with database.reading() as tx:
        found = await find(tx, form)
        hidden = found.length < _LONG
        with (
            click.progressbar(length=found.length, label="Export", file=sys.stderr, hidden=hidden) as bar,
            sheets.writing(form, found.headings, file) as add,
        ):
            async for row in found.rows:
                add(row)
                bar.update(1)
                written += 1
    return written, found.called

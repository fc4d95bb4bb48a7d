"""Exhibitions and programmes out of files and into files: all of a file, or nothing."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.clock import BANDUNG, Clock
from bot.commands import Stop, no_database, on_database, sheets
from bot.commands.sheets import Fault, Line, Unreadable
from bot.commands.tables import EXHIBITIONS, PROGRAMMES, TABLES, Table, build, future_check, heading_faults, row, values
from bot.settings import Settings
from db import audit, exhibitions
from db.engine import Database, Transaction, will_pass

Result = TypeVar("Result")

#: a file of more lines is shown a progress bar for
_LONG = 200


class Faulty(Exception):
    """The file says what cannot be; nothing was written."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = sorted(faults)


class _OnlyTried(Exception):
    """Undoes what a dry run wrote."""


@dataclass(slots=True)
class Tally:
    new: int = 0
    changed: int = 0
    same: int = 0


def bring_in(settings: Settings, what: str, path: Path, *, dry_run: bool) -> None:
    """Import a file and say what it changed."""
    table = TABLES[what]
    try:
        headings, lines = sheets.read(path)
    except (Unreadable, OSError) as error:
        raise Stop(f"{path}: {getattr(error, 'strerror', None) or error}.") from None
    if wrong := list(heading_faults(table, headings)):
        raise _told(Faulty(wrong))
    tally = Tally()
    with _shown(lines) as passing:
        try:
            run(settings, lambda database: _bring_in(database, table, passing, tally, dry_run))
        except Faulty as faulty:
            raise _told(faulty) from None
    counted = f"{tally.new} new, {tally.changed} changed, {tally.same} as they were."
    click.echo(f"{counted} Nothing was written (--dry-run)." if dry_run else counted)
    if tally.changed and not dry_run:
        click.echo("Reminders moved to the new dates. Nobody is told of changes by an import.")


def _told(faulty: Faulty) -> Stop:
    for fault in faulty.faults:
        click.echo(fault, err=True)
    counted = "1 fault" if len(faulty.faults) == 1 else f"{len(faulty.faults)} faults"
    return Stop(f"{counted}; nothing was changed. Mend what is named and import the file again.")


def _shown(lines: Sequence[Line]) -> Any:
    hidden = len(lines) < _LONG
    return click.progressbar(lines, label="Import", file=sys.stderr, hidden=hidden)


async def _bring_in(database: Database, table: Table, lines: Iterator[Line], tally: Tally, dry_run: bool) -> None:
    now = Clock().now()
    await database.migrate()
    try:
        async with database.transaction() as tx:
            await take(tx, table, lines, now, tally)
            if dry_run:
                raise _OnlyTried
    except _OnlyTried:
        return


async def take(tx: Transaction, table: Table, lines: Iterator[Line], now: datetime, tally: Tally) -> None:
    """Write what is new or different; raises `Faulty` with all that is wrong."""
    plans = await planned(tx, table, lines, now.astimezone(BANDUNG).date())
    stored = {one.code: one for one in await table.noun.all_of(tx)}
    new = []
    for plan in plans:
        before = stored.get(plan.code)
        if before is None:
            new.append(plan)
        elif _same(before.plan(), plan):
            tally.same += 1
        else:
            await table.noun.change(tx, before, plan, now)
            tally.changed += 1
    await table.noun.add(tx, new, now)
    tally.new = len(new)
    if new or tally.changed:
        await audit.note(tx, None, f"{table.name}.import", table.name, now, new=tally.new, changed=tally.changed)


def _same(stored: Any, plan: Any) -> bool:
    """Whether a row says what is stored; what was announced and changed since is still `announced` in the file."""
    told = {"changed": "announced"}
    return bool(
        replace(stored, state=told.get(stored.state, stored.state))
        == replace(plan, state=told.get(plan.state, plan.state))
    )


async def planned(tx: Transaction, table: Table, lines: Iterator[Line], today: date) -> list[Any]:
    """The plans of all rows; raises `Faulty`."""
    ids = {one.code: one.id for one in await exhibitions.all_of(tx)} if table is PROGRAMMES else {}
    faults: list[Fault] = []
    plans: list[Any] = []
    seen: dict[str, int] = {}
    for line in lines:
        found, wrong = values(table, line)
        wrong += future_check(line, found, today)
        code, exhibition = found.get("code"), found.get("exhibition")
        if code in seen:
            wrong.append(Fault(line.number, "code", f"{code} is in line {seen[code]} already"))
        if exhibition and exhibition not in ids:
            wrong.append(Fault(line.number, "exhibition", f"there is no exhibition {exhibition}; import it first"))
        if code:
            seen.setdefault(code, line.number)
        faults += wrong
        if not wrong:
            plans.append(build(table, found, ids))
    if faults:
        raise Faulty(faults)
    return plans


def bring_out(settings: Settings, what: str, path: Path | None, form: str | None) -> None:
    """Export to a file, or to standard output."""
    form = form or (path.suffix.lower().removeprefix(".") if path else "csv")
    if form not in sheets.FORMATS:
        raise Stop(f"--format must be one of {', '.join(sheets.FORMATS)}, or the file be named so.")
    if path and path.exists():
        raise Stop(f"{path} exists; name a new file.")
    if path is None and form == "xlsx":
        raise Stop("An XLSX file needs a name: `jembatan export exhibitions exhibitions.xlsx`.")
    table = TABLES[what]
    rows = run(settings, lambda database: _rows(database, table))
    content = sheets.write(form, table.headings(), rows)
    if path is None:
        sys.stdout.buffer.write(content)
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Stop(f"{path}: {error.strerror or error}; name another file, or make room.") from None
    click.echo(f"{len(rows)} {what} are in {path}.")


async def _rows(database: Database, table: Table) -> list[dict[str, str]]:
    if not database.is_there():
        return []
    await database.migrate()
    async with database.reading() as tx:
        codes = {one.id: one.code for one in await exhibitions.all_of(tx)}
        return [row(table, one, codes) for one in await table.noun.all_of(tx)]


def run(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do it with the configured database; one that cannot be had is said in a sentence."""
    try:
        return asyncio.run(on_database(settings, work))
    except Exception as error:
        if will_pass(error):
            raise no_database(error) from None
        raise


__all__ = ["EXHIBITIONS", "PROGRAMMES", "bring_in", "bring_out", "run", "take"]

"""Import and export exhibitions and programmes."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from bot.clock import bandung_day
from bot.commands import exports, imports
from bot.commands.exports import Outgoing
from bot.commands.imports import FaultyFile, ImportCount
from bot.commands.tables import PROGRAMMES, TABLES, Table, build, future_check, row, values
from bot.media.sheets import Fault, Line
from bot.settings import Settings
from db.engine import Transaction
from db.fairs import exhibitions
from db.privacy import audit


def bring_in(settings: Settings, what: str, path: Path, *, dry_run: bool) -> None:
    """Import a file and say what it changed."""
    tally = imports.bring_in(settings, TABLES[what], path, take, dry_run=dry_run)
    if tally.changed and not dry_run:
        click.echo("Reminders moved to the new dates. Nobody is told of changes by an import.")


async def take(tx: Transaction, table: Table, lines: Iterator[Line], now: datetime, tally: ImportCount) -> None:
    """Write what is new or different; raises `FaultyFile` with all that is wrong."""
    plans = await planned(tx, table, lines, bandung_day(now))
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
    """Read the plans of all rows; raises `FaultyFile`."""
    ids = {one.code: one.id for one in await exhibitions.all_of(tx)} if table.name == PROGRAMMES.name else {}
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
        raise FaultyFile(faults)
    return plans


def bring_out(settings: Settings, what: str, path: Path | None, form: str | None) -> None:
    """Export to a file, or to standard output."""
    table = TABLES[what]

    async def find(tx: Transaction, _form: str) -> Outgoing:
        every = await table.noun.all_of(tx)
        return Outgoing(table.headings(), _rows(tx, table, every), len(every))

    exports.bring_out(settings, what, path, form, find)


async def _rows(tx: Transaction, table: Table, every: list[Any]) -> AsyncIterator[dict[str, str]]:
    codes = {one.id: one.code for one in await exhibitions.all_of(tx)}
    for one in every:
        yield row(table, one, codes)

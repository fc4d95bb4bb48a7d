"""Sample exhibitions and programmes, each marked as an example, for an assistant that has nothing to show yet."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import click

from bot.clock import Clock, bandung_day
from bot.commands import Stop, on_database
from bot.commands.plans import planned
from bot.commands.tables import TABLES
from bot.language.i18n import LOCALES
from bot.media import sheets
from bot.settings import Settings
from db.engine import Database, Transaction
from db.enrolling import samples
from db.fairs import exhibitions, programmes

#: whole weeks, so that weekdays stay
_YEAR = timedelta(weeks=52)
#: how far ahead the first of the samples is at least
_AHEAD = timedelta(weeks=8)
_DAYS = ("first_day", "last_day", "enrolment_opens", "enrolment_closes")


def show(settings: Settings, *, remove: bool) -> None:
    """Add the samples, or remove them with everything that belongs to them."""
    if remove:
        removed = on_database(settings, _remove)
        click.echo(f"{removed} samples were removed.")
    elif added := on_database(settings, load, absent="make"):
        click.echo(f"{added} samples were added, each marked CONTOH; `jembatan demo --remove` removes them.")
    else:
        raise Stop("There are exhibitions or programmes already; samples are only for an empty list.")


async def load(database: Database) -> int:
    """Add the samples to a database without exhibitions and programmes; returns how many."""
    now = Clock().now()
    async with database.transaction() as tx:
        if await exhibitions.all_of(tx) or await programmes.all_of(tx):
            return 0
        return await _fill(tx, now)


async def _fill(tx: Transaction, now: datetime) -> int:
    added, today = 0, bandung_day(now)
    files = {
        name: sheets.read(LOCALES / "demo" / f"{name}.csv", table.headings()).lines for name, table in TABLES.items()
    }
    by = _shift([date.fromisoformat(line.cells["first_day"]) for lines in files.values() for line in lines], today)
    for name, table in TABLES.items():
        plans = [_later(plan, by) for plan in await planned(tx, table, iter(files[name]), today)]
        await table.noun.add(tx, plans, now)
        added += len(plans)
    return added


def _shift(first_days: Sequence[date], today: date) -> timedelta:
    """By how much all samples move, once the first is near or over."""
    by = timedelta()
    while min(first_days) + by < today + _AHEAD:
        by += _YEAR
    return by


def _later(plan: Any, by: timedelta) -> Any:
    return replace(plan, **{name: day + by for name in _DAYS if (day := getattr(plan, name))})


async def _remove(database: Database) -> int:
    async with database.transaction() as tx:
        return await samples.remove(tx)

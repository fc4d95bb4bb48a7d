"""Backups from the command line: take one while the assistant runs, restore it into an empty database, release it."""

import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import click

from bot.clock import Clock
from bot.commands import Stop, on_database
from bot.privacy import backup, erasing
from bot.privacy.backup import BackupContents, Broken, Progress
from bot.settings import PREFIX, Settings
from db.copies import restores
from db.copies.snapshots import Unfit
from db.engine import Database


def take(settings: Settings, path: Path) -> None:
    """Write a backup and say what is in it."""
    if path.exists():
        raise Stop(f"{path} exists; name a new file.")
    with _bar("Backup") as progress:
        taken = _run(settings, lambda database: backup.take(database, path, Clock().now(), progress), "refuse")
    _show(taken)
    click.echo(f"Everything is in {path}, read again and found whole. It holds people's words: keep it safe.")
    click.echo(
        "The secret key and the tokens are not in it: keep .env and the data folder's secret_key too,"
        f" and {erasing.LIST}, by which people who were erased stay so after a restore."
    )


def restore(settings: Settings, path: Path) -> None:
    """Fill the configured database, which must be empty, from a backup."""
    with _bar("Restore") as progress:
        erased = erasing.read(settings.folder() / erasing.LIST)
        now = Clock().now()
        restored = _run(settings, lambda database: backup.restore(database, path, now, progress, erased), "make")
    _show(restored)
    if restored.erased:
        click.echo(f"Erased again, as they had wished since: {restored.erased} people.")
    click.echo("Every table is as it was. This copy sends nothing until you say so: `jembatan restore --release`.")
    click.echo("First make sure that the original has stopped: two would answer the same people.")


def release(settings: Settings, *, finish_old: bool) -> None:
    """Release a restored copy: from now on it sends."""
    on_database(settings, lambda database: _release(database, finish_old))


async def _release(database: Database, finish_old: bool) -> None:
    now = Clock().now()
    async with database.transaction() as tx:
        if await restores.held_since(tx) is None:
            raise Stop("Nothing is held back here: this database may already speak.")
        left = None if finish_old else await restores.drop_left(tx, now)
        await restores.release(tx, now)
    if left:
        click.echo(
            f"Left undone: {left.replies} replies, {left.turns} turns, {left.jobs} overdue jobs and"
            f" {left.deliveries} deliveries of the backup."
        )
    click.echo("Released: a running assistant begins within seconds, or start it with `jembatan run`.")


def _run(
    settings: Settings,
    work: Callable[[Database], Coroutine[object, None, BackupContents]],
    absent: Literal["refuse", "make"],
) -> BackupContents:
    """Run the work with the configured database as it is; what cannot be done is said in a sentence."""
    try:
        return on_database(settings, work, absent=absent, migrate=False)
    except Unfit as unfit:
        raise Stop(f"The database: {unfit}. Change {PREFIX}DATABASE_URL, or put that right.") from None
    except Broken as broken:
        raise Stop(f"The file: {broken}. Use another backup.") from None
    except FileExistsError as error:
        raise Stop(f"{error.filename2 or error.filename} exists; name a new file.") from None
    except OSError as error:
        raise Stop(f"{error.filename or 'The file'}: {error.strerror or error}; name another, or make room.") from None


@contextmanager
def _bar(label: str) -> Iterator[Progress]:
    """Show a progress bar on standard error."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def progress(done: int, whole: int) -> None:
            bar.length = whole
            bar.update(done)

        yield progress


def _show(contents: BackupContents) -> None:
    for table, part in contents.tables.items():
        click.echo(f"{table:<12} {part.rows:>10}  {part.checksum[:16]}")
    click.echo(f"Taken at {contents.taken_at:%Y-%m-%d %H:%M:%S} UTC, schema {contents.revision}.")

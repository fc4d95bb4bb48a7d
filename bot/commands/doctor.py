"""The doctor: look at everything the assistant stands on, one line each, without changing anything."""

import asyncio
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click

from bot import logs
from bot.channels.telegram import checkup as telegram
from bot.channels.telegram.channel import WEBHOOK_PATH
from bot.clock import Clock, bandung_day
from bot.commands import Stop, configured, no_database, opened
from bot.knowledge.check import check
from bot.language.i18n import LOCALES
from bot.settings import PREFIX, Settings, Unusable
from bot.web import health
from db.conversation import channels
from db.copies import soundness
from db.engine import Database
from db.people import staff
from db.privacy import retention

#: bytes of free space, below which a busy month and a backup may not fit
LEAST_SPACE = 500_000_000
#: the most by which two clocks may differ; with more, buttons age and signatures fail
MOST_SKEW = timedelta(seconds=30)
#: a sign of life younger than this is that of a running assistant
ALIVE = timedelta(seconds=60)
#: days after which the retention must have run
MOST_DAYS = 3
#: a failure of Telegram's call that is older than this is over
RECENT = timedelta(hours=1)


class Finding(NamedTuple):
    sound: bool
    about: str
    #: what was found; what to do, where it is not sound
    words: str


def show() -> bool:
    """Print what was found; True where something is wrong."""
    try:
        settings = configured(logging.ERROR)
    except Unusable as unusable:
        _print(Finding(False, "settings", str(unusable)))
        return True
    return asyncio.run(_show(settings))


async def _show(settings: Settings) -> bool:
    wrong = False
    async for finding in _examine(settings):
        _print(finding)
        wrong |= not finding.sound
    return wrong


def _print(finding: Finding) -> None:
    click.echo(f"{'ok' if finding.sound else '!!'}  {finding.about:<10}  {logs.blanked(finding.words)}")


async def _examine(settings: Settings) -> AsyncIterator[Finding]:
    now = Clock().now()
    yield Finding(True, "settings", "all readable")
    for finding in _folder(settings):
        yield finding
    async for finding in _database(settings, now):
        yield finding
    async for finding in _telegram(settings, now):
        yield finding
    yield _knowledge(bandung_day(now))


def _folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    place = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        able = f"cannot be {'written' if place == folder else 'made'} ({error.strerror})"
        yield Finding(False, "folder", f"{PREFIX}DATA_DIR: the folder {folder} {able}; name another, or let us own it.")
        return
    able = "can be written" if place == folder else "will be made at the first `jembatan run`"
    yield Finding(True, "folder", f"{folder} {able}")
    free = shutil.disk_usage(place).free
    room = f"{free / 1e9:.1f} GB free"
    yield Finding(free >= LEAST_SPACE, "disk", room if free >= LEAST_SPACE else f"only {room}: make room.")
    if os.name == "posix" and folder.exists():
        open_to_others = [str(file) for file in sorted(folder.rglob("*")) if file.is_file() and _is_open(file)]
        mend = f"others may read {', '.join(open_to_others[:3])}: `chmod -R go= {folder}`."
        yield Finding(not open_to_others, "files", mend if open_to_others else "only ours to read")


def _is_open(file: Path) -> bool:
    """Whether anybody but its owner may do anything with a file."""
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


@cache
def _knowledge(today: date) -> Finding:
    try:
        report = check(LOCALES, today)
    except Exception as error:
        return Finding(False, "knowledge", f"{LOCALES} cannot be read ({type(error).__name__}): install it again.")
    if report.faults:
        return Finding(False, "knowledge", f"{len(report.faults)} faults: `jembatan check` names them.")
    if report.stale:
        return Finding(False, "knowledge", f"{len(report.stale)} facts or cards grew old: `jembatan check` names them.")
    return Finding(True, "knowledge", "no faults, nothing has grown old")


async def _database(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    try:
        database = opened(settings.database())
    except (Stop, Unusable) as problem:
        yield Finding(False, "database", str(problem))
        return
    try:
        async for finding in _opened_database(database, now):
            yield finding
    except Exception as error:
        yield Finding(False, "database", no_database(error).message)
    finally:
        await database.close()


async def _opened_database(database: Database, now: datetime) -> AsyncIterator[Finding]:
    if not database.is_there():
        yield Finding(True, "database", "will be made at the first `jembatan run`")
        return
    version = await soundness.version(database)
    newer = "it is of a newer version than this program: install that version."
    yield Finding(not version.unknown, "database", newer if version.unknown else "can be read")
    await soundness.try_to_write(database)
    yield Finding(True, "database", "can be written")
    if not database.is_sqlite:
        yield _clock("database", await soundness.clock(database), Clock().now())
    if not version.newest:
        words = f"is at version {version.found or 'none'}: the next `jembatan run` brings it up to date"
        yield Finding(True, "schema", words)
        return
    yield Finding(True, "schema", f"is at version {version.found}, the newest")
    for reason in await health.reasons(database, now):
        yield Finding(False, "work", f"{reason}.")
    for words in await health.waits(database, now):
        yield Finding(True, "work", words)
    yield await _staffed(database)
    yield await _retained(database, now)
    yield await _running(database, now)


async def _staffed(database: Database) -> Finding:
    async with database.reading() as tx:
        roles = [member.role for member in await staff.active(tx)]
    if "admin" in roles:
        return Finding(True, "staff", f"{len(roles)}, of whom {roles.count('admin')} may decide everything")
    return Finding(True, "staff", "no administrator yet: `jembatan run` prints a code, `jembatan staff add` makes one")


async def _retained(database: Database, now: datetime) -> Finding:
    async with database.reading() as tx:
        ran = await retention.last_ran(tx)
    if ran is None:
        return Finding(True, "retention", "has not run yet: the next `jembatan run` begins with it")
    days = (now - ran).days
    if days > MOST_DAYS:
        return Finding(False, "retention", f"last ran {days} days ago: keep `jembatan run` going, or read its log.")
    return Finding(True, "retention", f"what is too old was last looked for at {ran:%Y-%m-%d %H:%M} UTC")


async def _running(database: Database, now: datetime) -> Finding:
    async with database.reading() as tx:
        seen = await channels.last_seen_alive(tx)
    if seen and now - seen < ALIVE:
        ago = (now - seen).seconds
        return Finding(True, "running", f"an assistant was alive {ago} s ago: do not start another beside it")
    return Finding(True, "running", "no assistant runs on this database: `jembatan run` starts it")


def _clock(whose: str, theirs: datetime, ours: datetime) -> Finding:
    apart = abs(ours - theirs)
    if apart > MOST_SKEW:
        words = f"{apart.total_seconds():.0f} s from that of the {whose}: set it right (NTP)."
        return Finding(False, "clock", words)
    return Finding(True, "clock", f"as that of the {whose}")


async def _telegram(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    if settings.telegram_token is None:
        yield Finding(True, "telegram", f"not used: {PREFIX}TELEGRAM_TOKEN is not set")
        return
    try:
        found = await telegram.examine(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    except telegram.Rejected:
        yield Finding(False, "telegram", f"refuses the token: set {PREFIX}TELEGRAM_TOKEN to the one @BotFather shows.")
        return
    except telegram.TelegramUnreachable as error:
        yield Finding(
            False, "telegram", f"{settings.telegram_api_url} cannot be reached ({error}): look at the network."
        )
        return
    yield Finding(True, "telegram", f"knows us as @{found.username}")
    yield _clock("Telegram servers", found.now, Clock().now())
    yield _receiving(settings, found)
    if settings.by_webhook and found.last_error_at and now - found.last_error_at < RECENT:
        at = f"{found.last_error_at:%H:%M} UTC"
        yield Finding(False, "webhook", f"Telegram could not call us at {at} ({found.last_error}): look at the proxy.")


def _receiving(settings: Settings, found: telegram.Checkup) -> Finding:
    """Whether messages come to us; another program that polls elsewhere shows in the log of the running assistant."""
    waiting = f"{found.pending} updates wait"
    if not settings.by_webhook:
        words = f"a webhook is set, {found.webhook}: stop who set it; `jembatan run` takes it away."
        return Finding(not found.webhook, "polling", words if found.webhook else f"nobody else gets them, {waiting}")
    wanted = f"{settings.public_url}{WEBHOOK_PATH}"
    if found.webhook == wanted:
        return Finding(True, "webhook", f"{wanted}, {waiting}")
    words = f"is {found.webhook or 'not set'}, should be {wanted}: `jembatan run` sets it."
    return Finding(False, "webhook", words)

"""Announcements from the command line: written as a file, sent by the running service, watched from here."""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.broadcasts.audience import list_report, lists
from bot.broadcasts.audience.numbers import NumberList
from bot.broadcasts.audience.wording import described, reached
from bot.broadcasts.sending import checks, page, progress
from bot.broadcasts.sending.news import ask_for_agreement
from bot.broadcasts.sending.steps import start
from bot.broadcasts.writing import buttons
from bot.broadcasts.writing.file import audience_of, read_file
from bot.clock import BANDUNG, Clock
from bot.commands import Stop, known, on_database
from bot.language.i18n import speaking
from bot.language.markdown import plain
from bot.media.attachments import recognised
from bot.settings import Settings
from db import files, office
from db.base import JsonObject, storable
from db.broadcasts import audiences, broadcasts, recipients, taps
from db.broadcasts.broadcasts import Broadcast
from db.engine import Database, Transaction
from db.files import File
from db.people import staff
from db.privacy import audit

#: seconds between two looks at a broadcast that is being sent
_LOOK = 1.0
#: seconds after which one that does not move is left
_PATIENCE = 15.0
#: lines of a list
_LONGEST_LIST = 1_000_000


def send(
    settings: Settings, path: Path, audience: str, at: str, picture: Path | None, people: Path | None, yes: bool
) -> None:
    """Store it, say whom it reaches and what to look at again, and once that is agreed to let it go out."""
    with speaking("en"):
        text, file = _content(path, picture)
        listed = _numbers(people) if people else None
        id_ = on_database(settings, lambda database: _write(database, text, audience, file, listed))
        due_at = _time(at) if at else None
        stops, total = on_database(settings, lambda database: _say(database, id_, due_at))
        if stops or not total:
            on_database(settings, lambda database: _drop(database, id_))
            raise Stop("It is not sent: mend what is said above." if stops else "It reaches nobody; nothing is sent.")
        if not (yes or click.confirm(f"Send it to {total:,} people?")):
            on_database(settings, lambda database: _drop(database, id_))
            raise Stop("Nothing is sent.")
        click.echo(on_database(settings, lambda database: _start(database, id_, total, due_at)))
        if not due_at and sys.stdout.isatty():
            on_database(settings, lambda database: _watch(database, id_))


def show_all(settings: Settings) -> None:
    """List announcements, one a line, the newest first."""

    async def work(database: Database) -> list[Broadcast]:
        async with database.reading() as tx:
            return await broadcasts.latest(tx, limit=50)

    with speaking("en"):
        found = on_database(settings, work)
        if not found:
            click.echo("There are none yet; `jembatan broadcast send --help` shows how to send one.")
        for one in found:
            click.echo(plain(page.line(one)))


def show(settings: Settings, id_: int, as_json: bool) -> None:
    """Show how one stands, counted from the rows."""

    async def work(database: Database) -> tuple[Broadcast, dict[str, int], dict[str, int], dict[str, int]]:
        async with database.reading() as tx:
            one, tapped = await _known(tx, id_), await taps.counts(tx, id_)
            return one, await recipients.counts(tx, id_), await recipients.reasons(tx, id_, "failed"), tapped

    with speaking("en"):
        one, counts, reasons, tapped = on_database(settings, work)
        if as_json:
            click.echo(json.dumps(_as_json(one, counts, reasons) | {"taps": tapped}, ensure_ascii=False))
            return
        now = Clock().now()
        done = one.state in ("done", "cancelled")
        text = progress.report(one, counts, now) if done else progress.underway(one, counts, now)
        click.echo(f"{id_}: {one.state}\n{plain(text) if counts or done else 'Nothing has left yet.'}")
        for reason, count in reasons.items():
            click.echo(f"  {count} x {reason or 'no reason given'}")
        for button, count in tapped.items():
            click.echo(f"  {count:,} tapped {plain(buttons.label(button))}")


def _as_json(one: Broadcast, counts: dict[str, int], reasons: dict[str, int]) -> JsonObject:
    times = {name: getattr(one, name) for name in ("created_at", "due_at", "started_at", "finished_at")}
    return {
        "id": one.id,
        "kind": one.kind,
        "topic": one.topic,
        "state": one.state,
        "total": sum(counts.values()),
        "counts": {state: counts.get(state, 0) for state in ("pending", "sending", *recipients.ENDS)},
        "failed": reasons,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


def pause(settings: Settings, id_: int) -> None:
    _move(settings, id_, ["freezing", "sending"], "paused", "pause", "It is paused.")


def resume(settings: Settings, id_: int) -> None:
    async def work(database: Database) -> None:
        async with database.transaction() as tx:
            one = await _known(tx, id_)
            if not await broadcasts.resume(tx, id_, Clock().now()):
                raise Stop(f"{id_} is not paused: it is {one.state}.")
            await audit.note(tx, None, "broadcast.resume", one.source, Clock().now())

    on_database(settings, work)
    click.echo("It goes on.")


def cancel(settings: Settings, id_: int) -> None:
    """Cancel one: what has not left never will."""
    _move(settings, id_, [*page.OPEN, "freezing", "sending", "paused"], "cancelled", "cancel", "It is cancelled.")


def _move(settings: Settings, id_: int, before: list[str], state: str, act: str, said: str) -> None:
    async def work(database: Database) -> int:
        async with database.transaction() as tx:
            one, now = await _known(tx, id_), Clock().now()
            ended = {"finished_at": now} if state == "cancelled" else {}
            if not await broadcasts.move(tx, id_, before, state, now, **ended):
                raise Stop(f"{id_} is {one.state} already; `jembatan broadcast status {id_}` shows how it stands.")
            await audit.note(tx, None, f"broadcast.{act}", one.source, now)
            return await recipients.cancel(tx, id_) if state == "cancelled" else 0

    left = on_database(settings, work)
    click.echo(f"{said} {left:,} people do not get it." if left else said)


async def _known(tx: Transaction, id_: int) -> Broadcast:
    one = await broadcasts.load(tx, id_)
    if one is None:
        raise Stop(f"There is no announcement {id_}; `jembatan broadcast list` shows all.")
    return one


def _content(path: Path, picture: Path | None) -> tuple[str, File | None]:
    try:
        text = path.read_text("utf-8").lstrip("\ufeff")
        file = recognised(picture.read_bytes(), picture.name) if picture else None
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{path} or its picture cannot be read ({type(error).__name__}).") from None
    if picture and (file is None or file.kind == "voice"):
        raise Stop(f"{picture} is no picture (JPG, PNG) and no PDF.")
    for number, line in enumerate(text.split("\n"), 1):
        if storable(line) != line:
            raise Stop(f"{path}, line {number}: it holds a character that cannot be kept; write it again.")
    return text, file


def _numbers(path: Path) -> NumberList:
    """Read the phone and registration numbers of a list."""
    try:
        found = lists.read(path.read_bytes(), _LONGEST_LIST)
    except OSError as error:
        raise Stop(f"{path} cannot be read ({type(error).__name__}).") from None
    if found.fault:
        raise Stop(f"{path} cannot be read as a table; save it anew as CSV, XLSX or text, with little else in it.")
    if not found.entries:
        for line in list_report.without(found):
            click.echo(plain(line))
        raise Stop(f"{path} has no phone and no registration numbers; write one a line.")
    return found


async def _write(database: Database, text: str, audience: str, file: File | None, listed: NumberList | None) -> int:
    now = Clock().now()
    async with database.transaction() as tx:
        try:
            written = await read_file(tx, text, now)
            narrowed = await audience_of(tx, audience)
        except ValueError as error:
            raise Stop(str(error)) from None
        kept = await files.add(tx, None, file, now) if file else None
        narrowed = replace(narrowed, listed=listed is not None)
        id_ = await broadcasts.add(tx, None, now, **written, audience=narrowed.to_json(), file_id=kept)
        await audit.note(tx, None, "broadcast.write", broadcasts.source(id_), now)
        if listed:
            judged = await list_report.judge(tx, listed)
            click.echo(plain(judged.said()))
            await recipients.list_people(tx, id_, judged.people)
            await audit.note(tx, None, "broadcast.list", broadcasts.source(id_), now, people=len(judged.people))
        return id_


async def _say(database: Database, id_: int, due_at: datetime | None) -> tuple[bool, int]:
    """Print the faults, the warnings and how many it reaches."""
    now = Clock().now()
    async with database.reading() as tx:
        one = await _known(tx, id_)
        counts = await audiences.count(tx, one, now)
        stops = await checks.faults(tx, one, known())
        lines = [await described(tx, one), reached(counts), *stops, *await checks.warnings(tx, one, counts, now)]
        full = await checks.full(tx, one, due_at or now)
    for line in lines:
        click.echo(plain(line))
    if due_at:
        click.echo(f"It goes out on {due_at.astimezone(BANDUNG):%A, %d %B %Y at %H:%M} in Bandung.")
    return bool(stops), sum(counts.values()) - full


async def _drop(database: Database, id_: int) -> None:
    async with database.transaction() as tx:
        now = Clock().now()
        await broadcasts.move(tx, id_, ["draft"], "cancelled", now)
        await audit.note(tx, None, "broadcast.drop", broadcasts.source(id_), now)


async def _start(database: Database, id_: int, total: int, due_at: datetime | None) -> str:
    """Let it go out, or ask the administrators where it reaches more than the office lets one person decide."""
    now = Clock().now()
    async with database.transaction() as tx:
        one = await _known(tx, id_)
        if total > (await office.load(tx)).second_from:
            others = [member for member in await staff.active(tx) if member.role == "admin"]
            if not others:
                raise Stop("An administrator must agree to so many, and there is none: `jembatan staff add --help`.")
            await broadcasts.move(tx, id_, ["draft"], "waiting", now, due_at=due_at)
            await audit.note(tx, None, "broadcast.ask", one.source, now)
            await ask_for_agreement(tx, one, others, "The command line", total, now)
            return f"Announcement {id_} waits until an administrator agrees in the chat."
        at = {"at": due_at.isoformat()} if due_at else {}
        await audit.note(tx, None, "broadcast.send", one.source, now, people=total, **at)
        if due_at:
            await broadcasts.move(tx, id_, ["draft"], "scheduled", now, due_at=due_at)
            return f"Announcement {id_} is scheduled."
        await start(tx, one, now)
    return f"Announcement {id_} goes out while the service runs; `jembatan broadcast status {id_}` shows how far it is."


async def _watch(database: Database, id_: int) -> None:
    """Show a progress bar until it is over, or does not move."""
    still, before = 0.0, 0
    with click.progressbar(length=1, label="sent", show_pos=True) as bar:
        while still < _PATIENCE:
            async with database.reading() as tx:
                one, counts = await _known(tx, id_), await recipients.counts(tx, id_)
            bar.length = max(1, sum(counts.values()))
            over = bar.length - counts.get("pending", 0) - counts.get("sending", 0) if counts else 0
            bar.update(over - before)
            if one.state in ("done", "cancelled"):
                return
            still, before = (still + _LOOK if over == before else 0.0), over
            await asyncio.sleep(_LOOK)
    click.echo("It does not move now: is the service running, is it night, or is it paused?")


def _time(written: str) -> datetime:
    """Read a time in ISO 8601; one without a zone is Bandung's."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise Stop(f"{written} is no time; write it like 2026-12-01T09:00 (in Bandung) or with a zone.") from None
    at = (at if at.tzinfo else at.replace(tzinfo=BANDUNG)).astimezone(UTC)
    if at <= Clock().now():
        raise Stop(f"{written} is past.")
    return at

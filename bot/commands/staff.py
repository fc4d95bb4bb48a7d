"""Staff from the command line: who works here, and the code by which the first administrator becomes one."""

from collections.abc import Sequence
from datetime import datetime

import click

from bot.clock import Clock, bandung_day
from bot.commands import Stop, on_database
from bot.settings import ADDRESS, Settings
from db.engine import Database, Transaction
from db.people import addresses, codes, people, staff
from db.people.staff import LONGEST_NAME, Member
from db.privacy import audit


async def appoint(database: Database, administrators: Sequence[tuple[str, str]], now: datetime) -> None:
    """Make these addresses administrators, whatever they were before."""
    if not administrators:
        return
    async with database.transaction() as tx:
        for channel, value in administrators:
            await _employ(tx, channel, value, "admin", "", now)


async def first_code(database: Database, now: datetime) -> str | None:
    """Make a code for the first administrator; None where there is one already."""
    async with database.transaction() as tx:
        if await staff.admins(tx):
            return None
        return await codes.give(tx, "admin", None, now)


def add(settings: Settings, address: str, role: str, name: str) -> None:
    channel, value = _address(address)
    called = " ".join(name.split())
    if len(called) > LONGEST_NAME:
        raise Stop(f"The name has more than {LONGEST_NAME} characters; give an honorific and a first name: Bu Rini")

    async def work(database: Database) -> bool:
        async with database.transaction() as tx:
            return await _employ(tx, channel, value, role, called, Clock().now())

    new = on_database(settings, work, absent="make")
    click.echo(f"{address} is {role} now." if new else f"{address} was {role} already.")


def remove(settings: Settings, address: str) -> None:
    channel, value = _address(address)

    async def work(database: Database) -> int:
        async with database.transaction() as tx:
            member = await _member(tx, channel, value)
            if member is None:
                raise Stop(f"Nobody of the staff is at {address}; `jembatan staff list` shows who is where.")
            await staff.end(tx, member.id, Clock().now())
            await audit.note(tx, None, "staff.remove", f"staff:{member.id}", Clock().now())
            return await staff.admins(tx)

    left = on_database(settings, work)
    click.echo(f"{address} is no longer staff.")
    if (channel, value) in settings.administrators():
        click.echo("The setting JEMBATAN_STAFF names this address: the next start makes it an administrator's again.")
    elif not left:
        click.echo("No administrator is left: `jembatan run` prints a code for the next one when it starts.")


def show(settings: Settings) -> None:
    async def work(database: Database) -> list[staff.StaffRow]:
        async with database.reading() as tx:
            return await staff.listed(tx)

    found = on_database(settings, work)
    if not found:
        click.echo("Nobody yet. `jembatan run` prints a code for the first, or see `jembatan staff add --help`.")
    for one in found:
        since = bandung_day(one.since).isoformat()
        click.echo(f"{one.channel}:{one.value}  {one.role}  since {since}  {one.name}".rstrip())


def _address(written: str) -> tuple[str, str]:
    """Read the channel and the value of an address as somebody wrote it."""
    if not ADDRESS.fullmatch(written):
        raise Stop(
            f"{written} is no address; write it like telegram:123456, with the number that @userinfobot tells anybody"
            " about themselves, or like terminal:ani."
        )
    channel, _, value = written.partition(":")
    return channel, value


async def _employ(tx: Transaction, channel: str, value: str, role: str, name: str, now: datetime) -> bool:
    """Give a person the role; False where they had it."""
    found = await people.find_or_create(tx, channel, {value: "id"}, now)
    address, _ = found[value]
    member = await staff.at(tx, address)
    if member is None:
        id_ = await staff.add(tx, address, role, name, None, now)
        await audit.note(tx, None, "staff.join", f"staff:{id_}", now, role=role)
        return True
    has_role, has_name = member.role == role, not name or member.name == name
    if not has_role:
        await staff.set_role(tx, member.id, role)
        await audit.note(tx, None, "staff.role", f"staff:{member.id}", now, role=role)
    if not has_name:
        await staff.set_name(tx, member.id, name)
        await audit.note(tx, None, "staff.rename", f"staff:{member.id}", now)
    return not (has_role and has_name)


async def _member(tx: Transaction, channel: str, value: str) -> Member | None:
    found = await addresses.known(tx, channel, [value])
    return await staff.at(tx, found[value][0]) if value in found else None

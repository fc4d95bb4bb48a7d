"""`jembatan broadcast`: what can be written behind it."""

import logging
from pathlib import Path

import click

from bot.commands import configured

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def broadcast() -> None:
    """Send announcements to many, and watch, pause or cancel them. The running service sends them.

    \b
    Example:
      jembatan broadcast send exhibition.md --audience "language=id sector=food"
    """


@broadcast.command()
@click.argument("file", type=_FILE)
@click.option("--audience", default="", help="What narrows it down: language, sector, district, scale, programme ...")
@click.option("--at", default="", help="When, in ISO 8601: 2026-12-01T09:00 is Bandung's clock.")
@click.option("--file", "picture", type=_FILE, help="JPG, PNG or PDF.")
@click.option("--list", "people", type=_FILE, help="CSV, XLSX or text with phone or registration numbers.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def send(file: Path, audience: str, at: str, picture: Path | None, people: Path | None, yes: bool) -> None:
    """Send the text in FILE to those who agreed to announcements.

    FILE is Markdown, in Indonesian until a line `[en]`, `[ms]` or `[su]` begins another language. Before the text,
    between two lines `---`, may stand `topic: exhibitions` and `buttons: [exhibition:PPB27, enrol:DPJ27]`: two of
    exhibition:CODE, programme:CODE, enrol:CODE, card:TOPIC and link:ADDRESS, which may have a label before the address.

    --audience takes pairs: language=id,su sector=food district=Coblong scale=micro programme=DPJ27 state=accepted
    (state=none: not enrolled) interested=yes seen=30 (wrote within 30 days). --list is a table (CSV, XLSX) or a text
    with phone or registration numbers in any column: only those on it get the announcement. What is not known here and
    what is no number is said, with its line.

    \b
    Examples:
      jembatan broadcast send exhibition.md
      jembatan broadcast send exhibition.md --audience "language=id sector=food" --at 2026-12-01T09:00 --yes
    """
    from bot.commands import broadcast as broadcasts

    broadcasts.send(configured(logging.WARNING), file, audience, at, picture, people, yes)


@broadcast.command("list")
def list_() -> None:
    """Show the newest announcements and how they stand.

    \b
    Example:
      jembatan broadcast list
    """
    from bot.commands import broadcast as broadcasts

    broadcasts.show_all(configured(logging.WARNING))


@broadcast.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(number: int, as_json: bool) -> None:
    """Show what became of the announcement NUMBER, counted from its recipients.

    \b
    Examples:
      jembatan broadcast status 3
      jembatan broadcast status 3 --json
    """
    from bot.commands import broadcast as broadcasts

    broadcasts.show(configured(logging.WARNING), number, as_json)


@broadcast.command()
@click.argument("number", type=int)
def pause(number: int) -> None:
    """Stop sending the announcement NUMBER, until `resume`.

    \b
    Example:
      jembatan broadcast pause 3
    """
    from bot.commands import broadcast as broadcasts

    broadcasts.pause(configured(logging.WARNING), number)


@broadcast.command()
@click.argument("number", type=int)
def resume(number: int) -> None:
    """Go on with the announcement NUMBER.

    \b
    Example:
      jembatan broadcast resume 3
    """
    from bot.commands import broadcast as broadcasts

    broadcasts.resume(configured(logging.WARNING), number)


@broadcast.command()
@click.argument("number", type=int)
def cancel(number: int) -> None:
    """Send the announcement NUMBER to nobody else.

    \b
    Example:
      jembatan broadcast cancel 3
    """
    from bot.commands import broadcast as broadcasts

    broadcasts.cancel(configured(logging.WARNING), number)

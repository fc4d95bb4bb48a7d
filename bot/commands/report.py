"""Report what is wrong with cards, facts, questions and translations, and what has grown old."""

from pathlib import Path

import click

from bot.clock import BANDUNG, Clock
from bot.knowledge.check import check
from bot.language import catalogues
from bot.language.i18n import LOCALES


def show() -> bool:
    """Print what was found; True where there are faults. Old and unsourced facts are no faults: people are told."""
    root = LOCALES.parent
    here = Path() if root == Path.cwd() else root
    found = check(here / LOCALES.name, Clock().now().astimezone(BANDUNG).date())
    faults = found.faults + catalogues.faults(here / LOCALES.name, (here / "bot", here / "handlers"))
    for fault in faults:
        click.echo(fault)
    for old in found.stale:
        click.echo(f"grown old: {old}")
    counted = f"{len(faults)} faults, {len(found.stale)} grown old, {len(found.unsourced)} without a source."
    click.echo(f"{counted} Mend the faults in the files named." if faults else counted)
    return bool(faults)

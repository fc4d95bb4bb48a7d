"""The command line."""

import logging
import os
import sys
from pathlib import Path

import click

from bot.commands import Stop, configured, configured_or_passing, known, passing
from bot.commands import run as run_loop
from bot.commands.announcements import broadcast
from bot.settings import Unusable

log = logging.getLogger(__name__)

#: exit code of what nobody expected
BROKEN = 70


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def jembatan() -> None:
    """Jembatan answers the owners of small businesses in their chats.

    \b
    Example:
      jembatan chat
    """


@jembatan.command()
def run() -> None:
    """Serve the people who write on the configured channels, until Ctrl-C.

    The database is brought up to date first.

    \b
    Example:
      JEMBATAN_TELEGRAM_TOKEN=123456789:AbC... jembatan run
    """
    from bot.commands import server

    run_loop(server.serve(configured()))


@jembatan.command()
@click.option("--jsonl", is_flag=True, help="Play the people in the JSON lines on standard input.")
def chat(jsonl: bool) -> None:
    """Talk to the assistant in the terminal, or let a script talk.

    Without JEMBATAN_DATABASE_URL everything is forgotten at the end, but files stay in the data folder.

    \b
    Examples:
      jembatan chat
      echo '{"person": "a", "text": "biaya halal"}' | jembatan chat --jsonl
    """
    from bot.commands import chat as terminal
    from bot.commands import script

    with configured_or_passing(configured(logging.WARNING)) as url:
        if jsonl:
            script.play(url, sys.stdin.buffer)
        else:
            terminal.talk(url)


@jembatan.command()
@click.argument("question", required=False)
@click.option("--jsonl", is_flag=True, help="Answer the JSON lines on standard input with topics.")
def ask(question: str | None, jsonl: bool) -> None:
    """Answer one question, or show which topics the search picks for many.

    \b
    Examples:
      jembatan ask "biaya halal berapa?"
      echo '{"id": 1, "text": "biaya halal berapa?", "lang": "id"}' | jembatan ask --jsonl
    """
    from bot.commands import questions

    if jsonl == (question is not None):
        raise click.UsageError("Give one question in quotes, or --jsonl and the questions on standard input.")
    configured(logging.WARNING)
    if question is None:
        questions.pick_topics(known(), sys.stdin.buffer)
        return
    with passing() as url:
        questions.answer(question, url)


@jembatan.command()
def check() -> None:
    """Say what is wrong with the cards, facts and questions, and what has grown old.

    \b
    Example:
      jembatan check
    """
    from bot.commands import report

    if report.show():
        raise click.exceptions.Exit(1)


@jembatan.command()
def doctor() -> None:
    """Look at everything the assistant stands on; each line says what is wrong and what to do.

    \b
    Example:
      jembatan doctor
    """
    from bot.commands import doctor as checks

    if checks.show():
        raise click.exceptions.Exit(1)


@jembatan.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write everything that is remembered to FILE, also while the assistant runs.

    \b
    Example:
      jembatan backup jembatan-monday.backup
    """
    from bot.commands import backup as backups

    backups.take(configured(logging.WARNING), file)


@jembatan.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--release", is_flag=True, help="Let a restored database send again.")
@click.option("--finish-old", is_flag=True, help="With --release: also send and answer what was open in the backup.")
def restore(file: Path | None, release: bool, finish_old: bool) -> None:
    """Fill an empty database from FILE, which then sends nothing until it is released.

    SQLite or PostgreSQL, whatever the backup was taken from. At the release, what was open in the backup is left
    undone, because the original finished it or it is too old now.

    \b
    Examples:
      JEMBATAN_DATABASE_URL=postgresql://me:secret@127.0.0.1/jembatan jembatan restore jembatan-monday.backup
      jembatan restore --release
    """
    from bot.commands import backup as backups

    if release == (file is not None) or (finish_old and not release):
        raise click.UsageError("Give the file of a backup, or --release (and --finish-old if you want that).")
    settings = configured(logging.WARNING)
    if file is None:
        backups.release(settings, finish_old=finish_old)
    else:
        backups.restore(settings, file)


@jembatan.group()
def staff() -> None:
    """Show who of the office works here, add somebody, remove somebody.

    \b
    Example:
      jembatan staff list
    """


@staff.command("list")
def staff_list() -> None:
    """Show everybody of the staff, with address and role.

    \b
    Example:
      jembatan staff list
    """
    from bot.commands import staff as members

    members.show(configured(logging.WARNING))


@staff.command("add")
@click.argument("address")
@click.option("--role", type=click.Choice(["admin", "officer", "viewer"]), default="admin", show_default=True)
@click.option("--name", default="", help="How owners and colleagues call them, such as 'Bu Rini'.")
def staff_add(address: str, role: str, name: str) -> None:
    """Make ADDRESS (telegram:123456, terminal:ani) one of the staff, or change its role.

    \b
    Examples:
      jembatan staff add telegram:123456
      jembatan staff add telegram:123456 --role officer --name "Bu Rini"
    """
    from bot.commands import staff as members

    members.add(configured(logging.WARNING), address, role, name)


@staff.command("remove")
@click.argument("address")
def staff_remove(address: str) -> None:
    """Let ADDRESS be staff no longer.

    \b
    Example:
      jembatan staff remove telegram:123456
    """
    from bot.commands import staff as members

    members.remove(configured(logging.WARNING), address)


@jembatan.command("import")
@click.argument("what", type=click.Choice(["exhibitions", "programmes", "people"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Look for faults and say what would change; write nothing.")
def import_(what: str, file: Path, dry_run: bool) -> None:
    """Take exhibitions, programmes or people from FILE (CSV or XLSX), all of it or nothing.

    A row is known by its code, a person by an address: what is in the database already is changed where the row says
    otherwise, and left alone where it does not. `jembatan export` shows the columns.

    \b
    Examples:
      jembatan import exhibitions exhibitions.xlsx --dry-run
      jembatan import programmes programmes.csv
      jembatan import people people.xlsx
    """
    from bot.commands import import_people, plans

    settings = configured(logging.WARNING)
    if what == "people":
        import_people.bring_in(settings, file, dry_run=dry_run)
    else:
        plans.bring_in(settings, what, file, dry_run=dry_run)


@jembatan.command("export")
@click.argument("what", type=click.Choice(["exhibitions", "programmes", "people", "enrolments"]))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--format", "form", type=click.Choice(["csv", "xlsx", "json"]), help="Otherwise as FILE is named.")
@click.option("--programme", help="Of enrolments: the code of one programme, whose questions get columns of their own.")
def export(what: str, file: Path | None, form: str | None, programme: str | None) -> None:
    """Write exhibitions, programmes, people or enrolments to FILE, or as CSV to the screen.

    `jembatan import` reads all but the enrolments again.

    \b
    Examples:
      jembatan export exhibitions
      jembatan export people people.xlsx
      jembatan export enrolments enrolments.xlsx --programme DPJ27
    """
    from bot.commands import enrolments, export_people, plans

    settings = configured(logging.WARNING)
    if programme and what != "enrolments":
        raise click.UsageError("--programme goes with enrolments.")
    if what == "enrolments":
        enrolments.bring_out(settings, file, form, programme)
    elif what == "people":
        export_people.bring_out(settings, file, form)
    else:
        plans.bring_out(settings, what, file, form)


@jembatan.command()
@click.option("--remove", is_flag=True, help="Remove them, with the reminders of them.")
def demo(remove: bool) -> None:
    """Add sample exhibitions and programmes, each marked CONTOH, to an empty list; or remove them.

    \b
    Examples:
      jembatan demo
      jembatan demo --remove
    """
    from bot.commands import demo as samples

    samples.show(configured(logging.WARNING), remove=remove)


jembatan.add_command(broadcast)


def main() -> None:
    """Run the command line; a fault of ours is logged, without secrets, instead of thrown at the screen.

    Whatever is made, such as the database and the files beside it, is its owner's alone to read.
    """
    os.umask(0o077)
    try:
        jembatan(prog_name="jembatan")
    except Unusable as unusable:
        click.echo(f"Error: {unusable}", err=True)
        raise SystemExit(Stop.exit_code) from None
    except Exception:
        log.exception("the command failed")
        click.echo("Error: this should not have happened; the lines above say where. Please report them.", err=True)
        raise SystemExit(BROKEN) from None

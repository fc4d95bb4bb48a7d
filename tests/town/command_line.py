"""The command line as a technician types it, in this process."""

from click.testing import CliRunner, Result

from bot.cli import jembatan


def run(*arguments: str) -> Result:
    return CliRunner().invoke(jembatan, arguments)

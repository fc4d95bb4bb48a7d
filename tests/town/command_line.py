"""The command line as a technician types it, in this process."""

import click
import pytest
from click.testing import CliRunner, Result

from bot import cli


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def _process(arguments: tuple[str, ...]) -> None:
    """The whole of the process, with what it says of what it cannot do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["jembatan", *arguments])
        cli.main()


def run(*arguments: str, typed: str | bytes = "") -> Result:
    """What the command writes and its exit code, as a process of its own would give them."""
    return CliRunner().invoke(_process, ["--", *arguments], input=typed)

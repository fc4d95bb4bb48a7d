"""The README promises Windows, which none of these machines is: what lacks there is taken away here."""

import ast
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.test_run import Served
from tests.test_house import HOUSE, ROOMS, files, name

#: modules that CPython, or one of our dependencies, has on Unix only
UNIX_ONLY = (
    *("crypt", "curses", "fcntl", "grp", "nis", "ossaudiodev", "posix_ipc", "pty", "pwd", "readline", "resource"),
    *("spwd", "syslog", "termios", "tty", "uvloop", "_curses", "_posixshmem"),
)
#: imports everything but what runs when it is imported, and the training, which needs an extra
EVERYTHING = """
import importlib, pkgutil, sys
sys.modules |= dict.fromkeys(sys.argv[1].split())
for room in ("bot", "db", "handlers"):
    for module in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
        if not module.name.endswith(("__main__", ".env")) and ".training." not in module.name:
            importlib.import_module(module.name)
            print(module.name)
"""
#: `jembatan run` on a loop that, as on Windows, knows no signals
RUN = """
import asyncio, sys
sys.modules |= dict.fromkeys(sys.argv.pop().split())
asyncio.SelectorEventLoop.add_signal_handler = asyncio.AbstractEventLoop.add_signal_handler
sys.argv.append("run")
from bot.cli import main
main()
"""


def test_every_module_can_be_imported_where_there_is_nothing_of_unix() -> None:
    command = [sys.executable, "-c", EVERYTHING, " ".join(UNIX_ONLY)]
    imported = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, timeout=120)
    assert imported.returncode == 0, imported.stderr
    assert len(imported.stdout.split()) > 200


async def test_jembatan_run_serves_and_stops_where_there_is_nothing_of_unix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HOUSE))
    monkeypatch.chdir(tmp_path)
    served = Served([sys.executable, "-c", RUN, " ".join(UNIX_ONLY)])
    await served.answers()
    code, _out, errors = served.stop(signal.SIGINT)
    assert (code, errors) == (0, "")


@pytest.mark.slow
def test_no_name_is_used_that_windows_lacks() -> None:
    rooms = [part for room in ROOMS for part in ("-p", room)]
    command = [sys.executable, "-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32", *rooms]
    checked = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, timeout=300)
    assert checked.returncode == 0, checked.stdout


def opened_as_text(tree: ast.AST) -> Iterator[ast.Call]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("read_text", "write_text"):
            yield call


def test_no_file_is_read_in_the_encoding_of_the_machine() -> None:
    guessed = [
        f"{name(path)}:{call.lineno}"
        for path in files(*ROOMS)
        for call in opened_as_text(ast.parse(path.read_text("utf-8")))
        if "utf-8" not in ast.unparse(call)
    ]
    assert not guessed, "Windows reads another encoding than UTF-8 unless it is named"

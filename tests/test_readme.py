"""Every command on the pages for readers works, and what they name is there."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import jembatan
from bot.settings import PREFIX, Settings
from tests.town.command_line import run

ROOT = Path(__file__).parent.parent
README, RUNNING = "README.md", "bot/commands/README.md"
NAMES = (README, RUNNING, "handlers/staff/README.md", "locales/README.md")
PAGES = {name: (ROOT / name).read_text("utf-8") for name in NAMES}
FENCED = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS = [block for page in PAGES.values() for block in FENCED.findall(page)]
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines() if line]
WINDOWS = [line for language, block in BLOCKS if language == "powershell" for line in block.splitlines()]
#: what the sentences name in passing
MENTIONED = sorted({named for page in PAGES.values() for named in re.findall(r"`((?:make|jembatan) [^`]+)`", page)})
TARGETS = [command for command in [*COMMANDS, *MENTIONED] if command.startswith("make ")]
BINARIES = Path(sys.executable).parent


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith("make ")])
def test_a_command_of_a_page_runs(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    *before, asked = command.split(" | ")
    typed = "".join(" ".join(shlex.split(one.removeprefix("echo "))) for one in before)
    program, *words = shlex.split(asked)
    assert program == "jembatan"
    if words[0] != "demo":
        run("demo")  # a database for those that read one
    done = run(*words, typed=typed)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip()


@pytest.mark.parametrize("command", [command for command in MENTIONED if command.startswith("jembatan ")])
def test_a_command_mentioned_in_a_sentence_exists(command: str) -> None:
    """With every option that is named: its help knows them all."""
    words = [word for word in command.split()[1:] if re.fullmatch(r"[a-z-]+", word)]
    options = [word for word in words if word.startswith("-")]
    shown = CliRunner().invoke(jembatan, [*(word for word in words if word not in options), "--help"])
    assert shown.exit_code == 0, shown.output
    assert all(option in shown.output for option in options)


def test_the_program_is_installed() -> None:
    done = subprocess.run([Path(sys.executable).with_name("jembatan"), "--help"], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", WINDOWS)
def test_what_windows_is_told_to_do_exists(command: str, tmp_path: Path) -> None:
    """The programs are those of a virtual environment anywhere, and take what they are asked to do."""
    program, *words = command.replace(".venv\\Scripts", str(BINARIES)).replace("\\", "/").split()
    asked = [word for word in words if word[0].isalpha() or word == "-m"][: 2 if "-m" in words else 1]
    program = sys.executable if program == "py" else program
    done = subprocess.run([program, *asked, "--help"], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 0


@pytest.mark.parametrize("command", TARGETS)
def test_a_target_of_a_page_exists(command: str) -> None:
    done = subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_table_of_settings_is_complete() -> None:
    table = PAGES[RUNNING].partition("## Settings")[2].partition("## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert told == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("page", PAGES)
def test_every_file_a_page_names_exists(page: str) -> None:
    """In code from the top of the project, in links from the page itself."""
    named, links = list(_paths(PAGES[page])), re.findall(r"\]\((?!https?:)([^)]+)\)", PAGES[page])
    assert named or links
    assert not [path for path in named if not list(ROOT.glob(path))]
    assert not [link for link in links if not ((ROOT / page).parent / link).exists()]


def test_the_names_in_code_that_a_page_points_to_are_in_the_file_it_names() -> None:
    """`DAYS` in `db/fairs/reminders.py`."""
    pairs = re.findall(r"((?:`\w+(?:\(\))?`(?:, | and )?)+) (?:in|of) `([\w/]+\.py)`", "\n".join(PAGES.values()))
    assert len(pairs) > 3
    for names, path in pairs:
        code = (ROOT / path).read_text("utf-8")
        for name in re.findall(r"`(\w+)", names):
            assert re.search(rf"^(?:def )?{name}\b", code, re.MULTILINE), f"{path} has no {name}"


def test_the_first_page_is_short_and_leads_to_every_other() -> None:
    assert PAGES[README].count("\n") <= 120
    assert all(f"({page})" in PAGES[README] for page in PAGES if page != README)


def test_the_examples_in_python_are_python() -> None:
    examples = [block for language, block in BLOCKS if language == "python"]
    assert examples
    for example in examples:
        ast.parse(example)


def _paths(page: str) -> Iterator[str]:
    """What looks like a path of this project: a folder with its `/`, a file with its ending."""
    yield from re.findall(r"`((?:bot|db|handlers|locales|tests)/[\w/.*-]*)`", page)

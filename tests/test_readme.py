"""Every command on the README's page works."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
COMMANDS = [line for language, block in BLOCKS if language == "sh" for line in block.splitlines() if line]
WINDOWS = [line for language, block in BLOCKS if language == "powershell" for line in block.splitlines()]
TARGETS = sorted(set(re.findall(r"`(make [\w-]+)`", README)))


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith("make ")])
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    path = f"{Path(sys.executable).parent}:{clean['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=tmp_path,
        env=clean | {"PATH": path},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("command", WINDOWS)
def test_what_windows_is_told_to_do_exists(command: str, tmp_path: Path) -> None:
    """The programs are those of a virtual environment anywhere, and take what they are asked to do."""
    program, *words = command.replace(".venv\\Scripts", str(Path(sys.executable).parent)).replace("\\", "/").split()
    asked = [word for word in words if word[0].isalpha() or word == "-m"][: 2 if "-m" in words else 1]
    program = sys.executable if program == "py" else program
    done = subprocess.run([program, *asked, "--help"], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.returncode == 0


@pytest.mark.parametrize("command", [*(command for command in COMMANDS if command.startswith("make ")), *TARGETS])
def test_a_target_of_the_readme_exists(command: str) -> None:
    done = subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_table_of_settings_is_complete() -> None:
    table = README.partition("## Settings")[2].partition("## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert told == {name.upper() for name in Settings.model_fields}


def test_every_file_and_room_the_readme_names_exists() -> None:
    named = re.findall(r"`((?:bot|db|handlers|locales|tests)/[\w/.-]*)`", README)
    assert len(named) > 8
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_examples_in_python_are_python() -> None:
    examples = [block for language, block in BLOCKS if language == "python"]
    assert examples
    for example in examples:
        ast.parse(example)

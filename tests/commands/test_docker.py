"""The image and its compose file, without a Docker engine: what they name exists, and what is copied is enough."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.cli import jembatan
from tests.commands.test_run import Served

HOUSE = Path(__file__).parents[2]
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, each with what follows it."""
    text = re.sub(r"^#.*\n", "", (HOUSE / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def last(name: str) -> str:
    return [rest for instruction, rest in instructions() if instruction == name][-1]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """What `COPY . .` copies: the lines of .dockerignore that begin with `!`."""
    lines = (HOUSE / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    ignored = shutil.ignore_patterns(*(line.removeprefix("**/") for line in lines if line.startswith("**/")))
    for name in [line[1:] for line in lines if line.startswith("!")]:
        assert (HOUSE / name).exists(), name
        if (HOUSE / name).is_dir():
            shutil.copytree(HOUSE / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(HOUSE / name, tmp_path / name)
    return tmp_path


def run(folder: Path, *command: str) -> str:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("JEMBATAN_")}
    done = subprocess.run(command, cwd=folder, env=ours, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_copied_into_the_image_answers_a_question(image: Path) -> None:
    compiling = re.search(r"pybabel (-q compile -d locales)", (HOUSE / "Dockerfile").read_text())
    assert compiling
    run(image, str(Path(sys.executable).with_name("pybabel")), *compiling[1].split())
    assert run(image, sys.executable, "-c", "import bot; print(bot.__file__)").strip() == str(image / "bot/__init__.py")
    assert "Sumber: " in run(image, sys.executable, "-m", "bot", "ask", "biaya sertifikat halal berapa?")


def test_neither_data_nor_settings_nor_history_are_copied_into_the_image(image: Path) -> None:
    assert not {path.name for path in image.iterdir()} & {".env", ".git", ".venv", "data", "tests"}


def test_the_image_runs_as_nobody_in_particular() -> None:
    assert last("USER") not in ("", "0", "root")
    assert last("USER") in last("RUN")
    assert (last("VOLUME"), last("EXPOSE"), last("STOPSIGNAL")) == ("/data", "8080", "SIGTERM")
    assert {"JEMBATAN_DATA_DIR=/data", "JEMBATAN_HOST=0.0.0.0", "JEMBATAN_PORT=8080"} <= set(last("ENV").split())


def test_the_image_installs_what_the_project_offers_on_a_python_that_it_knows() -> None:
    installed = set(re.findall(r"-e '\.\[(\w+)\]'", (HOUSE / "Dockerfile").read_text()))
    assert installed == {"postgres", "semantic"}
    assert installed <= set(PROJECT["optional-dependencies"])
    bases = re.findall(r"^FROM python:3\.(\d+)-slim", (HOUSE / "Dockerfile").read_text(), re.MULTILINE)
    low, high = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    assert len(bases) == 2
    assert all(int(low) <= int(base) < int(high) for base in bases)


def test_the_image_starts_a_command_that_there_is() -> None:
    [entry] = json.loads(last("ENTRYPOINT"))
    assert entry in PROJECT["scripts"]
    [command] = json.loads(last("CMD"))
    assert command in jembatan.commands


async def test_the_images_health_check_sees_whether_the_assistant_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    assert check[0] == "python"
    monkeypatch.chdir(tmp_path)
    served = Served()
    healthy, environment = [sys.executable, *check[1:]], os.environ | {"JEMBATAN_PORT": str(served.port)}
    try:
        await served.answers()
        assert subprocess.run(healthy, env=environment, timeout=20).returncode == 0
    finally:
        served.process.kill()
        served.process.communicate()
    assert subprocess.run(healthy, env=environment, timeout=20, stderr=subprocess.DEVNULL).returncode != 0


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((HOUSE / "compose.yaml").read_text())
    return loaded


def test_compose_starts_the_assistant_once_postgresql_is_healthy(compose: dict[str, Any]) -> None:
    assistant, postgres = compose["services"]["jembatan"], compose["services"]["postgres"]
    assert assistant["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert postgres["image"] == "postgres:17"
    assert postgres["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    user, name = postgres["environment"]["POSTGRES_USER"], postgres["environment"]["POSTGRES_DB"]
    url = assistant["environment"]["JEMBATAN_DATABASE_URL"]
    assert url.startswith(f"postgresql://{user}:")
    assert url.endswith(f"@postgres/{name}")


def test_compose_keeps_what_must_be_kept_and_shows_nothing_to_the_network(compose: dict[str, Any]) -> None:
    kept = [volume for service in compose["services"].values() for volume in service["volumes"]]
    assert {volume.partition(":")[0] for volume in kept} == set(compose["volumes"])
    assert f"data:{last('VOLUME')}" in kept
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports == [f"127.0.0.1:{last('EXPOSE')}:{last('EXPOSE')}"]


def test_compose_holds_no_secret(compose: dict[str, Any]) -> None:
    given = "\n".join(str(service["environment"]) for service in compose["services"].values())
    assert re.findall(r"PASSWORD['\"]?: ['\"]?([^$'\"][^,}]*)", given) == []
    assert given.count("${POSTGRES_PASSWORD:?") == 2

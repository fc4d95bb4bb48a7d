"""The project as a wheel, far from its checkout: everything that it reads and shows comes along."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.commands.test_run import Served

pytestmark = pytest.mark.slow
HOUSE = Path(__file__).parents[2]


def done(folder: Path, *command: str) -> str:
    ended = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is installed; what it depends on is installed already, and its sources are gone."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for room in ("bot", "db", "handlers", "locales"):
        shutil.copytree(HOUSE / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(HOUSE / name, source)
    done(folder, "babel.messages.frontend", "-q", "compile", "-d", "source/locales")
    done(folder, "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "dist", "./source")
    [wheel] = (folder / "dist").iterdir()
    done(folder, "pip", "install", "--no-deps", "--no-index", "--target", "site", str(wheel))
    shutil.rmtree(source)
    return folder / "site"


@pytest.fixture(autouse=True)
def elsewhere(site: Path, empty_folder: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(site))


def test_every_file_of_the_rooms_came_along_and_no_other(site: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "bot", "db", "handlers", "locales"], cwd=HOUSE, capture_output=True)
    kept = set(listed.stdout.decode().split())
    installed = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    built = {name for name in installed if name.startswith(("bin/", "jembatan-")) or name.endswith((".pyc", ".mo"))}
    assert kept and kept == installed - built
    assert {name for name in built if name.endswith(".mo")} == {
        f"locales/{language}/LC_MESSAGES/messages.mo" for language in ("id", "ms", "su")
    }


def test_the_command_line_of_a_wheel_answers_and_checks(site: Path, tmp_path: Path) -> None:
    where = "import bot, sys; sys.stdout.write(bot.__file__)"
    found = subprocess.run([sys.executable, "-c", where], cwd=tmp_path, capture_output=True, text=True)
    assert found.stdout == str(site / "bot/__init__.py")
    assert "jembatan chat" in done(tmp_path, "bot", "--help")
    assert "Sumber: " in done(tmp_path, "bot", "ask", "biaya sertifikat halal berapa?")
    assert "0 faults" in done(tmp_path, "bot", "check")
    script = subprocess.run([sys.executable, site / "bin/jembatan", "--help"], capture_output=True, text=True)
    assert "Usage: jembatan" in script.stdout


async def test_the_web_chat_of_a_wheel_shows_its_page_and_what_belongs_to_it() -> None:
    served = Served()
    try:
        await served.answers()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as client:
            page = (await client.get("/")).text
            assert "Jembatan" in page
            for name in ("chat.js", "chat.css", "icon.svg"):
                [address] = {part for part in page.replace("'", '"').split('"') if name in part}
                assert (await client.get(address)).status_code == 200
    finally:
        code, _out, error = served.stop(signal.SIGTERM)
    assert (code, error) == (0, "")

"""Commands in a folder where nothing was ever run: those that read say so and make nothing; the database's faults."""

from pathlib import Path

import pytest

from bot.cli import BROKEN
from bot.commands import Stop, on_database
from bot.settings import load
from db.engine import Database
from tests.town.command_line import run

READING = [
    *(f"export {what}" for what in ("exhibitions", "programmes", "people", "enrolments")),
    "export people people.xlsx",
    "staff list",
    "staff remove terminal:ani",
    "broadcast list",
    "broadcast send text.md --yes",
    *(f"broadcast {act} 1" for act in ("status", "pause", "resume", "cancel")),
    "backup monday.backup",
    "restore --release",
    "demo --remove",
]


@pytest.fixture(autouse=True)
def text(empty_folder: None) -> None:
    Path("text.md").write_text("Halo!", "utf-8")


@pytest.mark.parametrize("place", ["data/jembatan.db", "there/x.db"])
@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_asks_whether_this_is_the_folder_and_makes_nothing(
    command: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place.startswith("there"):
        monkeypatch.setenv("JEMBATAN_DATABASE_URL", f"sqlite:///{place}")
    done = run(*command.split())
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.removeprefix("Backup\n").strip() == (
        f"Error: There is no database of Jembatan at {place}; is this the folder? `jembatan run` makes a new one;"
        " JEMBATAN_DATA_DIR or JEMBATAN_DATABASE_URL names another."
    )
    assert [path.name for path in Path().rglob("*")] == ["text.md"]


@pytest.mark.parametrize("command", ["doctor", "check", "--help", "ask halal"])
def test_looking_makes_nothing(command: str) -> None:
    assert run(*command.split()).exit_code == 0
    assert [path.name for path in Path().rglob("*")] == ["text.md"]


def test_a_file_is_tried_before_there_is_a_database() -> None:
    Path("people.csv").write_text("addresses,name\nterminal:ani,Ani\n", "utf-8")
    tried = run("import", "people", "people.csv", "--dry-run")
    assert tried.stdout == "1 new, 0 changed, 0 as they were. Nothing was written (--dry-run).\n"
    assert not Path("data").exists()
    assert run("import", "people", "people.csv").stdout == "1 new, 0 changed, 0 as they were.\n"
    assert Path("data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("command", ["staff list", "staff add terminal:ani", "broadcast list", "export people", "demo"])
def test_a_database_out_of_reach_is_said_in_one_sentence(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/x")
    done = run(*command.split())
    assert done.exit_code == 2
    assert "The database cannot be opened" in done.stderr
    assert "hunter2" not in done.output


def test_a_fault_of_ours_is_not_called_one_of_the_database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)

    async def work(_database: Database) -> None:
        raise KeyError("role")

    with pytest.raises(KeyError):
        on_database(load(), work)
    monkeypatch.setattr("db.people.staff.listed", work)
    done = run("staff", "list")
    assert (done.exit_code, "cannot be opened" in done.stderr) == (BROKEN, False)


def test_a_wrong_password_is_said_as_one_of_the_database(postgres_url: str) -> None:
    wrong = load(database_url=f"{postgres_url}_that_is_not_there")

    async def work(_database: Database) -> None:
        """Never comes so far."""

    with pytest.raises(Stop, match="The database cannot be opened"):
        on_database(wrong, work)

"""`jembatan backup` and `jembatan restore` as a person calls them: what they say, and what they refuse."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from bot.cli import jembatan
from db import migrations
from tests.town.postgres import Server

LINE = '{"person": "a", "text": "biaya sertifikat halal berapa?"}'


def call(url: str, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(jembatan, words, input=typed, env={"JEMBATAN_DATABASE_URL": url})


def refused(result: Result, *said: str) -> None:
    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert all(words in errors[0] for words in said), errors


@pytest.fixture
def talked(engine_url: str) -> str:
    assert call(engine_url, "chat", "--jsonl", typed=LINE).exit_code == 0
    return engine_url


@pytest.fixture
def talked_on_sqlite(sqlite_url: str) -> str:
    assert call(sqlite_url, "chat", "--jsonl", typed=LINE).exit_code == 0
    return sqlite_url


def test_a_backup_says_what_is_in_it_and_what_is_not(talked: str) -> None:
    result = call(talked, "backup", "monday")
    assert result.exit_code == 0
    rows = {words[0]: words[1] for line in result.stdout.splitlines() if len(words := line.split()) == 3}
    assert (rows["people"], rows["turns"], rows["replies"]) == ("1", "1", "1")
    assert f"schema {migrations.newest()}" in result.stdout
    assert "The secret key and the tokens are not in it" in result.stdout
    refused(call(talked, "backup", "monday"), "monday exists; name a new file")


def test_a_restore_says_the_same_and_how_to_go_on(talked: str, empty_url: str) -> None:
    taken = call(talked, "backup", "monday").stdout.splitlines()
    restored = call(empty_url, "restore", "monday")
    assert restored.exit_code == 0
    tables = [line for line in taken if len(line.split()) == 3]
    assert [line for line in restored.stdout.splitlines() if len(line.split()) == 3] == tables
    assert "`jembatan restore --release`" in restored.stdout
    refused(call(empty_url, "chat", "--jsonl", typed=LINE), "`jembatan restore --release`")
    released = call(empty_url, "restore", "--release")
    assert (released.exit_code, "Released" in released.stdout) == (0, True)
    assert '"replies": [{' in call(empty_url, "chat", "--jsonl", typed=LINE).stdout


def test_what_cannot_be_is_said_in_one_sentence_that_helps(sqlite_url: str, tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path}/nowhere.db"
    refused(call(nowhere, "backup", "monday"), "There is no database of Jembatan at", "JEMBATAN_DATABASE_URL")
    refused(call(nowhere, "restore", "--release"), "There is no database of Jembatan at")
    assert not (tmp_path / "nowhere.db").exists()
    refused(call(sqlite_url, "backup", "no/such/folder/monday"), "No such file or directory")
    refused(call("postgresql://me:hunter2@127.0.0.1:1/x", "backup", "monday"), "change JEMBATAN_DATABASE_URL")
    refused(call(sqlite_url, "restore", "--release"), "Nothing is held back here")
    assert call(sqlite_url, "backup", "monday").exit_code == 0
    refused(call(sqlite_url, "restore", "monday"), "it is not empty", "JEMBATAN_DATABASE_URL")
    Path("tuesday").write_text("no backup")
    refused(call(nowhere, "restore", "tuesday"), "Use another backup")


@pytest.mark.parametrize("words", [(), ("--finish-old",), ("monday", "--release"), ("monday", "--finish-old")])
def test_restore_wants_a_file_or_the_release(words: tuple[str, ...]) -> None:
    Path("monday").touch()
    refused(call("", "restore", *words), "Give the file of a backup, or --release")


def test_a_backup_from_before_with_a_letter_that_no_database_keeps_now_arrives_without_it(
    talked_on_sqlite: str, postgres: Server
) -> None:
    file = make_url(talked_on_sqlite).database
    assert file
    with sqlite3.connect(file) as database:
        database.execute("UPDATE turns SET raw = ?", ("Warung\x00Melati",))
    database.close()
    assert call(talked_on_sqlite, "backup", "monday").exit_code == 0
    with postgres.database(template="template0") as url:
        result = call(url, "restore", "monday")
        assert result.exit_code == 0, result.output
        assert "Melati" not in result.output
        assert call(url, "backup", "tuesday").exit_code == 0

"""`jembatan staff` and the settings, as who runs the service uses them; and the first code, from `run` to a chat."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.cli import jembatan
from bot.cli import staff as group
from db.engine import Database
from db.privacy.audit import StoredAct
from tests.town.command_line import run

COMMAND = [sys.executable, "-m", "bot"]


@pytest.fixture(autouse=True)
def configured(empty_folder: None, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    """No settings but a database of the test's own."""
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)


def staff(*words: str) -> Result:
    return CliRunner().invoke(jembatan, ["staff", *words])


def chat(*acts: dict[str, str]) -> list[str]:
    """What people are answered, each act's bubbles together."""
    played = CliRunner().invoke(jembatan, ["chat", "--jsonl"], input="\n".join(map(json.dumps, acts)))
    assert played.exit_code == 0, played.output
    found: list[dict[str, Any]] = [json.loads(line) for line in played.stdout.splitlines()]
    return ["\n".join(reply["text"] for reply in line["replies"]) for line in found if "unasked" not in line]


def acts(url: str) -> list[tuple[str, int | None, dict[str, Any]]]:
    async def read() -> list[tuple[str, int | None, dict[str, Any]]]:
        database = Database(url)
        async with database.reading() as tx:
            columns = select(StoredAct.act, StoredAct.staff_id, StoredAct.details).order_by(StoredAct.id)
            rows = [(row[0], row[1], row[2]) for row in await tx.execute(columns)]
        await database.close()
        return rows

    return asyncio.run(read())


@pytest.mark.parametrize("command", [None, *group.commands])
def test_every_help_has_an_example(command: str | None) -> None:
    shown = staff(*filter(None, [command]), "--help").stdout
    assert f"jembatan staff {command or ''}".strip() in shown.partition("Example")[2]


def test_somebody_is_added_changed_listed_and_removed(sqlite_url: str) -> None:
    assert staff("list").stdout.startswith("Nobody yet. `jembatan run` prints a code")
    added = staff("add", "telegram:123456", "--role", "officer", "--name", " Bu  Rini ")
    assert (added.exit_code, added.stdout) == (0, "telegram:123456 is officer now.\n")
    again = staff("add", "telegram:123456", "--role", "officer")
    assert again.stdout == "telegram:123456 was officer already.\n"
    assert staff("add", "telegram:123456").stdout == "telegram:123456 is admin now.\n"
    assert re.fullmatch(r"telegram:123456  admin  since 20\d\d-\d\d-\d\d  Bu Rini\n", staff("list").stdout)
    removed = staff("remove", "telegram:123456")
    assert removed.stdout.startswith("telegram:123456 is no longer staff.\nNo administrator is left")
    assert [(act, by) for act, by, _ in acts(sqlite_url)] == [
        ("staff.join", None), ("staff.role", None), ("staff.remove", None),
    ]  # fmt: skip
    assert acts(sqlite_url)[0][2] == {"role": "officer"}


@pytest.mark.parametrize(
    "address", ["telegram:@rini", "telegram:-100123", "telegram:", "rini", "sms:1", "terminal:a b", "terminal:a\udcff"]
)
def test_what_is_no_address_is_said_with_an_example(address: str) -> None:
    refused = staff("add", "--", address)
    assert refused.exit_code == 2
    assert "is no address; write it like telegram:123456" in refused.stderr


def test_a_removal_of_nobody_and_a_name_too_long_say_what_to_do() -> None:
    assert "`jembatan staff list` shows who is where" in staff("remove", "telegram:1").stderr
    assert "Bu Rini" in staff("add", "telegram:1", "--name", "a" * 41).stderr


def test_of_a_name_in_another_encoding_the_rest_is_kept() -> None:
    assert staff("add", "telegram:1", "--name", "Bu Rini\udcff").exit_code == 0
    assert "Bu Rini?" in staff("list").stdout


def test_the_settings_name_administrators_who_come_back_at_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_STAFF", "terminal:rini, terminal:dadan")
    named = [
        {"person": "rini", "text": "/staf"},
        {"person": "rini", "text": "Bu Rini"},
        {"person": "rini", "text": "/staf"},
        {"person": "rini", "text": "Disdagin"},
        {"person": "rini", "text": "/staf"},
    ]
    assert chat(*named)[-1].startswith("Bu Rini: 0 kasus")
    removing = [
        {"person": "rini", "text": "/staf"},
        {"person": "rini", "choice": "Petugas"},
        {"person": "rini", "choice": "2"},
        {"person": "rini", "choice": "Keluarkan"},
        {"person": "rini", "choice": "Ya, keluarkan"},
        {"person": "dadan", "text": "/staf"},
    ]
    *_, removed, refused = chat(*removing)
    assert "Alamat ini tercatat di setelan layanan" in removed
    assert refused.startswith("Ini untuk petugas Disdagin.")
    assert chat({"person": "dadan", "text": "/staf"})[0].startswith("Bagaimana pemilik usaha")
    assert "JEMBATAN_STAFF names this address" in staff("remove", "terminal:dadan").stdout


def test_a_setting_that_names_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_STAFF", "telegram:@rini")
    refused = run("run")
    assert refused.exit_code == 2
    assert "JEMBATAN_STAFF must name addresses" in refused.stderr


def test_run_prints_a_code_that_makes_an_administrator_and_then_none(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _announced(monkeypatch)
    code = re.search(r"write /staf (\w{4}-\w{4}) in the chat within 24 hours", first)
    assert code
    assert "administrator" in chat({"person": "rini", "text": f"/staf {code[1]}"})[0]
    assert "/staf" not in _announced(monkeypatch)


def _announced(monkeypatch: pytest.MonkeyPatch) -> str:
    """What `run` says until it is ready, and not a word after."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setenv("JEMBATAN_PORT", str(free.getsockname()[1]))
    with subprocess.Popen([*COMMAND, "run"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout
        said = "".join(iter(lambda: _line(running), "Ctrl-C stops.\n"))
        running.terminate()
        return said


def _line(running: subprocess.Popen[str]) -> str:
    assert running.stdout
    line = running.stdout.readline()
    assert line, "it ended before it was ready"
    return line


def test_a_delivery_is_a_line_of_its_own_also_to_whoever_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_STAFF", "terminal:rini,terminal:dadan")
    acts: list[dict[str, str]] = [
        {"person": "ani", "text": "apakah petugas bisa datang melihat dapur saya hari rabu"},
        {"person": "ani", "choice": "Tanya petugas"},
        {"person": "rini", "wait": "4d"},
    ]
    played = CliRunner().invoke(jembatan, ["chat", "--jsonl"], input="\n".join(map(json.dumps, acts)))
    found: list[dict[str, Any]] = [json.loads(line) for line in played.stdout.splitlines()]
    unasked = {
        (line["person"], text["text"].split("\n")[0]) for line in found if "unasked" in line for text in line["replies"]
    }
    assert {"rini", "dadan"} <= {person for person, text in unasked if "K-1" in text}
    assert [text for person, text in unasked if person == "ani" and "belum terjawab pada waktunya" in text]
    assert found[-1] == {"person": "rini", "replies": []}

"""The command line: what each command does, and that every error says what to do next."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner, Result

from bot import catalogues, cli
from bot.cli import jembatan
from bot.commands import configured, report
from bot.i18n import LOCALES
from tests.telegram_stub import TOKEN, TelegramStub, User

COMMAND = [sys.executable, "-m", "bot"]
OURS = {name for name in os.environ if name.startswith("JEMBATAN_")}


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings, no `.env`, no database but those of the test; nothing outside this machine is called."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JEMBATAN_TELEGRAM_API_URL", "http://127.0.0.1:1")
    for name in OURS:
        monkeypatch.delenv(name)


def call(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(jembatan, words, input=typed)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("command", [None, *jembatan.commands])
def test_every_help_has_an_example(command: str | None) -> None:
    shown = call(*filter(None, [command]), "--help").stdout
    assert "Example" in shown
    assert f"jembatan {command or ''}".strip() in shown.partition("Example")[2]


def test_python_m_bot_is_the_same_command() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, timeout=30)
    assert done.stdout.decode().splitlines()[0] == "Usage: jembatan [OPTIONS] COMMAND [ARGS]..."


# ask


def test_a_question_gets_what_a_person_would_be_shown() -> None:
    result = call("ask", "harga sertifikat halal")
    assert result.exit_code == 0
    assert "Sumber: " in result.stdout
    assert "  1. " in result.stdout
    assert not list(Path.cwd().iterdir())


def test_a_bare_greeting_is_answered_too() -> None:
    assert call("ask", "kak").stdout.strip()


def test_lines_of_questions_are_answered_in_order_with_topics() -> None:
    asked = [
        {"id": "d1", "text": "harga sertifikat halal", "lang": "id", "kind": "slang", "accept": ["x"]},
        {"id": 2, "text": "kalau biayanya?", "lang": "id", "after": "halal.self-declare-steps"},
        {"id": None, "text": "zxcvb qwrtp", "lang": None},
    ]
    result = call("ask", "--jsonl", typed="\n\n".join(json.dumps(line) for line in asked))
    assert result.exit_code == 0
    written = lines(result)
    assert [line["id"] for line in written] == ["d1", 2, None]
    assert (written[0]["topic"], written[0]["candidates"], written[0]["answered"]) == ("halal.cost", [], True)
    assert (written[2]["topic"], written[2]["answered"]) == (None, False)
    for line in written:
        assert set(line) == {"id", "topic", "candidates", "answered"}
        assert line["answered"] is (line["topic"] is not None)
        assert len(line["candidates"]) <= 3


@pytest.mark.parametrize(
    "line", ["halo", "[]", '{"text": "halo"}', '{"id": 1}', '{"id": 1, "text": "halo", "lang": 5}']
)
def test_a_question_that_cannot_be_read_is_named_by_its_line(line: str) -> None:
    result = call("ask", "--jsonl", typed=f'{{"id": 1, "text": "menu"}}\n{line}\n')
    assert result.exit_code == 2
    assert len(lines(result)) == 1
    assert result.stderr.startswith("Error: line 2: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", [("ask",), ("ask", "halo", "--jsonl")])
def test_ask_wants_one_question_or_many(words: tuple[str, ...]) -> None:
    result = call(*words)
    assert result.exit_code == 2
    assert "one question in quotes, or --jsonl" in result.stderr


# check


@pytest.fixture
def spoilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `locales/` that the command looks at, to be spoilt."""
    copy = tmp_path / "locales"
    shutil.copytree(LOCALES, copy)
    for folder in ("bot", "handlers"):
        (tmp_path / folder).symlink_to(LOCALES.parent / folder)
    monkeypatch.setattr(report, "LOCALES", copy)
    return copy


def test_check_finds_nothing_wrong_with_what_is_here(spoilt: Path) -> None:
    result = call("check")
    assert (result.exit_code, result.stdout.splitlines()[-1].split()[:2]) == (0, ["0", "faults,"]), result.stdout


def test_check_names_file_and_line_of_a_fault(spoilt: Path) -> None:
    card = spoilt / "id/cards/halal/cost.md"
    card.write_text(card.read_text().replace("{halal.self-declare-fee}", "{halal.no-such-fee}", 1))
    result = call("check")
    assert result.exit_code == 1
    assert "locales/id/cards/halal/cost.md:" in result.stdout
    assert "halal.no-such-fee" in result.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('msgid "Sources"', 'msgid "Sauces"'), "has no translation of 'Sources'"),
        (('msgid "Sources"', 'msgid "Sauces"'), "nobody says 'Sauces' any more"),
        (('msgstr "Jawaban ini baru ada dalam {language}."', 'msgstr "Jawaban ini."'), "is filled differently"),
        (('msgid "Sources"', '#, fuzzy\nmsgid "Sources"'), "has no translation of 'Sources'"),
    ],
)
def test_check_looks_at_the_translations(spoilt: Path, change: tuple[str, str], said: str) -> None:
    catalogue = spoilt / "id/LC_MESSAGES/messages.po"
    catalogue.write_text(catalogue.read_text().replace(*change))
    code = LOCALES.parent
    assert said in "\n".join(catalogues.faults(spoilt, (code / "bot", code / "handlers")))


# errors


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PORT": "many"}, "JEMBATAN_PORT must be a whole number"),
        ({"DATA_DIR": "/dev/null/data"}, "JEMBATAN_DATA_DIR: the folder"),
        ({"HOST": "203.0.113.1"}, "set JEMBATAN_HOST and JEMBATAN_PORT"),
        ({"DATABASE_URL": "sqlite:////dev/null/x.db"}, "change JEMBATAN_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:hunter2@127.0.0.1:1/x"}, "change JEMBATAN_DATABASE_URL"),
    ],
)
def test_run_says_in_one_sentence_what_it_lacks(settings: dict[str, str], said: str) -> None:
    given = {"TELEGRAM_TOKEN": TOKEN, "PORT": str(free_port()), **settings}
    environment = os.environ | {f"JEMBATAN_{name}": value for name, value in given.items()}
    done = subprocess.run([*COMMAND, "run"], capture_output=True, timeout=30, env=environment)
    error = done.stderr.decode()
    assert done.returncode == 2
    assert error.startswith("Error: ")
    assert said in error
    assert len(error.splitlines()) == 1
    assert TOKEN not in error
    assert "hunter2" not in error


def test_a_fault_of_ours_is_logged_without_secrets_and_asks_to_be_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEMBATAN_TELEGRAM_TOKEN", TOKEN)

    @click.command()
    def broken() -> None:
        configured()
        raise RuntimeError(f"calling {TOKEN}")

    monkeypatch.setitem(jembatan.commands, "broken", broken)
    monkeypatch.setattr(sys, "argv", ["jembatan", "broken"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    error = capsys.readouterr().err
    assert ended.value.code == cli.BROKEN
    assert "RuntimeError: calling [secret]" in error
    assert "Please report" in error
    assert TOKEN not in error


# run


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as open_socket:
        return int(open_socket.getsockname()[1])


@pytest.fixture
async def stub() -> Any:
    async with TelegramStub() as running:
        yield running


class Served:
    """`jembatan run` as a process of its own, on a port of its own."""

    def __init__(self, **settings: str) -> None:
        self.port = free_port()
        given = {"PORT": str(self.port), **settings}
        environment = os.environ | {f"JEMBATAN_{name}": value for name, value in given.items()}
        self.process = subprocess.Popen(
            [*COMMAND, "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        )

    def stop(self, number: signal.Signals) -> tuple[int, float, str, str]:
        """Exit code, seconds it took, standard output and error."""
        began = time.monotonic()
        self.process.send_signal(number)
        out, error = self.process.communicate(timeout=20)
        return self.process.returncode, time.monotonic() - began, out.decode(), error.decode()


@pytest.fixture
def served(stub: TelegramStub) -> Iterator[Served]:
    running = Served(TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=stub.url)
    yield running
    running.process.kill()
    running.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_run_answers_on_telegram_and_stops_cleanly(
    stub: TelegramStub, served: Served, number: signal.Signals
) -> None:
    User(stub, 7, "Ani").says("harga sertifikat halal")
    [answer] = await stub.wait_for(1, timeout=20)
    assert "halal" in answer["text"]
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{served.port}/healthz")).text == "ok"
    code, seconds, out, error = served.stop(number)
    assert (code, "Traceback" in error) == (0, False)
    assert seconds < 5
    assert "polling" in out
    assert f"http://127.0.0.1:{served.port}" in out
    assert TOKEN not in out + error
    assert stat.S_IMODE(Path("data").stat().st_mode) == 0o700

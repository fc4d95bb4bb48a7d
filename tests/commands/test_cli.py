"""The command line: what each command does, and that every error says what to do next."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bot import cli
from bot.cli import jembatan
from bot.commands import configured, report
from bot.language import catalogues
from bot.language.i18n import LOCALES
from tests.town.telegram_stub import TOKEN

#: one of the known ways of asking for the cost of halal
QUESTION = "harga sertifikat halal"
COMMAND = [sys.executable, "-m", "bot"]


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
    result = call("ask", QUESTION)
    assert result.exit_code == 0
    assert "Sumber: " in result.stdout
    assert "  1. " in result.stdout
    assert not list(Path.cwd().iterdir())


def test_a_bare_greeting_is_answered_too() -> None:
    assert call("ask", "kak").stdout.strip()


def test_lines_of_questions_are_answered_in_order_with_topics() -> None:
    asked = [
        {"id": "d1", "text": QUESTION, "lang": "id", "kind": "slang", "accept": ["x"]},
        {"id": 2, "text": "kalau biayanya?", "lang": "id", "after": "halal.self-declare-steps"},
        {"id": None, "text": "zxcvb qwrtp", "lang": None},
    ]
    result = call("ask", "--jsonl", typed="\n\n".join(json.dumps(line) for line in asked))
    assert result.exit_code == 0
    written = lines(result)
    assert [line["id"] for line in written] == ["d1", 2, None]
    assert (written[0]["topic"], written[0]["answered"]) == ("halal.cost", True)
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


def test_check_prints_nothing_of_its_tools_and_counts_what_they_warn_of_as_a_fault(
    spoilt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("check").stderr == ""
    (spoilt / "said").mkdir()
    (spoilt / "said/greeting.py").write_text('_(f"Hello {name}")', "utf-8")
    assert any("greeting.py:1: Skipping f-string" in fault for fault in catalogues.faults(spoilt, (spoilt / "said",)))
    assert capsys.readouterr() == ("", "")


# errors


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
    assert "RuntimeError" in error
    assert "Please report" in error
    assert TOKEN not in error

"""`jembatan chat`: people played by lines of JSON, and one person who types."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.commands import Stop, jsonl
from bot.commands.script import Script, duration, parse
from tests.town.command_line import run

Line = dict[str, Any]
Play = Callable[..., Awaitable[list[Line]]]
COMMAND = [sys.executable, "-m", "bot", "chat"]


@pytest.fixture
async def play(sqlite_url: str) -> AsyncIterator[Play]:
    """Play a line; returns what is written for it."""
    script = Script(sqlite_url)
    await script.begin()

    async def played(person: str, **line: Any) -> list[Line]:
        return await script.play(parse({"person": person, **line}))

    yield played
    await script.stop()


def labels(line: Line) -> list[str]:
    return [choice["label"] for choice in line["replies"][-1]["choices"]]


def text(line: Line) -> str:
    return str(line["replies"][-1]["text"])


async def test_a_question_is_answered_with_choices_in_their_ranks(play: Play) -> None:
    [line] = await play("ani", text="harga sertifikat halal")
    assert line["person"] == "ani"
    assert "halal" in text(line)
    assert "_Sumber: " in text(line)
    ranks = [choice["rank"] for choice in line["replies"][0]["choices"]]
    assert ranks == sorted(ranks)
    assert set(ranks) == {"main", "quiet"}


@pytest.mark.parametrize("as_number", [True, False])
async def test_a_choice_is_tapped_by_number_over_the_main_then_the_quiet_ones_or_by_label(
    play: Play, as_number: bool
) -> None:
    [asked] = await play("ani", text="harga sertifikat halal")
    source = labels(asked).index("Sumber")
    [sources] = await play("ani", choice=source + 1 if as_number else "sumber")
    assert "2026" in text(sources)
    assert text(sources) != text(asked)


async def test_yesterdays_button_still_answers(play: Play) -> None:
    [asked] = await play("ani", text="harga sertifikat halal")
    first = labels(asked)[0]
    [answered] = await play("ani", choice=first)
    await play("ani", text="menu")
    await play("ani", wait="26h")
    assert (await play("ani", choice=first))[0]["replies"] == answered["replies"]


async def test_a_choice_that_nobody_offered_is_what_typing_it_would_be(play: Play) -> None:
    [chosen] = await play("ani", choice="harga sertifikat halal")
    [typed] = await play("budi", text="harga sertifikat halal")
    assert chosen["replies"] == typed["replies"]
    [number] = await play("cici", choice=7)
    [typed] = await play("dedi", text="7")
    assert number["replies"] == typed["replies"]


async def test_a_fragment_is_answered_after_a_wait(play: Play) -> None:
    assert await play("ani", text="kak") == [{"person": "ani", "replies": []}]
    assert await play("ani", wait="2s") == [{"person": "ani", "replies": []}]
    [line] = await play("ani", wait="1s")
    assert len(line["replies"]) == 1
    assert "unasked" not in line


async def test_what_goes_to_somebody_else_meanwhile_is_a_line_of_its_own_before(play: Play) -> None:
    await play("ani", text="kak")
    other, own = await play("budi", wait="1m")
    assert (other["person"], other["unasked"], len(other["replies"])) == ("ani", True, 1)
    assert own == {"person": "budi", "replies": []}


async def test_a_fragment_that_is_continued_is_answered_once(play: Play) -> None:
    await play("ani", text="kak")
    [line] = await play("ani", text="harga sertifikat halal")
    assert len(line["replies"]) == 1
    assert await play("ani", wait="1h") == [{"person": "ani", "replies": []}]


@pytest.mark.parametrize(
    "act",
    [
        {"start": ""},
        {"start": "pameran_PPB27"},
        {"contact": "+6281234567890"},
        {"photo": "kemasan.jpg"},
        {"file": "nib.pdf"},
        {"location": [-6.9, 107.6]},
        {"text": "/menu"},
    ],
)
async def test_whatever_a_person_does_is_answered(play: Play, act: Line) -> None:
    [line] = await play("ani", **act)
    assert text(line)


async def test_the_language_of_the_phone_greets(play: Play) -> None:
    [english] = await play("ani", start="", language="en-GB")
    [indonesian] = await play("budi", start="", language="id")
    assert text(english) != text(indonesian)


async def test_a_long_wait_takes_no_more_than_what_happens_in_it(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[datetime] = []
    move_to = ManualClock.move_to

    def noted(clock: ManualClock, at: datetime) -> None:
        stops.append(at)
        move_to(clock, at)

    await play("ani", text="kak")
    monkeypatch.setattr(ManualClock, "move_to", noted)
    [line] = await play("ani", wait="90d")
    assert len(line["replies"]) == 1
    assert len(stops) < 3 * 90, "at the fragment, at the end, and where daily work is due"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("26h", 93_600),
        ("3d", 259_200),
        ("1d12h", 129_600),
        ("1.5h", 5400),
        ("2w", 1_209_600),
    ],
)
def test_a_wait_is_written_with_its_unit(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "5", "-1h", "1h later", 5, None, "9999999999999w"])
def test_any_other_wait_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match='"wait" is'):
        duration(text)


def chat(lines: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own, with a database of its own."""
    settings = {"JEMBATAN_DATA_DIR": str(folder)}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("JEMBATAN_")}
    return subprocess.run(
        [*COMMAND, "--jsonl"], input=lines.encode(), capture_output=True, timeout=30, cwd=folder, env=clean | settings
    )


def test_each_line_in_is_a_line_out_in_order(tmp_path: Path) -> None:
    asked = [
        {"person": "ani", "text": "harga sertifikat halal"},
        {"person": "budi", "text": "halo \ud800 \x00"},
        {"person": "ani", "choice": 1},
    ]
    done = chat("\n".join(json.dumps(line) for line in asked) + "\n\n", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    written = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["person"] for line in written] == ["ani", "budi", "ani"]
    assert set(written[0]) == {"person", "replies"}
    assert set(written[0]["replies"][0]) == {"text", "choices"}
    assert not list(tmp_path.iterdir())


async def test_what_was_said_is_remembered_the_next_time(sqlite_url: str) -> None:
    greetings = []
    for _ in range(2):
        script = Script(sqlite_url)
        await script.begin()
        greetings += await script.play(parse({"person": "ani", "start": ""}))
        await script.stop()
    assert text(greetings[0]) != text(greetings[1])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"halo", "this is no JSON object"),
        (b'"halo"', "this is no JSON object"),
        (b"\xff\xfe", "this is no JSON object"),
        (b"[" * 100_000, "this is no JSON object"),
        (b'{"text": "halo"}', '"person" is missing'),
        (b'{"person": "", "text": "halo"}', '"person" is missing'),
        (b'{"person": "a\\u0000", "text": "halo"}', '"person" is missing'),
        (b'{"person": "a", "says": "halo"}', '"says" is not known'),
        (b'{"person": "a"}', "a line does one thing, not 0"),
        (b'{"person": "a", "text": "halo", "wait": "1h"}', "a line does one thing, not 2"),
        (b'{"person": "a", "text": 5}', '"text" is'),
        (b'{"person": "a", "choice": true}', '"choice" is'),
        (b'{"person": "a", "location": [91, 0]}', '"location" is'),
        (b'{"person": "a", "text": "halo", "language": 5}', '"language" is'),
    ],
)
def test_a_line_that_cannot_be_played_is_named(line: bytes, said: str) -> None:
    with pytest.raises(Stop, match="line 2: ") as stopped:
        list(jsonl.read([b"\n", line], parse))
    assert said in str(stopped.value)
    assert "\n" not in str(stopped.value)


def test_what_came_before_a_bad_line_is_answered_and_the_exit_code_is_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", f"sqlite:///{tmp_path / 'kept.db'}")
    monkeypatch.setenv("JEMBATAN_DATA_DIR", str(tmp_path))
    done = run("chat", "--jsonl", typed='{"person": "a", "text": "menu"}\n{"person": "a", "txt": "menu"}\n')
    assert (tmp_path / "kept.db").exists()
    assert done.exit_code == 2
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.startswith("Error: line 2: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("end", [b"\x04", b"\x03"])
def test_somebody_who_types_is_answered_and_ends_with_ctrl_d_or_ctrl_c(tmp_path: Path, end: bytes) -> None:
    ours, theirs = pty.openpty()
    settings = {"JEMBATAN_DATA_DIR": str(tmp_path), "TERM": "dumb"}
    process = subprocess.Popen(
        COMMAND,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env=os.environ | settings,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # in the background it would be ignored
    )
    os.close(theirs)
    try:
        seen = read_until(ours, "> ")
        os.write(ours, b"harga sertifikat halal\n")
        seen += read_until(ours, "Sumber", "> ")
        assert ends(process, ours, end) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert "1. " in seen
    assert "Traceback" not in seen


def ends(process: subprocess.Popen[bytes], terminal: int, end: bytes) -> int:
    """Press it, as a person does: again, where it came while the prompt was being drawn and was missed."""
    for _press in range(5):
        time.sleep(0.5)
        if end == b"\x03":
            process.send_signal(signal.SIGINT)
        else:
            os.write(terminal, end)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(3)
    raise AssertionError("it does not end")


def read_until(terminal: int, *wanted: str) -> str:
    """What the terminal shows until all of these were seen, one after the other."""
    seen, start = "", 0
    for word in wanted:
        while word not in seen[start:]:
            ready, _, _ = select.select([terminal], [], [], 30)
            assert ready, f"{word!r} was not shown, but: {seen}"
            seen += os.read(terminal, 4096).decode(errors="replace")
        start = seen.index(word, start) + len(word)
    return seen

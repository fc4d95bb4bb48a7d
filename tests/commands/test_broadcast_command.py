"""`jembatan broadcast`: what the command line says, and what the service then sends."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.cli import jembatan
from bot.commands.announcements import broadcast
from bot.knowledge import Knowledge
from db import office
from db.privacy.audit import StoredAct
from tests.town.crowds import agrees, states
from tests.town.desks import Desks
from tests.town.fairs import hold, plan
from tests.town.phone import NOW, Town

TEXT = """---
topic: exhibitions
buttons: [exhibition:PPB27]
---
**Pendaftaran dibuka**
20 tempat. Gratis.

[en]
**Enrolment opens**
20 places. Free.
"""


@pytest.fixture(autouse=True)
def configured(empty_folder: None, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    """No settings but a database of the test's own."""
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)


async def run(*words: str) -> Result:
    """The command line, beside the loop of the test."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(jembatan, ["broadcast", *words]))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An announcement in two languages, with a button."""
    written = tmp_path / "fair.md"
    written.write_text(TEXT)
    return written


async def test_a_file_is_sent_to_whom_it_says_and_its_numbers_are_shown(
    sqlite_url: str, known: Knowledge, file: Path
) -> None:
    async with Town.opened(sqlite_url, known) as town:
        await hold(town, plan())
        (ani,) = await agrees(town, "ani", sector="food")
        await agrees(town, "budi", sector="fashion")
        (john,) = await agrees(town, "john", language="en", sector="food")
        done = await run("send", str(file), "--audience", "sector=kuliner", "--yes")
        assert done.exit_code == 0, done.output
        assert "agreed to announcements about exhibitions · sector Food and drink" in done.stdout
        assert "2 people: memory 2." in done.stdout
        await town.assistant.deliveries.run_due()
        assert await states(town) == {"sent": 2}
        assert ani.bubbles[-1].text.startswith("Pendaftaran dibuka\n20 tempat.")
        assert john.bubbles[-1].labels == ["See the exhibition", "Stop"]
        for phone, label in ((ani, "Lihat pameran"), (john, "See the exhibition"), (john, "Stop")):
            await phone.taps(label, next(sent for sent in phone.bubbles if label in sent.labels))
    assert (await run("list")).stdout == "1 · done · Enrolment opens 20 places. Free.\n"
    shown: dict[str, Any] = json.loads((await run("status", "1", "--json")).stdout)
    assert (shown["state"], shown["total"], shown["counts"]["sent"]) == ("done", 2, 2)
    assert shown["taps"] == {"exhibition:1": 2, "stop": 1}
    assert (await run("status", "1")).stdout.splitlines()[-2:] == ["  2 tapped See the exhibition", "  1 tapped Stop"]
    refused = await run("pause", "1")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "Error: 1 is done already; `jembatan broadcast status 1` shows how it stands.\n",
    )


async def test_one_is_scheduled_paused_resumed_and_cancelled(sqlite_url: str, known: Knowledge, file: Path) -> None:
    async with Town.opened(sqlite_url, known) as town:
        await hold(town, plan())
        await agrees(town, "ani")
        sent = await run("send", str(file), "--at", "2099-12-01T09:00", "--yes")
        assert "It goes out on Tuesday, 01 December 2099 at 09:00 in Bandung." in sent.stdout
        assert (await run("cancel", "1")).stdout == "It is cancelled.\n"
        assert (await run("send", str(file), "--yes")).exit_code == 0
        assert (await run("pause", "2")).stdout == "It is paused.\n"
        await town.assistant.deliveries.run_due()
        assert await states(town, 2) == {}
        assert (await run("resume", "2")).stdout == "It goes on.\n"
        await town.assistant.deliveries.run_due()
        assert await states(town, 2) == {"sent": 1}


async def test_what_is_done_here_is_written_down_as_what_is_done_in_the_chat(
    sqlite_url: str, known: Knowledge, file: Path
) -> None:
    async with Town.opened(sqlite_url, known, NOW) as town:
        await hold(town, plan())
        await agrees(town, "ani")
        for words in (("send", str(file), "--yes"), ("pause", "1"), ("resume", "1"), ("cancel", "1")):
            assert (await run(*words)).exit_code == 0
        assert await acts(town) == [f"broadcast.{act}" for act in ("write", "send", "pause", "resume", "cancel")]
        await Desks(town).employ("rini", "Bu Rini", "admin")
        async with town.assistant.database.transaction() as tx:
            await office.save(tx, second_from=0)
        assert "waits until an administrator agrees" in (await run("send", str(file), "--yes")).stdout
        assert (await acts(town))[5:] == ["broadcast.write", "broadcast.ask"]


async def acts(town: Town) -> list[str]:
    async with town.assistant.database.reading() as tx:
        return list((await tx.execute(select(StoredAct.act).order_by(StoredAct.id))).scalars())


async def test_too_many_need_an_administrator(sqlite_url: str, known: Knowledge, file: Path) -> None:
    async with Town.opened(sqlite_url, known, NOW) as town:
        await hold(town, plan())
        await agrees(town, "ani", "budi")
        async with town.assistant.database.transaction() as tx:
            await office.save(tx, second_from=1)
        refused = await run("send", str(file), "--yes")
        assert "An administrator must agree to so many, and there is none" in refused.stderr


@pytest.mark.parametrize(
    ("text", "audience", "said"),
    [
        ("", "", "The file has no text."),
        ("---\ntopic: cats\n---\nx", "", "cats is no topic"),
        ("---\nbuttons: [exhibition:XYZ]\n---\nx", "", "There is no exhibition XYZ."),
        ("**x", "", "a mark of Markdown, such as ** or _, does not pair"),
        ("[fr]\nx", "", "[fr] is no language here"),
        ("x", "planet=mars", "planet narrows nothing down"),
        ("x", "sector=cats", "cats is no sector"),
        ("x", "state=accepted", "A state needs its programme"),
        ("x", "", "It reaches nobody"),
        ("x" * 1100, "", "It is not sent"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, text: str, audience: str, said: str) -> None:
    written = tmp_path / "a.md"
    written.write_text(text)
    refused = await run("send", str(written), "--audience", audience, "--yes")
    assert refused.exit_code == 2
    assert said in refused.stderr


@pytest.mark.parametrize("command", [None, *broadcast.commands])
async def test_every_help_has_an_example(command: str | None) -> None:
    assert "Example" in (await run(*filter(None, [command]), "--help")).stdout


@pytest.mark.parametrize("before", ["\ufeff", "\ufeff\ufeff"])
async def test_a_file_as_windows_saves_it_is_sent(sqlite_url: str, known: Knowledge, file: Path, before: str) -> None:
    file.write_text(before + TEXT.replace("\n", "\r\n"), "utf-8", newline="")
    async with Town.opened(sqlite_url, known) as town:
        await hold(town, plan())
        (ani,) = await agrees(town, "ani")
        done = await run("send", str(file), "--audience", "interested=no", "--yes")
        assert done.exit_code == 0, done.output
        await town.assistant.deliveries.run_due()
        assert ani.bubbles[-1].text.startswith("Pendaftaran dibuka\n20 tempat.")


async def test_a_letter_in_a_file_that_cannot_be_kept_is_named_by_its_line(
    sqlite_url: str, known: Knowledge, file: Path
) -> None:
    file.write_text(TEXT.replace("20 tempat", "20\0tempat"))
    async with Town.opened(sqlite_url, known) as town:
        await hold(town, plan())
        refused = await run("send", str(file), "--audience", "interested=no", "--yes")
    assert (refused.exit_code, refused.stderr) == (
        2,
        f"Error: {file}, line 6: it holds a character that cannot be kept; write it again.\n",
    )

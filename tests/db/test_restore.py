"""A restored copy keeps silent until a person releases it, and then sends nothing again."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot import assistant as machinery
from bot.assistant import Assistant
from bot.channels.memory import InMemory
from bot.cli import jembatan
from bot.composition import product
from bot.knowledge import Knowledge
from db.conversation.replies import StoredReply
from db.conversation.turns import StoredTurn
from db.engine import Database
from tests.commands.test_run import Served
from tests.town.copying import QUESTION, live, read, released, restored, taken
from tests.town.phone import NOW, Phone, Town
from tests.town.telegram_stub import TOKEN, TelegramStub, User


@pytest.fixture
async def copied(sqlite_url: str, known: Knowledge, empty_url: str, tmp_path: Path) -> str:
    """A morning on SQLite, restored into either engine."""
    async with Town.opened(sqlite_url, known) as town:
        await live(town)
    return await restored(await taken(sqlite_url, tmp_path / "file"), empty_url)


async def test_a_restored_copy_stores_what_comes_in_and_says_nothing(copied: str, known: Knowledge) -> None:
    async with Town.opened(copied, known) as copy:
        assert await copy.phone("ani").says(QUESTION) == []
        assert await copy.phone("budi 🧵").waits(7200) == []
    assert "received" in await read(copied, select(StoredTurn.state))


async def test_after_the_release_it_answers_what_came_in_and_leaves_the_old_things_undone(
    copied: str, known: Knowledge
) -> None:
    async with Town.opened(copied, known) as copy:
        await copy.phone("dedi").says(QUESTION)
    await released(copied)
    async with Town.opened(copied, known) as copy:
        await copy.assistant.settled()
        assert [len(copy.phone(name).bubbles) for name in ("ani", "budi 🧵", "cici", "dedi")] == [0, 0, 0, 1]
        for name in ("ani", "budi 🧵", "cici", "dedi"):
            assert await copy.phone(name).waits(7200) == []
        assert len(await copy.phone("ani").says(QUESTION)) == 1
    assert set(await read(copied, select(StoredReply.state))) == {"sent", "dropped"}


async def test_it_can_be_told_to_finish_the_old_things(copied: str, known: Knowledge) -> None:
    await released(copied, finish_old=True)
    async with Town.opened(copied, known, NOW + timedelta(hours=2)) as copy:
        await copy.phone("budi 🧵").waits(10)
        assert [len(copy.phone(name).bubbles) for name in ("ani", "budi 🧵", "cici")] == [0, 1, 1]


async def test_yesterdays_button_works_in_the_copy(
    sqlite_url: str, empty_url: str, tmp_path: Path, known: Knowledge
) -> None:
    async with Town.opened(sqlite_url, known) as town:
        [card] = await town.phone("ani").says(QUESTION)
    await restored(await taken(sqlite_url, tmp_path / "file"), empty_url)
    await released(empty_url)
    async with Town.opened(empty_url, known) as copy:
        assert len(await copy.phone("ani").taps(card.labels[0], card)) == 1


async def test_a_running_copy_notices_that_it_was_released(
    copied: str, known: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machinery, "LEFT_OVER_SECONDS", 0.05)
    channel = InMemory()
    copy = Assistant(Database(copied), known, product(), [channel])
    await copy.start()
    dedi = Phone(copy, channel, "dedi")
    assert await dedi.says(QUESTION) == []
    await asyncio.sleep(0.3)
    assert dedi.bubbles == []
    await released(copied)
    async with asyncio.timeout(10):
        await copy.released.wait()
    await copy.settled()
    assert [len(channel.sent[name]) for name in ("ani", "budi 🧵", "cici", "dedi")] == [0, 0, 0, 1]
    await copy.stop()


@pytest.mark.slow
async def test_a_served_copy_takes_nothing_away_from_its_original_before_its_release(
    copied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with TelegramStub() as stub:
        served = Served(DATABASE_URL=copied, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API_URL=stub.url)
        try:
            User(stub, 7, "Ani").says(QUESTION)
            await served.answers()
            [reason] = await reasons(served)
            assert reason == "restored from a backup: nothing is sent until `jembatan restore --release`"
            assert stub.sent == []
            told = await asyncio.to_thread(
                CliRunner().invoke, jembatan, ["restore", "--release"], env={"JEMBATAN_DATABASE_URL": copied}
            )
            assert "Released" in told.stdout
            [answer] = await stub.wait_for(1, timeout=30)
            assert "halal" in answer["text"]
            assert await reasons(served) == []
        finally:
            served.process.kill()
            served.process.communicate()


async def reasons(served: Served) -> list[str]:
    """Why the service says that it is not ready."""
    async with httpx.AsyncClient() as client:
        said = (await client.get(f"http://127.0.0.1:{served.port}/readyz")).json()
    return list(said["reasons"])

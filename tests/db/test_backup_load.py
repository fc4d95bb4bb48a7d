"""A backup taken in the middle of a busy day: every turn that was committed is in it, and the copy repeats nothing."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.assistant import Assistant
from bot.channel import Update
from bot.channels.memory import InMemory, raw
from bot.clock import Clock
from bot.composition import product
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from db.conversation import turns
from db.conversation.replies import StoredReply
from db.conversation.turns import NewTurn, StoredTurn
from db.engine import Database
from tests.town.copying import QUESTION, read, restored
from tests.town.phone import Town

#: turns a second, and of how many people
PACE, PEOPLE = 50, 25
#: turns of earlier days, so that the backup takes its time
EARLIER = 20_000

pytestmark = [pytest.mark.slow, pytest.mark.alone]


async def fill(database: Database) -> None:
    now = Clock().now()
    for begin in range(0, EARLIER, 5000):
        async with database.transaction() as tx:
            old = [NewTurn(f"old {number}", None, '{"text": "lama"}') for number in range(begin, begin + 5000)]
            await turns.store(tx, "memory", old, now)


async def busy(assistant: Assistant, channel: InMemory, stop: asyncio.Event) -> None:
    """People ask, a turn every 20 ms, until it is enough."""
    loop = asyncio.get_running_loop()
    begun, number = loop.time(), 0
    while not stop.is_set():
        number += 1
        update = Update(f"new {number}", raw(Inbound.typed(f"{QUESTION} {number}")), f"person {number % PEOPLE}", "id")
        await assistant.edge.receive(channel, [update])
        await asyncio.sleep(max(0.0, begun + number / PACE - loop.time()))


async def back_up(url: str, path: Path) -> None:
    """`jembatan backup`, as a person does it beside the running service."""
    environment = os.environ | {"JEMBATAN_DATABASE_URL": url}
    backup = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "backup", str(path), env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await backup.communicate()
    assert backup.returncode == 0
    assert b"found whole" in said


async def test_every_turn_committed_before_a_backup_is_in_it_and_nothing_is_sent_again(
    engine_url: str, empty_url: str, known: Knowledge, tmp_path: Path
) -> None:
    channel = InMemory()
    original = Assistant(Database(engine_url), known, product(), [channel])
    await original.start()
    await fill(original.database)
    stop = asyncio.Event()
    asking = original.nursery.start(busy(original, channel, stop), "people")
    done: set[int] = set()
    while len(done) < PACE:
        await asyncio.sleep(0.2)
        done = set(await read(engine_url, select(StoredTurn.id).where(StoredTurn.state == "done")))
    await back_up(engine_url, tmp_path / "file")
    stop.set()
    await asking
    await original.stop()

    await restored(tmp_path / "file", empty_url)
    in_copy = set(await read(empty_url, select(StoredTurn.id).where(StoredTurn.state == "done")))
    answered = set(await read(empty_url, select(StoredReply.turn_id)))
    assert done <= in_copy
    assert in_copy <= answered
    await insist_on_silence(empty_url, known)


async def insist_on_silence(url: str, known: Knowledge) -> None:
    """Before the release and after it, whatever time passes, nobody hears anything; a new question is answered."""
    later = Clock().now() + timedelta(hours=1)
    async with Town.opened(url, known, later) as copy:
        assert await copy.phone("person 1").waits(3600) == []
    environment = os.environ | {"JEMBATAN_DATABASE_URL": url}
    release = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "restore", "--release", env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await release.communicate()
    assert b"Released" in said
    async with Town.opened(url, known, later) as copy:
        await copy.phone("person 1").waits(3600)
        assert not any(copy.channel.sent.values())
        assert len(await copy.phone("person 1").says(QUESTION)) == 1

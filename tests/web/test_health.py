"""Alive, ready, and why not: what a watcher of the running assistant sees."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from bot.assistant import Assistant
from bot.channels.memory import InMemory
from bot.composition import product
from bot.knowledge import Knowledge
from bot.web.app import create_app
from db.conversation.replies import StoredReply
from db.conversation.turns import StoredTurn
from db.copies import restores
from db.engine import Database
from tests.town.phone import Phone, Town


def browser(assistant: Assistant) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(assistant))
    return httpx.AsyncClient(transport=transport, base_url="http://jembatan.test")


@pytest.fixture
async def watcher(town: Town) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(town.assistant) as client:
        yield client


async def readiness(watcher: httpx.AsyncClient) -> tuple[int, list[str]]:
    answer = await watcher.get("/readyz")
    said = answer.json()
    assert said["ready"] is (answer.status_code == 200)
    return answer.status_code, said["reasons"]


async def change(town: Town, statement: Any) -> None:
    async with town.assistant.database.transaction() as tx:
        await tx.execute(statement)


async def test_an_assistant_that_answers_is_alive_and_ready(watcher: httpx.AsyncClient, ani: Phone) -> None:
    await ani.says("biaya sertifikat halal berapa?")
    assert (await watcher.get("/healthz")).text == "ok"
    assert await readiness(watcher) == (200, [])


async def test_a_reply_that_should_long_have_left_makes_it_not_ready(
    watcher: httpx.AsyncClient, town: Town, ani: Phone
) -> None:
    await ani.says("biaya sertifikat halal berapa?")
    await change(town, update(StoredReply).values(state="unsent"))
    assert await readiness(watcher) == (200, [])
    town.clock.move(timedelta(minutes=3))
    status, [reason] = await readiness(watcher)
    assert status == 503
    assert reason == "1 replies wait for more than two minutes: look for errors in the log"


async def test_a_question_that_nobody_takes_up_makes_it_not_ready(
    watcher: httpx.AsyncClient, town: Town, ani: Phone
) -> None:
    await ani.says("biaya sertifikat halal berapa?")
    await change(town, update(StoredTurn).values(state="received"))
    assert await readiness(watcher) == (200, [])
    town.clock.move(timedelta(minutes=3))
    status, [reason] = await readiness(watcher)
    assert status == 503
    assert reason.startswith("1 turns wait")


async def test_a_restored_copy_is_not_ready_before_a_person_releases_it(watcher: httpx.AsyncClient, town: Town) -> None:
    async with town.assistant.database.transaction() as tx:
        await restores.add(tx, town.clock.now(), town.clock.now())
    status, [reason] = await readiness(watcher)
    assert status == 503
    assert "jembatan restore --release" in reason


async def test_without_its_database_it_is_alive_and_not_ready_and_gives_no_password_away(known: Knowledge) -> None:
    database = Database("postgresql+asyncpg://me:hunter2@127.0.0.1:1/jembatan")
    async with browser(Assistant(database, known, product(), [InMemory()])) as watcher:
        assert (await watcher.get("/healthz")).status_code == 200
        status, [reason] = await readiness(watcher)
        assert status == 503
        assert reason.startswith("the database does not answer")
        assert "hunter2" not in reason
    await database.close()


async def test_readiness_is_read_without_waiting_for_whoever_writes(watcher: httpx.AsyncClient, town: Town) -> None:
    async with town.assistant.database.transaction():
        assert await readiness(watcher) == (200, [])

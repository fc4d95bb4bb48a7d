"""Telegram's webhook, called by the stub over a real server, and the web app's edges."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest_asyncio
import uvicorn

from bot.channels.telegram.channel import Telegram
from bot.web.app import LARGEST_BODY, SECRET_HEADER, create_app
from tests.town.telegram_assistant import Running, running
from tests.town.telegram_stub import TOKEN, TelegramStub, User

CHAT = 42


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


@asynccontextmanager
async def serving(stub: TelegramStub, folder: Path) -> AsyncIterator[tuple[Running, str]]:
    """The assistant behind a real server, its webhook set; yields the server's address too."""
    async with running(stub, folder, receiving=False) as chat:
        app = create_app(chat.assistant, chat.telegram)
        server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None))
        serving = asyncio.ensure_future(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        await chat.telegram.listen(url)
        try:
            yield chat, url
        finally:
            server.should_exit = True
            await serving


def secret_of(stub: TelegramStub) -> str:
    """What the bot told Telegram to show at each call."""
    [call] = [call for call in stub.sent if call.method == "setWebhook"]
    return str(call.params["secret_token"])


async def post(url: str, body: bytes, secret: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/telegram/webhook", data=body, headers={SECRET_HEADER: secret}) as response,
    ):
        return response.status, await response.text()


async def test_an_update_is_stored_before_it_is_answered_and_then_taken(stub: TelegramStub, tmp_path: Path) -> None:
    ani = User(stub, CHAT, "Ani")
    async with serving(stub, tmp_path) as (chat, _url):
        assert await stub.deliver(ani.says("choices", queue=False)) == 200
        assert sum((await chat.turns()).values()) == 1
        [asked] = await stub.wait_for(1)
        assert await stub.deliver(ani.taps(asked, "Biaya", queue=False)) == 200
        assert (await stub.wait_for(2))[-1]["text"] == "tapped Biaya"
        assert "answerCallbackQuery" in [call.method for call in stub.sent]
    told = next(call.params for call in stub.sent if call.method == "setWebhook")
    assert "my_chat_member" in told["allowed_updates"]
    assert "drop_pending_updates" not in told


async def test_an_update_that_comes_twice_is_answered_once(stub: TelegramStub, tmp_path: Path) -> None:
    update = User(stub, CHAT, "Ani").says("halal?", queue=False)
    async with serving(stub, tmp_path) as (chat, _url):
        assert await asyncio.gather(*(stub.deliver(update) for _ in range(5))) == [200] * 5
        assert await chat.wait_for_turns(1) == {"done": 1}
    assert len(stub.messages()) == 1


async def test_a_wrong_secret_is_turned_away_and_nothing_is_kept(stub: TelegramStub, tmp_path: Path) -> None:
    update = json.dumps(User(stub, CHAT, "Ani").says("halal?", queue=False)).encode()
    async with serving(stub, tmp_path) as (chat, url):
        right = secret_of(stub)
        for wrong in ("", "x", right[:-1], right + "x", right.upper(), "é"):
            assert (await post(url, update, wrong))[0] == 403
        assert await chat.turns() == {}
        assert (await post(url, update, right))[0] == 200


async def test_the_secret_is_made_of_the_secret_key_and_does_not_show_it(stub: TelegramStub, tmp_path: Path) -> None:
    async with serving(stub, tmp_path):
        assert "secret key" not in secret_of(stub)
        again = Telegram(TOKEN, stub.url, secret_key="a secret key of the test")
        assert again.check_secret(secret_of(stub))
        assert not Telegram(TOKEN, stub.url, secret_key="another").check_secret(secret_of(stub))
        assert not Telegram(TOKEN, stub.url).check_secret("")


async def test_what_is_not_an_update_is_refused_or_kept_and_passed_over(stub: TelegramStub, tmp_path: Path) -> None:
    async with serving(stub, tmp_path) as (chat, url):
        secret = secret_of(stub)
        for body in (b"", b"no json", b'{"update_id": 1', b"\xff\xfe", b"[" * 200_000):
            assert (await post(url, body, secret))[0] == 400
        assert await chat.turns() == {}
        bodies: list[Any] = [[], "text", 7, None, {}, {"update_id": "x"}, {"update_id": 5, "message": {}}]
        for odd in bodies:
            assert (await post(url, json.dumps(odd).encode(), secret))[0] == 200
        assert (await post(url, json.dumps([]).encode(), secret))[0] == 200
        assert await chat.turns() == {"passed": len(bodies)}


async def test_a_body_of_more_than_a_megabyte_is_refused(stub: TelegramStub, tmp_path: Path) -> None:
    async with serving(stub, tmp_path) as (chat, url):
        assert (await post(url, b" " * (LARGEST_BODY + 1), secret_of(stub)))[0] == 413
        assert await chat.turns() == {}


async def test_what_cannot_be_stored_is_brought_again(stub: TelegramStub, tmp_path: Path) -> None:
    update = User(stub, CHAT, "Ani").says("halal?", queue=False)
    async with serving(stub, tmp_path) as (chat, _url):
        await asyncio.to_thread(rename, tmp_path, "turns", "lost")
        assert await stub.deliver(update) == 503
        await asyncio.to_thread(rename, tmp_path, "lost", "turns")
        assert await stub.deliver(update) == 200
        assert (await stub.wait_for(1))[0]["text"] == "text halal?"
        assert await chat.wait_for_turns(1) == {"done": 1}


def rename(folder: Path, table: str, to: str) -> None:
    """In a thread: the assistant goes on, and may be writing."""
    with closing(sqlite3.connect(folder / "jembatan.db")) as damaged:
        damaged.execute(f"ALTER TABLE {table} RENAME TO {to}")


async def test_an_update_that_comes_before_telegram_was_reached_is_brought_again(
    stub: TelegramStub, tmp_path: Path
) -> None:
    async with running(stub, tmp_path, receiving=False) as chat:
        assert chat.telegram.updates(b'{"update_id": 1}') is None


async def test_the_sign_of_life_needs_no_telegram(stub: TelegramStub, tmp_path: Path) -> None:
    async with serving(stub, tmp_path) as (_chat, url), aiohttp.ClientSession() as session:
        async with session.get(f"{url}/healthz") as response:
            assert (response.status, await response.text()) == (200, "ok")
        async with session.get(f"{url}/telegram/webhook") as response:
            assert response.status == 405

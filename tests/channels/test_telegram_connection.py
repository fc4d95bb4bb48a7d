"""Telegram that is away, refuses us, or sends what nobody can read; and the token, which nobody may read."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot

from bot import logs
from bot.channel import Blocked, Channel, Later, Position, Refused, Unreached, Update
from bot.channels.telegram import channel as module
from bot.channels.telegram import request
from bot.channels.telegram.channel import Telegram
from bot.language.markdown import Markdown
from bot.reply import Reply
from tests.town.telegram_assistant import running, until
from tests.town.telegram_stub import TOKEN, TelegramStub, User

CHAT = 42


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


@pytest.fixture
def ani(stub: TelegramStub) -> User:
    return User(stub, CHAT, "Ani")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that is logged, from the most talkative level up, as it is written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.TextFormatter())
    root = logging.getLogger()
    monkeypatch.setattr(root, "level", logging.DEBUG)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same waits, shorter."""
    monkeypatch.setattr(module, "BACKOFF", (0.02,))
    monkeypatch.setattr(module, "SLOW", 0.02)
    monkeypatch.setattr(request, "WAIT", 1)


@pytest.mark.usefixtures("impatient")
async def test_the_start_survives_telegram_being_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with TelegramStub() as first:
        port = int(first.url.rpartition(":")[2])
    caplog.set_level(logging.INFO)
    async with running(first, tmp_path, root=f"http://127.0.0.1:{port}"):
        await until(lambda: "cannot be reached" in caplog.text)
        await asyncio.sleep(0.1)
        async with TelegramStub(port=port) as back:
            User(back, CHAT, "Ani").says("halal?")
            assert (await back.wait_for(1))[0]["text"] == "text halal?"
            assert caplog.text.count("cannot be reached") == 1
            assert "answers again" in caplog.text


@pytest.mark.usefixtures("impatient")
async def test_a_poll_that_the_network_ends_is_taken_up_again(stub: TelegramStub, ani: User, tmp_path: Path) -> None:
    stub.script("getUpdates", times=2, drop=True)
    stub.script("getUpdates", status=502, description="Bad Gateway")
    ani.says("halal?")
    async with running(stub, tmp_path) as chat:
        await stub.wait_for(1)
        assert await chat.wait_for_turns(1) == {"done": 1}
    assert len(stub.messages()) == 1


@pytest.mark.usefixtures("impatient")
async def test_a_wrong_token_gives_one_clear_sentence(
    stub: TelegramStub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(stub, tmp_path, token="123456:WRONG"):
        await until(lambda: "token" in caplog.text)
        await asyncio.sleep(0.2)
    said = [record.getMessage() for record in caplog.records if record.name.startswith("bot.channel")]
    assert said == ["Telegram does not accept the token: set JEMBATAN_TELEGRAM_TOKEN to the one @BotFather shows."]


@pytest.mark.usefixtures("impatient")
async def test_a_second_poller_gives_one_clear_sentence_and_again_only_after_it_was_over(
    stub: TelegramStub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    conflict = "Conflict: terminated by other getUpdates request"
    stub.script("getUpdates", times=3, status=409, description=conflict)
    async with running(stub, tmp_path) as chat:
        await until(lambda: "Somebody else" in caplog.text)
        User(stub, CHAT, "Ani").says("halal?")
        await stub.wait_for(1)
        await chat.wait_for_turns(1)
        assert caplog.text.count("Somebody else receives this bot's messages") == 1
        stub.script("getUpdates", times=2, status=409, description=conflict)
        User(stub, CHAT, "Ani").says("merek?")
        await until(lambda: caplog.text.count("Somebody else") == 2)
        await stub.wait_for(2)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (403, "text/html", "<h1>Forbidden by the office's proxy</h1>"),
        (404, "text/html", "<h1>nginx</h1>"),
        (200, "text/html", "<h1>Please sign in to the hotel's network</h1>"),
        (200, "application/json", '{"ok": true}'),
        (200, "application/json", "[]"),
        (502, "application/json", "{}"),
    ],
)
async def test_what_somebody_else_answers_in_telegram_s_place_is_waited_out(
    caplog: pytest.LogCaptureFixture, status: int, kind: str, body: str
) -> None:
    caplog.set_level(logging.INFO)

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, content_type=kind, text=body)

    between = web.Application()
    between.router.add_post("/{anything:.*}", answer)
    async with TestServer(between) as server:
        telegram = Telegram(TOKEN, str(server.make_url("")).rstrip("/"))
        with pytest.raises(Exception) as failed:
            await telegram.send("42", Reply(Markdown("Halo")), 1)
        assert not isinstance(failed.value, Blocked | Refused | Later)
        polling = asyncio.ensure_future(telegram.poll(nobody))
        await until(lambda: "Telegram cannot be reached" in caplog.text)
        await asyncio.sleep(0.1)
        assert not polling.done()
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        await telegram.close()
    assert caplog.text.count("Telegram cannot be reached") == 1


async def nobody(_channel: Channel, _updates: Sequence[Update], _position: Position | None) -> None:
    raise AssertionError("nothing came in")


async def test_polling_takes_an_old_webhook_away_and_asks_for_who_blocks(
    stub: TelegramStub, ani: User, tmp_path: Path
) -> None:
    async with Bot(TOKEN, f"{stub.url}/bot") as bot:
        await bot.set_webhook("http://127.0.0.1:9/old")
    ani.says("halal?")
    async with running(stub, tmp_path):
        await stub.wait_for(1)
    assert all("drop_pending_updates" not in call.params for call in stub.sent)
    polled = [call.params for call in stub.sent if call.method == "getUpdates"]
    assert polled[0]["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]


async def test_commands_and_descriptions_are_told_in_four_languages_and_for_everybody_else(
    stub: TelegramStub, tmp_path: Path
) -> None:
    async with running(stub, tmp_path):
        await until(lambda: [call.method for call in stub.sent].count("setMyShortDescription") == 5)
    for method, field in (
        ("setMyCommands", "commands"),
        ("setMyDescription", "description"),
        ("setMyShortDescription", "short_description"),
    ):
        told = {call.params.get("language_code", ""): call.params[field] for call in stub.sent if call.method == method}
        assert set(told) == {"", "id", "en", "ms", "su"}
        assert told[""] == told["id"]
        assert len({str(text) for text in told.values()}) == 4


async def test_what_is_malformed_is_kept_and_passed_over_and_never_asked_for_again(
    stub: TelegramStub, ani: User, tmp_path: Path
) -> None:
    ani.says("satu")
    stub.queue({"message": {"garbage": True}})
    stub.queue({"message": {"message_id": 5, "chat": {"id": CHAT, "type": "private"}, "text": "no date, no sender"}})
    stub.queue({"message": {"date": 1, "message_id": 5, "chat": {"id": CHAT, "type": "private"}, "text": 5}})
    stub.queue({"message": ["a list"], "callback_query": 7})
    stub.queue({"message": {"from": {"id": "x", "language_code": 5}, "chat": {"id": CHAT, "type": "private"}}})
    stub.queue({"a_kind_of_next_year": {"chat": {"id": CHAT, "type": "private"}}})
    ani.says("dua \ud83d tiga")
    last = ani.says("empat")
    async with running(stub, tmp_path) as chat:
        assert await chat.wait_for_turns(9) == {"done": 3, "passed": 6}
        await until(lambda: last["update_id"] in stub.confirmed)
    assert [message["text"] for message in stub.messages()] == ["text satu", "text dua ? tiga", "text empat"]


@pytest.mark.usefixtures("impatient")
async def test_what_cannot_be_stored_is_not_acknowledged(stub: TelegramStub, ani: User) -> None:
    ani.says("halal?")
    kept: list[str] = []
    failures = iter([OSError("disk full"), OSError("disk full")])

    async def receive(_channel: Channel, updates: Sequence[Update], position: Position | None) -> None:
        assert stub.confirmed == []
        for failure in failures:
            raise failure
        kept.extend(update.id for update in updates)
        assert position == ("telegram:123456", int(updates[-1].id) + 1)

    telegram = Telegram(TOKEN, stub.url)
    polling = asyncio.ensure_future(telegram.poll(receive))
    await until(lambda: kept)
    await until(lambda: stub.confirmed == [int(kept[0])])
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    await telegram.close()
    assert len(kept) == 1


async def test_a_restart_goes_on_where_polling_ended(stub: TelegramStub, ani: User, tmp_path: Path) -> None:
    first = ani.says("satu")
    async with running(stub, tmp_path) as chat:
        await chat.wait_for_turns(1)
    ani.says("dua")
    async with running(stub, tmp_path) as chat:
        assert await chat.wait_for_turns(2) == {"done": 2}
    offsets = [call.params.get("offset") for call in stub.sent if call.method == "getUpdates"]
    assert offsets[0] is None
    assert int(offsets[-1] or 0) > first["update_id"]
    assert [message["text"] for message in stub.messages()] == ["text satu", "text dua"]


@pytest.mark.usefixtures("impatient")
async def test_the_token_is_in_no_log_not_even_in_a_traceback(
    stub: TelegramStub, ani: User, tmp_path: Path, lines: io.StringIO
) -> None:
    stub.script("getUpdates", drop=True)
    stub.script("sendMessage", status=500, description=f"at /bot{TOKEN}/sendMessage")
    ani.says("halal?")
    async with running(stub, tmp_path) as chat:
        await stub.wait_for(1)
        await chat.wait_for_turns(1)
    nowhere = Telegram(TOKEN, "http://127.0.0.1:9")
    try:
        await nowhere.send("42", Reply(Markdown("Halo")), 1)
    except Unreached:
        logging.getLogger("bot.elsewhere").exception("with a traceback, of %r", nowhere._bot)
    await nowhere.close()
    assert "elsewhere" in lines.getvalue() and "Traceback" in lines.getvalue()
    assert TOKEN.partition(":")[2] not in lines.getvalue()
    assert f"/bot{TOKEN.partition(':')[0]}:" not in lines.getvalue()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("status", [200, 400, 429, 500])
async def test_an_answer_cut_off_within_somebody_s_words_is_asked_for_again_and_quoted_nowhere(
    stub: TelegramStub, ani: User, tmp_path: Path, lines: io.StringIO, status: int
) -> None:
    stub.script("getUpdates", status=status, body='{"ok": true, "result": [{"message": {"text": "rahasia saya')
    ani.says("halal?")
    async with running(stub, tmp_path) as chat:
        await stub.wait_for(1)
        await chat.wait_for_turns(1)
    assert "Telegram cannot be reached" in lines.getvalue() or status == 429
    assert "rahasia" not in lines.getvalue()


async def test_what_telegram_says_of_a_refusal_may_quote_and_is_not_logged(
    stub: TelegramStub, ani: User, tmp_path: Path, lines: io.StringIO
) -> None:
    stub.script("sendMessage", status=400, description="Bad Request: cannot send rahasia saya", times=3)
    ani.says("halal?")
    async with running(stub, tmp_path) as chat:
        await chat.wait_for_turns(1)
    assert "was refused" in lines.getvalue() and "rahasia" not in lines.getvalue()


async def test_another_bots_updates_are_counted_apart(stub: TelegramStub, ani: User, tmp_path: Path) -> None:
    ani.says("satu")
    async with running(stub, tmp_path) as chat:
        await chat.wait_for_turns(1)
    async with TelegramStub(token="777:OTHER") as other:
        async with running(other, tmp_path, token="777:OTHER") as chat:
            other.queue(User(other, 43, "Budi").says("dua", queue=False) | {"update_id": 900}, "777:OTHER")
            assert await chat.wait_for_turns(2) == {"done": 2}
        (first, *_) = [call.params.get("offset") for call in other.sent if call.method == "getUpdates"]
    assert first is None

"""The stub of the Bot API, driven through the real client."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram import error as errors

from tests.town.telegram_stub import TOKEN, TelegramStub, User, bot_tokens

CHAT = 42
KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="answer:yes")]])


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as running:
        yield running


def client(stub: TelegramStub, token: str = TOKEN) -> Bot:
    return Bot(token, base_url=f"{stub.url}/bot", base_file_url=f"{stub.url}/file/bot")


@pytest_asyncio.fixture
async def bot(stub: TelegramStub) -> AsyncIterator[Bot]:
    async with client(stub) as connected:
        yield connected


@pytest.fixture
def ani(stub: TelegramStub) -> User:
    return User(stub, CHAT, "Ani")


async def updates(bot: Bot, offset: int | None = None, **more: Any) -> list[int]:
    return [one.update_id for one in await bot.get_updates(offset=offset, **more)]


async def test_a_message_is_recorded_and_answered(stub: TelegramStub, bot: Bot) -> None:
    first = await bot.send_message(CHAT, "Halo", reply_markup=KEYBOARD)
    second = await bot.send_message(-7, "Halo grup")
    assert second.message_id > first.message_id
    assert (first.text, first.chat.type, second.chat.type) == ("Halo", "private", "supergroup")
    assert first.from_user == bot.bot
    expected = {"chat_id": CHAT, "text": "Halo", "reply_markup": KEYBOARD.to_dict()}
    assert stub.messages(CHAT) == [expected]
    assert len(await stub.wait_for(2)) == 2
    with pytest.raises(TimeoutError, match="1 of 2"):
        await stub.wait_for(2, chat_id=CHAT, timeout=0.02)


@pytest.mark.parametrize(
    ("text", "entities", "problem"),
    [
        ("a" * 4097, None, "Message is too long"),
        ("\N{GRINNING FACE}" * 2049, None, "Message is too long"),
        (" ", None, "Message text is empty"),
        ("abc", [MessageEntity("bold", 1, 3)], "Can't parse entities"),
        ("abc", [MessageEntity("bold", -1, 2)], "Can't parse entities"),
    ],
)
async def test_bad_texts_are_refused(bot: Bot, text: str, entities: Any, problem: str) -> None:
    with pytest.raises(errors.BadRequest, match=problem):
        await bot.send_message(CHAT, text, entities=entities)


async def test_texts_at_the_limit_are_accepted(bot: Bot) -> None:
    text = "\N{GRINNING FACE}" * 2048
    sent = await bot.send_message(CHAT, text, entities=[MessageEntity("bold", 4094, 2)])
    assert (sent.text, sent.entities[0].offset) == (text, 4094)


@pytest.mark.parametrize("data", ["x" * 65, "\N{GRINNING FACE}" * 17])
async def test_long_callback_data_is_refused(bot: Bot, data: str) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data=data)]])
    with pytest.raises(errors.BadRequest, match="Button_data_invalid"):
        await bot.send_message(CHAT, "Halo", reply_markup=keyboard)


async def test_scripted_refusals_come_in_order(stub: TelegramStub, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    stub.script("sendMessage", CHAT, retry_after=3)
    stub.script("sendMessage", CHAT, status=403, description="Forbidden: bot was blocked")
    await bot.send_message(1, "another chat is not concerned")
    with pytest.raises(errors.RetryAfter) as too_many:
        await bot.send_message(CHAT, "Halo")
    assert too_many.value.retry_after == timedelta(seconds=3)
    with pytest.raises(errors.Forbidden, match="blocked"):
        await bot.send_message(CHAT, "Halo")
    await bot.send_message(CHAT, "Halo")
    assert [call.ok for call in stub.sent[-4:]] == [True, False, False, True]
    with pytest.raises(ValueError, match="needs"):
        stub.script("sendMessage")


@pytest.mark.parametrize("mishap", [{"drop": True}, {"delay": 5}])
async def test_a_lost_answer_leaves_the_deed(stub: TelegramStub, bot: Bot, mishap: Any) -> None:
    stub.script("sendMessage", **mishap)
    with pytest.raises(errors.NetworkError) as lost:
        await bot.send_message(CHAT, "Halo", read_timeout=0.2)
    assert isinstance(lost.value, errors.TimedOut) == ("delay" in mishap)
    assert len(stub.messages(CHAT)) == 1


async def test_a_wrong_token_is_refused(stub: TelegramStub) -> None:
    stranger = client(stub, "1:WRONG")
    with pytest.raises(errors.InvalidToken, match="rejected"):
        await stranger.initialize()
    await stranger.shutdown()


async def test_updates_return_until_confirmed(stub: TelegramStub, bot: Bot, ani: User) -> None:
    ids = [ani.says(f"pesan {number}")["update_id"] for number in range(3)]
    assert await updates(bot, limit=2) == ids[:2]
    assert await updates(bot) == ids
    assert await updates(bot, offset=ids[1]) == ids[1:]
    assert stub.confirmed == ids[:1]
    assert await updates(bot, offset=-1) == ids[2:]
    assert await updates(bot, offset=ids[2] + 1) == []
    assert stub.confirmed == ids


async def test_an_update_comes_again(stub: TelegramStub, bot: Bot, ani: User) -> None:
    update = ani.says("Halo")
    assert await updates(bot, offset=2) == []
    newer = ani.says("lagi")
    stub.again(update)
    assert await updates(bot, offset=2) == [1, newer["update_id"]]
    assert await updates(bot, offset=newer["update_id"] + 1) == []


async def test_the_older_poll_ends_with_a_conflict(stub: TelegramStub, bot: Bot, ani: User) -> None:
    async with client(stub) as second:
        older = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.05)
        newer = asyncio.create_task(second.get_updates(timeout=5))
        with pytest.raises(errors.Conflict, match="terminated by other getUpdates"):
            await older
        ani.says("Halo")
        assert len(await asyncio.wait_for(newer, 10)) == 1


async def test_a_poll_is_over_when_the_client_is_gone(stub: TelegramStub, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    poll.cancel()
    await asyncio.sleep(0.05)
    await updates(bot)
    assert [call.ok for call in stub.sent if call.method == "getUpdates"] == [True]


async def test_webhook_delivery(stub: TelegramStub, bot: Bot, ani: User) -> None:
    got: list[tuple[str, Any]] = []

    async def receive(request: web.Request) -> web.Response:
        got.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], await request.json()))
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/hook", receive)
    async with TestServer(app) as server:
        await bot.set_webhook(str(server.make_url("/hook")), secret_token="rahasia")
        update = ani.says("Halo", queue=False)
        assert await stub.deliver(update) == 202
    assert got == [("rahasia", update)]
    with pytest.raises(errors.Conflict, match="webhook is active"):
        await bot.get_updates()
    assert (await bot.get_webhook_info()).url.endswith("/hook")
    await bot.delete_webhook()
    assert await updates(bot) == []


async def test_a_tap_and_its_edit(stub: TelegramStub, bot: Bot, ani: User) -> None:
    sent = await bot.send_message(CHAT, "Setuju?", reply_markup=KEYBOARD)
    ani.taps(stub.messages(CHAT)[0], "Yes")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query and query.message and query.from_user.id == CHAT
    assert (query.data, query.message.message_id) == ("answer:yes", sent.message_id)
    assert await query.answer("Baik")
    edited = await query.edit_message_text("Terima kasih")
    assert not isinstance(edited, bool) and edited.message_id == sent.message_id
    assert stub.sent[-2].params["text"] == "Baik"
    assert ani.taps(KEYBOARD.to_dict(), "Yes")["callback_query"]["data"] == "answer:yes"
    assert ani.taps(sent.to_dict(), "Yes", queue=False)["callback_query"]["message"]
    with pytest.raises(LookupError, match="No"):
        ani.taps(stub.messages(CHAT)[0], "No")


async def test_files_go_both_ways(stub: TelegramStub, bot: Bot, ani: User) -> None:
    ani.sends_document(b"isi", "surat.pdf", "application/pdf")
    (update,) = await bot.get_updates()
    assert update.message and update.message.document
    assert await (await update.message.document.get_file()).download_as_bytearray() == b"isi"
    sent = await bot.send_document(CHAT, b"x" * 3_000_000, filename="a.csv", caption="Data")
    assert sent.document and sent.document.file_name == "a.csv" and sent.caption == "Data"
    again = await bot.send_photo(CHAT, sent.document.file_id)
    assert again.photo[0].file_size == 3_000_000
    with pytest.raises(errors.BadRequest, match="ile_id"):
        await bot.get_file("unknown")


async def test_the_other_methods(stub: TelegramStub, bot: Bot) -> None:
    assert await bot.send_chat_action(CHAT, "typing")
    assert await bot.set_my_commands([BotCommand("start", "Mulai")])
    assert stub.sent[-1].params["commands"] == [{"command": "start", "description": "Mulai"}]
    assert await bot.set_my_name("Asisten") and await bot.set_my_description("Panjang")
    assert await bot.set_my_short_description("Pendek")
    sent = await bot.send_message(CHAT, "Halo")
    await bot.edit_message_reply_markup(CHAT, sent.message_id, reply_markup=KEYBOARD)
    assert await bot.delete_message(CHAT, sent.message_id)
    with pytest.raises(errors.InvalidToken, match="Not Found"):
        await bot.send_dice(CHAT)


async def test_calls_by_query_and_by_json(stub: TelegramStub) -> None:
    url = f"{stub.url}/bot{TOKEN}/sendMessage"
    async with aiohttp.ClientSession() as session:
        await session.get(url, params={"chat_id": "42", "text": "Halo"})
        await session.post(url, json={"chat_id": 42, "text": "Halo", "entities": []})
        refused = await session.post(url, data={"chat_id": 42, "text": "Halo", "entities": "["})
        assert refused.status == 400
    halo = {"chat_id": 42, "text": "Halo"}
    assert stub.messages() == [halo, halo | {"entities": []}]


async def test_people_do_what_people_do(stub: TelegramStub, bot: Bot, ani: User) -> None:
    ani.starts("kampanye")
    ani.edits("ralat", message_id=1)
    ani.sends_sticker()
    ani.sends_voice(7)
    ani.sends_photo(b"foto")
    ani.shares_contact("+628")
    ani.sends_location(-6.2, 106.8)
    ani.says("\N{GRINNING FACE} /help@stub_bot", in_group=-7)
    got = await bot.get_updates()
    messages = [one.effective_message for one in got if one.effective_message]
    start, edit, sticker, voice, photo, contact, place, group = messages
    assert start.text == "/start kampanye" and start.from_user
    assert start.from_user.language_code == "id" and start.entities[0].length == 6
    assert got[1].edited_message is edit and edit.text == "ralat"
    assert sticker.sticker and voice.voice and photo.photo and contact.contact and place.location
    assert (group.chat.id, group.entities[0].offset, group.entities[0].length) == (-7, 3, 14)


async def test_a_person_who_blocked_gets_nothing(stub: TelegramStub, bot: Bot, ani: User) -> None:
    ani.blocks()
    (update,) = await bot.get_updates()
    assert update.my_chat_member and update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(errors.Forbidden, match="blocked by the user"):
        await bot.send_message(CHAT, "Halo")
    ani.unblocks()
    assert await bot.send_message(CHAT, "Halo")


async def test_several_bots_have_their_own_updates() -> None:
    other = bot_tokens(2)[1]
    async with TelegramStub(tokens=2) as stub, client(stub) as first, client(stub, other) as second:
        stub.queue(User(stub, CHAT, "Ani").says("Halo", queue=False), other)
        assert (await updates(first), await updates(second)) == ([], [1])


@pytest_asyncio.fixture
async def outside() -> AsyncIterator[TelegramStub]:
    """A stub that was not started here, but knows the address of one in another process."""
    arguments = ("-W", "error", "-m", "tests.town.telegram_stub", "--port", "0")
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE)
    assert process.stdout
    stub = TelegramStub()
    stub.url = (await process.stdout.readline()).decode().strip()
    yield stub
    process.terminate()
    assert await process.wait() == 0


async def test_the_stub_as_a_process(outside: TelegramStub) -> None:
    update = User(outside, CHAT, "Ani").says("Halo", queue=False)
    async with aiohttp.ClientSession(f"{outside.url}/control/") as control, client(outside) as bot:
        await control.post("updates", json=[update])
        await control.post("script", json=[{"method": "sendMessage", "status": 403}])
        assert (await updates(bot), await updates(bot, offset=2)) == ([1], [])
        with pytest.raises(errors.Forbidden):
            await bot.send_message(CHAT, "Halo")
        await bot.send_document(CHAT, b"isi")
        assert await (await control.get("confirmed")).json() == [1]
        sent = await (await control.get("sent?since=3")).json()
    calls = [(call["method"], call["ok"]) for call in sent]
    assert calls == [("sendMessage", False), ("sendDocument", True)]

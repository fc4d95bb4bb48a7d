"""What was sent on Telegram and is changed there, or taken back."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.channel import Later, Refused
from bot.channels.telegram.channel import Telegram
from bot.language.markdown import Markdown
from bot.reply import Choice, Reply
from db.files import File
from tests.town.sample_files import PDF
from tests.town.telegram_stub import TOKEN, TelegramStub

STOP = Choice("Berhenti", "stop")


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


@pytest_asyncio.fixture
async def telegram(stub: TelegramStub) -> AsyncIterator[Telegram]:
    channel = Telegram(TOKEN, stub.url)
    yield channel
    await channel.close()


async def test_a_text_and_its_buttons_are_changed_in_place(stub: TelegramStub, telegram: Telegram) -> None:
    ids = await telegram.send("42", Reply(Markdown("Tanggal **5**"), (STOP,)), 7)
    await telegram.amend("42", Reply(Markdown("Tanggal **6**"), (STOP,)), 7, ids)
    call = stub.sent[-1]
    assert (call.method, call.params["text"], call.params["message_id"]) == (
        "editMessageText",
        "Tanggal 6",
        int(ids[0]),
    )
    assert call.params["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "r:7:0"


async def test_what_stands_under_a_file_is_changed(stub: TelegramStub, telegram: Telegram) -> None:
    file = File("document", "application/pdf", "a.pdf", PDF)
    ids = await telegram.send("42", Reply(Markdown("lima"), (STOP,), file=1, attachment=file), 7)
    await telegram.amend("42", Reply(Markdown("enam"), (STOP,), file=1), 7, ids)
    assert (stub.sent[-1].method, stub.sent[-1].params["caption"]) == ("editMessageCaption", "enam")


async def test_it_is_taken_back(stub: TelegramStub, telegram: Telegram) -> None:
    ids = await telegram.send("42", Reply(Markdown("salah"), (STOP,)), 7)
    await telegram.amend("42", None, 7, ids)
    assert (stub.sent[-1].method, stub.sent[-1].params["message_id"]) == ("deleteMessage", int(ids[0]))


async def test_what_telegram_says_to_it(stub: TelegramStub, telegram: Telegram) -> None:
    reply = Reply(Markdown("sama"), (STOP,))
    stub.script("editMessageText", status=400, description="Bad Request: message is not modified")
    await telegram.amend("42", reply, 7, ["1"])
    stub.script("editMessageText", status=400, description="Bad Request: message can't be edited")
    with pytest.raises(Refused):
        await telegram.amend("42", reply, 7, ["1"])
    stub.script("editMessageText", retry_after=5)
    with pytest.raises(Later):
        await telegram.amend("42", reply, 7, ["1"])

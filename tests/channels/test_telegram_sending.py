"""What leaves for Telegram: texts with entities, keyboards, and what is done when it is not taken."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.channel import Blocked, Later, Moved, Refused, Unreached
from bot.channels.telegram import request
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.messages import split
from bot.language.markdown import Markdown, paint
from bot.reply import Choice, Reply, utf16_length
from bot.router import Router
from bot.turn import Turn
from db.deliveries import deliveries
from db.deliveries.deliveries import Recipient
from tests.town.telegram_assistant import running
from tests.town.telegram_stub import TOKEN, TelegramStub, User

CHAT = 42
telling = Router("telling")


@telling.anything()
async def tell(turn: Turn) -> None:
    turn.silent = True
    me = Recipient(turn.person.person_id, turn.person.address_id)
    await turn.tell(me, "news", Markdown("news"), at_night=True)


GROUP = -1001


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


@pytest_asyncio.fixture
async def telegram(stub: TelegramStub) -> AsyncIterator[Telegram]:
    channel = Telegram(TOKEN, stub.url)
    yield channel
    await channel.close()


def says(text: str, *choices: Choice, **more: Any) -> Reply:
    return Reply(Markdown(text), choices, **more)


def shown(message: dict[str, Any]) -> list[str]:
    """What the entities of a message cover, in UTF-16 as Telegram counts."""
    units = message["text"].encode("utf-16-le")
    return [
        units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in message.get("entities", ())
    ]


def labels(keyboard: list[list[dict[str, Any]]]) -> list[list[str]]:
    return [[button["text"] for button in row] for row in keyboard]


async def test_a_reply_is_text_with_entities_and_without_a_preview(stub: TelegramStub, telegram: Telegram) -> None:
    ids = await telegram.send("42", says("😀 Biaya **Rp0**, lihat [BPJPH](https://bpjph.halal.go.id) 😀 _cek_"), 1)
    [message] = stub.messages(CHAT)
    assert message["text"] == "😀 Biaya Rp0, lihat BPJPH 😀 cek"
    assert shown(message) == ["Rp0", "BPJPH", "cek"]
    assert [entity["type"] for entity in message["entities"]] == ["bold", "text_link", "italic"]
    assert message["entities"][1]["url"] == "https://bpjph.halal.go.id"
    assert message["link_preview_options"] == {"is_disabled": True}
    assert ids == [str(call.result["message_id"]) for call in stub.sent]


async def test_a_long_reply_is_split_between_paragraphs_and_keeps_its_entities(
    stub: TelegramStub, telegram: Telegram
) -> None:
    paragraphs = [f"**Bagian {n}** 😀 " + "kata " * 180 + f"_akhir {n}_" for n in range(9)]
    ids = await telegram.send("42", says("\n\n".join(paragraphs), Choice("Menu", "menu")), 1)
    messages = stub.messages(CHAT)
    assert len(messages) == len(ids) > 1
    assert all(utf16_length(message["text"]) <= 4096 for message in messages)
    assert "\n\n".join(message["text"] for message in messages) == paint("\n\n".join(paragraphs)).text
    styled = [words for message in messages for words in shown(message)]
    assert styled == [words for n in range(9) for words in (f"Bagian {n}", f"akhir {n}")]
    assert ["reply_markup" in message and "inline_keyboard" in message["reply_markup"] for message in messages] == [
        *[False] * (len(messages) - 1),
        True,
    ]


@pytest.mark.parametrize("text", ["a" * 9000, "😀" * 5000, "kata " * 2000, "Satu kalimat. " * 700])
def test_a_text_without_paragraphs_is_cut_where_it_hurts_least(text: str) -> None:
    pieces = split(paint(text), 4096)
    assert all(0 < utf16_length(piece.text) <= 4096 for piece in pieces)
    assert "".join(piece.text for piece in pieces).replace(" ", "") == text.replace(" ", "")
    assert all(piece.text.endswith(text.strip()[-1]) for piece in pieces)


async def test_choices_stand_two_in_a_row_and_the_quiet_ones_last(stub: TelegramStub, telegram: Telegram) -> None:
    quiet = [Choice(label, "quiet", rank="quiet") for label in ("Sumber", "Kurang tepat?")]
    long = Choice("Sertifikat halal gratis", "main")
    main = [Choice("Biaya", "main"), Choice("Syarat", "main"), long, Choice("Waktu", "main")]
    await telegram.send("42", says("Mau yang mana?", quiet[0], *main, quiet[1]), 17)
    keyboard = stub.messages(CHAT)[0]["reply_markup"]["inline_keyboard"]
    assert labels(keyboard) == [
        ["Biaya", "Syarat"],
        ["Sertifikat halal gratis"],
        ["Waktu"],
        ["Sumber", "Kurang tepat?"],
    ]
    data = [button["callback_data"] for row in keyboard for button in row]
    assert data == [f"r:17:{index}" for index in range(6)]


async def test_a_contact_button_brings_all_choices_to_the_keyboard_and_the_next_text_takes_it_away(
    stub: TelegramStub, telegram: Telegram
) -> None:
    await telegram.send("42", says("Nomor Anda?", Choice("Tidak jadi", "stop"), wants="contact"), 1)
    await telegram.send("42", says("Terima kasih"), 2)
    asked, thanked = [message["reply_markup"] for message in stub.messages(CHAT)]
    assert asked["one_time_keyboard"] and asked["resize_keyboard"]
    assert asked["keyboard"][0][0]["request_contact"] is True
    assert labels(asked["keyboard"])[1:] == [["Tidak jadi"]]
    assert thanked == {"remove_keyboard": True}


async def test_in_a_group_nobody_is_asked_for_a_number_by_button(stub: TelegramStub, telegram: Telegram) -> None:
    await telegram.send(str(GROUP), says("Nomor Anda?", Choice("Tidak jadi", "stop"), wants="contact"), 1)
    await telegram.send(str(GROUP), says("Terima kasih"), 2)
    asked, thanked = stub.messages(GROUP)
    assert "inline_keyboard" in asked["reply_markup"]
    assert "reply_markup" not in thanked


async def test_a_reply_with_refused_entities_is_sent_again_as_plain_text(
    stub: TelegramStub, telegram: Telegram
) -> None:
    stub.script("sendMessage", status=400, description="Bad Request: can't parse entities")
    await telegram.send("42", says("**Halo**", Choice("Menu", "menu")), 1)
    [message] = stub.messages(CHAT)
    assert message["text"] == "Halo"
    assert "entities" not in message and "inline_keyboard" in message["reply_markup"]


async def test_a_reply_whose_keyboard_is_refused_too_goes_without(stub: TelegramStub, telegram: Telegram) -> None:
    stub.script("sendMessage", status=400, description="Bad Request: BUTTON_DATA_INVALID", times=2)
    await telegram.send("42", says("**Halo**", Choice("Menu", "menu")), 1)
    [message] = stub.messages(CHAT)
    assert message["text"] == "Halo"
    assert "entities" not in message and "reply_markup" not in message


async def test_what_is_refused_in_every_form_is_refused(stub: TelegramStub, telegram: Telegram) -> None:
    stub.script("sendMessage", status=400, description="Bad Request: not enough rights", times=3)
    with pytest.raises(Refused, match="ot enough rights"):
        await telegram.send("42", says("Halo"), 1)
    assert len(stub.sent) == 3


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: PEER_ID_INVALID"),
    ],
)
async def test_who_cannot_be_reached_is_not_tried_twice(
    stub: TelegramStub, telegram: Telegram, status: int, description: str
) -> None:
    stub.script("sendMessage", status=status, description=description)
    with pytest.raises(Blocked):
        await telegram.send("42", says("Halo"), 1)
    assert len(stub.sent) == 1


async def test_429_names_the_seconds_and_a_half_sent_reply_goes_on_where_it_was(stub: TelegramStub) -> None:
    telegram = Telegram(TOKEN, stub.url)
    reply = says("\n\n".join(f"Bagian {n} " + "kata " * 500 for n in range(2)))
    stub.script("sendMessage", delay=0.01)
    stub.script("sendMessage", retry_after=7)
    with pytest.raises(Later) as asked:
        await telegram.send("42", reply, 1)
    assert asked.value.seconds == 7
    ids = await telegram.send("42", reply, 1)
    await telegram.close()
    assert [message["text"][:8] for message in stub.messages(CHAT)] == ["Bagian 0", "Bagian 1"]
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("status", "kind", "body", "ends"),
    [
        (429, "application/json", '{"ok": false, "error_code": 429, "description": "Too Many Requests"}', Later),
        (429, "application/json", '{"ok": false, "parameters": {"retry_after": "soon"}}', Later),
        (429, "application/json", "", Later),
        (429, "text/html", "<h1>Too many requests</h1>", Later),
        (409, "application/json", '{"ok": false, "description": "Conflict"}', Later),
        (401, "application/json", '{"ok": false, "description": "Unauthorized"}', Later),
        (403, "text/html", "<h1>Forbidden by the office's proxy</h1>", Unreached),
        (404, "text/html", "<h1>nginx</h1>", Unreached),
        (400, "application/json", '{"ok": fal', Unreached),
        (200, "text/html", "<h1>Please sign in to the hotel's network</h1>", Unreached),
        (413, "application/json", '{"ok": false, "description": "Request Entity Too Large"}', Refused),
    ],
)
@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_whatever_says_that_nothing_was_sent_is_known_to_say_so(
    stub: TelegramStub, telegram: Telegram, status: int, kind: str, body: str, ends: type[Exception], method: str
) -> None:
    stub.script(method, status=status, body=body, kind=kind, times=3)
    with pytest.raises(ends):
        if method == "sendMessage":
            await telegram.send("42", says("Halo"), 1)
        else:
            await telegram.amend("42", says("Halo"), 1, ["7"])


async def test_a_429_that_does_not_say_how_long_keeps_a_notice_waiting_and_never_unsure(
    stub: TelegramStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request, "WAIT", 1)
    stub.script("sendMessage", 43, status=429, description="Too Many Requests")
    async with running(stub, tmp_path, (telling,)) as chat:
        User(stub, 43, "Budi").says("tell")
        await stub.wait_for(1)
        await chat.wait_for_turns(2)
        async with chat.assistant.database.reading() as tx:
            assert await deliveries.counts(tx, "news") == {"sent": 1}
    assert [message["text"] for message in stub.messages(43)] == ["news"]


async def test_a_wrong_token_asks_to_wait(stub: TelegramStub) -> None:
    telegram = Telegram("123456:WRONG", stub.url)
    with pytest.raises(Later):
        await telegram.send("42", says("Halo"), 1)
    await telegram.close()


async def test_typing_is_shown_and_never_fails(stub: TelegramStub, telegram: Telegram) -> None:
    await telegram.typing("42")
    assert stub.sent[0].params == {"chat_id": CHAT, "action": "typing"}
    stub.script("sendChatAction", status=400, description="Bad Request: chat not found")
    await telegram.typing("42")


async def test_a_lost_answer_is_sent_again_at_least_once(stub: TelegramStub, tmp_path: Path) -> None:
    stub.script("sendMessage", CHAT, drop=True)
    async with running(stub, tmp_path) as chat:
        User(stub, CHAT, "Ani").says("halal?")
        User(stub, 43, "Budi").says("merek?")
        await stub.wait_for(3)
        await chat.wait_for_turns(2)
    assert [message["text"] for message in stub.messages(CHAT)] == ["text halal?"] * 2
    assert [message["text"] for message in stub.messages(43)] == ["text merek?"]


async def test_a_moved_group_says_where_it_is(telegram: Telegram, stub: TelegramStub) -> None:
    stub.moved[GROUP] = -1002
    with pytest.raises(Moved) as there:
        await telegram.send(str(GROUP), says("Halo"), 1)
    assert there.value.value == "-1002"
    with pytest.raises(Refused):
        await telegram.amend(str(GROUP), says("Halo"), 1, ["7"])


async def test_where_every_topic_is_closed_it_is_refused_for_good(stub: TelegramStub, telegram: Telegram) -> None:
    stub.script("sendMessage", status=400, description="Bad Request: TOPIC_CLOSED", times=2)
    with pytest.raises(Refused):
        await telegram.send(str(GROUP), says("Halo", thread=7, elsewhere="Di sini"), 1)
    assert [call.params.get("message_thread_id") for call in stub.sent] == [7, None]

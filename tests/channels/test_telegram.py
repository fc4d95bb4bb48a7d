"""Conversations on Telegram, as owners have them: the real client, the whole product, a stub of the Bot API."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.asking import Question
from bot.clock import ManualClock
from bot.knowledge import Knowledge
from bot.knowledge.cards import fill
from bot.language.i18n import _, speaking
from bot.language.markdown import escape, plain
from bot.router import Router
from bot.turn import Turn
from db.conversation.turns import StoredTurn
from db.people.addresses import Address
from handlers import ROUTERS
from tests.town.sample_files import JPEG
from tests.town.telegram_assistant import Running, running, until
from tests.town.telegram_stub import TelegramStub, User

CHAT = 42
GROUP = -1001


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


@pytest.fixture
def ani(stub: TelegramStub) -> User:
    return User(stub, CHAT, "Ani")


@pytest.fixture
def budi(stub: TelegramStub) -> User:
    return User(stub, 43, "Budi")


def short(known: Knowledge, topic: str) -> str:
    """The short answer of a card as it is shown."""
    card = known.cards["id"][topic]
    with speaking("id"):
        return plain(fill(card.short, known.facts))


def sentence(english: str) -> str:
    with speaking("id"):
        return plain(_(english))


def labels(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def answer(stub: TelegramStub, count: int, chat: int = CHAT) -> dict[str, Any]:
    """The bubble number `count` of a chat."""
    return (await stub.wait_for(count, chat))[count - 1]


async def states(chat: Running) -> dict[str, str]:
    """Each address and its state."""
    async with chat.assistant.database.reading() as tx:
        return {row[0]: row[1] for row in await tx.execute(select(Address.value, Address.state))}


async def test_an_owner_asks_taps_and_asks_on(stub: TelegramStub, ani: User, known: Knowledge, tmp_path: Path) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        ani.starts()
        hello = await answer(stub, 1)
        assert hello["text"].startswith("Halo, Kak. Saya Jembatan")
        assert sentence("Menu") in labels(hello)

        ani.says("wajib halal mulai kapan?")
        mandatory = await answer(stub, 2)
        assert short(known, "halal.mandatory") in mandatory["text"]

        section = next(
            part for part in known.cards["id"]["halal.mandatory"].sections if part.label in labels(mandatory)
        )
        ani.taps(mandatory, section.label)
        told = await answer(stub, 3)
        with speaking("id"):
            assert plain(fill(section, known.facts)) in told["text"]

        ani.says("kalau biayanya?")
        assert short(known, "halal.cost") in (await answer(stub, 4))["text"]

        ani.says("resep rendang padang yang enak dong")
        outside = await answer(stub, 5)
        assert "Menu" in labels(outside)
        assert "Sumber" not in labels(outside)

        ani.sends_sticker()
        assert (await answer(stub, 6))["text"] == sentence("All right.")

        ani.edits("cara daftar merek gimana?", message_id=3)
        assert short(known, "hki.trademark-steps") in (await answer(stub, 7))["text"]

        ani.says("Saya jualan kue kering di Bandung. " * 145 + "Biaya halal berapa?")
        assert (await answer(stub, 8))["text"]
        assert await chat.wait_for_turns(8) == {"done": 8}
    assert len(stub.messages()) == 8
    assert [call.method for call in stub.sent].count("answerCallbackQuery") == 1


async def test_a_batch_of_a_hundred_from_fifty_people_is_answered_in_order_each_once(
    stub: TelegramStub, known: Knowledge, tmp_path: Path
) -> None:
    people = [User(stub, 100 + number, f"Orang {number}") for number in range(50)]
    first = [person.starts() for person in people]
    stub.queue({"message": {"message_id": 1, "chat": {"id": 100, "type": "private"}, "text": "no date, no sender"}})
    for person in people[2:]:
        person.says("/menu")
    stub.again(first[7])
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        await stub.wait_for(98)
        assert await chat.wait_for_turns(99) == {"done": 98, "passed": 1}
    batches = [call.result for call in stub.sent if call.method == "getUpdates" and call.result]
    assert len(batches[0]) == 100
    menu = sentence("What can I help you with? You can also just write your question.")
    for person in people:
        bubbles = [message["text"] for message in stub.messages(person.id)]
        assert bubbles[0].startswith("Halo, Kak. Saya Jembatan")
        assert bubbles[1:] == ([menu] if person in people[2:] else [])


async def test_a_redelivered_update_is_answered_once(stub: TelegramStub, ani: User, tmp_path: Path) -> None:
    async with running(stub, tmp_path) as chat:
        once = ani.says("halal?")
        await stub.wait_for(1)
        stub.again(once)
        ani.says("merek?")
        await stub.wait_for(2)
        assert await chat.wait_for_turns(2) == {"done": 2}
    assert [message["text"] for message in stub.messages()] == ["text halal?", "text merek?"]


async def test_a_stranger_s_tap_on_somebody_s_reply_counts_for_nothing(
    stub: TelegramStub, ani: User, budi: User, tmp_path: Path
) -> None:
    async with running(stub, tmp_path) as chat:
        ani.says("choices")
        asked = await answer(stub, 1)
        budi.taps(asked, "Biaya")
        assert (await chat.wait_for_turns(2))["passed"] == 1
        assert len(stub.messages()) == 1
        ani.taps(asked, "Biaya")
        assert (await answer(stub, 2))["text"] == "tapped Biaya"


async def test_a_button_of_another_program_gets_an_answer(stub: TelegramStub, ani: User, tmp_path: Path) -> None:
    async with running(stub, tmp_path):
        ani.says("choices")
        asked = await answer(stub, 1)
        for data in ("something:else", "r:1:99", "r:99999999:0"):
            forged = ani.taps(asked, "Biaya", queue=False)
            forged["callback_query"]["data"] = data
            stub.queue(forged)
        await stub.wait_for(3)
        assert {message["text"] for message in stub.messages()[1:]} == {"an old button"}


async def test_429_holds_up_one_person_only_and_is_remembered_over_a_restart(
    stub: TelegramStub, ani: User, budi: User, tmp_path: Path
) -> None:
    stub.script("sendMessage", CHAT, retry_after=2)
    clock = ManualClock()
    async with running(stub, tmp_path, clock=clock):
        ani.says("satu")
        await until(lambda: any(not call.ok for call in stub.sent))
        ani.says("dua")
        budi.says("merek?")
        await stub.wait_for(1, budi.id)
    async with running(stub, tmp_path, clock=clock) as chat:
        for _ in range(2):
            await chat.assistant.outbox.sweep()
            await chat.assistant.settled()
            assert stub.messages(CHAT) == []
            clock.move(timedelta(seconds=1.5))
        await chat.assistant.outbox.sweep()
        await stub.wait_for(2, CHAT)
    assert [message["text"] for message in stub.messages(CHAT)] == ["text satu", "text dua"]


async def test_who_blocks_us_is_remembered_as_blocked_until_they_come_back(
    stub: TelegramStub, ani: User, budi: User, tmp_path: Path
) -> None:
    async with running(stub, tmp_path) as chat:
        stub.blocked.add(budi.id)
        budi.says("halal?")
        ani.says("halal?")
        await chat.wait_for_turns(2)
        assert await states(chat) == {"42": "open", "43": "blocked"}
        ani.blocks()
        await chat.wait_for_turns(3)
        assert (await states(chat))["42"] == "blocked"
        ani.unblocks()
        stub.blocked.clear()
        budi.says("merek?")
        await chat.wait_for_turns(5)
        assert await states(chat) == {"42": "open", "43": "open"}
    assert len(stub.messages()) == 2


async def test_in_a_group_only_those_who_address_us_are_answered(
    stub: TelegramStub, ani: User, budi: User, tmp_path: Path
) -> None:
    async with running(stub, tmp_path) as chat:
        ani.says("siapa yang mau kopi?", in_group=GROUP)
        ani.says("/menu", in_group=GROUP)
        ani.says("/menu@other_bot", in_group=GROUP)
        ani.says("surat ke stub@stub_bot.id atau @stub_bot2", in_group=GROUP)
        ani.says("/menu@Stub_Bot", in_group=GROUP)
        budi.says("@stub_bot, halal itu apa?", in_group=GROUP)
        reply = budi.says("kalau biayanya?", in_group=GROUP, queue=False)
        reply["message"]["reply_to_message"] = {"message_id": 1, "date": 1, "from": stub.me, "chat": {"id": GROUP}}
        reply["message"]["reply_to_message"]["chat"]["type"] = "supergroup"
        stub.queue(reply)
        assert await chat.wait_for_turns(7) == {"passed": 4, "done": 3}
        async with chat.assistant.database.reading() as tx:
            raws = [row[0] for row in await tx.execute(select(StoredTurn.raw))]
    assert [message["text"] for message in stub.messages(GROUP)] == [
        "command menu",
        "text halal itu apa?",
        "text kalau biayanya?",
    ]
    assert not any("kopi" in raw for raw in raws)


async def test_every_kind_of_message_is_told_apart(stub: TelegramStub, ani: User, tmp_path: Path) -> None:
    async with running(stub, tmp_path) as chat:
        ani.starts("pameran_PPB27")
        ani.sends_voice(18)
        ani.sends_photo(b"a photo")
        ani.sends_document(b"a file", "nib.pdf", "application/pdf")
        ani.shares_contact("+62812")
        ani.sends_location(-6.9, 107.6)
        other = ani.shares_contact("+60123", queue=False)
        other["message"]["contact"]["user_id"] = 7
        stub.queue(other)
        dice = ani.says("x", queue=False)
        del dice["message"]["text"]
        dice["message"]["dice"] = {"emoji": "🎲", "value": 3}
        stub.queue(dice)
        pinned = ani.says("x", queue=False)
        del pinned["message"]["text"]
        stub.queue(pinned)
        stub.queue({"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -5, "type": "channel"}, "text": "x"}})
        ani.edits("halal sekarang", message_id=1)
        ani.says("😀")
        assert await chat.wait_for_turns(12) == {"done": 10, "passed": 2}
    assert [message["text"] for message in stub.messages()] == [
        "command start pameran_PPB27",
        "voice",
        "photo",
        "file",
        "contact +62812",
        "location (-6.9, 107.6)",
        "other",
        "other",
        "edit halal sekarang",
        "text 😀",
    ]


@dataclass(frozen=True)
class First(Question):
    name: ClassVar[str] = "the first"


@dataclass(frozen=True)
class Second(Question):
    name: ClassVar[str] = "the second"


asking = Router("asking")


@asking.kind("photo", "file")
async def filed(turn: Turn) -> None:
    turn.ask(Second())
    turn.say(escape(f"for {turn.asks}"))


@asking.anything()
async def begun(turn: Turn) -> None:
    turn.ask(First())
    turn.say(escape("a photo?"))


async def test_all_photos_of_an_album_answer_what_was_asked_as_the_first_one_came(
    stub: TelegramStub, ani: User, tmp_path: Path
) -> None:
    async with running(stub, tmp_path, (asking,)) as chat:
        ani.says("mulai")
        await chat.wait_for_turns(1)
        ani.sends_photo(JPEG, "tiga foto", album="13")
        await chat.wait_for_turns(2)
        ani.sends_photo(JPEG, album="13")
        ani.sends_document(JPEG, "foto.jpg", "image/jpeg", album="13")
        ani.sends_photo(JPEG, album="14")
        ani.sends_photo(JPEG)
        await chat.wait_for_turns(6)
    said = [message["text"] for message in stub.messages()]
    assert said == ["a photo?", *["for the first"] * 3, *["for the second"] * 2]


async def test_typing_is_shown_while_an_answer_takes_long(
    stub: TelegramStub, ani: User, budi: User, tmp_path: Path
) -> None:
    async with running(stub, tmp_path) as chat:
        budi.says("halal?")
        await stub.wait_for(1)
        ani.says("slow 1.5")
        await answer(stub, 1)
        await chat.wait_for_turns(2)
    shown = [call for call in stub.sent if call.method == "sendChatAction"]
    assert [call.params for call in shown] == [{"chat_id": CHAT, "action": "typing"}]
    said = next(call for call in stub.sent if call.params.get("text") == "at last")
    assert stub.sent.index(shown[0]) < stub.sent.index(said)


async def test_a_typed_label_of_a_contact_keyboard_is_its_choice(stub: TelegramStub, ani: User, tmp_path: Path) -> None:
    async with running(stub, tmp_path):
        ani.says("contact")
        asked = await answer(stub, 1)
        assert asked["reply_markup"]["keyboard"][1] == [{"text": "Tidak jadi"}]
        ani.says("Tidak jadi")
        assert (await answer(stub, 2))["reply_markup"] == {"remove_keyboard": True}

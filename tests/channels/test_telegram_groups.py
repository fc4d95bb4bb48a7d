"""Groups on Telegram: each member is a person of their own, topics keep their answers, and a group may move."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.knowledge import Knowledge
from db.enrolling.enrolments import StoredEnrolment
from db.fairs import programmes
from db.people.addresses import Address
from handlers import ROUTERS
from tests.channels.test_telegram import labels
from tests.town.fairs import programme
from tests.town.telegram_assistant import Running, running
from tests.town.telegram_stub import TelegramStub, User

GROUP, SUPERGROUP = -77, -1001


@pytest_asyncio.fixture
async def stub() -> AsyncIterator[TelegramStub]:
    async with TelegramStub() as started:
        yield started


@pytest.fixture
def ani(stub: TelegramStub) -> User:
    return User(stub, 42, "Ani")


@pytest.fixture
def budi(stub: TelegramStub) -> User:
    return User(stub, 43, "Budi")


def payload(message: dict[str, Any]) -> str:
    """What the link under a message opens the private chat with."""
    [[button]] = message["reply_markup"]["inline_keyboard"]
    assert button["text"] == "Buka chat pribadi"
    address, _start, found = button["url"].partition("?start=")
    assert address == "https://t.me/stub_bot" and len(found) <= 64
    return str(found)


class Conversations:
    """The whole product at work, and the last bubble of each chat."""

    def __init__(self, stub: TelegramStub, chat: Running) -> None:
        self.stub = stub
        self.chat = chat
        self.count = 0

    async def last(self, chat: int) -> dict[str, Any]:
        """The last bubble of a chat, after one more turn."""
        self.count += 1
        await self.chat.wait_for_turns(self.count)
        return self.stub.messages(chat)[-1]


async def test_in_a_group_whoever_enrols_goes_on_in_private_each_as_a_person_of_their_own(
    stub: TelegramStub, ani: User, budi: User, known: Knowledge, tmp_path: Path
) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        async with chat.assistant.database.transaction() as tx:
            open_now = programme(enrolment_closes=date(2099, 1, 1), first_day=date(2099, 2, 1), last_day=None)
            await programmes.add(tx, [open_now], chat.assistant.clock.now())
        at = Conversations(stub, chat)
        ani.says("@stub_bot cara daftar pelatihan gimana", in_group=SUPERGROUP)
        offered = await at.last(SUPERGROUP)
        ani.taps(offered, labels(offered)[0])
        shown = await at.last(SUPERGROUP)
        ani.taps(shown, "Daftar ikut")
        aside = await at.last(SUPERGROUP)
        assert aside["text"].startswith("Itu urusan kita berdua saja")
        for member in (ani, budi):
            member.starts(payload(aside))
            consent = await at.last(member.id)
            assert "Pendaftaran" in consent["text"]
            member.taps(consent, "Setuju")
            assert "nama" in (await at.last(member.id))["text"].lower()
        budi.says("@stub_bot Budi Santoso 081234567890", in_group=SUPERGROUP)
        await at.last(SUPERGROUP)
        async with chat.assistant.database.reading() as tx:
            rows = (await tx.execute(select(StoredEnrolment.person_id, StoredEnrolment.answers))).all()
    assert len({person for person, _ in rows}) == 2
    assert not any("0812" in str(answers) or "Budi" in str(answers) for _, answers in rows)


@pytest.mark.parametrize(
    "words",
    [
        "data saya", "/mydata@stub_bot", "/status@stub_bot", "/tiket@stub_bot", "gabungkan",
        "lapor", "saya mau bicara dengan petugas", "/kasus@stub_bot", "status pendaftaran saya gimana",
    ],
)  # fmt: skip
async def test_what_is_somebody_s_own_is_never_asked_or_shown_in_a_group(
    stub: TelegramStub, ani: User, known: Knowledge, tmp_path: Path, words: str
) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        at = Conversations(stub, chat)
        ani.says(words if words.startswith("/") else f"@stub_bot {words}", in_group=SUPERGROUP)
        aside = await at.last(SUPERGROUP)
        assert aside["text"].startswith("Itu urusan kita berdua saja"), aside["text"]
        ani.starts(payload(aside))
        there = await at.last(ani.id)
        ani.says(words.replace("@stub_bot", ""))
        assert there["text"][:60] == (await at.last(ani.id))["text"][:60]


async def test_a_made_up_link_brings_nobody_to_what_others_wrote(
    stub: TelegramStub, ani: User, budi: User, known: Knowledge, tmp_path: Path
) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        at = Conversations(stub, chat)
        ani.says("data saya")
        await at.last(ani.id)
        budi.starts("lanjut_G-1-AAAAAAAAAAAAAAAA")
        assert (await at.last(budi.id))["text"].startswith("Halo, Kak. Saya Jembatan")


async def test_in_a_topic_the_answer_comes_in_the_topic_and_where_it_is_closed_outside_of_it(
    stub: TelegramStub, ani: User, known: Knowledge, tmp_path: Path
) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        at = Conversations(stub, chat)
        ani.says("@stub_bot biaya sertifikat halal berapa", in_group=SUPERGROUP, topic=7)
        first = await at.last(SUPERGROUP)
        assert first["message_thread_id"] == 7
        ani.taps(first, labels(first)[0])
        assert (await at.last(SUPERGROUP))["message_thread_id"] == 7
        ani.says("@stub_bot biaya sertifikat halal berapa", in_group=SUPERGROUP)
        assert "message_thread_id" not in await at.last(SUPERGROUP)
        stub.closed.add(7)
        ani.says("@stub_bot syarat sertifikat halal apa", in_group=SUPERGROUP, topic=7)
        outside = await at.last(SUPERGROUP)
    assert "message_thread_id" not in outside
    assert outside["text"].startswith("Topik tempat bertanya tadi sudah ditutup")
    assert labels(outside)
    assert len([call for call in stub.sent if call.status == 400]) == 1


@pytest.mark.parametrize("heard", ["service messages", "only when sending"])
async def test_a_group_that_became_a_supergroup_goes_on_with_its_conversation(
    stub: TelegramStub, ani: User, known: Knowledge, tmp_path: Path, heard: str
) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        at = Conversations(stub, chat)
        ani.says("@stub_bot biaya sertifikat halal berapa", in_group=GROUP)
        first = await at.last(GROUP)
        label = labels(first)[0]
        if heard == "service messages":
            ani.migrates(GROUP, SUPERGROUP)
            at.count += 2
            await chat.wait_for_turns(at.count)
        else:
            stub.moved[GROUP] = SUPERGROUP
            ani.says("@stub_bot halal itu apa", in_group=GROUP)
            await at.last(SUPERGROUP)
        ani.taps(first, label)
        by_old = await at.last(SUPERGROUP)
        tap = ani.taps(first, label, queue=False)
        tap["callback_query"]["message"]["chat"]["id"] = SUPERGROUP
        stub.queue(tap)
        by_new = await at.last(SUPERGROUP)
        ani.says("@stub_bot kalau syaratnya?", in_group=SUPERGROUP)
        await at.last(SUPERGROUP)
        async with chat.assistant.database.reading() as tx:
            rows = (await tx.execute(select(Address.value, Address.state, Address.person_id))).all()
    assert by_old["text"] == by_new["text"]
    assert sorted((value, state) for value, state, _ in rows) == [("-1001", "open"), ("-77", "moved")]
    assert len({person for _, _, person in rows}) == 1


async def test_who_wrote_at_the_new_place_before_we_heard_of_it_does_not_stand_in_the_way(
    stub: TelegramStub, ani: User, known: Knowledge, tmp_path: Path
) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        at = Conversations(stub, chat)
        ani.says("@stub_bot biaya sertifikat halal berapa", in_group=GROUP)
        first = await at.last(GROUP)
        ani.says("/menu@stub_bot", in_group=SUPERGROUP)
        await at.last(SUPERGROUP)
        ani.migrates(GROUP, SUPERGROUP)
        at.count += 2
        await chat.wait_for_turns(at.count)
        ani.taps(first, labels(first)[0])
        assert "halal" in (await at.last(SUPERGROUP))["text"].lower()


@pytest.mark.parametrize("spoilt", ["poll", "text", "tap"])
async def test_what_the_library_refuses_to_read_is_still_answered(
    stub: TelegramStub, ani: User, known: Knowledge, tmp_path: Path, spoilt: str
) -> None:
    async with running(stub, tmp_path, ROUTERS, known) as chat:
        at = Conversations(stub, chat)
        ani.says("biaya sertifikat halal berapa")
        first = await at.last(ani.id)
        odd = ani.taps(first, labels(first)[0], queue=False) if spoilt == "tap" else ani.says("/menu", queue=False)
        message = odd["callback_query"]["message"] if spoilt == "tap" else odd["message"]
        message["poll"] = {"id": "1", "question": "Besok jadi?", "options": [{"text": "ya"}]}
        if spoilt == "poll":
            del message["text"]
        stub.queue(odd)
        answered = await at.last(ani.id)
    if spoilt == "poll":
        assert answered["text"].startswith("Saya baru bisa membaca tulisan")
    elif spoilt == "text":
        assert answered["text"].startswith("Mau dibantu apa")
    else:
        assert answered["text"] != first["text"]

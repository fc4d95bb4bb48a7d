"""When the machine fails: what the person hears, and what is never lost."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import count

import pytest

from bot.assistant import Assistant, Product
from bot.channel import Blocked, Later, Refused, Update
from bot.channels.memory import InMemory, raw
from bot.clock import ManualClock
from bot.errors import Refusal
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.i18n import _
from bot.router import Router
from bot.turn import Turn
from db.conversation import channels, turns
from db.conversation.turns import NewTurn
from db.engine import Database
from db.people import people
from tests.town.phone import NOW, Phone, Town

QUESTION = "biaya sertifikat halal berapa ya kak"
_numbers = count(1)


async def leave(url: str, texts: Sequence[str], at: datetime) -> None:
    """Messages of Ani's that came in at `at`, just before the machine died."""
    database = Database(url)
    async with database.transaction() as tx:
        known = await people.find_or_create(tx, "memory", {"ani": "id"}, at)
        new = [NewTurn(f"left {next(_numbers)}", known["ani"][0], raw(Inbound.typed(text))) for text in texts]
        await turns.store(tx, "memory", new, at)
        await channels.beat(tx, at)
    await database.close()


class Fragile:
    """A product with one handler, which breaks while it is told to."""

    def __init__(self) -> None:
        self.router = Router("fragile")
        self.broken = True
        self.router.anything()(self.answer)

    async def answer(self, turn: Turn) -> None:
        await people.set_language(turn.db, turn.person.person_id, "en", "choice")
        if turn.text == "no":
            raise Refusal(_("Please write it once more in other words."))
        if self.broken:
            raise ValueError("a person's words: " + turn.text)
        turn.say(_("Noted. Thank you."))


@pytest.fixture
def fragile() -> Fragile:
    return Fragile()


@pytest.fixture
async def village(fragile: Fragile, sqlite_url: str, known: Knowledge) -> AsyncIterator[Town]:
    """The assistant with nothing but the fragile handler."""
    channel, clock = InMemory(), ManualClock(NOW)
    assistant = Assistant(Database(sqlite_url), known, Product([fragile.router]), [channel], clock)
    await assistant.start(background=False)
    yield Town(assistant, channel, clock)
    await assistant.stop()


async def test_a_restart_of_seconds_is_not_mentioned(sqlite_url: str, known: Knowledge) -> None:
    await leave(sqlite_url, [QUESTION], NOW)
    async with Town.opened(sqlite_url, known, NOW + timedelta(seconds=8)) as town:
        await town.assistant.settled()
        (bubble,) = town.phone("ani").bubbles
    assert bubble.text.startswith("Biaya halal")


async def test_a_night_without_the_machine_is_owned_up_to_once_and_nudges_are_covered(
    sqlite_url: str, known: Knowledge
) -> None:
    await leave(sqlite_url, [QUESTION, "halo?", QUESTION], NOW - timedelta(hours=5))
    async with Town.opened(sqlite_url, known, NOW) as town:
        await town.assistant.settled()
        (bubble,) = town.phone("ani").bubbles
        async with town.assistant.database.reading() as tx:
            ended = await turns.counts(tx)
    assert bubble.text.startswith("Maaf baru terjawab, sistem sempat mati sejak pukul 04.41 WIB.\n\nBiaya halal")
    assert ended == {"done": 1, "joined": 2}


async def test_two_questions_that_waited_are_answered_in_order_and_only_the_first_says_sorry(
    sqlite_url: str, known: Knowledge
) -> None:
    await leave(sqlite_url, [QUESTION, "siapa yang wajib bersertifikat halal"], NOW - timedelta(hours=1))
    async with Town.opened(sqlite_url, known, NOW) as town:
        await town.assistant.settled()
        first, second = town.phone("ani").bubbles
    assert first.text.startswith("Maaf baru terjawab")
    assert second.text.startswith("Ya, wajib.")


async def test_a_failed_question_keeps_nothing_half_done_and_can_be_tried_again(
    fragile: Fragile, village: Town, caplog: pytest.LogCaptureFixture
) -> None:
    ani = village.phone("ani")
    (sorry,) = await ani.says("berapa harga rahasia saya")
    assert sorry.text.startswith("Maaf, ada gangguan di pihak kami.")
    assert sorry.labels == ["Coba lagi", "Tanya petugas"]
    assert "rahasia" not in caplog.text
    assert "ValueError" in caplog.text
    fragile.broken = False
    (answer,) = await ani.taps("Coba lagi")
    assert answer.text == "Dicatat. Terima kasih."


async def test_a_second_failure_does_not_offer_the_same_button_again(village: Town) -> None:
    ani = village.phone("ani")
    await ani.says("berapa")
    (sorry,) = await ani.taps("Coba lagi")
    assert sorry.labels == ["Tanya petugas"]


async def test_a_refusal_undoes_what_the_handler_wrote_and_says_its_sentence(village: Town) -> None:
    (said,) = await village.phone("ani").says("no")
    assert said.text == "Tulis sekali lagi dengan kata lain."
    async with village.assistant.database.reading() as tx:
        (person,) = (await people.load(tx, [1])).values()
    assert person.language_by != "choice"


async def test_a_platform_that_asks_to_wait_holds_back_nobody_else_and_keeps_the_order(town: Town, ani: Phone) -> None:
    town.channel.troubles = [Later(30)]
    await ani.sends([Inbound.typed(QUESTION), Inbound.typed("siapa yang wajib bersertifikat halal")])
    await town.assistant.lines.idle()
    budi = town.phone("budi")
    await budi.sends([Inbound.typed(QUESTION)])
    async with asyncio.timeout(10):
        while not budi.bubbles:
            await asyncio.sleep(0.01)
    assert ani.bubbles == []
    town.clock.move(timedelta(seconds=31))
    await town.assistant.settled()
    assert [sent.text[:11] for sent in ani.bubbles] == ["Biaya halal", "Ya, wajib. "]


async def test_a_reply_whose_sending_fails_for_no_known_reason_is_sent_again(town: Town, ani: Phone) -> None:
    town.channel.troubles = [ConnectionError("the line is down")]
    await ani.sends([Inbound.typed(QUESTION)])
    await town.assistant.lines.idle()
    town.clock.move(timedelta(seconds=2))
    await town.assistant.settled()
    assert len(ani.bubbles) == 1


async def test_who_blocked_us_is_noted_and_greeted_again_when_they_write(town: Town, ani: Phone) -> None:
    town.channel.troubles = [Blocked()]
    assert await ani.says(QUESTION) == []
    assert await _state(town) == "blocked"
    assert len(await ani.says("siapa yang wajib bersertifikat halal")) == 1
    assert await _state(town) == "open"


async def test_a_reply_that_the_platform_refuses_is_logged_and_does_not_block_the_next(
    town: Town, ani: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    town.channel.troubles = [Refused("too odd")]
    assert await ani.says(QUESTION) == []
    assert "was refused" in caplog.text
    assert len(await ani.says("siapa yang wajib bersertifikat halal")) == 1


async def _state(town: Town) -> str:
    async with town.assistant.database.reading() as tx:
        (person,) = (await people.load(tx, [1])).values()
    return person.state


async def test_an_unreadable_update_is_passed_over_without_a_word_of_it_in_the_log(
    town: Town, ani: Phone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await town.assistant.edge.receive(town.channel, [Update("odd", '{"kind": "rahasia saya', "ani", "id")])
    await town.assistant.settled()
    assert ani.bubbles == []
    assert "rahasia" not in caplog.text
    assert len(await ani.says(QUESTION)) == 1

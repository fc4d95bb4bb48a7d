"""Stopping announcements as people write it: what may be a withdrawal stops, or is asked about, and never passes."""

import pytest

from db.people import consents
from db.people.consents import ANNOUNCEMENTS
from tests.town.crowds import agrees
from tests.town.phone import Phone, Town


async def agreed(town: Town, ani: Phone) -> bool:
    """Whether somebody agrees to announcements still."""
    async with town.assistant.database.reading() as tx:
        return any(one.kind == ANNOUNCEMENTS for one in await consents.of(tx, 1))


AT_ONCE = [
    "Stop. Terima kasih",
    "stop bu",
    "berhenti pak",
    "stop 🙏",
    "STOP!!!",
    "stoppp",
    "makasih, stop ya kak",
    "stop teh",
    "punten liren",
    "please stop, thank you",
    "stop aja min, nuhun pisan",
    "berhenti dong puan",
    "(stop)",
    "sorry, stop",
    "unsubscribe, thanks",
    "halo kak, tolong stop 😊",
]
ASKED_BACK = [
    "stop bu Rini",
    "tolong jangan kirim pesan lagi",
    "gak mau terima info lagi",
    "stop kirim kirim ke saya",
    "berenti ngirim wa",
    "please don't send me messages",
    "tak nak terima mesej lagi",
    "ulah ngintun wawar deui",
    "saya mau berhenti langganan",
    "stop all notifications now",
    "keluar dari daftar pengumuman",
]


@pytest.mark.parametrize("written", AT_ONCE)
async def test_stop_with_courtesy_around_it_stops_at_once(town: Town, written: str) -> None:
    (ani,) = await agrees(town, "ani")
    (said,) = await ani.says(written)
    assert not await agreed(town, ani)
    assert [choice.name for choice in said.reply.choices] == ["topics", "resume"]


@pytest.mark.parametrize("written", ASKED_BACK)
async def test_what_may_be_a_withdrawal_is_asked_back_and_one_tap_stops(town: Town, written: str) -> None:
    (ani,) = await agrees(town, "ani")
    (asked,) = await ani.says(written)
    assert asked.reply.choices[0].name == "stop", asked.text
    await ani.taps(asked.labels[0], asked)
    assert not await agreed(town, ani)


async def test_a_clear_question_with_stop_in_it_is_answered(town: Town) -> None:
    (ani,) = await agrees(town, "ani")
    (said,) = await ani.says("stop kontak buatan saya perlu SNI untuk ekspor? berapa biaya sertifikat halal")
    assert "berhenti" not in said.text.lower()

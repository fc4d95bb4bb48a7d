"""Words that steer are never data: `kembali` and `lewati` do what they say wherever something is asked."""

import pytest

from bot.entries.page import NOUNS
from db.people import people
from tests.bot.test_fields import turn
from tests.handlers.test_fair_desk import goes_to
from tests.town.desks import Desks
from tests.town.phone import Town


@pytest.mark.parametrize("word", ["kembali", "kembali kak", "lewati", "back please", "batal"])
async def test_a_word_that_leads_out_does_not_become_a_name(town: Town, word: str) -> None:
    ani = town.phone("ani")
    await ani.says("data saya")
    async with town.assistant.database.transaction() as tx:
        await people.set_profile(tx, 1, "Euis", "+6281234567890")
    await ani.taps("Ubah data")
    await ani.taps("Nama")
    await ani.says(word)
    async with town.assistant.database.reading() as tx:
        assert await people.profile(tx, 1) == ("Euis", "+6281234567890")


async def test_skipping_and_going_back_in_words_move_an_entry(town: Town) -> None:
    rini = await Desks(town).employ("rini", "Bu Rini")
    await goes_to(rini, "Pameran")
    (title,) = await rini.taps("Tambah pameran")
    (short,) = await rini.says("Pekan Produk Bandung")
    (again,) = await rini.says("lewati")
    assert again.text.endswith(short.text.splitlines()[-1]), "it is needed"
    await rini.says("kembali")
    assert rini.bubbles[-1].text.splitlines()[-1] == title.text.splitlines()[-1]


def test_places_are_a_number_however_they_are_written() -> None:
    (quota,) = [field for field in NOUNS["programme"].fields if field.name == "quota"]
    for written in ("2 tempat", "dua", "2 orang kak", "2"):
        assert quota.read(turn(written), {}) == {"quota": 2}

"""`berhenti` inside a form: it may mean the form, or announcements. Until they say which, no announcement comes."""

from datetime import timedelta

import pytest

from tests.handlers.test_broadcasts import sends
from tests.town.applicants import begin, plan
from tests.town.crowds import agrees, states
from tests.town.desks import Desks
from tests.town.fairs import offer
from tests.town.phone import Phone, Town

ASKED = (
    "Formulirnya saya simpan. Berhenti mengisi, atau berhenti menerima pengumuman? Sebelum Anda memilih, tidak ada"
    " pengumuman yang dikirim."
)
WAYS = ["Berhenti mengisi", "Stop pengumuman", "Lanjut mengisi"]


@pytest.fixture
async def rini(town: Town) -> Phone:
    return await Desks(town).employ("rini", "Bu Rini")


async def fills_in(town: Town, name: str = "ani", language: str = "id") -> Phone:
    """Somebody who agreed to announcements and is in the middle of a form."""
    (phone,) = await agrees(town, name, language=language)
    await offer(town, plan())
    await begin(phone)
    return phone


@pytest.mark.parametrize("word", ["berhenti", "Stop.", "STOP", "tolong berhenti", "liren", "unsubscribe"])
async def test_the_word_asks_which_is_meant(town: Town, word: str) -> None:
    ani = await fills_in(town)
    (asked,) = await ani.says(word)
    assert asked.text == ASKED
    assert asked.labels == WAYS


@pytest.mark.parametrize("words", ["stop bu Rini", "berhenti kirim pesan", "jangan kirim info lagi"])
async def test_what_may_mean_it_is_asked_and_can_be_the_answer_all_the_same(town: Town, words: str) -> None:
    ani = await fills_in(town)
    (asked,) = await ani.says(words)
    assert asked.text == ASKED
    assert asked.labels == [*WAYS, "Ini jawaban saya"]
    (following,) = await ani.taps("Ini jawaban saya")
    assert "2 dari" in following.text


async def test_in_sundanese_it_is_asked_in_sundanese(town: Town) -> None:
    ani = await fills_in(town, language="su")
    (asked,) = await ani.says("liren")
    assert asked.text.startswith("Formulirna disimpen.")
    assert asked.labels == ["Lirén ngeusian", "Lirén pengumuman", "Teras ngeusian"]


async def test_no_announcement_comes_before_they_chose(town: Town, rini: Phone) -> None:
    ani = await fills_in(town)
    await ani.says("berhenti")
    before = len(ani.bubbles)
    await sends(rini)
    assert await states(town) == {"pending": 1}
    town.clock.move(timedelta(minutes=90))
    await town.assistant.deliveries.run_due()
    assert len(ani.bubbles) == before
    await ani.taps("Berhenti mengisi")
    assert await states(town) == {"sent": 1}
    assert ani.bubbles[-1].text.startswith("Pendaftaran delegasi dibuka")


async def test_one_that_waited_already_is_held_too(town: Town, rini: Phone) -> None:
    ani = await fills_in(town)
    town.clock.move(timedelta(hours=12))
    await sends(rini)
    town.clock.move(timedelta(hours=8, minutes=20))
    await ani.says("lanjut")
    await ani.says("berhenti")
    await ani.waits(90 * 60)
    assert await states(town) == {"pending": 1}
    await ani.says("Lanjut mengisi")
    assert await states(town) == {"sent": 1}


async def test_who_never_chooses_gets_them_a_day_later(town: Town, rini: Phone) -> None:
    ani = await fills_in(town)
    await ani.says("berhenti")
    await sends(rini)
    assert await states(town) == {"pending": 1}
    await ani.waits(20 * 3600)
    assert await states(town) == {"pending": 1}
    await ani.waits(4 * 3600 + 60)
    assert await states(town) == {"sent": 1}


@pytest.mark.parametrize("typed", [False, True])
async def test_announcements_are_stopped_and_the_form_stays(town: Town, rini: Phone, typed: bool) -> None:
    ani = await fills_in(town)
    await ani.says("berhenti")
    await sends(rini)
    (stopped,) = await (ani.says("stop pengumuman") if typed else ani.taps("Stop pengumuman"))
    assert stopped.text.startswith("Pengumuman dihentikan mulai sekarang")
    assert await states(town) == {"cancelled": 1}
    (again,) = await ani.says("lanjut")
    assert again.text.startswith("1 dari 19")
    assert await states(town) == {"cancelled": 1}


@pytest.mark.parametrize("typed", [False, True])
async def test_the_form_goes_on_and_so_do_announcements(town: Town, rini: Phone, typed: bool) -> None:
    ani = await fills_in(town)
    question = ani.bubbles[-1].text
    await ani.says("berhenti")
    await sends(rini)
    answered = await (ani.says("3") if typed else ani.taps("Lanjut mengisi"))
    assert answered[0].text.splitlines()[-1] == question.splitlines()[-1]
    assert await states(town) == {"sent": 1}


@pytest.mark.parametrize("typed", [False, True])
async def test_the_form_is_left_and_announcements_come(town: Town, rini: Phone, typed: bool) -> None:
    ani = await fills_in(town)
    await ani.says("berhenti")
    (kept,) = await (ani.says("berhenti mengisi") if typed else ani.taps("Berhenti mengisi"))
    assert kept.text.startswith("✅ Tersimpan.")
    await sends(rini)
    assert await states(town) == {"sent": 1}


async def test_an_old_button_still_does_what_it_says(town: Town) -> None:
    ani = await fills_in(town)
    (asked,) = await ani.says("berhenti")
    await ani.taps("Lanjut mengisi", asked)
    town.clock.move(timedelta(days=2))
    assert (await ani.taps("Berhenti mengisi", asked))[0].text.startswith("✅ Tersimpan.")
    assert (await ani.taps("Stop pengumuman", asked))[0].text.startswith("Pengumuman dihentikan mulai sekarang")
    assert (await ani.taps("Lanjut mengisi", asked))[0].text

"""Names as people write them: kept as they are, shown well, and found however they are written."""

import pytest

from bot.language.names import capitalised
from db.enrolling import enrolments
from db.names import has_words, search_key
from tests.town import door
from tests.town.applicants import begin, plan
from tests.town.fairs import offer
from tests.town.hall import Hall, opened
from tests.town.phone import Phone, Town


@pytest.fixture
async def ani(town: Town) -> Phone:
    """At the question for her name."""
    await offer(town, plan())
    phone = town.phone("ani")
    await begin(phone)
    return phone


@pytest.mark.parametrize("name", ["Abdi Nugraha", "Abdi", "Sy Ahmad", "Selamat", "Kasih", "Salam Hidayat"])
async def test_a_name_that_looks_like_courtesy_is_kept(town: Town, ani: Phone, name: str) -> None:
    (phone,) = await ani.says(name)
    assert phone.text.startswith("2 dari"), phone.text
    assert (await answers(town))["name"] == name


@pytest.mark.parametrize("written", ["nama saya Abdi Nugraha", "Nama: abdi nugraha", "my name is Abdi Nugraha"])
async def test_what_leads_to_a_name_is_cut_and_the_name_said_back(town: Town, ani: Phone, written: str) -> None:
    (phone,) = await ani.says(written)
    assert "Abdi Nugraha" in phone.text and "2 dari" in phone.text
    assert (await answers(town))["name"] == "Abdi Nugraha"


async def test_a_greeting_at_an_open_question_can_be_insisted_on(town: Town, ani: Phone) -> None:
    (again,) = await ani.says("salam")
    assert "1 dari" in again.text and "Ini jawaban saya" in again.labels
    (phone,) = await ani.taps("Ini jawaban saya")
    assert "2 dari" in phone.text, phone.text
    assert (await answers(town))["name"] == "Salam"


async def answers(town: Town) -> dict[str, object]:
    async with town.assistant.database.reading() as tx:
        (one,) = await enrolments.of(tx, 1)
    return one.answers


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("NUR'AINI", "Nur'aini"), ("nur’aini hasanah", "Nur’aini Hasanah"), ("ASEP SUNANDAR III", "Asep Sunandar III"),
        ("asep sunandar iv", "Asep Sunandar IV"), ("SITI NUR-AISYAH", "Siti Nur-Aisyah"), ("O'BRIEN", "O'Brien"),
        ("d'angelo putri", "D'Angelo Putri"), ("H. ASEP M.", "H. Asep M."), ("Vi Nguyen", "Vi Nguyen"), ("vi", "Vi"),
        ("MA'RUF AMIN", "Ma'ruf Amin"), ("McDonald", "McDonald"), ("ÉLODIE", "Élodie"), ("'aisyah", "'aisyah"),
    ],
)  # fmt: skip
def test_a_name_is_shown_with_its_own_capitals(written: str, shown: str) -> None:
    assert capitalised(written) == shown


@pytest.mark.parametrize(
    ("sought", "name"),
    [
        ("nur'aini", "Nur’aini"), ("nuraini", "Nur'aini"), ("nur aini", "Nur’aini"), ("maruf", "Ma`ruf Amin"),
        ("jose", "José"), ("nope", "Nopé\u200b"), ("al amin", "Al-Amin"), ("alamin", "Al Amin"), ("no\u200dpe", "Nope"),
        ("ＪＯＳＥ", "jose"), ("teh euis", "Keripik Téh Euis"), ("muller", "Müller"), ("soren", "Søren"),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(sought: str, name: str) -> None:
    assert has_words(name, search_key(sought).split())


def test_nothing_is_found_by_nothing() -> None:
    assert not has_words("Euis", search_key("'’").split())
    assert not has_words("Euis", search_key("asep").split())


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await opened(town)


@pytest.fixture
async def dadan(hall: Hall) -> Phone:
    return await hall.desks.employ("dadan", "Pak Dadan")


@pytest.mark.parametrize("sought", ["nur'aini", "NURAINI", "nur’aini", "nur`aini"])
async def test_staff_find_somebody_at_the_door(hall: Hall, dadan: Phone, sought: str) -> None:
    await hall.enrols("nur", "accepted", name="Nur’aini")
    door.opens(hall)
    (found,) = await dadan.says(f"/hadir {sought}")
    assert "Nur’aini" in found.text and "DPJ27-0001" in found.text

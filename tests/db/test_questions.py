"""What people asked in vain, and called not right, as staff see it and settle it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.fragments import asked_the_same
from bot.knowledge import Knowledge
from db.privacy.audit import StoredAct
from tests.town.desks import Desks
from tests.town.phone import Phone, Town


@pytest.fixture
async def town(engine_url: str, known: Knowledge) -> AsyncIterator[Town]:
    async with Town.opened(engine_url, known) as opened:
        yield opened


@pytest.fixture
async def dadan(town: Town) -> Phone:
    return await Desks(town).employ("dadan", "Pak Dadan")


async def acts(town: Town) -> list[tuple[str, str]]:
    async with town.assistant.database.reading() as tx:
        rows = await tx.execute(select(StoredAct.act, StoredAct.object).order_by(StoredAct.id))
        return [(act, about) for act, about in rows]


async def test_the_same_question_counts_once_however_it_is_written(town: Town, dadan: Phone) -> None:
    for name, words in (
        ("ani", "kak, cara bikin kue nastar gimana?"),
        ("budi", "Cara bikin KUE NASTAR gimana ya kak"),
        ("cici", "resep rendang sapi"),
    ):
        await town.phone(name).says(words)
    (page,) = await dadan.taps("Pertanyaan", (await dadan.says("/staf"))[-1])
    first, second = page.text.splitlines()
    assert first.startswith("1. 2×: ")
    assert second == "2. 1×: resep rendang sapi"
    (one,) = await dadan.says("1")
    assert "“kak, cara bikin kue nastar gimana?” · Bahasa Indonesia" in one.text
    assert "Ditanyakan 2 kali, terakhir 23 November 2026." in one.text
    assert not any(name in one.text for name in ("ani", "budi"))


async def test_a_settled_question_leaves_the_list_until_it_is_asked_again(town: Town, dadan: Phone) -> None:
    ani = town.phone("ani")
    await ani.says("resep rendang sapi")
    (page,) = await dadan.says("/pertanyaan")
    (one,) = await dadan.taps(page.labels[0], page)
    await dadan.taps("Sudah diurus", one)
    assert await acts(town) == [("question.settle", "question:1")]
    assert "sudah diurus" in (await dadan.taps(page.labels[0], page))[0].text
    assert (await dadan.says("/pertanyaan"))[0].text == "Tidak ada pertanyaan yang belum terjawab."
    await ani.says("resep rendang sapi kak")
    assert "1×: resep rendang sapi" in (await dadan.says("/pertanyaan"))[0].text


async def test_pages_are_numbered_as_a_typed_number_counts_them(town: Town, dadan: Phone) -> None:
    for number in range(9):
        await town.phone("ani").says(f"resep rendang nomor {'abcdefghi'[number]}{number}")
    (page,) = await dadan.says("/pertanyaan")
    assert page.labels[-2:] == ["Lainnya", "Kurang tepat"]
    (second,) = await dadan.taps("Lainnya", page)
    assert second.text.startswith("1. 1×: ")
    assert second.text.removeprefix("1. 1×: ") in (await dadan.says("1"))[0].text


async def test_what_was_called_not_right_is_shown_with_comments_and_settled(town: Town, dadan: Phone) -> None:
    ani = town.phone("ani")
    await ani.says("biaya sertifikat halal berapa")
    await ani.taps("Kurang tepat?")
    await ani.taps("Angkanya")
    await ani.says("tetangga saya bilang beda")
    await dadan.says("/pertanyaan")
    (page,) = await dadan.taps("Kurang tepat")
    assert page.text.endswith(": angkanya")
    (one,) = await dadan.taps(page.labels[0], page)
    assert "“tetangga saya bilang beda”" in one.text
    assert "Disampaikan 1 kali, terakhir 23 November 2026." in one.text
    await dadan.taps("Sudah diurus", one)
    assert ("report.settle", "card:halal.cost") in await acts(town)
    assert "sudah diurus" in (await dadan.taps("Sudah diurus", one))[0].text
    assert (await dadan.taps("Kurang tepat", (await dadan.says("/pertanyaan"))[-1]))[0].text.startswith("Belum ada")


async def test_a_viewer_sees_and_does_not_settle(town: Town) -> None:
    euis = await Desks(town).employ("euis", "Bu Euis", "viewer")
    await town.phone("ani").says("resep rendang sapi")
    (page,) = await euis.says("/pertanyaan")
    await euis.taps(page.labels[0], page)
    assert (await euis.taps("Sudah diurus"))[0].text.startswith("Peran Anda tidak mencakup ini")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kak, biaya HALAL??", "biaya halal"), ("tolong biaya halal ya min", "biayaaa halal"), ("p", "P")],
)
def test_case_punctuation_and_courtesy_make_no_difference(one: str, other: str) -> None:
    assert asked_the_same(one) == asked_the_same(other)


def test_other_questions_and_mere_signs_keep_apart() -> None:
    assert len({asked_the_same(words) for words in ("biaya halal", "biaya merek", "???", "👍")}) == 4

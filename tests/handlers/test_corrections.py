"""Correcting and taking back what was sent: seen first, to those who got it, above a number with a second person."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.broadcasts.writing.draft import is_spelling
from bot.channels.memory import Delivered
from bot.knowledge import Knowledge
from db import office
from db.broadcasts import broadcasts
from tests.handlers.test_broadcasts import checks, sends
from tests.town.crowds import agrees, states
from tests.town.desks import Desks
from tests.town.phone import Phone, Town

TEXT = "Pertemuan teknis\nTanggal 5 Februari 2027 di Balai Kota. Gratis."
RIGHT = TEXT.replace("5 Feb", "6 Feb")


@pytest.fixture
async def town(engine_url: str, known: Knowledge) -> AsyncIterator[Town]:
    """Once on each engine."""
    async with Town.opened(engine_url, known) as opened:
        yield opened


@pytest.fixture
async def rini(town: Town) -> Phone:
    """Bu Rini, an officer."""
    return await Desks(town).employ("rini", "Bu Rini")


async def report(phone: Phone, broadcast: int = 1) -> Delivered:
    """The page of an announcement that was sent."""
    (page,) = await phone.says("/pengumuman")
    return (await phone.taps(f"Nomor {broadcast}", page))[-1]


async def corrects(phone: Phone, right: str, broadcast: int = 1) -> Delivered:
    """Until the difference is shown."""
    await phone.taps("Koreksi", await report(phone, broadcast))
    return (await phone.says(right))[-1]


async def second_from(town: Town, number: int) -> None:
    async with town.assistant.database.transaction() as tx:
        await office.save(tx, second_from=number)


@pytest.mark.parametrize(
    ("before", "after", "spelling"),
    [
        ("Pertemuan tehnis", "Pertemuan teknis", True),
        ("di bawah tenda", "dibawah tenda", True),
        ("pertemuan, besok", "Pertemuan besok.", True),
        ("Tanggal 5 Februari", "Tanggal 5 Pebruari", True),
        ("Tanggal 5 Februari", "Tanggal 6 Februari", False),
        ("Tanggal 5 Juni", "Tanggal 5 Juli", False),
        ("Hari Senin", "Hari Selasa", False),
        ("Biaya Rp500.000", "Biaya Rp50.000", False),
        ("di Balai Kota", "di Gedung Sate", False),
        ("Datang besok", "Datang lusa", False),
        ("Tempatnya tetap", "Tempatnya tidak tetap", False),
    ],
)
def test_what_is_only_spelling_is_told_from_what_somebody_would_go_by(before: str, after: str, spelling: bool) -> None:
    assert is_spelling(before, after) is spelling


async def test_a_date_is_not_changed_silently_by_one_tap(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    await sends(rini, TEXT)
    shown = await corrects(rini, RIGHT)
    (asked,) = await rini.taps("Sunting diam saja", shown)
    assert asked.text.startswith("Ini lebih dari salah ketik. Suntingan tidak berbunyi")
    assert sorted(asked.labels) == sorted(["Koreksi 1", "Tetap diam saja", "Batal"])
    assert "5 Februari" in ani.bubbles[0].text
    await rini.taps("Tetap diam saja", asked)
    assert len(ani.bubbles) == 1
    assert "6 Februari" in ani.bubbles[0].text
    again = await rini.taps("Koreksi 1", asked)
    assert again[-1].text.startswith("Pengumuman 2 sudah mulai dikirim")
    assert len(ani.bubbles) == 1


async def test_a_second_administrator_agrees_to_the_difference(town: Town) -> None:
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini")
    (ani, *_others) = await agrees(town, "ani", "budi", "cici")
    await sends(rini, TEXT)
    await second_from(town, 2)
    shown = await corrects(rini, RIGHT)
    (more,) = await rini.taps("Koreksi 3", shown)
    assert more.text == "Di atas 2 orang perlu satu persetujuan lagi."
    (alone,) = await rini.taps("Minta persetujuan", more)
    assert alone.text.startswith("Belum ada yang bisa menyetujui")
    dadan = await desks.employ("dadan", "Pak Dadan", "admin")
    await desks.news(dadan)
    await rini.taps("Minta persetujuan", more)
    assert len(ani.bubbles) == 1
    seen, question = await desks.news(dadan)
    assert "“5 Februari 2027” → “6 Februari 2027”" in seen.text
    assert question.text == "Bu Rini meminta persetujuan: pengumuman 1 dikoreksi untuk 3 orang."
    (page,) = await dadan.taps("Lihat", question)
    assert "“5 Februari 2027” → “6 Februari 2027”" in page.text
    assert "Setujui 3" in page.labels
    await dadan.taps("Setujui 3", question)
    assert await states(town, 2) == {"sent": 3}
    assert ani.bubbles[-1].text.startswith("Koreksi: Pertemuan teknis Tanggal 6 Februari 2027")
    (again,) = await dadan.taps("Setujui 3", question)
    assert again.text.startswith("Pengumuman 2 sudah mulai dikirim")
    assert len(ani.bubbles) == 2


async def test_who_declines_leaves_everything_as_it_was(town: Town) -> None:
    desks = Desks(town)
    rini, dadan = await desks.employ("rini", "Bu Rini"), await desks.employ("dadan", "Pak Dadan", "admin")
    (ani, *_others) = await agrees(town, "ani", "budi", "cici")
    await sends(rini, TEXT)
    await second_from(town, 2)
    await rini.taps("Sunting diam saja", await corrects(rini, TEXT.replace("teknis", "tehnis")))
    await desks.news(dadan)
    await rini.taps("Minta persetujuan")
    seen, question = await desks.news(dadan)
    assert "tidak ada yang diberi tahu" in seen.text
    await dadan.taps("Tolak", question)
    assert await states(town, 2) == {}
    assert "teknis" in ani.bubbles[0].text
    told = next(bubble for bubble in rini.bubbles if bubble.text == "Pak Dadan tidak menyetujui pengumuman 2.")
    (draft,) = await rini.taps("Lihat", told)
    assert "Koreksi 3" in draft.labels


async def test_taking_back_needs_the_second_administrator_too(town: Town) -> None:
    desks = Desks(town)
    rini, dadan = await desks.employ("rini", "Bu Rini"), await desks.employ("dadan", "Pak Dadan", "admin")
    (ani, *_others) = await agrees(town, "ani", "budi", "cici")
    await sends(rini, TEXT)
    await second_from(town, 2)
    page = await report(rini)
    (asked,) = await rini.taps("Tarik kembali", page)
    await rini.taps("Hapus untuk 3", asked)
    await desks.news(dadan)
    await rini.taps("Minta persetujuan")
    assert len(ani.bubbles) == 1
    seen, question = await desks.news(dadan)
    assert seen.text.startswith("3 orang di Telegram menerima pengumuman 1 dalam 48 jam")
    assert question.text == "Bu Rini meminta persetujuan: pengumuman 1 dihapus untuk 3 orang."
    assert "menghapus pengumuman 1" in (await rini.says("/pengumuman"))[0].text
    await dadan.taps("Setujui 3", question)
    assert ani.bubbles == []
    (again,) = await rini.taps("Tarik kembali", page)
    assert again.text == "Pengumuman itu sudah ditarik kembali."


async def test_the_next_correction_is_compared_with_what_people_have_now(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    await sends(rini, TEXT)
    await rini.taps("Koreksi 1", await corrects(rini, RIGHT))
    shown = await corrects(rini, TEXT.replace("5 Feb", "7 Feb"))
    assert "“6 Februari 2027” → “7 Februari 2027”" in shown.text
    await rini.taps("Koreksi 1", shown)
    assert ani.bubbles[-1].text.endswith("bukan 6 Februari 2027.")
    assert "7 Februari" in ani.bubbles[0].text


async def test_of_two_at_once_the_later_one_looks_again(town: Town, rini: Phone) -> None:
    budi = await Desks(town).employ("budi", "Pak Budi")
    (ani,) = await agrees(town, "ani")
    await sends(rini, TEXT)
    hers, his = await corrects(rini, RIGHT), await corrects(budi, TEXT.replace("Balai Kota", "Gedung Sate"))
    await rini.taps("Koreksi 1", hers)
    (changed,) = await budi.taps("Koreksi 1", his)
    assert changed.labels == ["Lihat"]
    (anew,) = await budi.taps("Lihat", changed)
    assert "“6 Februari 2027” → “5 Februari 2027”" in anew.text
    assert len(ani.bubbles) == 2


async def test_what_was_not_written_is_not_listed_and_cancel_drops_it(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await sends(rini, TEXT)
    page = await report(rini)
    (asked,) = await rini.taps("Koreksi", page)
    assert "2 · draf" not in (await rini.says("/pengumuman"))[0].text
    (dropped,) = await rini.taps("Batal", asked)
    assert dropped.text == "Baik, tidak ada yang diubah."
    shown = await corrects(rini, RIGHT)
    (dropped,) = await rini.taps("Batal", shown)
    assert (await rini.taps("Batal", shown))[0].text == dropped.text
    (old,) = await rini.taps("Koreksi 1", shown)
    assert old.text == "Pengumuman 3 sudah dibatalkan."
    await rini.taps("Koreksi", page)
    (typed,) = await rini.says("batal")
    assert typed.text == dropped.text
    await rini.taps("Tarik kembali", page)
    async with town.assistant.database.reading() as tx:
        found = [(one.id, one.state) for one in await broadcasts.latest(tx)]
    assert found == [(3, "cancelled"), (1, "done")]


async def test_one_that_was_left_half_written_is_gone_on_with(town: Town, rini: Phone) -> None:
    ani, maya = (*await agrees(town, "ani"), *await agrees(town, "maya", language="en"))
    check = await checks(rini, TEXT)
    await rini.taps("Lainnya", check)
    await rini.taps("Tambah bahasa")
    await rini.taps("English")
    (check,) = await rini.says("Technical meeting\nOn 5 February 2027.")
    await rini.taps("Lanjutkan", check)
    await rini.taps("Kirim ke 2")
    await rini.taps("Koreksi", await report(rini))
    (english,) = await rini.says(RIGHT)
    assert "English" in english.text
    (page,) = await rini.says("/pengumuman")
    (half,) = await rini.taps("Nomor 2", page)
    assert "Belum ditulis: English." in half.text
    assert half.labels == ["Perbaiki teks", "Batal"]
    await rini.taps("Perbaiki teks", half)
    (whole,) = await rini.says("Technical meeting\nOn 6 February 2027.")
    await rini.taps("Koreksi 2", whole)
    assert ani.bubbles[-1].text.startswith("Koreksi: ")
    assert "6 February 2027" in maya.bubbles[-1].text
    assert "6 February 2027" in maya.bubbles[0].text


async def test_a_text_that_is_the_same_is_said_to_be(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await sends(rini, TEXT)
    shown = await corrects(rini, TEXT)
    assert shown.text == "Tidak ada yang beda dari yang dikirim."
    assert shown.labels == ["Perbaiki teks", "Batal"]


async def test_a_warning_stands_as_it_was_corrected_until_it_is_taken_back(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    await rini.says("/pengumuman")
    await rini.taps("Pengumuman baru")
    await rini.says("Penipuan jasa ekspor\nTelepon 1500224.")
    await rini.taps("Peringatan penting")
    await rini.says("23 Desember 2026")
    await rini.taps("Semua yang setuju")
    await rini.taps("Pakai")
    await rini.taps("Lanjutkan")
    await rini.taps("Kirim ke 1")
    await rini.taps("Koreksi 1", await corrects(rini, "Penipuan jasa ekspor\nTelepon 1500225."))
    await ani.says("/menu")
    (shown,) = await ani.taps("⚠️ Peringatan")
    assert "1500225" in shown.text
    assert "1500224" not in shown.text
    await rini.taps("Tarik kembali", await report(rini))
    await rini.taps("Hapus untuk 1")
    assert not (await ani.says("/menu"))[0].text.startswith("⚠️")


async def test_after_two_days_there_is_nothing_left_to_take_back(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    await sends(rini, TEXT)
    (asked,) = await rini.taps("Tarik kembali", await report(rini))
    town.clock.move(timedelta(hours=49))
    await rini.taps("Hapus untuk 1", asked)
    assert len(ani.bubbles) == 1

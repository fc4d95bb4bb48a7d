"""What an administrator decides about the office, and what is asked again with an example."""

import pytest

from bot.cases import opening_hours
from db import office
from tests.handlers.test_staff import administrator
from tests.town.phone import Phone, Town


@pytest.fixture
async def rini(town: Town) -> Phone:
    """An administrator whose office has a name."""
    return await administrator(town)


async def change(rini: Phone, label: str, *written: str) -> str:
    """Change one thing; returns the last answer."""
    await rini.taps("Kantor", (await rini.says("/staf"))[-1])
    await rini.taps(label)
    for words in written:
        (answer,) = await rini.says(words)
    return answer.text


async def decided(town: Town) -> office.Office:
    async with town.assistant.database.reading() as tx:
        return await office.load(tx)


async def test_every_value_is_shown_and_changed_in_the_chat(town: Town, rini: Phone) -> None:
    (shown,) = await rini.taps("Kantor", (await rini.says("/staf"))[-1])
    assert shown.text.startswith("Nama: Disdagin\nJam buka: Senin–Jumat pukul 08.00–16.00 WIB\nHari libur: tidak ada")
    assert "Nama: Dinas UKM" in await change(rini, "Nama", "Dinas UKM")
    hours = await change(rini, "Jam buka", "senin-kamis 8.00-16.00, jumat 08:00 - 11:30")
    assert "Senin–Kamis pukul 08.00–16.00 WIB, Jumat pukul 08.00–11.30 WIB" in hours
    assert "25 Desember 2026" in await change(rini, "Hari libur", "25 desember 2026")
    assert "Hari libur: tidak ada" in await change(rini, "Hari libur", "25 desember 2026")
    assert "45 menit" in await change(rini, "Kasus tanpa pesan", "45")
    assert (await decided(town)).idle_minutes == 45
    assert (await decided(town)).hours["4"] == ["08:00", "11:30"]


async def test_contacts_are_named_by_subject_and_taken_away_again(town: Town, rini: Phone) -> None:
    await change(rini, "Kontak", "Halal")
    await rini.taps("Kontak", (await rini.taps("Kantor", (await rini.says("/staf"))[-1]))[-1])
    await rini.taps("Halal")
    await rini.says("Bu Euis, 022-1234567")
    assert (await decided(town)).contacts == {"halal": "Bu Euis, 022-1234567"}
    (shown,) = await rini.taps("Kantor", (await rini.says("/staf"))[-1])
    assert "Kontak: Halal" in shown.text
    await rini.taps("Kontak", (await rini.taps("Kantor", (await rini.says("/staf"))[-1]))[-1])
    await rini.taps("Halal")
    await rini.says("-")
    assert (await decided(town)).contacts == {}


@pytest.mark.parametrize(
    ("label", "written", "wanted"),
    [
        ("Nama", "x", "paling panjang 60 huruf"),
        ("Jam buka", "kadang-kadang", "Senin-Kamis 08.00-16.00"),
        ("Jam buka", "senin 16.00-08.00", "Senin-Kamis 08.00-16.00"),
        ("Hari libur", "kapan-kapan", "25 Desember 2026"),
        ("Hari libur", "desember 2026", "25 Desember 2026"),
        ("Hari libur", "1 januari - 31 maret 2027", "25 Desember 2026"),
        ("Kasus tanpa pesan", "0", "dari 5 sampai 1440"),
        ("Lama simpan", "selamanya", "dari 7 sampai 3650"),
    ],
)
async def test_what_cannot_be_meant_is_asked_again_with_an_example(
    town: Town, rini: Phone, label: str, written: str, wanted: str
) -> None:
    before = await decided(town)
    assert wanted in await change(rini, label, written, written)
    assert await decided(town) == before


async def test_a_number_that_is_asked_for_is_no_tap(town: Town, rini: Phone) -> None:
    assert "Paling banyak 1 pengumuman" in await change(rini, "Batas pengumuman", "1")
    assert (await decided(town)).weekly_limit == 1


async def test_a_number_may_come_with_its_unit_and_with_no_other(town: Town, rini: Phone) -> None:
    assert "Pesan disimpan 60 hari." in await change(rini, "Lama simpan", "60 hari")
    wanted = await change(rini, "Kasus tanpa pesan", "6 jam")
    assert wanted.startswith("Setelah berapa menit tanpa pesan, kasus dikembalikan? Contoh: 30")
    assert (await decided(town)).idle_minutes == 30


async def test_every_question_about_the_office_has_a_way_back(town: Town, rini: Phone) -> None:
    for label in ("Nama", "Kontak", "Lama simpan"):
        await rini.taps("Kantor", (await rini.says("/staf"))[-1])
        (asked,) = await rini.taps(label)
        assert asked.labels[-1] == "Kembali"
    await rini.taps("Halal", (await rini.taps("Kontak", (await rini.taps("Kembali"))[-1]))[-1])
    assert (await rini.taps("Kembali"))[0].text.startswith("Nama: Disdagin")


async def test_spans_of_holidays_are_added_and_removed_whole(town: Town, rini: Phone) -> None:
    await change(rini, "Hari libur", "25/12/2026")
    assert "24 Desember 2026, 25 Desember 2026, 26 Desember 2026" in await change(
        rini, "Hari libur", "24-26 desember 2026"
    )
    assert "26 Desember 2026 dan 1 lagi" in await change(rini, "Hari libur", "1 januari 2027")
    await rini.taps("Kantor", (await rini.says("/staf"))[-1])
    assert "1 Januari 2027" in (await rini.taps("Hari libur"))[0].text
    await rini.says("24-26 desember 2026")
    assert (await decided(town)).holidays == ["2027-01-01"]


@pytest.mark.parametrize(
    ("written", "answer"),
    [("batal", "tidak ada yang diubah"), ("Cancel", "tidak ada yang diubah"), ("menu", "Mau dibantu apa")],
)
async def test_a_word_that_leads_out_is_no_value(town: Town, rini: Phone, written: str, answer: str) -> None:
    assert answer in await change(rini, "Nama", written)
    assert (await decided(town)).name == "Disdagin"


async def test_a_command_ends_the_question_and_nothing_is_changed(town: Town, rini: Phone) -> None:
    await rini.taps("Kantor", (await rini.says("/staf"))[-1])
    await rini.taps("Nama")
    await rini.says("/menu")
    await rini.says("biaya sertifikat halal berapa ya kak")
    assert (await decided(town)).name == "Disdagin"


@pytest.mark.parametrize(
    ("written", "weekdays"),
    [
        ("senin-jumat 08.00-16.00", "01234"),
        ("Monday to Friday: 8:00-16:00", "01234"),
        ("Isnin-Khamis 8-16; Jumaat 8-11.30", "01234"),
        ("Senén-Jumaah pukul 08.00-15.00", "01234"),
        ("senin-minggu 8-16, minggu tutup", "012345"),
        ("sabtu-senin 9-12", "056"),
        ("sen 8-12", "0"),
    ],
)
def test_hours_are_read_as_people_write_them(written: str, weekdays: str) -> None:
    found = opening_hours.parse(written)
    assert found is not None
    assert "".join(found) == weekdays


@pytest.mark.parametrize("written", ["", "halo", "senin", "senin 25-26", "senin 9-8", "besok 8-16", "tutup", "8-16"])
def test_what_are_no_hours_are_none(written: str) -> None:
    assert opening_hours.parse(written) is None

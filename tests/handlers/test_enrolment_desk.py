"""Enrolments as staff look through them from their phones: lists, cards, search, counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.channels.memory import insist
from bot.enrolling.enrolments import accepted, parse_number, status_line
from bot.enrolling.form.enrolment import fields
from bot.language.i18n import speaking
from bot.language.markdown import plain
from db import files
from db.files import File
from db.people import addresses, businesses, people, staff
from db.privacy.audit import StoredAct
from tests.town.desks import Desks
from tests.town.hall import Hall, looks_at, opened
from tests.town.phone import NOW, Phone, Town
from tests.town.sample_files import JPEG


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await opened(town)


@pytest.fixture
async def rini(hall: Hall) -> Phone:
    """Bu Rini, an officer."""
    return await hall.desks.employ("rini", "Bu Rini")


async def test_a_programme_is_found_in_the_list_with_what_waits(hall: Hall, rini: Phone) -> None:
    for name, state in {"euis": "submitted", "ujang": "submitted", "siti": "accepted", "asep": "draft"}.items():
        await hall.enrols(name, state)
    (page,) = await rini.says("/staf")
    assert "Pendaftaran" in page.labels
    (listed,) = await rini.taps("Pendaftaran")
    assert listed.text == "1. DPJ27 Delegasi Pekan Produk: 2 menunggu, 1 diterima"
    assert listed.labels == ["1 Delegasi", "Cari", "Kembali"]
    (overview,) = await rini.says("1")
    assert overview.text.splitlines() == [
        "Delegasi Pekan Produk: 2 menunggu, 1 diterima, 0 perlu perbaikan, 0 ditolak.",
        "Belum dikirim: 1. Mundur: 0.",
        "20 tempat.",
    ]
    assert overview.labels == ["Periksa 2", "Menunggu: 2", "Diterima: 1", "Kehadiran", "Unduh XLSX", "Cari", "Kembali"]
    for name, state in {"a": "waiting", "b": "offered", "c": "skipped", "d": "declined", "e": "correction"}.items():
        await hall.enrols(name, state)
    await rini.says("/pendaftaran")
    (overview,) = await rini.says("1")
    assert "Mundur: 1.\nDi daftar tunggu: 2." in overview.text
    assert overview.labels[3:7] == ["Diterima: 1", "Antre: 2", "Ditolak: 1", "Mundur: 1"]
    (line,) = await rini.taps("Antre: 2")
    assert [row.split(" · ")[0] for row in line.text.splitlines()[1:]] == ["1. DPJ27-0004", "2. DPJ27-0005"]
    assert line.labels == ["1. DPJ27-0004", "2. DPJ27-0005", "Kembali"]


async def test_enrolments_are_reviewed_one_after_the_other(hall: Hall, rini: Phone) -> None:
    """D36, the officer's side."""
    async with hall.town.assistant.database.transaction() as tx:
        photo = await files.add(tx, None, File("photo", "image/jpeg", "basreng.jpg", JPEG), NOW)
    await hall.enrols("euis", **{fields(hall.programme)[-1].name: [photo]})
    await hall.enrols("ujang", name="Ujang", business="Sepatu Ujang")
    card = await looks_at(rini)
    assert card.text.splitlines() == [
        "DPJ27-0001 · Euis Komariah · masuk hari ini (1 dari 2)",
        "3. Usaha: Keripik Teh Euis",
        "4. NIB: dilewati",
        "5. Kecamatan: Cibeunying Kidul, Bandung",
        "7. Produk: keripik singkong, pisang, basreng",
        "9. Halal: Sedang diurus",
        "11. Foto produk: 1 berkas",
    ]
    assert card.labels == ["Terima", "Minta perbaikan", "Berikutnya", "Semua isian", "Tolak", "Kembali"]
    whole = await rini.taps("Semua isian")
    assert "2. HP: 0812-3456-7890" in whole[0].text
    assert [sent.file.name for sent in whole if sent.file] == ["basreng.jpg"]
    assert whole[-1].text == "menunggu keputusan, hari ini pukul 09.42 WIB"
    (second,) = await rini.taps("Terima", card)
    assert second.text.startswith("✅ DPJ27-0001 diterima, Euis Komariah dikabari.\n\nDPJ27-0002 · Ujang")
    (last,) = await rini.taps("Terima", second)
    assert last.text == "✅ DPJ27-0002 diterima, Ujang dikabari.\n\nTidak ada pendaftaran lain yang menunggu di sini."
    assert await hall.states() == ["accepted", "accepted"]


async def test_viewers_see_counts_and_nobody_else_anything(hall: Hall, rini: Phone) -> None:
    await hall.enrols("euis")
    tari = await hall.desks.employ("tari", "Bu Tari", "viewer")
    (listed,) = await tari.says("/pendaftaran euis")
    assert listed.text.startswith("1. DPJ27 Delegasi Pekan Produk: 1 menunggu")
    assert listed.labels == ["1 Delegasi", "Kembali"]
    (overview,) = await tari.says("1")
    assert overview.labels == ["Kembali"]
    card = await looks_at(rini)
    async with hall.town.assistant.database.transaction() as tx:
        address = (await addresses.known(tx, "memory", ["rini"]))["rini"][0]
        await staff.set_role(tx, (await people.load(tx, [address]))[address].staff_id, "viewer")
    assert (await rini.taps("Terima", card))[0].text.startswith("Peran Anda")
    assert (await hall.phones["euis"].says("/pendaftaran"))[0].text.startswith("Itu untuk petugas kantor.")


@pytest.mark.parametrize(
    "written",
    ["euis", "KOMARIAH euis", "keripik", "dpj27 1", "DPJ27-OO0l", "no dpj270001", "0812 3456 7890", "+62 81234567890"],
)
async def test_one_is_found_as_people_ask_for_it(hall: Hall, rini: Phone, written: str) -> None:
    await hall.enrols("euis")
    await hall.enrols("ujang", name="Ujang", business="Sepatu Cibaduyut", phone="+60123456789")
    await rini.says("/pendaftaran")
    await rini.taps("Cari")
    (card,) = await rini.says(written)
    assert card.text.startswith("DPJ27-0001 · Euis Komariah")


async def test_a_search_says_what_it_looked_for_and_can_go_on(hall: Hall, rini: Phone) -> None:
    await hall.enrols("euis")
    await hall.enrols("draf", "draft", name="Euis Draf")
    for at in range(8):
        await hall.enrols(f"u{at}", name=f"Ujang {at}", business="Sepatu")
    await rini.says("/pendaftaran")
    await rini.taps("Cari")
    (nothing,) = await rini.says("*_`[x](y) 100%")
    assert nothing.text.startswith("Tidak ada yang cocok dengan “*_`[x](y) 100%”.")
    (many,) = await rini.says("ujang")
    assert many.text.startswith("Yang cocok dengan “ujang”:\n1. DPJ27-0009 · Ujang 7")
    assert many.text.endswith("Masih ada lagi. Tulis namanya lebih lengkap.")
    assert (await rini.says("2"))[0].text.startswith("DPJ27-0008 · Ujang 6")
    assert (await rini.says("/pendaftaran euis"))[0].text.startswith("DPJ27-0001")
    await rini.says("/pendaftaran")
    await rini.taps("Cari")
    assert (await rini.says("cancel"))[0].labels == ["Pendaftaran"]


async def test_where_nobody_enrolled_that_is_said(town: Town) -> None:
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini")
    (empty,) = await rini.says("/pendaftaran")
    assert empty.text.startswith("Belum ada yang mendaftar")
    hall = await opened(town)
    (listed,) = await rini.says("/pendaftaran")
    assert listed.text == "1. DPJ27 Delegasi Pekan Produk: 0 menunggu, 0 diterima"
    (overview,) = await rini.taps("1 Delegasi")
    assert overview.labels == ["Cari", "Kembali"]
    await hall.enrols("euis")
    card = await looks_at(rini)
    await rini.taps("Terima", card)
    (none,) = await rini.taps("Periksa 1", next(sent for sent in rini.bubbles if "Periksa 1" in sent.labels))
    assert none.text == "Sekarang tidak ada pendaftaran yang menunggu di sini."


async def test_three_hundred_are_paged_in_order_of_arrival(hall: Hall, rini: Phone) -> None:
    await hall.enrols("euis")
    async with hall.town.assistant.database.transaction() as tx:
        for at in range(299):
            await hall.keep(tx, "euis", "submitted", {"name": f"Peserta {at}"})
    await rini.says("/pendaftaran")
    (overview,) = await rini.taps("1 Delegasi")
    assert "300 menunggu" in overview.text
    (listed,) = await rini.taps("Menunggu: 300")
    seen = listed.text.splitlines()[1:]
    for _page in range(9):
        (listed,) = await rini.taps("Lainnya")
        seen += listed.text.splitlines()[1:]
    assert [line.split()[1] for line in seen] == [f"DPJ27-{at:04d}" for at in range(1, 61)]
    assert "(1 dari 300)" in (await rini.taps("Periksa 300", overview))[0].text
    assert "(2 dari 300)" in (await rini.taps("Berikutnya"))[0].text


HOSTILE = ["**tebal** _miring_ `kode` [x](http://y)", "ن" * 300, "🎉" * 200, "\u202eterbalik\u202c", "1. x\n2. y"]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_words_are_shown_as_they_are_and_within_limits(hall: Hall, rini: Phone, name: str) -> None:
    answers = {field.name: name[:80] for field in fields(hall.programme) if field.name in ("business", "products")}
    async with hall.town.assistant.database.transaction() as tx:
        shared = await businesses.add(tx, businesses.Business(name="x"), NOW)
    for at in range(5):
        await hall.enrols(f"e{at}", **answers | {"name": name, "business_id": shared, "for_other": True})
    card = await looks_at(rini)
    assert name.strip("\u202e\u202c").split()[0][:20] in card.text
    assert "\u202e" not in card.text
    assert "⚠️ Didaftarkan orang lain" in card.text
    assert "⚠️ Dari usaha yang sama: DPJ27-0002 (menunggu keputusan)" in card.text
    await rini.taps("Semua isian")
    await rini.taps("Minta perbaikan")
    await rini.says("1-11")
    await rini.says((name * 300)[:290] + " dan lagi")
    told = (await hall.news("e0"))[0]
    assert "Catatan Bu Rini" in told.text
    await rini.says("/pendaftaran dpj27 1")
    await rini.taps("Semua isian")
    await rini.taps("Terima")
    insist(accepted(await hall.load(1), hall.programme))
    await rini.says("/pendaftaran")
    await rini.taps("1 Delegasi")
    await rini.taps("Menunggu: 4")
    await rini.taps("Tolak beberapa")
    await rini.says("all")
    await rini.says((name * 300)[:290] + " dan lagi")
    await rini.taps("Tolak 4")


async def test_an_example_says_so_everywhere(town: Town) -> None:
    hall = await opened(town, is_sample=True)
    rini = await hall.desks.employ("rini", "Bu Rini")
    await hall.enrols("euis")
    card = await looks_at(rini)
    assert card.text.startswith("DPJ27-0001 (CONTOH) · Euis")
    await rini.taps("Tolak")
    await rini.says("kuota makanan sudah penuh")
    await rini.taps("Ya, tolak")
    (told,) = await hall.news("euis")
    assert "Delegasi Pekan Produk (CONTOH)" in told.text


async def test_who_opened_which_record_is_kept_once_a_day(hall: Hall, rini: Phone) -> None:
    one = await hall.enrols("euis")
    await looks_at(rini)
    await rini.taps("Semua isian")
    hall.town.clock.move(timedelta(days=1))
    await rini.says("/pendaftaran euis")
    await rini.taps("Terima")
    async with hall.town.assistant.database.reading() as tx:
        kept = select(StoredAct.act).where(StoredAct.object == f"enrolment:{one}").order_by(StoredAct.id)
        acts = list((await tx.execute(kept)).scalars())
    assert acts == ["enrolment.open", "enrolment.open", "enrolment.accept"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("draft", "Delegasi Pekan Produk: belum dikirim"),
        ("submitted", "DPJ27-0001 · Delegasi Pekan Produk: menunggu keputusan"),
        ("withdrawn", "DPJ27-0001 · Delegasi Pekan Produk: mundur"),
    ],
)
async def test_how_it_stands_is_said_in_one_line(hall: Hall, state: str, said: str) -> None:
    one = await hall.load(await hall.enrols("euis", state))
    with speaking("id"):
        assert plain(status_line(one, hall.programme)) == said
        if one.number:
            other = status_line(replace(one, for_other=True), hall.programme)
            assert plain(other) == said.replace(" · ", " · Euis Komariah · ")


@pytest.mark.parametrize("text", ["", "euis", "0812", "toko", "27", "dpj", "💥"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@given(
    prefix=st.from_regex(r"[A-HJ-NP-Z]{2,5}[0-9]{2}", fullmatch=True),
    serial=st.integers(1, 9999),
    between=st.sampled_from(["-", " ", " - ", "–", ". ", "", "_", " no "]),
    data=st.data(),
)
def test_a_number_is_read_as_people_say_it(prefix: str, serial: int, between: str, data: st.DataObject) -> None:
    figures = f"{serial:04d}" if between == "" else data.draw(st.sampled_from([str(serial), f"{serial:04d}"]))
    mixed = "".join(data.draw(st.sampled_from({"0": "0oO", "1": "1iIlL"}.get(one, one))) for one in figures)
    written = prefix + between.replace(" no ", " ") + mixed
    written = data.draw(st.sampled_from([written, written.lower(), f"nomor {written}", f" {written}. "]))
    assert parse_number(written) == (prefix, serial)

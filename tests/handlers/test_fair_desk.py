"""Exhibitions and programmes as staff enter, change and cancel them from their phones."""

import re
from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import delete, select

from bot.channels.memory import Delivered
from bot.entries.page import NOUNS
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.i18n import LANGUAGES, speaking
from bot.reply import WHATSAPP
from db import office
from db.conversation.jobs import StoredJob
from db.fairs import exhibitions, programmes, reminders
from db.fairs.exhibitions import StoredExhibition
from db.people import staff
from db.privacy.audit import StoredAct
from tests.bot.test_catalogues import HOUSE, pairs
from tests.town.desks import Desks
from tests.town.fairs import bazaar, hold, plan
from tests.town.phone import Phone, Town


@pytest.fixture
async def rini(town: Town) -> Phone:
    """Bu Rini, an officer."""
    return await Desks(town).employ("rini", "Bu Rini")


async def goes_to(phone: Phone, page: str) -> Delivered:
    """Open the list of exhibitions or programmes."""
    await phone.says("/staf")
    return (await phone.taps(page))[-1]


async def enters(phone: Phone, *answers: str) -> Delivered:
    """Write or tap these answers, one after the other; returns the last bubble."""
    for answer in answers:
        last = next(sent for sent in reversed(phone.bubbles) if sent.reply.choices)
        answered = await (phone.taps(answer) if answer in last.labels else phone.says(answer))
    return answered[-1]


async def begins(phone: Phone) -> Delivered:
    """As D35, until the city is asked for."""
    await goes_to(phone, "Pameran")
    await phone.taps("Tambah pameran")
    when = "16-18 apr 2027 10 pagi sampe 8 malem"
    return await enters(phone, "Pekan Produk Bandung di Petaling Jaya", "Pekan Produk", when, "Malaysia")


async def finishes(phone: Phone) -> Delivered:
    """From the city to the preview."""
    place = ("Petaling Jaya", "Dewan Sivik MBPJ", "Jalan Yong Shook Lin", "Lewati")
    terms = ("Kriya", "Makanan dan minuman", "Selesai", "Lewati", "Lewati", "mbpj.gov.my", "sampai 31 januari 2027")
    return await enters(phone, *place, *terms, "surat MBPJ 12/2026")


async def stored(town: Town, code: str = "PPB27") -> exhibitions.Exhibition:
    async with town.assistant.database.reading() as tx:
        found = await exhibitions.find(tx, code)
    assert found
    return found


async def acts(town: Town, of: str) -> list[str]:
    async with town.assistant.database.reading() as tx:
        rows = await tx.execute(select(StoredAct.act).where(StoredAct.object == of).order_by(StoredAct.id))
        return list(rows.scalars())


async def wishes(town: Town, name: str, language: str = "id") -> Phone:
    """Somebody who wants to hear of exhibitions."""
    phone = town.phone(name, language)
    await phone.says("ada pameran di pj?")
    await phone.taps({"id": "Kabari saya", "en": "Keep me posted"}[language])
    return phone


async def test_adding_an_exhibition_as_people_write_reading_back_and_publishing(town: Town, rini: Phone) -> None:
    ani = await wishes(town, "ani")
    (name,) = await _first_question(rini)
    assert name.text.startswith("Nama pamerannya?")
    (short,) = await rini.says("Pekan Produk Bandung di Petaling Jaya")
    assert short.labels == ["Pekan Produk", "Saya tulis saja", "Kembali", "Batal"]
    (when,) = await rini.taps("Pekan Produk")
    assert when.text == "Tanggal dan jam? Contoh: 16-18 April 2027, 10.00-20.00"
    (clock,) = await rini.says("16-18 apr 2027 10 pagi sampe 8 malem")
    assert clock.text == "Jumat–Minggu, 16–18 April 2027, 10.00–20.00. Itu jam di mana?"
    assert clock.labels[:2] == ["Malaysia", "Bandung (WIB)"]
    (city,) = await rini.taps("Malaysia")
    assert city.text == "Dicatat: 10.00–20.00 waktu Malaysia (09.00–19.00 WIB). Di kota mana?"
    preview = await finishes(rini)
    card = "\n".join(sent.text for sent in rini.bubbles[-2:])
    assert "Pekan Produk Bandung di Petaling Jaya\n📅 Jumat–Minggu, 16–18 April 2027, pukul 10.00–20.00" in card
    assert "⚠️ English, Bahasa Melayu, Basa Sunda kosong: orang melihat teks Indonesia." in card
    assert "⚠️ Jumat, 16 April 2027: jam salat Jumat ada di tengah jam buka." in card
    assert "Sumber: surat MBPJ 12/2026 · https://mbpj.gov.my · dicek 23 November 2026" in card
    assert preview.labels[:4] == ["Terbitkan", "Tambah bahasa", "Simpan draf", "Ubah"]
    (done,) = await rini.taps("Terbitkan")
    assert done.text == "✅ Terbit, kode PPB27. 1 orang menunggu kabar seperti ini."
    assert done.file is not None
    assert (done.file.name, done.file.content[:4]) == ("poster-qr-PPB27.png", b"\x89PNG")
    assert done.labels == ["Kabari 1 orang", "Buat program", "Nanti saja"]
    one = await stored(town)
    assert (one.state, one.opens, one.closes, one.sectors) == ("announced", time(10), time(20), ["craft", "food"])
    assert (one.first_day, one.enrolment_closes) == (date(2027, 4, 16), date(2027, 1, 31))
    assert ani.bubbles[-1].text.startswith("✅ Dicatat")
    (told,) = await rini.taps("Kabari 1 orang", done)
    assert told.text.startswith("✅ 1 orang dikabari")
    assert "Pekan Produk Bandung di Petaling Jaya" in ani.bubbles[-1].text
    (again,) = await rini.taps("Kabari 1 orang", done)
    assert again.text.startswith("Itu sudah dikabarkan 23 November 2026")
    assert await acts(town, "exhibition:PPB27") == ["exhibition.publish", "exhibition.tell"]
    (twice,) = await rini.taps("Terbitkan", preview)
    assert twice.text.startswith("Itu sudah selesai")


async def test_nobody_hears_of_more_than_the_office_sends_in_a_week(town: Town, rini: Phone) -> None:
    ani = town.phone("ani")
    await ani.says("ada pameran apa bulan april")
    await ani.taps("Kabari saya")
    async with town.assistant.database.transaction() as tx:
        await office.save(tx, weekly_limit=1)
    for told in (1, 0):
        await begins(rini)
        await finishes(rini)
        await rini.taps("Terbitkan")
        before = len(ani.bubbles)
        await rini.taps("Kabari 1 orang")
        assert len(ani.bubbles) - before == told


async def _first_question(phone: Phone) -> list[Delivered]:
    await goes_to(phone, "Pameran")
    return await phone.taps("Tambah pameran")


async def test_dates_that_cannot_be_are_asked_back_and_nothing_is_lost(rini: Phone) -> None:
    await goes_to(rini, "Pameran")
    await rini.taps("Tambah pameran")
    await enters(rini, "Pekan Produk", "Pekan Produk")
    for wrong, said in {
        "30 februari 2027": "Tanggal itu tidak ada.",
        "senin 16 april 2027": "Hari dan tanggalnya tidak cocok.",
        "april 2027": "Dari tanggal berapa sampai tanggal berapa?",
        "18-16 april 2027": "Akhirnya lebih dulu daripada awalnya.",
        "nanti dikabari": "Itu belum terbaca sebagai tanggal.",
        "1 april - 30 agustus 2027": "Itu lebih dari 92 hari.",
        "16-18 april 2027 jam 22.00-05.00": "Jam tutupnya lebih dulu",
    }.items():
        (bubble,) = await rini.says(wrong)
        assert bubble.text.startswith(said), wrong
    assert "Boleh juga kembali, atau berhenti di sini" in bubble.text
    (doubt,) = await rini.says("16 april 2027 jam 5-6")
    assert doubt.labels[-2:] == ["Kembali", "Batal"]
    assert "1. Jumat, 16 April 2027" in doubt.text
    (clock,) = await rini.says("1")
    assert "16 April 2027" in clock.text
    assert (await rini.taps("Kembali"))[0].text.startswith("Tanggal dan jam?")
    (past,) = await rini.says("16-18 april 2026, 10.00-20.00")
    assert past.text.startswith("⚠️ Sabtu, 18 April 2026 sudah lewat.")


async def test_a_file_that_is_not_taken_is_told_why_and_the_question_stays(rini: Phone) -> None:
    await goes_to(rini, "Pameran")
    await rini.taps("Tambah pameran")
    (told,) = await rini.sends_file(bytes(4) + b"ftypheic" + bytes(90), "poster.jpg")
    assert told.text.startswith("Jenis gambar itu (HEIC) belum bisa dibuka")
    await enters(rini, "Pekan Produk", "Pekan Produk")
    assert rini.bubbles[-1].text.startswith("Tanggal dan jam?")


@pytest.mark.parametrize("hours", ["17.00-24.00", "17:00-00:00", "17:00:00-24:00:00"])
async def test_an_exhibition_may_last_until_midnight(rini: Phone, hours: str) -> None:
    await goes_to(rini, "Pameran")
    await rini.taps("Tambah pameran")
    await enters(rini, "Pekan Produk", "Pekan Produk")
    (clock,) = await rini.says(f"16-18 april 2027, {hours}")
    assert clock.text.startswith("Jumat–Minggu, 16–18 April 2027, 17.00–00.00.")


async def test_one_can_go_back_skip_and_stop_and_a_word_that_leads_out_is_no_answer(town: Town, rini: Phone) -> None:
    city = await begins(rini)
    assert city.labels == ["Petaling Jaya", "Kuala Lumpur", "Kembali", "Batal"]
    (back,) = await rini.says("kembali")
    assert back.text.endswith("Itu jam di mana?")
    (stale,) = await rini.taps("Petaling Jaya", city)
    assert stale.text.startswith("Itu pertanyaan tadi. Jumat–Minggu")
    assert (await rini.says("menu"))[0].labels != stale.labels
    page = await goes_to(rini, "Pameran")
    assert page.labels == ["Tambah pameran", "Lanjutkan", "Kembali"]
    (again,) = await rini.taps("Tambah pameran")
    assert again.text == "Ada isian yang belum selesai: Pekan Produk Bandung di Petaling Jaya."
    await rini.taps("Lanjutkan")
    assert "WIB" in (await rini.taps("Bandung (WIB)"))[0].text
    (stopped,) = await rini.says("batal")
    assert stopped.text == "Baik. Isiannya tersimpan dan belum terbit."
    async with town.assistant.database.reading() as tx:
        assert await exhibitions.all_of(tx) == []


async def test_a_restart_in_the_middle_loses_nothing(engine_url: str, known: Knowledge) -> None:
    async with Town.opened(engine_url, known) as town:
        await begins(await Desks(town).employ("rini", "Bu Rini"))
    async with Town.opened(engine_url, known) as town:
        rini = town.phone("rini")
        (asked,) = await rini.says("Petaling Jaya")
        assert asked.text.startswith("Tempatnya?")
        await rini.says("Dewan Sivik MBPJ")
        (place,) = await rini.does(Inbound("location", place=(3.1043, 101.6419)))
        assert place.text.startswith("Dicatat: 3.1043, 101.6419. Tentang apa?")
        await enters(rini, "Pameran kriya.", "kriya, makanan", "selesai", *["lewati"] * 4, "surat MBPJ")
        (done,) = await rini.taps("Terbitkan")
        assert done.text.startswith("✅ Terbit, kode PPB27.")
        one = await stored(town)
        assert (one.latitude, one.sectors) == (3.1043, ["craft", "food"])


async def test_without_a_source_it_is_a_draft_that_another_device_can_finish(town: Town, rini: Phone) -> None:
    await begins(rini)
    skipped = ["Lewati"] * 8
    preview = await enters(rini, "Kuala Lumpur", "Dewan KLCC", *skipped)
    assert "⚠️ Sumbernya kosong" in preview.text
    assert preview.labels[:3] == ["Isi sumber", "Tambah bahasa", "Simpan draf"]
    (saved,) = await rini.taps("Simpan draf")
    assert saved.text == "Tersimpan sebagai draf, kode PPB27. Orang belum melihatnya."
    dadan = await Desks(town).employ("dadan", "Pak Dadan")
    page = await goes_to(dadan, "Pameran")
    assert "1. draf: Pekan Produk Bandung di Petaling Jaya" in page.text
    await dadan.taps("1 Pekan Produk")
    await dadan.taps("Lanjutkan")
    await dadan.taps("Isi sumber")
    await dadan.says("surat MBPJ")
    (done,) = await dadan.taps("Terbitkan")
    assert done.text == "✅ Terbit, kode PPB27. Tidak ada orang yang menunggu kabarnya."
    assert await acts(town, "exhibition:PPB27") == ["exhibition.draft", "exhibition.publish"]


async def test_a_draft_is_discarded_unless_it_was_published_meanwhile(town: Town, rini: Phone) -> None:
    async def drafts() -> Delivered:
        await begins(rini)
        await enters(rini, "Kuala Lumpur", "Dewan KLCC", *["Lewati"] * 8)
        await rini.taps("Simpan draf")
        await goes_to(rini, "Pameran")
        await rini.taps("1 Pekan Produk")
        return (await rini.taps("Buang"))[0]

    asked = await drafts()
    assert asked.text.startswith("Buang draf Pekan Produk Bandung di Petaling Jaya untuk selamanya?")
    assert asked.labels == ["Ya, buang", "Tidak jadi"]
    (gone,) = await rini.taps("Ya, buang")
    assert gone.text == "Draf Pekan Produk Bandung di Petaling Jaya sudah dibuang."
    (again,) = await rini.taps("Ya, buang", asked)
    assert again.text == "Itu sudah tidak ada."
    assert "PPB27" not in (await goes_to(rini, "Pameran")).text
    assert await acts(town, "exhibition:PPB27") == ["exhibition.draft", "exhibition.discard"]
    asked = await drafts()
    await rini.taps("Tidak jadi")
    await rini.taps("Lanjutkan")
    await rini.taps("Isi sumber")
    await rini.says("surat MBPJ")
    await rini.taps("Terbitkan")
    (kept,) = await rini.taps("Ya, buang", asked)
    assert kept.text.startswith("Tidak dibuang: sudah diubah atau diterbitkan")


async def test_another_language_is_entered_and_previewed(town: Town, rini: Phone) -> None:
    await begins(rini)
    await finishes(rini)
    await rini.taps("Tambah bahasa")
    (asked,) = await rini.taps("English")
    assert asked.text.startswith("Nama dalam English, paling panjang 80 huruf? Dalam bahasa Indonesia: Pekan Produk")
    preview = await enters(rini, "Bandung Products Week", "Lewati")
    assert "⚠️ Bahasa Melayu, Basa Sunda kosong" in preview.text
    await rini.taps("English")
    assert any("Bandung Products Week\n📅 Friday–Sunday" in sent.text for sent in rini.bubbles[-2:])
    await rini.taps("Terbitkan", preview)
    assert (await stored(town)).title["en"] == "Bandung Products Week"


async def test_a_change_shows_old_and_new_moves_reminders_and_tells_only_when_told_to(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    ani, budi = town.phone("ani"), town.phone("budi")
    for phone in (ani, budi):
        await phone.says("/start pameran_PPB27")
        await phone.taps("Ingatkan saya")
    before = (len(ani.bubbles), len(budi.bubbles))
    await goes_to(rini, "Pameran")
    page = (await rini.taps("1 Pekan Produk"))[-1]
    assert page.labels == ["Ubah", "Batalkan", "Ke daftar"]
    await rini.taps("Ubah")
    await rini.taps("Tanggal")
    (changes,) = await rini.says("23-25 april 2027")
    assert changes.text.splitlines()[:2] == [
        "Yang berubah:",
        "Tanggal: Jumat–Minggu, 16–18 April 2027, 10.00–20.00 → Jumat–Minggu, 23–25 April 2027, 10.00–20.00",
    ]
    (saved,) = await rini.taps("Simpan")
    assert saved.text == "✅ Tersimpan. 2 orang perlu tahu."
    assert (len(ani.bubbles), len(budi.bubbles)) == before
    async with town.assistant.database.reading() as tx:
        due = (await tx.execute(select(StoredJob.args).where(StoredJob.name == reminders.JOB))).scalars()
        assert {row["first_day"] for row in due} == {"2027-04-23"}
    await rini.taps("Kabari 2 orang")
    assert "pindah dari 16–18 April 2027 ke Jumat–Minggu, 23–25 April 2027" in ani.bubbles[-1].text
    assert ani.bubbles[-1].file
    assert await acts(town, "exhibition:PPB27") == ["exhibition.change", "exhibition.tell"]


async def test_changes_that_were_not_told_are_told_together(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    ani = town.phone("ani")
    await ani.says("/start pameran_PPB27")
    await ani.taps("Ingatkan saya")
    for field, value in (("Tanggal", "23-25 april 2027"), ("Tempat", "Jaya One")):
        await goes_to(rini, "Pameran")
        await rini.taps("1 Pekan Produk")
        await rini.taps("Ubah")
        await rini.taps(field)
        await rini.says(value)
        (saved,) = await rini.taps("Simpan")
    await rini.taps("Kabari 1 orang", saved)
    text = ani.bubbles[-1].text
    assert "pindah dari 16–18 April 2027" in text
    assert "Tempat baru: Jaya One" in text


async def test_what_was_removed_while_an_officer_changed_or_cancelled_it_is_said_and_left(
    town: Town, rini: Phone
) -> None:
    dadan = await Desks(town).employ("dadan", "Pak Dadan")
    await hold(town, plan())
    for phone, *ways in ((rini, "Ubah", "Tempat"), (dadan, "Batalkan")):
        await goes_to(phone, "Pameran")
        await phone.taps("1 Pekan Produk")
        for way in ways:
            await phone.taps(way)
    async with town.assistant.database.transaction() as tx:
        await tx.execute(delete(StoredExhibition))
    for phone, says in ((rini, "Jaya One"), (dadan, "dewan terbakar")):
        (gone,) = await phone.says(says)
        assert gone.text == "Itu sudah tidak ada."
        assert "Lanjutkan" not in (await goes_to(phone, "Pameran")).labels


async def test_two_officers_who_change_the_same_lose_nothing(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    dadan = await Desks(town).employ("dadan", "Pak Dadan")
    for phone, field, value in ((rini, "Tempat", "Jaya One"), (dadan, "Kota", "Shah Alam")):
        await goes_to(phone, "Pameran")
        await phone.taps("1 Pekan Produk")
        await phone.taps("Ubah")
        await phone.taps(field)
        await phone.says(value)
    assert (await rini.taps("Simpan"))[0].text.startswith("✅ Tersimpan.")
    (late,) = await dadan.taps("Simpan")
    assert late.text.startswith("Rekan lain baru saja mengubahnya.")
    assert "Kota: Petaling Jaya → Shah Alam" in late.text
    assert "Tempat" not in late.text
    assert (await dadan.taps("Simpan"))[0].text.startswith("✅ Tersimpan.")
    one = await stored(town)
    assert (one.venue, one.city, one.sequence) == ("Jaya One", "Shah Alam", 2)


async def test_cancelling_asks_once_with_a_reason_and_can_be_undone(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    ani = town.phone("ani")
    await ani.says("/start pameran_PPB27")
    await ani.taps("Ingatkan saya")
    await goes_to(rini, "Pameran")
    await rini.taps("1 Pekan Produk")
    (sure,) = await rini.taps("Batalkan")
    assert sure.labels == ["Batal tanpa sebab", "Tidak jadi"]
    (really,) = await rini.says("gedungnya diperbaiki")
    assert really.text == "Batalkan Pekan Produk Bandung? Orang akan membaca: “gedungnya diperbaiki”"
    (done,) = await rini.taps("Ya, batalkan")
    assert done.text == "Pekan Produk Bandung batal. 1 orang perlu tahu."
    assert (await rini.taps("Ya, batalkan", really))[0].text.startswith("Sesudah itu sudah diubah lagi.")
    await rini.taps("Kabari 1 orang", done)
    assert "⚠️ Batal: Pekan Produk Bandung" in ani.bubbles[-1].text
    assert "Sebabnya: gedungnya diperbaiki" in ani.bubbles[-1].text
    await goes_to(rini, "Pameran")
    await rini.taps("1 Pekan Produk")
    (again,) = await rini.taps("Jadi diadakan")
    assert again.text == "Pekan Produk Bandung jadi diadakan. 1 orang perlu tahu."
    await rini.taps("Kabari 1 orang")
    assert "Jadi diadakan: Pekan Produk Bandung" in ani.bubbles[-1].text
    done_acts = ["cancel", "tell", "restore", "tell"]
    assert await acts(town, "exhibition:PPB27") == [f"exhibition.{act}" for act in done_acts]


async def test_adding_a_programme_of_an_exhibition(town: Town, rini: Phone) -> None:
    (one,) = await hold(town, plan())
    ani = town.phone("ani")
    await ani.says("ada program apa aja kak")
    await ani.taps("Kabari saya")
    await goes_to(rini, "Program")
    await rini.taps("Buat program")
    preview = await enters(
        rini, "Delegasi", "Delegasi Pekan Produk", "Delegasi Pekan", "Tempat pameran dan pendampingan.", "UMKM Bandung",
        "2", "Lewati", "Dewan Sivik MBPJ", "sampai 31 januari 2027", "PPB27",
        "Ukuran baju? (S, M, L)\nPunya paspor? (ya/tidak)", "Selesai", "Lewati", "Petugas memilih", "Disdagin",
    )  # fmt: skip
    assert preview.labels[0] == "Terbitkan"
    (done,) = await rini.taps("Terbitkan")
    assert done.text == "✅ Terbit, kode DPP27. 1 orang menunggu kabar seperti ini."
    async with town.assistant.database.reading() as tx:
        (kept,) = await programmes.all_of(tx)
    assert (kept.kind, kept.quota, kept.exhibition_id, kept.decides) == ("delegation", 2, one.id, "staff")
    assert kept.questions == ["Ukuran baju? (S, M, L)", "Punya paspor? (ya/tidak)"]
    await rini.taps("Kabari 1 orang")
    assert "Delegasi Pekan Produk" in ani.bubbles[-1].text
    await goes_to(rini, "Program")
    await rini.taps("1 Delegasi Pekan")
    await rini.taps("Ubah")
    await rini.taps("Jumlah tempat")
    assert "Jumlah tempat: 2 → 3" in (await rini.says("3"))[0].text
    await rini.taps("Simpan")
    await rini.taps("Kabari 1 orang")
    assert ani.bubbles[-1].text.startswith("⚠️ Ada yang berubah.")
    await goes_to(rini, "Program")
    await rini.taps("1 Delegasi Pekan")
    await rini.taps("Batalkan")
    await rini.taps("Batal tanpa sebab")
    await rini.taps("Kabari 1 orang")
    assert ani.bubbles[-1].text == "⚠️ Batal: Delegasi Pekan Produk."


async def test_a_viewer_and_an_owner_may_not(town: Town, rini: Phone) -> None:
    page = await goes_to(rini, "Pameran")
    euis = await Desks(town).employ("euis", "Bu Euis", role="viewer")
    assert "Pameran" not in (await euis.says("/staf"))[0].labels
    await begins(rini)
    async with town.assistant.database.transaction() as tx:
        (one,) = [one for one in await staff.listed(tx) if one.name == "Bu Rini"]
        await staff.set_role(tx, one.id, "viewer")
    assert (await rini.says("Petaling Jaya"))[0].text.startswith("Peran Anda tidak mencakup ini")
    assert (await rini.taps("Tambah pameran", page))[0].text.startswith("Peran Anda tidak mencakup ini")


@pytest.mark.parametrize("language", ["en", "ms", "su"])
async def test_every_question_in_every_language(town: Town, language: str) -> None:
    rini = await Desks(town).employ("rini", "Bu Rini", language=language)
    await rini.says("/staf")
    page = (await rini.does(rini.tap(rini.bubbles[-1].labels[1])))[-1]
    await rini.taps(page.labels[0])
    for answer in (
        "Pameran produk makanan dari Bandung",
        "",
        "16-18 april 2027",
        "10.00-20.00",
        "",
        "",
        "Dewan Sivik",
        *[None] * 8,
    ):
        bubble = rini.bubbles[-1]
        if answer:
            await rini.says(answer)
        else:
            skips = {"Skip", "Langkau", "Liwat"} & set(bubble.labels)
            await rini.taps(skips.pop() if answer is None else bubble.labels[0])
    assert (
        rini.bubbles[-1].labels[1:3]
        == {
            "en": ["Add a language", "Save as a draft"],
            "ms": ["Tambah bahasa", "Simpan draf"],
            "su": ["Tambih basa", "Simpen draf"],
        }[language]
    )
    await rini.taps({"en": "Change", "ms": "Ubah", "su": "Robih"}[language])
    await rini.taps({"en": "More", "ms": "Lagi", "su": "Sanesna"}[language])


async def test_a_cancellation_that_was_undone_before_anybody_heard_is_no_news(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    ani = town.phone("ani")
    await ani.says("/start pameran_PPB27")
    await ani.taps("Ingatkan saya")
    await goes_to(rini, "Pameran")
    await rini.taps("1 Pekan Produk")
    await rini.taps("Batalkan")
    (done,) = await rini.taps("Batal tanpa sebab")
    await goes_to(rini, "Pameran")
    await rini.taps("1 Pekan Produk")
    (again,) = await rini.taps("Jadi diadakan")
    assert again.text == "Pekan Produk Bandung jadi diadakan."
    assert (await rini.taps("Kabari 1 orang", done))[0].text.startswith("Sesudah itu sudah diubah lagi.")


async def test_a_slip_that_is_mended_before_it_is_told_is_told_as_new(town: Town, rini: Phone) -> None:
    ani = await wishes(town, "ani")
    await begins(rini)
    await finishes(rini)
    await rini.taps("Terbitkan")
    await goes_to(rini, "Pameran")
    page = (await rini.taps("1 Pekan Produk"))[-1]
    assert page.labels == ["Kabari 1 orang", "Ubah", "Batalkan", "Ke daftar"]
    await rini.taps("Ubah")
    await rini.taps("Tempat")
    await rini.says("Jaya One")
    await rini.taps("Simpan")
    await rini.taps("Kabari 1 orang")
    assert ani.bubbles[-1].text.startswith("Ada yang baru")
    assert "Jaya One" in ani.bubbles[-1].text


async def test_what_people_need_not_hear_and_what_was_taken_back_is_no_news(town: Town, rini: Phone) -> None:
    await hold(town, plan())
    await wishes(town, "ani")
    news = {"surat baru": ("Sumber informasi", ""), "Jaya One": ("Tempat", "1"), "Dewan Sivik MBPJ": ("Tempat", "")}
    for value, (field, number) in news.items():
        await goes_to(rini, "Pameran")
        await rini.taps("1 Pekan Produk")
        await rini.taps("Ubah")
        if field not in rini.bubbles[-1].labels:
            await rini.taps("Lainnya")
        if field not in rini.bubbles[-1].labels:
            await rini.taps("Lainnya")
        await rini.taps(field)
        await rini.says(value)
        (saved,) = await rini.taps("Simpan")
        assert saved.labels == ([f"Kabari {number} orang"] if number else []) + ["Nanti saja"]


async def test_changes_that_are_not_saved_are_not_lost_to_another_exhibition(town: Town, rini: Phone) -> None:
    await hold(town, plan(), bazaar())
    await goes_to(rini, "Pameran")
    await rini.taps("1 Pekan Produk")
    await rini.taps("Ubah")
    await rini.taps("Tempat")
    (changes,) = await rini.says("Jaya One")
    await goes_to(rini, "Pameran")
    await rini.taps("2 Bazar Kriya")
    (no,) = await rini.taps("Ubah")
    assert no.text == "Ada isian yang belum selesai: Pekan Produk Bandung."
    assert (await rini.taps("Lanjutkan", no))[0].text == changes.text
    await rini.taps("Buang", no)
    assert (await stored(town)).venue == "Dewan Sivik MBPJ"


async def test_the_longest_texts_stay_within_a_bubble(town: Town, rini: Phone) -> None:
    long = {"id": "p" * 80}
    wide = [plan(f"P{one}", title=long, venue="v" * 80, city="c" * 40, cost={"id": "b" * 100}) for one in range(7)]
    await hold(town, *(replace(one, description={"id": "d" * 250}, address="a" * 120) for one in wide))
    await goes_to(rini, "Pameran")
    await rini.taps("Lainnya")
    await rini.taps("1 Pekan Produk")
    for field, longest in (("Keterangan", 250), ("Biaya", 100), ("Nama", 80)):
        await rini.taps({"Keterangan": "Ubah"}.get(field, "Ubah lagi"))
        if field not in rini.bubbles[-1].labels:
            await rini.taps("Lainnya")
        await rini.taps(field)
        await rini.says("x" * longest)
    await rini.taps("Simpan")
    assert (await stored(town, "P5")).description == {"id": "x" * 250}


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit(language: str) -> None:
    found = {one: (one if language == "en" else pairs(language)[one]) for one in said_on_buttons()}
    assert [label for label in found.values() if len(label) > WHATSAPP.button_label] == []
    with speaking(language):
        labels = [one.label() for noun in NOUNS.values() for one in noun.fields]
    assert [label for label in labels if len(label) > WHATSAPP.button_label] == []


def said_on_buttons() -> set[str]:
    """What `bot/entries` puts on buttons."""
    written = "\n".join(path.read_text("utf-8") for path in (HOUSE / "bot" / "entries").glob("*.py"))
    return set(re.findall(r'(?:Choice|answer)\(\s*_\("([^"]+)"', written))

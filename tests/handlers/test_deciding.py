"""Enrolments as staff decide them, one by one and several at once, and what those who enrolled are told."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import BANDUNG
from bot.enrolling.enrolments import accepted, parse_number, tell_corrected, tell_new
from bot.enrolling.form.enrolment import fields
from bot.enrolling.selection import has_only_numbers, parse
from bot.errors import Refusal
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.language.i18n import speaking
from bot.language.markdown import plain
from bot.memory import Memory
from bot.turn import Turn
from db.enrolling import enrolments
from db.people import addresses, people
from tests.town.applicants import rows
from tests.town.hall import ANSWERS, Hall, looks_at, opened
from tests.town.phone import NOW, Phone, Town


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await opened(town)


@pytest.fixture
async def rini(hall: Hall) -> Phone:
    """Bu Rini, an officer."""
    return await hall.desks.employ("rini", "Bu Rini")


async def test_who_is_accepted_gets_a_ticket_with_what_is_needed_at_the_door(hall: Hall, rini: Phone) -> None:
    one = await hall.enrols("euis")
    await looks_at(rini)
    await rini.taps("Terima")
    assert await hall.tickets() == [one]
    with speaking("id"):
        said = accepted(await hall.load(one), hall.programme)
        other = accepted(replace(await hall.load(one), for_other=True), hall.programme)
    assert plain(said.text).splitlines()[:4] == [
        "✅ Anda diterima di Delegasi Pekan Produk.",
        "DPJ27-0001 · Euis Komariah · Keripik Teh Euis",
        "📅 Jumat, 16 April 2027",
        "📍 Dewan Sivik MBPJ",
    ]
    assert plain(other.text).startswith("✅ Euis Komariah diterima di Delegasi Pekan Produk.")


async def test_a_correction_is_asked_for_by_numbers_with_the_officers_own_words(hall: Hall, rini: Phone) -> None:
    """D36, what the owner reads."""
    one = await hall.enrols("euis")
    await looks_at(rini)
    (parts,) = await rini.taps("Minta perbaikan")
    assert parts.text.startswith("Bagian mana? Ketik nomornya, boleh lebih dari satu.\n1. Nama · 2. HP · 3. Usaha")
    (note,) = await rini.says("11")
    assert note.text.endswith("Foto produk: apa sebabnya? Tulis satu kalimat. Dibaca pemohon apa adanya.")
    (done,) = await rini.says("fotonya *gelap*, tolong foto di dekat jendela")
    assert done.text.startswith("✅ Euis Komariah diminta memperbaiki DPJ27-0001.")
    (told,) = await hall.news("euis")
    assert told.text.splitlines() == [
        "Ada yang perlu diperbaiki di pendaftaran DPJ27-0001 (Euis Komariah, Delegasi Pekan Produk): Foto produk.",
        "Catatan Bu Rini: “fotonya *gelap*, tolong foto di dekat jendela”",
        "Kirim di sini, paling lambat Minggu, 31 Januari 2027. Yang lain tidak perlu diulang.",
    ]
    assert told.labels == ["Kirim sekarang", "Nanti saja", "Tanya petugas"]
    assert told.reply.choices[0].args == {"id": one}
    kept = await hall.load(one)
    assert (kept.state, kept.wrong) == ("correction", [fields(hall.programme)[-1].name])
    (card,) = await rini.says("/pendaftaran dpj27 1")
    assert "perlu diperbaiki, hari ini pukul 09.42 WIB, oleh Bu Rini: Foto produk" in card.text
    assert card.labels[:2] == ["Terima", "Minta perbaikan"]


@pytest.mark.parametrize(
    ("written", "named"),
    [("3 dan 7", "Usaha, Produk"), ("no 3, 4 sama 5", "Usaha, NIB, Kecamatan"), ("foto produk", "Foto produk")],
)
async def test_parts_are_named_as_people_name_them(hall: Hall, rini: Phone, written: str, named: str) -> None:
    await hall.enrols("euis")
    await looks_at(rini)
    await rini.taps("Minta perbaikan")
    (note,) = await rini.says(written)
    assert f"DPJ27-0001, {named}: apa sebabnya?" in note.text


async def test_a_number_under_a_card_is_a_field_and_decides_nothing(hall: Hall, rini: Phone) -> None:
    one = await hall.enrols("euis")
    await looks_at(rini)
    (note,) = await rini.says("1")
    assert note.text.startswith("DPJ27-0001, Nama: apa sebabnya?")
    (left,) = await rini.says("cancel")
    assert left.text == "Baik, tidak ada yang diubah."
    assert (await hall.load(one)).state == "submitted"
    await rini.taps("Lihat rincian")
    await rini.says("makasih ya kak")
    assert (await rini.says("1"))[0].text.startswith("DPJ27-0001, Nama: apa sebabnya?")
    await rini.taps("Batal")
    await rini.taps("Semua isian")
    assert (await rini.says("2"))[0].text.startswith("DPJ27-0001, HP: apa sebabnya?")
    await rini.taps("Batal")
    assert (await rini.says("99"))[0].text == "Nomor 99 tidak ada di sini: nomornya 1 sampai 11."


async def test_what_names_no_part_is_asked_again_and_may_be_left(hall: Hall, rini: Phone) -> None:
    await hall.enrols("euis")
    await looks_at(rini)
    await rini.taps("Minta perbaikan")
    assert (await rini.says("yang itu tuh"))[0].text == "Ketik nomor bagiannya, contoh: 3 dan 7"
    assert (await rini.says("0"))[0].text.startswith("Nomor 0 tidak ada")
    await rini.says("3")
    assert (await rini.says("?!"))[0].text == "Tulis dengan kata-kata."
    assert "300" in (await rini.says("a" * 310))[0].text
    (card,) = await rini.taps("Batal", next(sent for sent in reversed(rini.bubbles) if "Batal" in sent.labels))
    assert card.text.startswith("DPJ27-0001")


async def test_declining_needs_a_reason_which_is_read_back(hall: Hall, rini: Phone) -> None:
    one = await hall.enrols("euis", language="en")
    await looks_at(rini)
    (why,) = await rini.taps("Tolak")
    assert why.text == "Kenapa DPJ27-0001 (Euis Komariah) ditolak? Tulis satu kalimat. Dibaca pemohon apa adanya."
    (vague,) = await rini.says("Tidak memenuhi syarat.")
    assert vague.text == "Syarat yang mana, dan apa yang kurang? Dengan itu pemohon tahu harus berbuat apa."
    (asked,) = await rini.says("produknya belum punya izin edar PIRT")
    assert asked.text == "Tolak DPJ27-0001? Euis Komariah membaca: “produknya belum punya izin edar PIRT”"
    assert asked.labels == ["Ya, tolak", "Tidak jadi"]
    assert (await hall.load(one)).state == "submitted"
    (done,) = await rini.taps("Ya, tolak")
    assert done.text.startswith("DPJ27-0001 ditolak, Euis Komariah dikabari.")
    (told,) = await hall.news("euis")
    assert told.text.splitlines() == [
        "Enrolment DPJ27-0001 (Euis Komariah, Delegation to the Products Week) was not accepted.",
        "Reason from Bu Rini: “produknya belum punya izin edar PIRT”",
        "You can look at other programmes, or be told of new ones.",
    ]
    assert told.labels == ["All programmes", "Keep me posted", "Ask a person"]
    assert (await hall.load(one)).reason == "produknya belum punya izin edar PIRT"
    (again,) = await rini.taps("Ya, tolak", asked)
    assert again.text == "DPJ27-0001: tidak diterima, hari ini pukul 09.42 WIB, oleh Bu Rini"
    assert len(await hall.news("euis")) == 0


async def test_a_faster_colleague_is_named_and_nothing_is_decided_twice(hall: Hall, rini: Phone) -> None:
    dadan = await hall.desks.employ("dadan", "Pak Dadan")
    one = await hall.enrols("euis")
    card = await looks_at(rini)
    await looks_at(dadan)
    await dadan.taps("Tolak")
    await dadan.says("kuota bidang makanan sudah penuh")
    await dadan.taps("Ya, tolak")
    (late,) = await rini.taps("Terima", card)
    assert late.text == "DPJ27-0001: tidak diterima, hari ini pukul 09.42 WIB, oleh Pak Dadan"
    assert late.labels == ["Lihat rincian", "Kembali"]
    await rini.taps("Tolak", card)
    assert rini.bubbles[-1].text == late.text
    assert (await hall.load(one)).state == "declined"
    assert len(await hall.news("euis")) == 1


async def test_an_answer_that_comes_too_late_is_not_asked_for_again(hall: Hall, rini: Phone) -> None:
    dadan = await hall.desks.employ("dadan", "Pak Dadan")
    await hall.enrols("euis")
    await looks_at(rini)
    await rini.taps("Tolak")
    await looks_at(dadan)
    await dadan.taps("Terima")
    assert "oleh Pak Dadan" in (await rini.says("tidak cocok dengan temanya"))[0].text
    assert "oleh Pak Dadan" not in (await rini.says("makasih"))[0].text


async def test_what_was_changed_since_the_card_was_shown_is_looked_at_again(hall: Hall, rini: Phone) -> None:
    one = await hall.enrols("euis")
    card = await looks_at(rini)
    hall.town.clock.move(timedelta(minutes=1))
    async with hall.town.assistant.database.transaction() as tx:
        await enrolments.keep(tx, one, hall.town.clock.now(), answers=ANSWERS | {"products": "basreng"})
    await rini.taps("Terima", card)
    assert (await hall.load(one)).state == "submitted"
    (anew,) = await rini.taps("Lihat rincian")
    assert "7. Produk: basreng" in anew.text
    await rini.taps("Terima", anew)
    assert (await hall.load(one)).state == "accepted"


async def test_two_who_accept_at_once_fill_one_place(engine_url: str, known: Knowledge) -> None:
    async with Town.opened(engine_url, known) as town:
        hall = await opened(town, quota=1)
        phones = [await hall.desks.employ(name, name.title()) for name in ("rini", "dadan")]
        await hall.enrols("euis")
        await hall.enrols("ujang", name="Ujang")
        cards = [await looks_at(phone) for phone in phones]
        cards[1] = (await phones[1].taps("Berikutnya"))[0]
        taps = [phone.tap("Terima", card) for phone, card in zip(phones, cards, strict=True)]
        await asyncio.gather(*(phone.sends([tap]) for phone, tap in zip(phones, taps, strict=True)))
        await town.assistant.settled()
        assert sorted(await hall.states()) == ["accepted", "submitted"]
        texts = [phone.bubbles[-1].text for phone in phones]
        assert sum("Tempatnya penuh, 1 dari 1" in text for text in texts) == 1


async def test_nobody_is_accepted_for_what_is_cancelled_or_over(hall: Hall, rini: Phone) -> None:
    one = await hall.enrols("euis")
    card = await looks_at(rini)
    hall.town.clock.move_to(NOW + timedelta(days=200))
    assert (await rini.taps("Terima", card))[0].text == "Delegasi Pekan Produk sudah selesai."
    assert (await hall.load(one)).state == "submitted"


async def test_nobody_decides_about_themselves(hall: Hall, rini: Phone) -> None:
    hall.phones["rini"] = rini
    one = await hall.enrols("rini", name="Rini")
    await looks_at(rini)
    (own,) = await rini.taps("Terima")
    assert own.text == "DPJ27-0001 pendaftaran Anda sendiri: rekan lain yang memutuskan."
    assert (await hall.load(one)).state == "submitted"


async def test_several_are_accepted_at_once_and_what_did_not_go_is_said(hall: Hall, rini: Phone) -> None:
    ids = [await hall.enrols(f"p{at}", name=f"Peserta {at}", business="") for at in range(1, 8)]
    await rini.says("/pendaftaran")
    await rini.taps("1 Delegasi")
    (listed,) = await rini.taps("Menunggu: 7")
    assert listed.text.startswith("Delegasi Pekan Produk, menunggu keputusan: 7\n1. DPJ27-0001 · Peserta 1")
    assert listed.labels[-4:] == ["Lainnya", "Terima beberapa", "Tolak beberapa", "Kembali"]
    (which,) = await rini.taps("Terima beberapa")
    assert which.text.startswith("Terima yang mana? Ketik nomornya, contoh: 1 3 5-7, atau: semua\n1. DPJ27-0001")
    assert (await rini.says("1 3 9"))[0].text == "Nomor 9 tidak ada di sini: nomornya 1 sampai 7."
    (confirm,) = await rini.says("1 3 5-7")
    assert confirm.text.splitlines()[0] == "Terima 5 ini?"
    assert confirm.labels == ["Terima 5", "Batal"]
    async with hall.town.assistant.database.transaction() as tx:
        third = await enrolments.load(tx, ids[2])
        assert third is not None
        await enrolments.move(tx, third, "withdrawn", hall.town.clock.now())
    (done,) = await rini.taps("Terima 5")
    assert done.text.splitlines() == ["✅ Diterima: 4. Semuanya dikabari.", "Tidak berubah: 1", "DPJ27-0003: mundur"]
    assert await hall.states() == [
        "accepted", "submitted", "withdrawn", "submitted", "accepted", "accepted", "accepted",
    ]  # fmt: skip
    assert await hall.tickets() == [ids[0], *ids[4:]]
    (again,) = await rini.taps("Terima 5", confirm)
    assert again.text.startswith("Tidak berubah: 5")
    assert len(await hall.tickets()) == 4


async def test_one_that_was_corrected_since_the_list_is_not_decided_with_the_others(hall: Hall, rini: Phone) -> None:
    one, other = [await hall.enrols(f"p{at}", name=f"Peserta {at}", business="") for at in (1, 2)]
    await rini.says("/pendaftaran")
    await rini.taps("1 Delegasi")
    await rini.taps("Menunggu: 2")
    await rini.taps("Tolak beberapa")
    await rini.says("semua")
    await rini.says("tahun ini hanya untuk fesyen")
    async with hall.town.assistant.database.transaction() as tx:
        again = await enrolments.load(tx, other)
        assert again is not None
        await enrolments.move(tx, again, "correction", hall.town.clock.now())
        await enrolments.move(tx, replace(again, state="correction"), "submitted", hall.town.clock.now())
    (done,) = await rini.taps("Tolak 2")
    assert done.text.splitlines()[1:] == ["Tidak berubah: 1", "DPJ27-0002: sudah berubah, lihat lagi dulu"]
    assert [(await hall.load(id_)).state for id_ in (one, other)] == ["declined", "submitted"]


async def test_several_are_declined_with_one_reason(hall: Hall, rini: Phone) -> None:
    for at in range(1, 4):
        await hall.enrols(f"p{at}", name=f"Peserta {at}")
    await rini.says("/pendaftaran")
    await rini.taps("1 Delegasi")
    await rini.taps("Menunggu: 3")
    await rini.taps("Tolak beberapa")
    (why,) = await rini.says("semua")
    assert why.text == "Kenapa 3 ini ditolak? Tulis satu kalimat. Dibaca setiap pemohon apa adanya."
    (confirm,) = await rini.says("tahun ini hanya untuk fesyen")
    assert confirm.text.startswith("Tolak 3 ini? Semuanya membaca: “tahun ini hanya untuk fesyen”\nDPJ27-0001")
    (done,) = await rini.taps("Tolak 3")
    assert done.text == "Ditolak: 3. Semuanya dikabari."
    assert "tahun ini hanya untuk fesyen" in (await hall.news("p2"))[0].text
    await rini.taps("Pendaftaran")
    assert rini.bubbles[-1].text.startswith("1. DPJ27 Delegasi Pekan Produk: 0 menunggu")


async def test_several_at_once_take_no_more_than_the_places(town: Town) -> None:
    hall = await opened(town, quota=2)
    rini = await hall.desks.employ("rini", "Bu Rini")
    for at in range(1, 4):
        await hall.enrols(f"p{at}", name=f"Peserta {at}")
    await rini.says("/pendaftaran")
    await rini.taps("1 Delegasi")
    await rini.taps("Menunggu: 3")
    await rini.taps("Terima beberapa")
    await rini.says("semua")
    (done,) = await rini.taps("Terima 3")
    assert done.text.splitlines()[1:] == ["Tidak berubah: 1", "DPJ27-0003: tempatnya sudah penuh"]


async def test_at_night_only_the_last_decision_is_told_in_the_morning(hall: Hall, rini: Phone) -> None:
    await hall.enrols("euis")
    hall.town.clock.move_to(NOW.astimezone(BANDUNG).replace(hour=21))
    await looks_at(rini)
    await rini.says("3")
    await rini.says("nama usahanya lengkapi")
    await rini.says("/pendaftaran dpj27 1")
    await rini.taps("Tolak")
    await rini.says("kuota makanan sudah penuh")
    await rini.taps("Ya, tolak")
    assert await hall.news("euis") == []
    hall.town.clock.move(timedelta(hours=10, minutes=5))
    (told,) = await hall.news("euis")
    assert told.text.startswith("Pendaftaran DPJ27-0001 (Euis Komariah, Delegasi Pekan Produk) tidak diterima.")


async def says_as_owner(hall: Hall, known: Knowledge, name: str, told: Any) -> None:
    """What the owner's side calls within a turn of theirs."""
    async with hall.town.assistant.database.transaction() as tx:
        address = (await addresses.known(tx, "memory", [name]))[name][0]
        person = (await people.load(tx, [address]))[address]
        turn = Turn(10_000, hall.town.clock.now(), Inbound.typed("x"), person, Memory(), tx, known)
        with speaking("id"):
            await told(turn)


async def test_who_asked_for_a_correction_hears_that_it_came(hall: Hall, rini: Phone, known: Knowledge) -> None:
    dadan = await hall.desks.employ("dadan", "Pak Dadan")
    one = await hall.enrols("euis")
    await looks_at(rini)
    await rini.says("11")
    await rini.says("fotonya gelap")
    photo = fields(hall.programme)[-1].name
    corrected = await hall.load(one)
    async with hall.town.assistant.database.transaction() as tx:
        await enrolments.move(tx, corrected, "submitted", hall.town.clock.now())
    hall.desks.look(rini), hall.desks.look(dadan)
    await says_as_owner(hall, known, "euis", lambda turn: tell_corrected(turn, corrected, [photo]))
    (told,) = await hall.desks.news(rini)
    assert told.text == "DPJ27-0001 sudah diperbaiki: Foto produk."
    assert told.labels == ["Periksa", "Nanti saja"]
    assert await hall.desks.news(dadan) == []
    assert (await rini.taps("Periksa", told))[0].text.startswith("DPJ27-0001 · Euis Komariah")
    await hall.desks.dismiss("Bu Rini")
    await says_as_owner(hall, known, "euis", lambda turn: tell_corrected(turn, corrected, ["gone"]))
    assert [sent.text for sent in await hall.desks.news(dadan)] == ["DPJ27-0001 sudah diperbaiki."]


async def test_officers_hear_of_new_ones_once_when_the_office_opens(hall: Hall, rini: Phone, known: Knowledge) -> None:
    tari = await hall.desks.employ("tari", "Bu Tari", "viewer")
    for name in ("euis", "ujang", "siti"):
        await hall.enrols(name)
        await says_as_owner(hall, known, name, lambda turn: tell_new(turn, hall.programme))
    assert await hall.desks.waits(rini, 60) == []
    (told,) = await hall.desks.waits(rini, 22 * 60)
    assert told.text == "3 pendaftaran menunggu keputusan: Delegasi Pekan Produk"
    assert told.labels == ["Periksa", "Nanti saja"]
    assert hall.desks.look(tari) == []
    assert (await rini.taps("Periksa", told))[0].text.startswith("DPJ27-0001")
    assert await hall.desks.waits(rini, 24 * 60) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1 3 5-7", [1, 3, 5, 6, 7]),
        ("1,3 dan 2", [1, 2, 3]),
        ("7-5", [5, 6, 7]),
        ("2 sampai 4", [2, 3, 4]),
        ("semua", list(range(1, 9))),
        ("ALL please", list(range(1, 9))),
        ("nomor ３", [3]),
        ("yang itu", []),
    ],
)
def test_lines_are_picked_as_people_write(text: str, found: list[int]) -> None:
    assert parse(text, 8) == found


@given(st.text(max_size=60), st.integers(1, 20))
def test_whatever_is_written_picks_lines_that_are_there(text: str, most: int) -> None:
    has_only_numbers(text), parse_number(text)
    with speaking("en"):
        try:
            found = parse(text, most)
        except Refusal:
            return
    assert found == sorted(set(found))
    assert all(1 <= one <= most for one in found)


async def test_a_choice_of_a_correction_that_was_sent_counts_no_more_in_the_next(hall: Hall, rini: Phone) -> None:
    await hall.enrols("euis")

    async def asks_again(number: str) -> None:
        await looks_at(rini)
        await rini.taps("Minta perbaikan")
        await rini.says(number)
        await rini.says("tolong dicek lagi")
        await hall.news("euis")

    euis = hall.phones["euis"]
    await asks_again("8")
    (scale,) = await euis.taps("Kirim sekarang")
    await euis.taps("Sampai Rp2 miliar", scale)
    kept = (await rows(hall.town, euis))[0].answers
    await asks_again("8 2")
    (old,) = await euis.taps("Di atas Rp15 miliar", scale)
    assert old.text.startswith("Itu pertanyaan tadi")
    assert (await rows(hall.town, euis))[0].answers == kept

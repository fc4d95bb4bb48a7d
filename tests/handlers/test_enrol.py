"""Enrolling by conversation (D20, D21, D31): asked once, kept for ever, never lost."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.channels.memory import Delivered
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from db.enrolling import enrolments
from db.enrolling.enrolments import Enrolment
from db.fairs import programmes
from db.fairs.programmes import Plan
from db.people import businesses, consents, people
from tests.town.desks import Desks
from tests.town.fairs import offer, programme
from tests.town.phone import NOW, Phone, Town
from tests.town.sample_files import JPEG, PDF, png

DELEGATION: dict[str, Any] = {
    "kind": "delegation",
    "title": {"id": "Delegasi Pekan Produk Bandung"},
    "short_name": {"id": "Delegasi"},
    "decides": "staff",
    "quota": 20,
    "documents": ["Foto produk utama"],
}
#: right answers to the ten questions that everybody is asked
ANSWERS = (
    "euis komariah", "0812 3456 7890", "Keripik Teh Euis", "belum punya", "Coblong", "makanan", "keripik singkong",
    "sekitar 300 juta", "lagi diurus", "belum",
)  # fmt: skip


def delegation(**said: Any) -> Plan:
    return programme("DPJ27", **DELEGATION | said)


async def begins(phone: Phone, name: str = "1 Delegasi") -> Delivered:
    """From the list to the first question."""
    await phone.says("program apa yang buka")
    await phone.taps(name)
    await phone.taps("Daftar ikut")
    return (await phone.taps("Setuju"))[-1]


async def fills(phone: Phone, *answers: str) -> Delivered:
    for one in answers:
        (asked,) = await phone.says(one)
    return asked


async def enrols(phone: Phone) -> Delivered:
    """Everything, to the number."""
    await begins(phone)
    await fills(phone, *ANSWERS)
    await phone.sends_photo(JPEG)
    return (await phone.taps("Kirim"))[-1]


async def stored(town: Town) -> list[Enrolment]:
    async with town.assistant.database.reading() as tx:
        found = [await enrolments.load(tx, id_) for id_ in range(1, 10)]
    return [one for one in found if one]


async def test_consent_comes_first(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await ani.says("program apa yang buka")
    await ani.taps("1 Delegasi")
    (consent,) = await ani.taps("Daftar ikut")
    assert consent.text.startswith("Pendaftaran Delegasi Pekan Produk Bandung: 11 pertanyaan")
    assert "Disimpan 365 hari" in consent.text
    assert consent.labels == ["Setuju", "Baca lengkap", "Tidak jadi", "Untuk orang lain"]
    (whole,) = await ani.taps("Baca lengkap")
    assert "UU 27/2022" in whole.text
    await ani.taps("Tidak jadi")
    assert await stored(town) == []


async def test_from_the_first_question_to_the_review(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    first = await begins(ani)
    assert first.text.startswith("1 dari 11 · Nama Anda seperti di paspor?")
    (phone,) = await ani.says("euis komariah")
    assert phone.text.startswith("2 dari 11") and phone.reply.wants == "contact"
    (business,) = await ani.does(Inbound("contact", phone="+62 812-3456-7890"))
    assert business.text == "3 dari 11 · Nama usahanya?"
    await ani.says("kripik teh euis")
    (answered,) = await ani.says("emang nib teh bayar ga?")
    assert answered.text.startswith("NIB gratis") and "4 dari 11 · NIB, 13 angka?" in answered.text
    assert answered.labels == ["Belum punya", "Lewati", "Kembali"]
    (before,) = await ani.says("kembali")
    assert before.text == "3 dari 11 · Nama usahanya? Tadi: kripik teh euis"
    (nib,) = await ani.says("Keripik Teh Euis")
    (wrong,) = await ani.says("912000012345")
    assert wrong.text.startswith("Itu 12 angka, NIB ada 13") and wrong.labels == nib.labels
    await ani.says("lewati")
    (which,) = await ani.says("cibenying")
    assert which.labels == ["Cibeunying Kaler", "Cibeunying Kidul", "Kembali"]
    (sector,) = await ani.says("kidul")
    assert sector.text.startswith("6 dari 11")
    (review,) = await fills_rest(ani)
    assert review.text.splitlines()[:5] == [
        "Periksa dulu, lalu kirim. Ketik nomor untuk mengubah.",
        "1. Nama: Euis Komariah",
        "2. HP: 0812-3456-7890",
        "3. Usaha: Keripik Teh Euis",
        "4. NIB: dilewati",
    ]
    assert review.labels == ["Kirim", "Simpan dulu", "Batal", "Ubah"]


async def test_from_the_review_to_the_number(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    await fills(ani, *ANSWERS)
    await ani.sends_photo(JPEG)
    (change,) = await ani.says("7")
    assert "Tadi: keripik singkong" in change.text and "Tetap itu" in change.labels
    (again,) = await ani.says("keripik singkong, basreng")
    assert "7. Produk: keripik singkong, basreng" in again.text
    (sent,) = await ani.taps("Kirim")
    assert "Nomor Anda DPJ27-0001" in sent.text
    assert sent.labels == ["Mau", "Tidak usah", "Lihat status"]
    await ani.taps("Mau")
    (status,) = await ani.says("status")
    assert "DPJ27-0001 · Delegasi Pekan Produk Bandung: menunggu keputusan" in status.text
    async with town.assistant.database.reading() as tx:
        agreed = await consents.of(tx, 1)
        assert await people.profile(tx, 1) == ("Euis Komariah", "+6281234567890")
    assert [(one.kind, one.object, one.language) for one in agreed] == [
        ("enrolment", "DPJ27", "id"),
        ("announcements", "", "id"),
    ]


async def fills_rest(ani: Phone) -> list[Delivered]:
    await fills(ani, "makanan", "keripik singkong", "500jt", "sudah", "belum")
    return await ani.sends_photo(JPEG)


async def test_a_second_tap_and_old_buttons_do_nothing_twice(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    nib = await fills(ani, *ANSWERS[:3])
    await fills(ani, *ANSWERS[3:5])
    (earlier,) = await ani.taps("Belum punya", nib)
    assert earlier.text.startswith("Itu pertanyaan tadi; sekarang kita di langkah 6.")
    await fills(ani, *ANSWERS[5:])
    (review,) = await ani.sends_photo(JPEG)
    send = ani.tap("Kirim", review)
    first, second = await ani.does(send, send)
    assert "DPJ27-0001" in first.text and "menunggu keputusan" in second.text
    assert [one.number for one in await stored(town)] == ["DPJ27-0001"]


async def test_a_draft_waits_for_days_and_a_restart(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known) as town:
        await offer(town, delegation())
        ani = town.phone("ani")
        await begins(ani)
        await fills(ani, *ANSWERS[:5])
    async with Town.opened(sqlite_url, known, NOW.replace(day=26)) as later:
        ani = later.phone("ani")
        assert await ani.says("halo kak") == []
        (hello,) = await ani.waits(4)
        assert hello.text.startswith("Halo lagi, Kak Euis. Pendaftaran Delegasi Pekan Produk Bandung masih tersimpan")
        assert "langkah 6 dari 11" in hello.text
        (asked,) = await ani.taps("Lanjutkan")
        assert asked.text.startswith("6 dari 11 · Bidang usaha?")


async def test_after_two_hours_a_text_is_a_question_again(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    await ani.says("Euis Komariah")
    await ani.waits(2 * 3600 + 60)
    (answer,) = await ani.says("berapa biaya sertifikat halal?")
    assert "Draf pendaftaran Anda masih ada; tulis lanjut." in answer.text
    (once,) = await ani.says("berapa lama sertifikat halal?")
    assert "Draf pendaftaran" not in once.text
    (asked,) = await ani.says("lanjut")
    assert asked.text.startswith("2 dari 11")


async def test_what_the_programme_asks_anew_is_asked_and_nothing_else(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    await fills(ani, *ANSWERS)
    await change(town, questions=["Ukuran baju? (S, M, L)"])
    (asked,) = await ani.sends_photo(JPEG)
    assert asked.text.startswith("11 dari 12 · Ukuran baju?")
    (review,) = await ani.says("M")
    assert "11. Ukuran baju: M" in review.text and "12. Foto produk utama: 1 berkas" in review.text


async def change(town: Town, **said: Any) -> None:
    """Staff change the programme."""
    async with town.assistant.database.transaction() as tx:
        before = await programmes.load(tx, 1)
        assert before is not None
        await programmes.change(tx, before, replace(before.plan(), **said), NOW)


async def test_a_programme_that_is_over_says_so(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    await fills(ani, *ANSWERS[:3])
    (page,) = [sent for sent in ani.bubbles if "Daftar ikut" in sent.labels]
    await change(town, enrolment_closes=date(2026, 11, 22))
    await ani.taps("Kembali")
    (closed,) = await ani.taps("Daftar ikut", page)
    assert closed.text.startswith("Pendaftaran Delegasi Pekan Produk Bandung ditutup 22 November 2026.")
    assert closed.labels == ["Simpan", "Hapus"]
    await ani.taps("Hapus")
    assert await stored(town) == []
    (too_late,) = await ani.taps("Daftar ikut", page)
    assert "ditutup" in too_late.text and "Kabari saya" in too_late.labels


async def test_the_known_is_confirmed_the_next_time(town: Town, ani: Phone) -> None:
    await offer(town, delegation(), programme(questions=["Sudah pernah ekspor? (ya/tidak)"]))
    await enrols(ani)
    (known,) = [await begins(ani, "2 Pelatihan Ekspor")]
    assert known.text.startswith("1 dari 12 · Masih sama? Euis Komariah, 0812-3456-7890, Keripik Teh Euis")
    (asked,) = await ani.taps("Masih sama")
    assert asked.text == "2 dari 2 · Sudah pernah ekspor?"
    (review,) = await ani.says("belum")
    assert "7. Produk: keripik singkong" in review.text
    (sent,) = await ani.taps("Kirim")
    assert "PEX27-0001" in sent.text


async def test_another_business_and_another_person(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await enrols(ani)
    await ani.says("program apa yang buka")
    await ani.taps("1 Delegasi")
    (known,) = await ani.taps("Daftar ikut")
    assert known.text.startswith("Anda sudah mendaftar Delegasi Pekan Produk Bandung")
    await ani.taps("Daftar satu lagi")
    await ani.taps("Setuju")
    (asked,) = await ani.taps("Usaha lain")
    assert "Nama usahanya?" in asked.text
    await fills(ani, "Basreng Euis", *ANSWERS[3:])
    await ani.sends_photo(PDF)
    await ani.taps("Kirim")
    await ani.says("program apa yang buka")
    await ani.taps("1 Delegasi")
    await ani.taps("Daftar ikut")
    await ani.taps("Daftar satu lagi")
    (consent,) = await ani.taps("Untuk orang lain")
    assert "orang lain" in consent.text
    (asked,) = await ani.taps("Setuju")
    assert "Nama orang yang Anda daftarkan?" in asked.text
    await fills(ani, "Asep Sunandar", "+60 12-345 6789", *ANSWERS[2:])
    await ani.sends_photo(JPEG)
    await ani.taps("Kirim")
    assert [(one.number, one.name, one.business, one.for_other) for one in await stored(town)] == [
        ("DPJ27-0001", "Euis Komariah", "Keripik Teh Euis", False),
        ("DPJ27-0002", "Euis Komariah", "Basreng Euis", False),
        ("DPJ27-0003", "Asep Sunandar", "Keripik Teh Euis", True),
    ]


async def test_photos_that_come_together_are_all_kept(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    await fills(ani, *ANSWERS)
    await ani.does(ani.holding("photo", JPEG), ani.holding("photo", png(30, 40)))
    assert "11. Foto produk utama: 2 berkas" in ani.bubbles[-1].text


def album(phone: Phone, name: str, *photos: bytes) -> list[Inbound]:
    """Photos that were sent in one go, as Telegram's phones do it."""
    return [replace(phone.holding("photo", photo), album=name) for photo in photos]


async def test_an_album_belongs_to_the_question_that_stood_at_its_first_photo(town: Town, ani: Phone) -> None:
    await offer(town, delegation(documents=["Foto produk", "Scan NIB"]))
    await begins(ani)
    await fills(ani, *ANSWERS)
    photos = album(ani, "a", JPEG, png(30, 40), png(40, 30))
    await ani.does(photos[0])
    bubbles = await ani.does(*photos[1:])
    assert [bubble.text.partition(").")[0] for bubble in bubbles] == [
        f"Ditambahkan ke Foto produk ({n}" for n in (2, 3)
    ]
    assert "Scan NIB" in bubbles[-1].text
    await ani.does(*album(ani, "b", JPEG, PDF))
    assert "11. Foto produk: 3 berkas" in ani.bubbles[-1].text
    assert "12. Scan NIB: 2 berkas" in ani.bubbles[-1].text


async def test_an_album_at_the_review_changes_the_line_that_was_chosen(town: Town, ani: Phone) -> None:
    await offer(town, delegation(documents=["Foto produk", "Scan NIB"]))
    await begins(ani)
    await fills(ani, *ANSWERS)
    await ani.sends_photo(JPEG)
    await ani.sends_photo(JPEG)
    await ani.says("11")
    await ani.does(*album(ani, "a", JPEG, png(30, 40)))
    assert "11. Foto produk: 2 berkas" in ani.bubbles[-1].text
    assert "12. Scan NIB: 1 berkas" in ani.bubbles[-1].text


async def test_an_album_of_which_one_photo_is_no_good_keeps_the_others(town: Town, ani: Phone) -> None:
    await offer(town, delegation(documents=["Foto produk", "Scan NIB"]))
    await begins(ani)
    await fills(ani, *ANSWERS)
    await ani.does(*album(ani, "a", b"no picture", JPEG, b"no picture", png(30, 40)))
    await ani.sends_photo(JPEG)
    assert "11. Foto produk: 2 berkas" in ani.bubbles[-1].text
    assert "12. Scan NIB: 1 berkas" in ani.bubbles[-1].text


#: what cannot be taken, and what is said of it
REFUSED = [
    (bytes(4) + b"ftypheic" + bytes(90), "IMG_1.HEIC", "Jenis gambar itu (HEIC) belum bisa dibuka"),
    (b"PK\x03\x04" + bytes(90), "usaha.docx", "Itu berkas yang dikemas"),
    (b"\xd0\xcf\x11\xe0" + bytes(90), "usaha.doc", "Itu berkas Word"),
    (PDF + bytes(5_100_000), "usaha.pdf", "Berkas itu terlalu besar"),
    (png(30, 40)[:60], "kue.png", "Gambar itu rusak"),
    (b"", "kue.png", "Berkas itu tidak ada isinya"),
]


@pytest.mark.parametrize(("content", "name", "said"), REFUSED)
async def test_a_file_that_is_not_taken_is_told_why_at_any_question_and_at_the_review(
    town: Town, ani: Phone, content: bytes, name: str, said: str
) -> None:
    await offer(town, delegation(documents=["Foto produk"]))
    asked = await begins(ani)
    (told,) = await ani.sends_file(content, name)
    assert told.text.startswith(said) and told.text.endswith(asked.text.splitlines()[-1])
    await fills(ani, *ANSWERS)
    await ani.sends_photo(JPEG)
    review = ani.bubbles[-1]
    (told,) = await ani.sends_file(content, name)
    assert told.text.startswith(said)
    assert told.labels == review.labels and "Baris mana" not in told.text


@pytest.mark.parametrize("answer", ["1234567890123456", "ktp saya 3273012345678901"])
async def test_a_number_of_an_identity_card_is_never_taken(town: Town, ani: Phone, answer: str) -> None:
    await offer(town, delegation())
    await begins(ani)
    (refused,) = await ani.says(answer)
    assert "KTP" in refused.text
    await fills(ani, *ANSWERS[:3])
    (refused,) = await ani.says(answer)
    assert "KTP" in refused.text


async def test_the_third_failure_offers_a_person(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    await ani.says("Euis Komariah")
    for _time in range(2):
        (asked,) = await ani.says("nanti aja deh")
        assert "Tanya petugas" not in asked.labels
    (third,) = await ani.says("nanti aja deh")
    assert "Tanya petugas" in third.labels


async def test_stopping_asks_once_and_keeps_everything(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    await ani.says("Euis Komariah")
    (which,) = await ani.says("berhenti")
    assert which.labels == ["Berhenti mengisi", "Stop pengumuman", "Lanjut mengisi"]
    (asked,) = await ani.taps("Lanjut mengisi")
    assert asked.text.startswith("2 dari 11")
    (stop,) = await ani.says("batal")
    await ani.taps("Lanjut mengisi")
    await fills(ani, *ANSWERS[1:])
    await ani.sends_photo(JPEG)
    (stop,) = await ani.taps("Batal")
    assert stop.labels == ["Lanjut mengisi", "Simpan dulu", "Hapus jawaban"]
    await ani.taps("Hapus jawaban")
    await ani.taps("Hapus")
    assert await stored(town) == []


async def test_a_person_answers_in_the_middle_of_a_form(town: Town, ani: Phone) -> None:
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini")
    await offer(town, delegation())
    await begins(ani)
    await fills(ani, *ANSWERS[:7])
    (kept,) = await ani.says("sy bingung omzet yg mana, bisa tanya orang?")
    assert "Formulir saya simpan di langkah 8" in kept.text
    assert kept.labels[0] == "Lanjut mengisi"
    await desks.news(rini)
    await rini.taps("Saya ambil")
    await desks.deliver()
    await rini.says("Omzet penjualan setahun ya Bu, belum dikurangi biaya.")
    await ani.says("oh yang kotor ya")
    desks.look(ani)
    await rini.says("/selesai")
    await town.assistant.jobs.run_due()
    (back,) = await desks.news(ani)
    assert back.text.startswith("Bu Rini sudah selesai. Kita lanjutkan:\n8 dari 11 · Omzet setahun kira-kira?")
    assert back.labels[:3] == ["Sampai Rp2 miliar", "Rp2–15 miliar", "Di atas Rp15 miliar"]
    (asked,) = await ani.says("300 juta")
    assert asked.text.startswith("9 dari 11")


async def test_one_number_may_be_that_of_two_businesses(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    nib = (*ANSWERS[:3], "1234567890123", *ANSWERS[4:])
    await begins(ani)
    await fills(ani, *nib)
    await ani.sends_photo(JPEG)
    await ani.taps("Kirim")
    await ani.says("program apa yang buka")
    await ani.taps("1 Delegasi")
    await ani.taps("Daftar ikut")
    await ani.taps("Daftar satu lagi")
    await ani.taps("Setuju")
    await ani.taps("Usaha lain")
    await fills(ani, "Basreng Euis", *nib[3:])
    await ani.sends_photo(JPEG)
    await ani.taps("Kirim")
    async with town.assistant.database.reading() as tx:
        assert {one.name for one in (await businesses.of(tx, 1)).values()} == {"Keripik Teh Euis", "Basreng Euis"}


async def test_whoever_erased_the_form_on_their_other_phone_hears_it_once_here(town: Town, ani: Phone) -> None:
    await offer(town, delegation())
    await begins(ani)
    async with town.assistant.database.transaction() as tx:
        await enrolments.discard(tx, 1)
    (gone,) = await ani.says("Euis Komariah")
    assert gone.text == "Formulir itu sudah tidak ada."
    (next_answer,) = await ani.says("siapa nama usaha terbaik")
    assert "Formulir itu sudah tidak ada" not in next_answer.text
    assert not {"Lanjut mengisi", "Lanjutkan"} & set(next_answer.labels)

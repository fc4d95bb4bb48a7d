"""My data: what is kept, as a page and as a file; correcting it; taking a consent back; who looked at it."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.channels.memory import Delivered
from db.broadcasts import subscriptions
from db.enrolling import attendance, feedback
from db.fairs import interests
from db.fairs.interests import EXHIBITION, Wish
from db.files import StoredFile
from db.people import businesses, consents, people
from db.people.businesses import Business
from db.people.consents import ANNOUNCEMENTS, Consent, StoredConsent
from db.privacy import erasures
from tests.town import applicants, fairs
from tests.town.applicants import Applicant
from tests.town.phone import NOW, Phone, Town
from tests.town.resident import ADDRESS, WORDS, move_in

DAY = 24 * 3600


async def enrolled(town: Town, name: str = "euis") -> Phone:
    await fairs.offer(town, applicants.plan())
    phone = town.phone(name)
    await applicants.begin(phone)
    await Applicant(town, phone).fill()
    await applicants.tap(phone, "form-send")
    return phone


async def test_the_page_has_true_numbers(town: Town) -> None:
    euis, _rini, _desks = await move_in(town)
    (page,) = await euis.says("data saya")
    assert [line for line in page.text.splitlines() if "Pesan dan jawaban" not in line] == [
        "Yang kami simpan tentang Anda:",
        "• Nama, HP, usaha: Euis Komariah, 0812-3456-7890, Keripik Teh Euis",
        "• Pendaftaran: 1 (DPJ27-0001, menunggu keputusan)",
        "• Berkas: 2",
        "• Kabar yang Anda pilih: kabar program, pengumuman semua topik",
        "• Pertanyaan ke petugas: 2",
        "• Persetujuan: pendaftaran 23 November 2026, kabar 23 November 2026",
        "• Anda menulis dari: memory",
    ]
    assert page.labels == [
        "Unduh semua",
        "Ubah data",
        "Hapus data saya",
        "Cabut persetujuan",
        "Siapa melihat data",
        "Gabungkan akun",
    ]


async def test_the_longest_page_fits_everywhere(town: Town) -> None:
    await town.phone("ani").says("halo")
    async with town.assistant.database.transaction() as tx:
        await people.set_profile(tx, 1, "_*Ani*_ \\" + "n" * 72, "+6281234567890")
        for number in range(4):
            business = await businesses.add(tx, Business(name=f"{number} [x](y) {'u' * 70}"), NOW)
            await businesses.join(tx, 1, business, NOW)
            await interests.add(tx, 1, 1, Wish(EXHIBITION, f"{number}{'k' * 39}", "shoes-leather"), "", NOW)
        await consents.give(tx, 1, Consent(ANNOUNCEMENTS, "", "2026-11-25", "id", NOW))
        await subscriptions.choose(tx, 1, subscriptions.TOPICS, NOW)
        await erasures.plan(tx, 1, 1, NOW + timedelta(days=1), NOW)
    for language in ("id", "en", "ms", "su"):
        async with town.assistant.database.transaction() as tx:
            await people.set_language(tx, 1, language, "choice")
        (page,) = await town.phone("ani").says("data saya")
        assert "081" in page.text or "0812" in page.text
        (what,) = await town.phone("ani").taps(page.labels[1], page)
        assert len(what.labels) == 8


async def test_messages_and_answers_are_counted(ani: Phone) -> None:
    await ani.says("biaya sertifikat halal berapa ya kak")
    await ani.says("daftar merek gimana")
    (page,) = await ani.says("data saya")
    assert "• Pesan dan jawaban 90 hari terakhir: 5" in page.text.splitlines()


@pytest.mark.parametrize(
    ("language", "words", "first"),
    [
        ("id", "Data saya dong kak!", "Yang kami simpan tentang Anda:"),
        ("en", "my data please", "This is what we keep about you:"),
        ("ms", "data saya", "Yang kami simpan tentang anda:"),
        ("su", "data abdi", "Nu disimpen ku kami:"),
    ],
)
async def test_whoever_asks_for_it_gets_the_page(town: Town, language: str, words: str, first: str) -> None:
    phone = town.phone("ani", language)
    (page,) = await phone.says(words)
    assert page.text.splitlines()[0] == first
    for label in page.labels[:3]:
        await phone.taps(label, page)
    for label in page.labels[3:]:
        await phone.taps(label, page)


async def test_a_question_about_it_is_answered_with_the_way_to_the_page(ani: Phone) -> None:
    (card,) = await ani.says("data sy disimpen apa aja")
    assert "Data saya" in card.labels
    (page,) = await ani.taps("Data saya", card)
    assert page.text.startswith("Yang kami simpan")


async def test_the_menu_leads_there(ani: Phone) -> None:
    await ani.says("menu")
    (page,) = await ani.taps("Data saya")
    assert page.text.startswith("Yang kami simpan")


async def test_in_the_middle_of_a_form_it_is_no_answer_and_the_form_goes_on(town: Town) -> None:
    await fairs.offer(town, applicants.plan())
    euis = town.phone("euis")
    await applicants.begin(euis)
    (page,) = await euis.says("data saya")
    assert "Pendaftaran: 1 (belum dikirim). Draf disimpan sampai Anda menghapusnya." in page.text
    (asked,) = await euis.taps("Lanjut mengisi")
    assert "Nama" in asked.text


async def test_the_file_holds_everything_and_is_gone_after_a_day(town: Town) -> None:
    euis, _rini, _desks = await move_in(town)
    async with town.assistant.database.transaction() as tx:
        await attendance.mark(tx, 1, date(2026, 11, 23), 1, NOW)
        await feedback.keep(tx, 1, NOW, rating=5, useful="cara menghitung harga")
    await euis.says("data saya")
    (sent,) = await euis.taps("Unduh semua")
    assert sent.file is not None
    assert (sent.file.name, sent.file.mime) == ("data-saya-2026-11-23.json", "application/json")
    text = sent.file.content.decode()
    missing = [word for word in WORDS if word not in text and f"0{word[:3]}-{word[3:7]}-{word[7:]}" not in text]
    assert missing == ["catatan petugas: sering menelepon sore"]  # what staff noted for themselves
    whole = json.loads(text)
    assert whole["name"], whole["phone"] == ("Euis Komariah", "+6281234567890")
    assert whole["addresses"] == [f"memory:{ADDRESS}"]
    [enrolment] = whole["enrolments"]
    assert enrolment["number"] == "DPJ27-0001"
    assert enrolment["answers"]["Usaha"] == "Keripik Teh Euis"
    assert enrolment["present"] == ["2026-11-23"]
    assert enrolment["feedback"] == {"rating": 5, "useful": "cara menghitung harga"}
    assert {"at": "2026-11-23T09:41:00+07:00", "from": "me", "kind": "tap", "text": "Kurang tepat?"} in whole[
        "messages"
    ]
    await euis.waits(DAY + 3600)
    async with town.assistant.database.reading() as tx:
        assert "application/json" not in (await tx.execute(select(StoredFile.mime))).scalars().all()


async def test_name_and_phone_are_corrected(ani: Phone) -> None:
    await ani.says("data saya")
    (what,) = await ani.taps("Ubah data")
    assert what.labels == ["Nama", "HP", "Bahasa", "Data saya"]
    (asked,) = await ani.taps("Nama")
    assert asked.text == "Sejauh ini belum ada yang disimpan.\nNama lengkap Anda?"
    (wrong,) = await ani.says("3273011234567890")
    assert "KTP" in wrong.text or "nomor" in wrong.text
    (done,) = await ani.says("anindita putri")
    assert done.text == "✅ Sudah diubah. Nama: Anindita Putri"
    await ani.taps("Ubah data")
    await ani.taps("HP")
    (done,) = await ani.says("0812 9876 5432")
    assert done.text == "✅ Sudah diubah. HP: 0812-9876-5432"
    (page,) = await ani.says("data saya")
    assert "Nama, HP, usaha: Anindita Putri, 0812-9876-5432" in page.text


@pytest.mark.parametrize("word", ["menu", "Stop.", "tolong berhenti", "lanjut", "bahasa"])
async def test_a_command_is_no_name(ani: Phone, word: str) -> None:
    await ani.says("data saya")
    await ani.taps("Ubah data")
    await ani.taps("Nama")
    (bubble,) = await ani.says(word)
    assert "Sudah diubah" not in bubble.text
    (page,) = await ani.says("data saya")
    assert "Nama, HP, usaha: belum ada" in page.text


async def test_a_business_is_corrected(town: Town) -> None:
    euis = await enrolled(town)
    await euis.says("data saya")
    (what,) = await euis.taps("Ubah data")
    (lines,) = await euis.taps("Keripik Teh Euis", what)
    for label, answer, said in (
        ("Produk", "basreng", "basreng"),
        ("Kecamatan", "cibenying kidul", "Cibeunying Kidul, Bandung"),
        ("NIB", "1234567890123", "1234567890123"),
    ):
        await euis.taps(label, lines)
        (done,) = await euis.says(answer)
        assert done.text.endswith(said), done.text
    await euis.taps("Bidang", lines)
    await euis.taps("Kosmetik")
    async with town.assistant.database.reading() as tx:
        [one] = (await businesses.of(tx, 1)).values()
    assert (one.products, one.district, one.sector) == ("basreng", "Cibeunying Kidul", "cosmetics")
    assert one.name == "Keripik Teh Euis"


async def test_the_consent_to_announcements_is_taken_back_as_by_stop(town: Town) -> None:
    euis = await enrolled(town)
    await applicants.tap(euis, "enrol-news")
    await euis.says("data saya")
    await euis.taps("Cabut persetujuan")
    (asked,) = await euis.taps("Untuk pengumuman")
    assert asked.text.startswith("Setelah itu pengumuman, peringatan, dan kabar langsung berhenti.")
    (done,) = await euis.taps("Ya, cabut")
    assert "berhenti" in done.text or "dihentikan" in done.text
    (page,) = await euis.says("data saya")
    assert "kabar 23" not in page.text
    assert "pendaftaran 23 November 2026" in page.text


async def test_the_consent_to_an_enrolment_is_taken_back_with_what_was_sent(town: Town) -> None:
    euis = await enrolled(town)
    await euis.says("data saya")
    await euis.taps("Cabut persetujuan")
    (asked,) = await euis.taps("Untuk pendaftaran")
    assert "DPJ27-0001 ditarik" in asked.text
    (done,) = await euis.taps("Ya, cabut")
    assert done.text.startswith("✅ Sudah dicabut.")
    [one] = await applicants.rows(town)
    assert (one.state, one.name) == ("withdrawn", "Euis Komariah")
    async with town.assistant.database.reading() as tx:
        assert None not in (await tx.execute(select(StoredConsent.until))).scalars().all()
    (again,) = await euis.taps("Ya, cabut", asked)
    assert again.text == "Tidak ada persetujuan yang bisa dicabut."


async def test_who_looked_at_it_is_shown(town: Town) -> None:
    euis, rini, _desks = await move_in(town)
    await euis.says("data saya")
    (looks,) = await euis.taps("Siapa melihat data")
    assert looks.text.splitlines()[1:] == ["• 23 November 2026, 09.41 WIB: Bu Rini membuka DPJ27-0001"]
    town.clock.move(timedelta(minutes=5))
    await applicants.tap(rini, "enrolment-accept")
    await euis.says("data saya")
    (looks,) = await euis.taps("Siapa melihat data")
    assert looks.text.splitlines()[1] == "• 23 November 2026, 09.46 WIB: Bu Rini mengurus DPJ27-0001"


async def test_old_buttons_of_erased_messages_get_a_kind_sentence(ani: Phone) -> None:
    (card,) = await ani.says("biaya sertifikat halal berapa ya kak")
    await ani.says("data saya")
    await ani.taps("Hapus data saya")
    await ani.taps("Sebagian saja")
    await ani.taps("Pesan")
    answered: list[Delivered] = await ani.taps(card.labels[0], card)
    assert [sent.text for sent in answered] == [
        "Tombol itu sudah tidak berlaku. Tulis saja pertanyaannya, atau buka menu."
    ]

"""Announcements as staff write and send them from their phones, and as people get and stop them."""

from datetime import timedelta

import pytest

from bot.broadcasts.sending.watching import Watching
from bot.channel import Blocked, Later, Refused
from bot.channels.memory import Delivered
from db import office
from db.broadcasts import audiences, broadcasts
from db.copies import restores
from db.deliveries import deliveries
from db.people import addresses
from tests.town.crowds import agrees, enrols, named, states
from tests.town.desks import Desks
from tests.town.fairs import hold, offer, plan, programme
from tests.town.phone import Phone, Town

TEXT = "Pendaftaran delegasi dibuka\n20 tempat, gratis. Ditutup Minggu, 31 Januari 2027."


@pytest.fixture
async def rini(town: Town) -> Phone:
    """Bu Rini, an officer."""
    return await Desks(town).employ("rini", "Bu Rini")


async def writes(phone: Phone, text: str = TEXT, topic: str = "Pameran") -> Delivered:
    """Until it is asked for whom."""
    await phone.says("/staf")
    await phone.taps("Pengumuman")
    await phone.taps("Pengumuman baru")
    await phone.says(text)
    return (await phone.taps(topic))[-1]


async def checks(phone: Phone, text: str = TEXT, topic: str = "Pameran", to: str = "Semua yang setuju") -> Delivered:
    """Until the page on which it is checked."""
    asked = await writes(phone, text, topic)
    await (phone.taps(to) if to in asked.labels else phone.says(to))
    return (await phone.taps("Pakai"))[-1]


async def sends(phone: Phone, text: str = TEXT, topic: str = "Pameran", to: str = "Semua yang setuju") -> Delivered:
    """From the first word to the progress, which at once is over."""
    await checks(phone, text, topic, to)
    (asked,) = await phone.taps("Lanjutkan")
    return (await phone.taps(next(label for label in asked.labels if label.startswith("Kirim ke")), asked))[0]


async def test_one_is_written_counted_checked_and_sent_to_each_once(town: Town, rini: Phone) -> None:
    ani, budi = await agrees(town, "ani", "budi")
    (maya,) = await agrees(town, "maya", language="ms")
    town.phone("eko")
    asked = await writes(rini)
    assert asked.text.startswith("Untuk siapa? Tulis saja")
    (read,) = await rini.taps("Semua yang setuju")
    assert read.text == "Saya baca: setuju menerima kabar pameran.\n3 orang: memory 3."
    (check,) = await rini.taps("Pakai")
    assert "⚠️ English, Bahasa Melayu, Basa Sunda kosong" not in check.text
    assert "⚠️ Bahasa Melayu kosong: 1 orang mendapat teks Bahasa Indonesia." in check.text
    assert "Lama kirim: kurang dari 1 menit." in check.text
    assert check.labels == [
        "Perbaiki teks",
        "Lihat pratinjau",
        "Uji ke saya",
        "Lainnya",
        "Lanjutkan",
        "Semua pengumuman",
    ]
    (ready,) = await rini.taps("Lanjutkan")
    assert ready.text == "Kirim ke 3 orang sekarang?"
    assert ready.labels == ["Jadwalkan", "Kirim ke 3", "Simpan draf"]
    sending, report = await rini.taps("Kirim ke 3")
    assert sending.text.startswith("Mencatat penerimanya")
    assert report.text == "✅ Selesai, kurang dari 1 menit. Terkirim 3. Jumlah 3 orang."
    for phone in (ani, budi):
        assert phone.bubbles[-1].text == f"{TEXT}\nAnda setuju menerima pengumuman"
        assert phone.bubbles[-1].labels == ["Berhenti"]
    assert maya.bubbles[-1].labels == ["Berhenti"]
    assert [len(one.bubbles) for one in (ani, budi, maya, town.phone("eko"))] == [1, 1, 1, 0]
    (again,) = await rini.taps("Kirim ke 3", ready)
    assert again.text.startswith("Pengumuman 1 sudah mulai dikirim, 23 November 2026")
    assert await states(town) == {"sent": 3}


async def test_a_sentence_narrows_it_down_and_is_said_back(town: Town, rini: Phone) -> None:
    await agrees(town, "ani", sector="food", district="Coblong", city="Bandung")
    await agrees(town, "budi", sector="food", district="Regol", city="Bandung")
    await agrees(town, "cici", sector="fashion", district="Coblong", city="Bandung")
    await writes(rini)
    (unknown,) = await rini.says("kuliner di coblong yang punya helikopter")
    assert unknown.text.startswith("“punya, helikopter” belum saya mengerti")
    (read,) = await rini.says("kuliner dan kriya di Coblong")
    parts = ("setuju menerima kabar pameran", "bidang Makanan dan minuman / Kriya", "di Coblong")
    assert read.text == f"Saya baca: {' · '.join(parts)}.\n1 orang: memory 1."
    (who,) = await rini.taps("Lihat orangnya")
    assert who.text == "1. belum bernama · memory · Bahasa Indonesia"


async def test_numbers_that_are_sent_are_the_audience_of_those_who_agreed(town: Town, rini: Phone) -> None:
    await agrees(town, "ani", "budi")
    await town.phone("cici").says("/menu")
    await named(town, ani=("Ani", "+6281234567890"), budi=("Budi", "+6281234567891"), cici=("Cici", "+6281234567892"))
    await writes(rini)
    (read,) = await rini.says("0812-3456-7890\n+62 812 3456 7892, 0812 0000 0000\nbukan nomor")
    assert read.text.startswith("Di daftar: 3 nomor, 2 orang di antaranya dikenal di sini.\n")
    assert "Tidak dikenal di sini: 1 (0812 0000 0000).\nBukan nomor: 1 (bukan nomor).\n\nSaya baca: " in read.text
    assert "ada di daftar Anda.\n1 orang: memory 1." in read.text


async def test_who_enrolled_or_not_is_told_apart(town: Town, rini: Phone) -> None:
    await agrees(town, "ani", "budi", "cici")
    await offer(
        town,
        programme(),
        programme("DPJ27", kind="delegation", title={"id": "Delegasi"}, short_name={"id": "Delegasi"}),
    )
    await enrols(town, "DPJ27", ani="submitted", budi="declined")
    await writes(rini)
    (read,) = await rini.says("yang belum daftar delegasi")
    assert read.text.endswith("belum mendaftar Delegasi.\n2 orang: memory 2.")
    await rini.taps("Ubah")
    (which,) = await rini.says("yang sudah daftar")
    assert which.text == "Program yang mana?"
    (read,) = await rini.taps("Delegasi")
    assert read.text.endswith("sudah mendaftar Delegasi.\n1 orang: memory 1.")
    await rini.taps("Ubah")
    (read,) = await rini.says("yang ditolak di delegasi")
    assert read.text.endswith("ditolak di Delegasi.\n1 orang: memory 1.")


async def test_whoever_chose_topics_gets_only_those(town: Town, rini: Phone) -> None:
    ani, budi = await agrees(town, "ani", "budi")
    (page,) = await ani.says("/topik")
    assert page.text.startswith("Anda menerima pengumuman semua topik.")
    (chosen,) = await ani.taps("Halal")
    assert chosen.text.startswith("Anda menerima pengumuman: halal.")
    assert "✅ Halal" in chosen.labels
    await sends(rini)
    assert [len(phone.bubbles) for phone in (ani, budi)] == [2, 1]
    await sends(rini, "Biaya halal gratis\nSampai akhir tahun.", "Halal")
    assert [phone.bubbles[-1].text.partition("\n")[0] for phone in (ani, budi)] == ["Biaya halal gratis"] * 2
    (none,) = await ani.taps("✅ Halal", chosen)
    assert none.text.startswith("Anda tidak menerima pengumuman.")
    (again,) = await ani.taps("Semuanya")
    assert again.text.startswith("Anda menerima pengumuman semua topik.")


async def test_stop_is_at_once_and_takes_back_what_has_not_left(town: Town, rini: Phone) -> None:
    ani, budi = await agrees(town, "ani", "budi")
    town.clock.move(timedelta(hours=12))
    await sends(rini)
    assert await states(town) == {"pending": 2}
    (stopped,) = await ani.says("Tolong stop.")
    assert stopped.text == (
        "Pengumuman dihentikan mulai sekarang, termasuk peringatan, pengingat, dan kabar. Jawaban dan kabar pendaftaran"
        " Anda tetap datang."
    )
    assert stopped.labels == ["Pilih topik", "Nyalakan lagi"]
    assert await states(town) == {"cancelled": 1, "pending": 1}
    await budi.waits(12 * 3600)
    assert await states(town) == {"cancelled": 1, "sent": 1}
    assert "Jumlah 2 orang" in rini.bubbles[-1].text
    assert (await ani.says("berhenti"))[0].text == "Anda memang tidak menerima pengumuman, pengingat, atau kabar."
    (again,) = await ani.taps("Nyalakan lagi", stopped)
    assert again.text == "✅ Pengumuman, pengingat, dan kabar datang lagi."
    await sends(rini, "Kabar kedua\nIsi.")
    assert ani.bubbles[-1].text.startswith("Kabar kedua")
    assert (await ani.taps("Berhenti"))[0].text.startswith("Pengumuman dihentikan")


async def test_one_may_be_paused_go_on_and_be_cancelled(town: Town, rini: Phone) -> None:
    await agrees(town, *(f"p{number}" for number in range(20)))
    town.clock.move(timedelta(hours=12))
    shown = await sends(rini)
    (page,) = await rini.taps("Segarkan", shown)
    assert page.text == "Dilanjutkan pukul 7 pagi. 0 dari 20"
    (paused,) = await rini.taps("Jeda")
    assert paused.text == "Dijeda. 0 dari 20"
    await rini.waits(12 * 3600)
    assert await states(town) == {"pending": 20}
    (asked,) = await rini.taps("Batalkan", paused)
    assert asked.text.startswith("Dijeda dulu. 0 orang sudah menerimanya")
    await rini.taps("Tidak, lanjut")
    assert await states(town) == {"sent": 20}
    town.clock.move(timedelta(hours=12))
    shown = await sends(rini, "Kabar kedua\nIsi.")
    await rini.taps("Batalkan", shown)
    (report,) = await rini.taps("Ya, batalkan")
    assert report.text == "Dibatalkan. Terkirim 0 · tidak dikirim 20. Jumlah 20 orang."
    await rini.waits(12 * 3600)
    assert await states(town, 2) == {"cancelled": 20}


async def test_the_report_adds_up_and_each_part_can_be_looked_at_and_tried_again(town: Town, rini: Phone) -> None:
    phones = await agrees(town, "ani", "budi", "cici", "dedi")
    town.clock.move(timedelta(hours=12))
    await sends(rini)
    town.clock.move(timedelta(hours=12))
    town.channel.troubles = [Blocked("by the user"), Refused("too odd"), TimeoutError()]
    await town.assistant.deliveries.run_due()
    await rini.waits(61)
    report = rini.bubbles[-1]
    await rini.taps("Lihat", report)
    report = rini.bubbles[-1]
    assert report.text.endswith("Terkirim 1 · gagal 1 · memblokir 1 · belum pasti 1. Jumlah 4 orang.")
    assert report.labels[:2] == ["Coba lagi yang gagal", "Lihat belum pasti"]
    (lists,) = await rini.taps("Lihat daftar")
    assert lists.labels == ["Terkirim", "Gagal", "Memblokir", "Belum pasti", "Kembali"]
    (failed,) = await rini.taps("Gagal")
    assert failed.text.startswith("Gagal: 1\n1 × too odd\n1. belum bernama · memory")
    again = await rini.taps("Coba lagi yang gagal", report)
    assert again[0].text == "1 orang dicoba lagi."
    assert await states(town) == {"sent": 2, "blocked": 1, "unsure": 1}
    (unsure,) = await rini.taps("Lihat belum pasti", report)
    assert unsure.text.startswith("Belum pasti: mungkin sudah sampai.")
    assert unsure.labels == ["Kembali", "Kirim ulang"]
    await rini.taps("Kirim ulang", unsure)
    assert await states(town) == {"sent": 3, "blocked": 1}
    assert sorted(len(phone.bubbles) for phone in phones) == [0, 1, 1, 1]


async def test_at_most_so_many_a_week_except_what_is_urgent(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    for number in range(3):
        await sends(rini, f"Kabar {number}\nIsi.")
    await agrees(town, "budi")
    check = await checks(rini, "Kabar 4\nIsi.")
    left_out = "⚠️ 1 orang sudah menerima 3 minggu ini dan tidak ikut dikirimi."
    assert left_out in check.text
    (ready,) = await rini.taps("Lanjutkan")
    assert ready.text == f"Kirim ke 1 orang sekarang?\n{left_out}"
    await rini.taps("Kirim ke 1")
    assert await states(town, 4) == {"skipped": 1, "sent": 1}
    assert "sudah cukup minggu ini 1" in rini.bubbles[-1].text
    assert len(ani.bubbles) == 3
    await town.phone("rini").waits(8 * 24 * 3600)
    await sends(rini, "Kabar 5\nIsi.")
    assert len(ani.bubbles) == 4


async def test_where_everybody_had_enough_it_is_said_and_a_later_time_offered(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    for number in range(3):
        await sends(rini, f"Kabar {number}\nIsi.")
    await writes(rini, "Kabar 4\nIsi.")
    (read,) = await rini.taps("Semua yang setuju")
    left_out = "⚠️ 1 orang sudah menerima 3 minggu ini dan tidak ikut dikirimi."
    assert read.text.endswith(f"1 orang: memory 1.\n{left_out}")
    await rini.taps("Pakai")
    (ready,) = await rini.taps("Lanjutkan")
    assert ready.text == f"{left_out}\nJadi tidak ada yang akan menerimanya. Pilih waktu lain, atau penerima lain."
    assert ready.labels == ["Jadwalkan", "Penerima lain", "Simpan draf"]
    await rini.taps("Jadwalkan")
    await rini.says("1 Desember 2026 pukul 09.00")
    (ready,) = await rini.taps("Bandung (WIB)")
    assert ready.text.startswith("Kirim ke 1 orang pada 1 Desember 2026")
    await rini.taps("Jadwalkan", ready)
    await rini.waits(8 * 24 * 3600 - 1800)
    assert ani.bubbles[-1].text.startswith("Kabar 4")


async def test_those_who_got_one_today_can_be_left_out(town: Town, rini: Phone) -> None:
    await agrees(town, "ani", "budi")
    await sends(rini)
    await agrees(town, "cici")
    check = await checks(rini, "Kabar kedua\nIsi.")
    assert "⚠️ 2 orang sudah menerima pengumuman dalam 24 jam terakhir." in check.text
    (check,) = await rini.taps("Lewati 2")
    assert check.text.splitlines()[1] == "1 orang: memory 1."
    assert "2 orang dilewati: sudah menerima pengumuman lain dalam 24 jam." in check.text
    (ready,) = await rini.taps("Lanjutkan")
    assert ready.text == "Kirim ke 1 orang sekarang?"


async def test_what_should_be_looked_at_again_is_said(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    check = await checks(rini, "Delegasi dibuka\nDitutup 31 Januari 2026, [TANGGAL] menyusul.")
    assert "⚠️ “31 Januari 2026” sudah lewat." in check.text
    assert "⚠️ “[TANGGAL]” seperti masih harus diisi." in check.text
    await rini.taps("Perbaiki teks")
    (check,) = await rini.says("x" * 1100)
    assert "⚠️ Bahasa Indonesia: kelebihan" in check.text
    assert "Lanjutkan" not in check.labels
    await rini.taps("Perbaiki teks")
    (check,) = await rini.says(TEXT)
    assert "Lanjutkan" in check.labels
    await sends(rini)
    assert "⚠️ Teks yang sama sudah dikirim dalam seminggu ini." in (await checks(rini)).text


async def test_a_date_with_a_wrong_year_is_said_with_the_one_on_record(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await hold(town, plan())
    text = "Delegasi dibuka\nDitutup 31 Januari 2026. Pameran 16 April 2028. Pertemuan 5 Maret 2026 dan 18 April 2027."
    await checks(rini, text)
    await rini.taps("Lainnya")
    await rini.taps("Tombol")
    (check,) = await rini.taps("Pekan Produk")
    assert "⚠️ “31 Januari 2026” sudah lewat. Data Pekan Produk: 31 Januari 2027." in check.text
    assert "⚠️ “16 April 2028”: data Pekan Produk menyebut 16 April 2027." in check.text
    assert "⚠️ “5 Maret 2026” sudah lewat." in check.text
    assert "18 April 2027" not in check.text


async def test_what_leads_nowhere_cannot_be_sent(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await hold(town, plan())
    text = "Lihat https://t.me/jembatan_bot?start=pameran_{} ya"
    check = await checks(rini, text.format("PPB28"))
    assert "⚠️ Tautan ke pameran PPB28 tidak menuju ke mana pun." in check.text
    assert "Lanjutkan" not in check.labels
    await rini.taps("Perbaiki teks")
    (check,) = await rini.says(text.format("PPB27_spanduk"))
    assert "tidak menuju ke mana pun" not in check.text
    assert "Lanjutkan" in check.labels
    async with town.assistant.database.transaction() as tx:
        await broadcasts.change(tx, 1, town.clock.now(), buttons=["exhibition:99"])
    (check,) = await rini.says("/pengumuman")
    (check,) = await rini.taps("Nomor 1")
    assert "⚠️ Tombol “Lihat pameran” sudah tidak menuju ke mana pun." in check.text


async def test_a_preview_in_each_language_and_a_test_to_oneself(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    (one,) = await hold(town, plan())
    await checks(rini)
    await rini.taps("Lainnya")
    await rini.taps("Tombol")
    (check,) = await rini.taps("Pekan Produk")
    await rini.taps("Lainnya", check)
    await rini.taps("Tambah bahasa")
    await rini.taps("English")
    (check,) = await rini.says("Delegation opens\n20 places, free.")
    (seen,) = await rini.taps("Lihat pratinjau", check)
    told = "Begini tampilannya dalam Bahasa Indonesia; tombolnya: Lihat pameran, Berhenti."
    assert told in seen.text
    (seen,) = await rini.taps("English", seen)
    assert seen.text.startswith("Delegation opens")
    assert seen.text.endswith("tombolnya: See the exhibition, Stop.\nSatu pesan, sama di: memory.")
    sent = await rini.taps("Uji ke saya", check)
    assert [bubble.text.partition("\n")[0] for bubble in sent[1:]] == [
        "Pendaftaran delegasi dibuka",
        "Delegation opens",
    ]
    (shown,) = await rini.taps("Lihat pameran", sent[1])
    assert one.title["id"] in shown.text


async def test_a_scheduled_one_goes_out_at_its_time_and_a_late_one_waits_and_asks(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    for day in ("besok 09.00", "lusa 9 pagi"):
        await checks(rini, f"Kabar {day}\nIsi.")
        await rini.taps("Lanjutkan")
        await rini.taps("Jadwalkan")
        (whose,) = await rini.says(day)
        assert whose.text.startswith("Jam di mana? Kalau Bandung: ")
        (ready,) = await rini.taps("Bandung (WIB)")
        assert "pukul 09.00 WIB (10.00 waktu Malaysia)?" in ready.text
        await rini.taps("Jadwalkan", ready)
    assert await states(town) == {}
    await rini.waits(23.5 * 3600)
    assert ani.bubbles[-1].text.startswith("Kabar besok")
    town.clock.move(timedelta(hours=24))
    (late, *_rest) = await rini.waits(3600)
    assert late.text.startswith("Pengumuman 2 seharusnya keluar 25 November 2026 pukul 09.00 WIB")
    assert len(ani.bubbles) == 1
    (page,) = await rini.taps("Lihat", late)
    assert page.labels[:3] == ["Kirim saja", "Ubah", "Batalkan"]
    await rini.taps("Kirim saja")
    await rini.taps("Kirim ke 1")
    assert ani.bubbles[-1].text.startswith("Kabar lusa")


async def test_above_the_offices_number_a_second_administrator_agrees(town: Town) -> None:
    desks = Desks(town)
    rini = await desks.employ("rini", "Bu Rini", "admin")
    (ani, *_others) = await agrees(town, "ani", "budi", "cici")
    async with town.assistant.database.transaction() as tx:
        await office.save(tx, name="Disdagin", second_from=2)
    await checks(rini)
    (ready,) = await rini.taps("Lanjutkan")
    assert ready.text.endswith("Di atas 2 orang perlu satu persetujuan lagi.")
    (alone,) = await rini.taps("Minta persetujuan")
    assert alone.text.startswith("Belum ada yang bisa menyetujui")
    dadan = await desks.employ("dadan", "Pak Dadan", "admin")
    await desks.news(dadan)
    (asked,) = await rini.taps("Minta persetujuan", ready)
    assert asked.text == "Sudah diminta. Dikirim begitu admin lain setuju."
    preview, question = await desks.news(dadan)
    assert preview.text.startswith("Pendaftaran delegasi dibuka")
    assert question.text.startswith(
        "Bu Rini meminta persetujuan: pengumuman 1 ke 3 orang (setuju menerima kabar pameran)."
    )
    assert question.labels == ["Lihat", "Setujui 3", "Tolak"]
    (mine,) = (await rini.taps("Lihat", asked))[-1:]
    assert "Setujui 3" not in mine.labels
    await rini.taps("Ubah", mine)
    (old,) = await dadan.taps("Setujui 3", question)
    assert old.text == "Sejak itu ada perubahan. Coba lihat lagi." or "lihat" in old.text.lower()
    assert await states(town) == {}
    await rini.taps("Lanjutkan")
    await rini.taps("Minta persetujuan")
    question = (await desks.news(dadan))[-1]
    assert question.labels[1] == "Setujui 3"
    await dadan.taps("Setujui 3", question)
    assert await states(town) == {"sent": 3}
    assert ani.bubbles[-1].text.endswith("Dari Disdagin · kabar pameran")
    assert any(bubble.text == "Pak Dadan menyetujui pengumuman 1." for bubble in rini.bubbles)


async def test_only_officers_may_announce(town: Town) -> None:
    euis = await Desks(town).employ("euis", "Bu Euis", "viewer")
    assert (await euis.says("/pengumuman"))[0].text.startswith("Peran Anda tidak mencakup ini")
    assert (await town.phone("ani").says("/pengumuman"))[0].text.startswith("Anda tidak menerima pengumuman.")


async def test_an_audience_is_written_down_from_where_a_crash_left_it(
    town: Town, rini: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiences, "SLICE", 3)
    await agrees(town, *(f"p{number}" for number in range(10)))
    await checks(rini)
    await rini.taps("Lanjutkan")
    running, town.assistant.deliveries._open = town.assistant.deliveries._open, False
    await rini.taps("Kirim ke 10")
    steps = town.assistant.deliveries._steps
    assert steps is not None
    await steps.run_due()
    await steps.run_due()
    assert 0 < (await states(town))["pending"] < 10
    town.assistant.deliveries._open = running
    await town.assistant.deliveries.run_due()
    assert await states(town) == {"sent": 10}


async def test_a_restored_copy_does_not_start_what_the_original_started(town: Town, rini: Phone) -> None:
    await agrees(town, "ani")
    await checks(rini)
    await rini.taps("Lanjutkan")
    town.assistant.deliveries._open = False
    await rini.taps("Kirim ke 1")
    async with town.assistant.database.transaction() as tx:
        await restores.add(tx, town.clock.now(), town.clock.now())
        await restores.drop_left(tx, town.clock.now())
        await restores.release(tx, town.clock.now())
    town.assistant.deliveries._open = True
    await town.assistant.deliveries.run_due()
    assert await states(town) == {}
    (page,) = await rini.says("/pengumuman")
    assert "terlambat, tidak dikirim" in page.text


async def test_a_correction_reaches_exactly_those_who_got_it_and_changes_what_they_have(
    town: Town, rini: Phone
) -> None:
    ani, budi = await agrees(town, "ani", "budi")
    await sends(rini, "Pertemuan teknis\nTanggal 5 Februari 2027 di Balai Kota. Gratis.")
    (cici,) = await agrees(town, "cici")
    await budi.says("stop")
    await rini.taps("Lihat", next(sent for sent in rini.bubbles if "Lihat" in sent.labels))
    await rini.taps("Koreksi")
    (shown,) = await rini.says("Pertemuan teknis\nTanggal 6 Februari 2027 di Balai Kota. Gratis.")
    assert "“5 Februari 2027” → “6 Februari 2027”\n1 orang" in shown.text.replace("Penerima ", "")
    assert shown.labels == ["Koreksi 1", "Sunting diam saja", "Batal"]
    await rini.taps("Koreksi 1")
    assert [sent.text.splitlines()[0] for sent in ani.bubbles] == [
        "Pertemuan teknis",
        "Koreksi: Pertemuan teknis Tanggal 6 Februari 2027 di Balai Kota, bukan 5 Februari 2027.",
    ]
    assert "6 Februari" in ani.bubbles[0].text
    assert "5 Februari" in budi.bubbles[0].text
    assert not cici.bubbles


async def test_spelling_is_changed_silently_and_what_should_not_be_is_taken_back(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani")
    await sends(rini, "Pertemuan tehnis\nBesok.")
    await rini.taps("Lihat", next(sent for sent in rini.bubbles if "Lihat" in sent.labels))
    report = rini.bubbles[-1]
    await rini.taps("Koreksi")
    await rini.says("Pertemuan teknis\nBesok.")
    await rini.taps("Sunting diam saja")
    assert [sent.text.splitlines()[0] for sent in ani.bubbles] == ["Pertemuan teknis"]
    (asked,) = await rini.taps("Tarik kembali", report)
    assert asked.labels == ["Batal", "Hapus untuk 1"]
    await rini.taps("Hapus untuk 1")
    assert ani.bubbles == []
    town.clock.move(timedelta(hours=49))
    (late,) = await rini.taps("Tarik kembali", report)
    assert late.text.startswith("Sudah lebih dari 48 jam")


async def test_a_warning_stands_above_the_menu_of_its_sector_while_it_holds(town: Town, rini: Phone) -> None:
    (ani,) = await agrees(town, "ani", sector="food", district="Coblong", city="Bandung")
    (budi,) = await agrees(town, "budi", sector="fashion", district="Coblong", city="Bandung")
    await rini.says("/pengumuman")
    await rini.taps("Pengumuman baru")
    await rini.says("Penipuan jasa ekspor\nJangan transfer. Telepon Bravo Bea Cukai 1500225.")
    (until,) = await rini.taps("Peringatan penting")
    assert until.text.startswith("Peringatannya berlaku sampai hari apa?")
    await rini.says("23 Desember 2026")
    await rini.says("kuliner")
    town.clock.move(timedelta(hours=12))
    await rini.taps("Pakai")
    await rini.taps("Lanjutkan")
    await rini.taps("Kirim ke 1")
    assert "Berlaku sampai 23 Desember 2026." in ani.bubbles[-1].text
    assert ani.bubbles[-1].labels == ["Saya mengalaminya", "Berhenti"]
    (menu,) = await ani.says("/menu")
    assert menu.text.startswith("⚠️ Penipuan jasa ekspor\n\n")
    assert menu.labels[0] == "⚠️ Peringatan"
    assert (await ani.taps("⚠️ Peringatan"))[0].text.startswith("Penipuan jasa ekspor\nJangan transfer.")
    assert not (await budi.says("/menu"))[0].text.startswith("⚠️")
    town.clock.move(timedelta(days=40))
    assert not (await ani.says("/menu"))[0].text.startswith("⚠️")
    assert (await ani.taps("⚠️ Peringatan", menu))[0].text.startswith("Peringatan itu sudah tidak berlaku.")


async def test_a_signal_becomes_a_case_and_the_case_a_warning(town: Town, rini: Phone) -> None:
    desks, ani = Desks(town), town.phone("ani")
    (asked,) = await ani.says("lapor")
    assert asked.text.startswith("Ceritakan yang terjadi")
    (thanks,) = await ani.says("ada yg WA minta 5 juta katanya bs masukin keripik ke malaysia")
    assert thanks.text.startswith("Terima kasih, laporan Anda diterima, nomor K-1. Petugas membacanya paling lambat")
    assert thanks.labels == ["Kalau sudah transfer", "Tambah keterangan", "Menu"]
    (help_,) = await ani.taps("Kalau sudah transfer")
    assert help_.text.startswith("Kalau uangnya sudah dikirim, kerjakan sekarang juga.")
    assert "iasc.ojk.go.id" in help_.text
    assert "Sumber: iasc.ojk.go.id" in help_.text
    alert = (await desks.news(rini))[-1]
    assert "⚠️ Melaporkan sesuatu" in alert.text
    await rini.taps("Lihat dulu", alert)
    await rini.taps("Peringatkan")
    (until,) = await rini.says("Penipuan\nJangan transfer.")
    assert until.text.startswith("Peringatannya berlaku sampai hari apa?")


async def test_the_page_on_which_one_is_watched_changes_in_place(town: Town, rini: Phone) -> None:
    await agrees(town, "ani", "budi")
    await sends(rini)
    page = next(sent for sent in rini.bubbles if sent.text.startswith("Mencatat penerimanya"))
    count = len(rini.bubbles)
    (watching,) = town.assistant.deliveries.watchers
    assert isinstance(watching, Watching)
    await watching.look()
    now = next(sent for sent in rini.bubbles if sent.number == page.number)
    assert now.text == "✅ Selesai, kurang dari 1 menit. Terkirim 2. Jumlah 2 orang."
    assert (now.labels, len(rini.bubbles)) == (page.labels, count)
    (shown,) = await rini.taps("Segarkan", now)
    assert shown.text == now.text


async def test_a_page_that_cannot_be_changed_now_keeps_no_other_and_is_changed_later(town: Town, rini: Phone) -> None:
    await agrees(town, "ani", "budi")
    await sends(rini)
    town.clock.move(timedelta(seconds=1))
    await sends(rini)
    first, second = [sent.number for sent in rini.bubbles if sent.text.startswith("Mencatat penerimanya")]
    (watching,) = town.assistant.deliveries.watchers
    assert isinstance(watching, Watching)

    def reads(number: int) -> str:
        return next(sent for sent in rini.bubbles if sent.number == number).text

    town.channel.troubles = [TimeoutError()]
    await watching.look()
    assert sorted([reads(first)[:3], reads(second)[:3]]) == ["Men", "✅ S"]
    town.channel.troubles = [Later(60)]
    await watching.look()
    town.clock.move(timedelta(seconds=59))
    await watching.look()
    assert sorted([reads(first)[:3], reads(second)[:3]]) == ["Men", "✅ S"]
    town.clock.move(timedelta(seconds=1))
    await watching.look()
    assert [reads(first)[:3], reads(second)[:3]] == ["✅ S", "✅ S"]


async def test_announcements_can_be_held_for_somebody(town: Town, rini: Phone) -> None:
    ani, _budi = await agrees(town, "ani", "budi")
    town.clock.move(timedelta(hours=12))
    await sends(rini)
    async with town.assistant.database.transaction() as tx:
        (_address, person) = (await addresses.known(tx, "memory", ["ani"]))["ani"]
        await deliveries.hold_broadcasts(tx, person, town.clock.now() + timedelta(hours=13))
    await ani.waits(12 * 3600)
    assert await states(town) == {"pending": 1, "sent": 1}
    await ani.waits(3600)
    assert await states(town) == {"sent": 2}

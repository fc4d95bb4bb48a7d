"""A person and one of staff talk through the assistant: nothing goes astray, and nothing gets lost unnoticed."""

from datetime import timedelta

import pytest

from bot.channel import Blocked, Refused
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from tests.town.desks import Desks, case_rows
from tests.town.phone import NOW, Phone, Town
from tests.town.sample_files import JPEG, OGG, PDF

UNKNOWN = "perpanjang SIM C di bandung dimana"


@pytest.fixture
def desks(town: Town) -> Desks:
    return Desks(town)


@pytest.fixture
async def rini(desks: Desks) -> Phone:
    return await desks.employ("rini", "Bu Rini")


async def waits_for_staff(desks: Desks, ani: Phone, question: str = UNKNOWN) -> None:
    await ani.says(question)
    await ani.taps("Tanya petugas")
    await desks.news(ani)


async def takes(desks: Desks, staff: Phone, ani: Phone) -> None:
    """Ani's question is passed on and taken."""
    await waits_for_staff(desks, ani)
    alert = (await desks.news(staff))[-1]
    await staff.taps("Saya ambil", alert)
    await desks.news(staff)
    (reading,) = await desks.news(ani)
    assert "sekarang membaca pesan Anda." in reading.text


async def test_words_go_both_ways_and_the_assistant_is_quiet(desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    assert await rini.says("Bu, SIM-nya **mati** kapan?\n1. sudah\n2. belum") == []
    (question,) = await desks.news(ani)
    assert question.text == "Bu Rini: Bu, SIM-nya **mati** kapan?\n1. sudah\n2. belum"
    assert await ani.says("2") == []
    assert await ani.says("biaya sertifikat halal berapa ya kak") == []
    assert await ani.says("halo?") == []
    assert await ani.says("halo?") == []
    assert [sent.text for sent in await desks.news(rini)] == [
        "K-1: 2",
        "K-1: biaya sertifikat halal berapa ya kak",
        "K-1: halo?",
        "K-1: halo?",
    ]


async def test_staff_see_the_question_when_they_take_it(desks: Desks, rini: Phone, ani: Phone) -> None:
    await waits_for_staff(desks, ani)
    alert = (await desks.news(rini))[-1]
    (page,) = await rini.taps("Saya ambil", alert)
    assert f"“{UNKNOWN}”" in page.text
    assert page.text.endswith(
        "Yang ditulis sekarang sampai ke penanya K-1. /catatan untuk catatan sesama petugas, /selesai untuk mengakhiri."
    )
    assert page.labels == ["Selesai", "Serahkan", "Kembalikan"]


async def test_words_that_must_always_work_still_do(desks: Desks, rini: Phone, ani: Phone) -> None:
    (old,) = await ani.says("biaya sertifikat halal berapa ya kak")
    await takes(desks, rini, ani)
    assert (await ani.says("menu"))[0].labels[0] == "Halal"
    assert "Basa Sunda" in (await ani.says("bahasa"))[0].labels
    assert (await ani.says("data saya"))[0].text
    assert (await ani.says("/help"))[0].labels[0] == "Menu"
    assert (await ani.taps("Biaya reguler", old))[0].text.startswith("Biaya halal reguler")
    assert await desks.news(rini) == []
    (ended,) = await ani.says("selesai")
    assert ended.text == "Siap, K-1 ditutup. Sekarang saya lagi yang menjawab."
    (told,) = await desks.news(rini)
    assert told.text == "K-1 diakhiri penanyanya. Yang ditulis sekarang tidak diteruskan."
    (lost,) = await rini.says("masih ada pertanyaan Bu?")
    assert lost.text.startswith("Pesan Anda tidak diteruskan.\n\nK-1 diakhiri penanyanya hari ini")
    await desks.news(ani)
    assert "Rp230.000" in (await ani.says("biaya sertifikat halal berapa ya kak"))[0].text


async def test_notes_stay_inside(town: Town, desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    for words in ("/catatan tanya pak dadan soal stok", "/catatan\nbaris baru"):
        (kept,) = await rini.says(words)
        assert kept.text == "Catatan untuk petugas saja, disimpan di K-1."
    (empty,) = await rini.says("/catatan")
    assert empty.text.startswith("Tulis catatannya di belakangnya")
    (unknown,) = await rini.says("/catatn rahasia")
    assert "tidak saya kenal" in unknown.text
    (slash,) = await rini.does(Inbound("photo", "/rahasia", file="x"))
    assert slash.text.startswith("Tidak diteruskan karena diawali garis miring.")
    (edited,) = await rini.edits("Bu, maksud saya besok")
    assert edited.text.startswith("Penanya K-1 tidak melihat suntingan.")
    assert await desks.news(ani) == []
    (page,) = await rini.says("/kasus 1")
    assert "Catatan Bu Rini: tanya pak dadan soal stok" in page.text


async def test_a_case_is_closed_told_and_opened_again_for_the_same_officer(
    desks: Desks, rini: Phone, ani: Phone
) -> None:
    dadan = await desks.employ("dadan", "Pak Dadan")
    await takes(desks, rini, ani)
    (too_early,) = await rini.says("/selesai")
    assert too_early.text == "Anda belum menulis apa-apa di K-1."
    assert too_early.labels == ["Kembalikan", "Tutup saja"]
    await rini.says("Di Satpas, Jalan Jawa. (CONTOH)")
    (closed,) = await rini.says("/selesai")
    assert closed.text == "K-1 selesai."
    _, finished = await desks.news(ani)
    assert finished.text == "Bu Rini sudah selesai. Kalau ada lagi, tulis di sini; saya yang menjawab dulu."
    assert finished.labels == ["Sudah terjawab", "Belum jelas"]
    await desks.news(dadan)
    (again,) = await ani.taps("Belum jelas", finished)
    assert again.text.startswith("Dicatat, nomor K-1.")
    (twice,) = await ani.taps("Belum jelas", finished)
    assert twice.text.startswith("Sudah dicatat, nomor K-1")
    alert = (await desks.news(rini))[-1]
    assert alert.text.startswith("Jawabannya belum jelas:\nK-1")
    assert await desks.news(dadan) == []
    await rini.taps("Saya ambil", alert)
    await rini.says("Jalan Jawa nomor 1, Bu.")
    assert [sent.text for sent in await desks.news(ani)][-1] == "Bu Rini: Jalan Jawa nomor 1, Bu."
    await rini.says("/selesai")
    assert (await ani.taps("Sudah terjawab", (await desks.news(ani))[-1]))[0].text == "Siap, Kak."


async def test_a_case_is_handed_over_and_given_back(desks: Desks, rini: Phone, ani: Phone) -> None:
    dadan = await desks.employ("dadan", "Pak Dadan")
    await takes(desks, rini, ani)
    await desks.news(dadan)
    (asked,) = await rini.says("/kasus 1") and await rini.taps("Serahkan")
    assert asked.labels == ["Pak Dadan", "Semua kasus"]
    (done,) = await rini.taps("Pak Dadan")
    assert done.text == "Pak Dadan melanjutkan K-1."
    (told,) = await desks.news(ani)
    assert told.text == "Pak Dadan sekarang membaca pesan Anda."
    (mine,) = await desks.news(dadan)
    assert mine.text.startswith("Bu Rini menyerahkan ini kepada Anda:\nK-1")
    await ani.says("jadi gimana pak")
    (heard,) = await desks.news(dadan)
    assert (heard.text, heard.labels) == ("K-1: jadi gimana pak", ["Jawab di sini"])
    await dadan.taps("Jawab di sini", heard)
    await dadan.says("Sebentar, Bu.")
    assert [sent.text for sent in await desks.news(ani)] == ["Pak Dadan: Sebentar, Bu."]
    await rini.says("/kasus 1")
    assert rini.bubbles[-1].labels == ["Semua kasus"]
    (queued,) = await dadan.says("/kasus 1") and await dadan.taps("Kembalikan")
    assert queued.text == "K-1 sekarang menunggu rekan lain."
    (waiting,) = await desks.news(ani)
    assert waiting.text == (
        "K-1 sekarang menunggu petugas lain; dijawab di sini paling lambat hari ini pukul 14.00 WIB."
    )
    assert "Menunggu petugas lagi:" in (await desks.news(rini))[-1].text
    (nobodys,) = await rini.says("sudah saya tutup ya bu")
    assert "Bu Rini" not in "".join(sent.text for sent in await desks.news(ani))
    assert nobodys.text


async def test_a_case_that_comes_back_to_the_same_hands_is_entered_anew(
    town: Town, desks: Desks, rini: Phone, ani: Phone
) -> None:
    dadan = await desks.employ("dadan", "Pak Dadan")
    await takes(desks, rini, ani)
    await desks.waits(ani, 31)  # idle: it waits again, while Bu Rini's phone still stands in it
    await dadan.taps("Saya ambil", (await desks.news(dadan))[-1])
    await dadan.taps("Serahkan")
    await dadan.taps("Bu Rini")
    await desks.news(ani)
    (lost,) = await rini.says("ini untuk suami saya")
    assert lost.text.startswith("Pesan Anda tidak diteruskan.\n\nK-1 Anda pegang sejak")
    assert lost.labels[0] == "Jawab di sini"
    assert await desks.news(ani) == []
    await rini.taps("Jawab di sini", lost)
    await rini.says("Halo Bu")
    assert [sent.text for sent in await desks.news(ani)] == ["Bu Rini: Halo Bu"]


async def test_of_two_cases_one_is_current(town: Town, desks: Desks, rini: Phone, ani: Phone) -> None:
    budi = town.phone("budi")
    await takes(desks, rini, ani)
    await takes(desks, rini, budi)
    await rini.says("untuk Budi")
    assert [sent.text for sent in await desks.news(budi)] == ["Bu Rini: untuk Budi"]
    assert await desks.news(ani) == []
    await ani.says("bu?")
    (heard,) = await desks.news(rini)
    assert heard.labels == ["Jawab di sini"]
    await rini.taps("Jawab di sini", heard)
    await rini.says("untuk Ani")
    assert [sent.text for sent in await desks.news(ani)] == ["Bu Rini: untuk Ani"]
    assert await desks.news(budi) == []


async def test_one_person_has_one_conversation(desks: Desks, rini: Phone, ani: Phone) -> None:
    dadan = await desks.employ("dadan", "Pak Dadan")
    await waits_for_staff(desks, ani)
    await waits_for_staff(desks, ani, "bikin SKCK di bandung dimana")
    first, second = await desks.news(dadan)
    await rini.taps("Saya ambil", (await desks.news(rini))[0])
    (refused,) = await dadan.taps("Saya ambil", second)
    assert refused.text == "Orang ini sedang bicara dengan Bu Rini di K-1."
    (late,) = await dadan.taps("Saya ambil", first)
    assert late.text.startswith("Bu Rini memegang K-1 sejak hari ini pukul 09.41 WIB.")


async def test_an_answered_case_that_falls_quiet_is_closed_with_a_word_to_both(
    town: Town, desks: Desks, rini: Phone, ani: Phone
) -> None:
    await takes(desks, rini, ani)
    await desks.waits(ani, 20)
    await rini.says("Di Satpas, Bu.")
    assert [sent.text for sent in await desks.waits(ani, 29)] == []
    (told,) = await desks.waits(ani, 2)
    assert told.text == "Bu Rini sudah menyerahkan kembali K-1. Sekarang saya lagi yang menjawab."
    assert told.labels == ["Sudah terjawab", "Belum jelas"]
    (back,) = await desks.news(rini)
    assert back.text.startswith("K-1 dikembalikan: sudah lama tidak ada yang menulis.")
    (lost,) = await rini.says("Bagaimana, Bu?")
    assert lost.text.startswith("Pesan Anda tidak diteruskan.\n\nK-1 ditutup hari ini pukul 10.3")
    assert await desks.news(ani) == []
    assert (await case_rows(town))[0]["outcome"] == "idle"


async def test_a_case_that_was_only_taken_waits_again(town: Town, desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    (told,) = await desks.waits(ani, 31)
    assert told.text.startswith("K-1 sekarang menunggu petugas lain; dijawab di sini paling lambat hari ini")
    (back,) = await desks.news(rini)
    assert back.text.startswith("K-1 dikembalikan")
    assert [(case["state"], case["owner_id"]) for case in await case_rows(town)] == [("open", None)]


async def test_who_has_left_the_staff_reaches_nobody_and_hears_nothing(
    town: Town, desks: Desks, rini: Phone, ani: Phone
) -> None:
    dadan = await desks.employ("dadan", "Pak Dadan")
    await takes(desks, rini, ani)
    await desks.news(dadan)
    await desks.dismiss("Bu Rini")
    (refused,) = await rini.says("Bu, saya pamit")
    assert refused.text == "Tidak diteruskan: K-1 bukan tugas Anda lagi."
    (told,) = await ani.says("bu rini masih di sana?")
    assert told.text.startswith("K-1 sekarang menunggu petugas lain")
    (alert,) = await desks.news(dadan)
    (page,) = await dadan.taps("Lihat dulu", alert)
    assert "K-1: bu rini masih di sana?" in page.text
    assert await desks.news(rini) == [sent for sent in rini.bubbles if sent.text == refused.text]
    (answer,) = await rini.says("biaya sertifikat halal berapa ya kak")
    assert "Rp230.000" in answer.text


@pytest.mark.parametrize(
    ("trouble", "sentence", "labels"),
    [
        (TimeoutError(), "mungkin sudah sampai; kalau dikirim ulang, bisa datang dua kali.", ["Kirim ulang"]),
        (Refused("too odd"), "tidak sampai.", ["Kirim ulang"]),
        (Blocked(), "tidak sampai: penanyanya memblokir percakapan ini.", []),
    ],
)
async def test_what_did_not_arrive_is_told_and_sent_again_by_decision(
    town: Town, desks: Desks, rini: Phone, ani: Phone, trouble: Exception, sentence: str, labels: list[str]
) -> None:
    await takes(desks, rini, ani)
    town.channel.troubles.append(trouble)
    assert await rini.says("pesan penting") == []
    (told,) = await desks.waits(rini, 0.5)
    assert told.text == f"K-1: “pesan penting” {sentence}"
    assert told.labels == labels
    assert await desks.waits(rini, 5) == []
    assert await desks.news(ani) == []
    if labels:
        await rini.taps("Kirim ulang", told)
        assert [sent.text for sent in await desks.news(ani)] == ["Bu Rini: pesan penting"]


async def test_long_words_arrive_whole(desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    words = " ".join(f"kata-{number}" for number in range(900))
    await rini.says(words)
    parts = [sent.text.removeprefix("Bu Rini: ") for sent in await desks.news(ani)]
    assert len(parts) > 1 and " ".join(parts) == words
    await ani.says(words)
    parts = [sent.text.removeprefix("K-1: ") for sent in await desks.news(rini)]
    assert " ".join(parts) == words


async def test_a_restart_in_the_middle_loses_nobody(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known) as town:
        desks = Desks(town)
        rini, ani = await desks.employ("rini", "Bu Rini"), town.phone("ani")
        await takes(desks, rini, ani)
        await rini.sends([Inbound.typed("sebelum mati")])
        await town.assistant.settled()  # it has not left yet
    async with Town.opened(sqlite_url, known, NOW + timedelta(minutes=10)) as town:
        desks = Desks(town)
        rini, ani = town.phone("rini"), town.phone("ani")
        await rini.says("sesudah hidup")
        assert [sent.text for sent in await desks.news(ani)] == ["Bu Rini: sebelum mati", "Bu Rini: sesudah hidup"]
        assert await ani.says("baik bu") == []
        assert [sent.text for sent in await desks.news(rini)] == ["K-1: baik bu"]


async def test_at_night_a_waiting_person_is_answered(town: Town, desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    await rini.says("Masih di kantor, Bu")
    await desks.news(ani)
    await ani.says("ditunggu ya bu")
    town.clock.move(timedelta(minutes=25))
    town.clock.move_to(NOW + timedelta(hours=12))  # 21.41; nothing ran meanwhile
    await rini.says("Ini jawabannya")
    assert "Bu Rini: Ini jawabannya" in [sent.text for sent in await desks.news(ani)]


async def test_photos_documents_voice_and_places_go_both_ways(desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    assert await ani.says("kak") == []
    assert await ani.sends_photo(JPEG, "nomor sertifikatnya kurang 1 angka") == []
    assert await ani.sends_file(PDF, "sertifikat.pdf") == []
    assert await ani.sends_voice(OGG) == []
    assert await ani.does(Inbound("location", place=(-6.9175, 107.6191))) == []
    assert await ani.does(Inbound("contact", phone="+6281234567890")) == []
    assert await ani.does(Inbound("sticker")) == []
    kak, *heard = await desks.news(rini)
    assert kak.text == "K-1: kak"
    assert [bool(sent.reply.file) for sent in heard] == [True, True, True, False, False]
    assert heard[0].text == "K-1: nomor sertifikatnya kurang 1 angka"
    assert heard[3].text == "K-1: 📍 -6.91750, 107.61910"
    assert heard[4].text == "K-1: +6281234567890"
    assert await rini.sends_photo(JPEG, "begini, Bu") == []
    assert await rini.sends_voice(OGG) == []
    photo, voice = await desks.news(ani)
    assert (photo.text, photo.reply.file > 0) == ("Bu Rini: begini, Bu", True)
    assert (voice.text, voice.reply.file > 0) == ("Bu Rini", True)
    (page,) = [sent for sent in await rini.says("/kasus 1") if sent.labels]
    assert page.labels[0] == "Selesai"


async def test_what_cannot_be_passed_on_is_said_to_whoever_sent_it(desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    (large,) = await rini.sends_file(bytes(5_000_001), "besar.pdf")
    assert large.text.startswith("Tidak diteruskan ke K-1.\n\nBerkas itu terlalu besar")
    (video,) = await rini.does(Inbound("video", "lihat ini", file="x"))
    assert video.text.startswith("Tidak diteruskan ke K-1.\n\nYang bisa saya teruskan:")
    (gone,) = await rini.does(Inbound("photo", file="gone"))
    assert "tidak sampai ke saya" in gone.text
    assert await desks.news(ani) == []
    (unknown,) = await ani.sends_file(b"MZ program", "program.exe")
    assert unknown.text.startswith("Berkas jenis itu tidak bisa saya buka.")
    assert len(await desks.news(rini)) == 3  # what she was told herself


async def test_a_note_with_a_photo_stays_inside(desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    (kept,) = await rini.sends_photo(JPEG, "/catatan foto lama")
    assert kept.text == "Catatan untuk petugas saja, disimpan di K-1."
    assert await desks.news(ani) == []


async def test_an_edit_of_the_person_is_passed_on_as_one(desks: Desks, rini: Phone, ani: Phone) -> None:
    await takes(desks, rini, ani)
    assert await ani.edits("SIM C, maksudnya A") == []
    assert [sent.text for sent in await desks.news(rini)] == ["K-1, diubah: SIM C, maksudnya A"]


async def test_what_the_assistant_asked_of_staff_in_a_case_is_answered_to_the_assistant(
    desks: Desks, rini: Phone, ani: Phone
) -> None:
    dadan = await desks.employ("dadan", "Pak Dadan")
    await takes(desks, rini, ani)
    (menu,) = await rini.says("/menu")
    await rini.taps("Bicara dengan petugas", menu)
    (noted,) = await rini.says("printer kantor rusak, siapa yang mengurus")
    assert noted.text.startswith("Dicatat, nomor K-2.")
    assert "printer kantor rusak" in (await desks.news(dadan))[-1].text
    (own,) = [sent for sent in await rini.says("/kasus 2") if sent.labels]
    (refused,) = await rini.taps("Saya ambil", own)
    assert refused.text == "K-2 pertanyaan Anda sendiri; yang menjawab rekan Anda."
    await rini.taps("Bicara dengan petugas", menu)
    (given_up,) = await rini.says("batal")
    assert given_up.text == "Siap, Kak."
    assert await desks.news(ani) == []
    await rini.says("Halo Bu")
    assert [sent.text for sent in await desks.news(ani)] == ["Bu Rini: Halo Bu"]

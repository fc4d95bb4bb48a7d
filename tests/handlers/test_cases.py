"""Asking for a person: what the person sees, what staff see, and what becomes of the promise."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import BANDUNG
from bot.knowledge import Knowledge
from db.office import Office, StoredOffice
from db.privacy.audit import StoredAct
from tests.town.desks import Desks, case_rows
from tests.town.phone import Phone, Town
from tests.town.sample_files import JPEG, OGG, png

UNKNOWN = "perpanjang SIM C di bandung dimana"
SUNDAY = datetime(2026, 11, 22, 20, 15, tzinfo=BANDUNG)
FRIDAY = datetime(2026, 11, 27, 15, 50, tzinfo=BANDUNG)


@pytest.fixture
def desks(town: Town) -> Desks:
    return Desks(town)


async def acts(town: Town) -> list[str]:
    async with town.assistant.database.reading() as tx:
        return list((await tx.execute(select(StoredAct.act).order_by(StoredAct.id))).scalars())


async def asks(ani: Phone, question: str = UNKNOWN) -> str:
    """Ask what nobody knows, and have it passed on; returns what was confirmed."""
    await ani.says(question)
    (noted,) = await ani.taps("Tanya petugas")
    return noted.text


async def test_what_is_not_known_is_passed_on_with_a_number_and_a_clock_time(desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    assert await asks(ani) == (
        "Dicatat, nomor K-1. Jawabannya masuk sendiri ke sini, paling lambat hari ini pukul 14.00 WIB; "
        "Anda tidak perlu menunggu."
    )
    assert ani.bubbles[-1].labels == ["Tambah keterangan", "Batalkan"]
    (alert,) = await desks.news(rini)
    assert alert.text.splitlines() == [
        "K-1 · Bahasa Indonesia · memory",
        f"“{UNKNOWN}”",
        "Janji: hari ini pukul 14.00 WIB.",
    ]
    assert alert.labels == ["Saya ambil", "Lihat dulu"]


async def test_staff_read_what_the_person_was_told_last(desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await ani.says("biaya sertifikat halal berapa ya kak")
    await asks(ani)
    (alert,) = await desks.news(rini)
    assert "Asisten tadi menunjukkan: " in alert.text


async def test_an_alert_speaks_the_language_of_who_gets_it(desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini", language="en")
    await asks(ani)
    (alert,) = await desks.news(rini)
    assert alert.labels == ["I take it", "Look first"]
    assert "Promised: today at 2:00 pm in Bandung (3:00 pm in Malaysia)." in alert.text


async def test_a_double_tap_or_the_same_words_open_no_second_case(town: Town, desks: Desks, ani: Phone) -> None:
    await desks.employ("rini", "Bu Rini")
    (unknown,) = await ani.says(UNKNOWN)
    tap = ani.tap("Tanya petugas", unknown)
    first, second = [sent.text for sent in await ani.does(tap, tap)]
    assert first.startswith("Dicatat, nomor K-1.")
    assert second == "Sudah dicatat, nomor K-1; dijawab paling lambat hari ini pukul 14.00 WIB."
    assert (await asks(ani, UNKNOWN + "?")).startswith("Sudah dicatat, nomor K-1")
    assert len(await case_rows(town)) == 1


async def test_an_album_that_is_asked_about_is_one_case(town: Town, desks: Desks, ani: Phone) -> None:
    await desks.employ("rini", "Bu Rini")
    await ani.says("mau bicara dengan petugas")
    photos = [replace(ani.holding("photo", png(30 + size, 40)), album="a") for size in range(3)]
    bubbles = await ani.does(*photos)
    assert [("K-1" in bubble.text, "K-2" in bubble.text) for bubble in bubbles] == [(True, False)] * 3
    assert len(await case_rows(town)) == 1


async def test_out_of_hours_the_hours_come_first_and_the_words_are_asked_for(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known, SUNDAY) as town:
        desks = Desks(town)
        rini, ani = await desks.employ("rini", "Bu Rini"), town.phone("ani")
        (invited,) = await ani.says("mau ngomong sama orang aja")
        assert invited.text == (
            "Bisa. Petugas ada Senin–Jumat pukul 08.00–16.00 WIB. Tulis keperluan Anda sekarang; "
            "dijawab di sini paling lambat Senin, 23 November 2026 pukul 12.00 WIB."
        )
        assert invited.labels == ["Batal"]
        (noted,) = await ani.says("label halal sy salah cetak, masih boleh dipake sampe abis ga ya")
        assert noted.text.startswith("Dicatat, nomor K-1. Petugas ada Senin–Jumat")
        assert noted.labels == ["Label halal", "Tambah keterangan", "Batalkan"]
        assert await desks.news(rini) == []  # nobody is woken
        (nib,) = await ani.says("oh iya alamat usaha di NIB mau sy ganti")
        assert "NIB" in nib.text
        (alert,) = await desks.waits(rini, 11 * 60)
        assert "“label halal sy salah cetak" in alert.text


async def test_friday_afternoon_is_promised_for_monday_noon(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known, FRIDAY) as town:
        await Desks(town).employ("rini", "Bu Rini")
        assert "paling lambat Senin, 30 November 2026 pukul 12.00 WIB" in await asks(town.phone("ani"))


async def test_a_holiday_moves_the_promise(town: Town, desks: Desks, ani: Phone) -> None:
    await desks.employ("rini", "Bu Rini")
    await decide(town, holidays=["2026-11-23", "2026-11-24"])
    assert "paling lambat Rabu, 25 November 2026 pukul 12.00 WIB" in await asks(ani)


async def decide(town: Town, **changed: Any) -> None:
    """Have the office say something else than what holds until it says anything."""
    usual = Office()
    row = {name: getattr(usual, name) for name in Office.__slots__} | {"id": 1} | changed
    async with town.assistant.database.transaction() as tx:
        await tx.execute(tx.insert(StoredOffice).values(row))


async def test_without_staff_nothing_is_promised_but_the_offices_are_named(town: Town, ani: Phone) -> None:
    answer = await asks(ani)
    assert answer.startswith("Di sini belum ada petugas.")
    assert ani.bubbles[-1].labels == ["Kantor dan kontak", "Menu"]
    assert await case_rows(town) == []
    await decide(town, contacts={"halal": "LP3H UIN, halal@uin.example"})
    await ani.says("biaya sertifikat halal berapa ya kak")
    await ani.says("bisa tanya petugas?")
    assert ani.bubbles[-1].text == "Di sini belum ada petugas. Anda bisa bertanya ke: LP3H UIN, halal@uin.example"


async def test_who_may_only_look_is_nobody_who_answers(town: Town, desks: Desks, ani: Phone) -> None:
    tono = await desks.employ("tono", "Pak Tono", role="viewer")
    assert (await asks(ani)).startswith("Di sini belum ada petugas.")
    assert await desks.news(tono) == []
    (refused,) = await tono.says("/kasus")
    assert refused.text == "Peran Anda tidak mencakup ini; administrator bisa mengubahnya."


async def test_the_words_that_are_asked_for_may_be_given_up_or_left_for_something_else(
    town: Town, desks: Desks, ani: Phone
) -> None:
    await desks.employ("rini", "Bu Rini")
    menu = await ani.says("menu")
    await ani.taps("Bicara dengan petugas", menu[0])
    (given_up,) = await ani.says("batal")
    assert given_up.text == "Siap, Kak."
    await ani.taps("Bicara dengan petugas", menu[0])
    await ani.taps("Halal", menu[0])
    (answer,) = await ani.says("biaya sertifikat halal berapa ya kak")
    assert "Rp230.000" in answer.text
    await ani.taps("Bicara dengan petugas", menu[0])
    town.clock.move(timedelta(hours=3))
    (answer,) = await ani.says("biaya sertifikat halal berapa ya kak?")
    assert "Rp230.000" in answer.text
    assert await case_rows(town) == []


async def test_pieces_before_the_words_come_along(desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await ani.says("bisa tanya petugas?")
    assert await ani.says("halo kak") == []
    await ani.says("kapan pendaftaran stan ditutup dan siapa yang memilih")
    (alert,) = await desks.news(rini)
    assert "“halo kak\nkapan pendaftaran stan" in alert.text


async def test_something_is_added_and_the_case_is_cancelled(town: Town, desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await asks(ani)
    (asked,) = await ani.taps("Tambah keterangan")
    assert asked.labels == ["Batal"]
    (added,) = await ani.says("SIM-nya mati bulan depan")
    assert added.text == "Ditambahkan ke K-1."
    (page,) = await rini.says("/kasus 1")
    assert "K-1: SIM-nya mati bulan depan" in page.text
    (cancelled,) = await ani.taps("Batalkan")
    assert cancelled.text == "K-1 dibatalkan; tidak ada lagi yang menjawabnya."
    (again,) = await ani.taps("Batalkan", added)
    assert again.text.startswith("K-1 sudah ditutup.")
    alert = (await desks.news(rini))[-1]
    (late,) = await rini.taps("Saya ambil", alert)
    assert late.text == "K-1 dibatalkan penanyanya hari ini pukul 09.41 WIB."
    assert await desks.waits(ani, 24 * 60) == []  # no promise is missed that nobody waits for


async def test_a_missed_promise_is_owned_up_to_once_on_both_sides(town: Town, desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await asks(ani)
    assert len(await desks.news(rini)) == 1
    assert await desks.waits(rini, 4 * 60) == []
    (sorry,) = await desks.waits(ani, 20)
    assert sorry.text == (
        "Maaf, K-1 belum terjawab pada waktunya. Petugas sudah saya ingatkan; "
        "paling lambat Selasa, 24 November 2026 pukul 10.00 WIB."
    )
    assert sorry.labels == ["Tambah keterangan", "Batalkan"]
    (reminder,) = await desks.news(rini)
    assert reminder.text.startswith("Belum terjawab pada waktunya:\nK-1")
    assert "⚠️ Terlambat; janji baru: Selasa, 24 November 2026 pukul 10.00 WIB." in reminder.text
    assert await desks.waits(ani, 48 * 60) == []
    (listed,) = await rini.says("/kasus")
    assert "K-1 · ⚠️ terlambat, menunggu sejak 23 November 2026 · perpanjang" in listed.text


async def test_the_list_shows_eight_oldest_first_and_leads_on(town: Town, desks: Desks) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    assert (await rini.says("/kasus"))[0].text == "Tidak ada kasus yang menunggu."
    for number in range(10):
        await asks(town.phone(f"owner-{number}"), f"perpanjang SIM C di bandung nomor {number} dimana")
    (listed,) = await rini.says("kasus")
    assert listed.text.splitlines()[0] == "Punya Anda: 0 · menunggu: 10"
    assert [label.split()[0] for label in listed.labels[:8]] == [f"K-{number}" for number in range(1, 9)]
    (more,) = await rini.taps("Lainnya")
    assert [label.split()[0] for label in more.labels] == ["K-9", "K-10", "Kembali"]
    (page,) = await rini.taps(more.labels[0])
    assert page.labels == ["Saya ambil", "Semua kasus"]


async def test_a_report_is_a_case_with_its_comment(town: Town, desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await ani.says("biaya sertifikat halal berapa ya kak")
    await ani.taps("Kurang tepat?")
    (invited,) = await ani.taps("Sudah berubah")
    assert invited.text == "Boleh tulis yang Anda tahu, atau kirim fotonya?"
    assert invited.labels == ["Lewati"]
    (noted,) = await ani.says("kata temen di dinas sekarang naik")
    assert noted.text.startswith("Dicatat dan dikirim ke petugas, nomor K-1.")
    assert "Hasilnya saya kabari di sini, paling lambat hari ini pukul 14.00 WIB." in noted.text
    (alert,) = await desks.news(rini)
    assert alert.text.splitlines()[1:3] == [
        "Menurutnya ada jawaban yang kurang tepat.",
        "“kata temen di dinas sekarang naik”",
    ]
    assert await desks.waits(rini, 15) == []
    (case,) = await case_rows(town)
    assert (case["kind"], case["topic"]) == ("report", "halal.cost")


async def test_whoever_reports_and_then_asks_something_else_is_answered_and_the_report_stays_as_it_was(
    town: Town, desks: Desks, ani: Phone
) -> None:
    await desks.employ("rini", "Bu Rini")
    await ani.says("biaya sertifikat halal berapa ya kak")
    await ani.taps("Kurang tepat?")
    await ani.taps("Sudah berubah")
    assert (await ani.says("siapa yang wajib bersertifikat halal"))[0].text.startswith("Ya, wajib.")
    (unknown,) = await ani.says("kata temen di dinas sekarang naik")
    assert "Dicatat dan dikirim" not in unknown.text
    assert await case_rows(town) == []


async def test_a_report_without_words_goes_to_staff_all_the_same(town: Town, desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await ani.says("biaya sertifikat halal berapa ya kak")
    (answer,) = [sent for sent in ani.bubbles if "Kurang tepat?" in sent.labels]
    await ani.taps("Kurang tepat?", answer)
    (invited,) = await ani.taps("Angkanya")
    (other,) = await ani.says("siapa yang wajib bersertifikat halal")  # a question is a question
    assert other.text.startswith("Ya, wajib.")
    await desks.news(ani)
    (noted,) = await desks.waits(ani, 11)
    assert noted.text.startswith("Dicatat dan dikirim ke petugas, nomor K-1.")
    assert len(await desks.news(rini)) == 1
    (known,) = await ani.taps("Lewati", invited)
    assert known.text == "Dicatat. Terima kasih."
    assert len(await case_rows(town)) == 1


async def test_a_case_outlives_a_restart(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known) as town:
        await Desks(town).employ("rini", "Bu Rini")
        ani = town.phone("ani")
        await ani.says(UNKNOWN)
        await ani.sends([ani.tap("Tanya petugas")])
        await town.assistant.settled()  # the alert has not left yet
    async with Town.opened(sqlite_url, known, datetime(2026, 11, 23, 13, 0, tzinfo=BANDUNG)) as town:
        desks, ani, rini = Desks(town), town.phone("ani"), town.phone("rini")
        assert [sent.labels for sent in await desks.news(rini)] == [["Saya ambil", "Lihat dulu"]]
        (sorry,) = await desks.waits(ani, 61)
        assert sorry.text.startswith("Maaf, K-1 belum terjawab pada waktunya.")


async def test_a_fault_can_be_brought_before_a_person(
    desks: Desks, ani: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desks.employ("rini", "Bu Rini")

    def fails(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr("handlers.ask.say_card", fails)
        await ani.says("biaya sertifikat halal berapa ya kak")
    assert ani.bubbles[-1].labels == ["Coba lagi", "Tanya petugas"]
    (noted,) = await ani.taps("Tanya petugas")
    assert noted.text.startswith("Dicatat, nomor K-1.")


async def test_a_voice_message_is_kept_and_offered_to_staff(town: Town, desks: Desks, ani: Phone) -> None:
    (unread,) = await ani.sends_voice(OGG)
    assert unread.labels == ["Menu"]  # nobody is there who could listen
    rini = await desks.employ("rini", "Bu Rini")
    (offered,) = await ani.sends_voice(OGG)
    assert offered.text == (
        "Saya belum bisa mendengar pesan suara. Mau saya teruskan ke petugas? "
        "Jawabannya paling lambat hari ini pukul 14.00 WIB."
    )
    assert offered.labels == ["Teruskan", "Saya tulis saja"]
    tap = ani.tap("Teruskan", offered)
    noted, again = await ani.does(tap, tap)
    assert noted.text.startswith("Dicatat, nomor K-1.") and again.text.startswith("Sudah dicatat, nomor K-1")
    (alert,) = await desks.news(rini)
    assert alert.reply.file > 0
    (write,) = await ani.taps("Saya tulis saja", offered)
    assert write.text == "Siap. Mau tanya apa?"


async def test_a_photo_can_be_the_question_and_the_comment(town: Town, desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await ani.says("bisa tanya petugas?")
    (too_large,) = await ani.sends_photo(JPEG + bytes(5_000_000))
    assert too_large.text.startswith("Berkas itu terlalu besar")
    (noted,) = await ani.sends_photo(JPEG, "label ini benar tidak")
    assert noted.text.startswith("Dicatat, nomor K-1.")
    await ani.says("biaya sertifikat halal berapa ya kak")
    await ani.taps("Kurang tepat?")
    await ani.taps("Angkanya")
    (reported,) = await ani.sends_photo(JPEG)
    assert reported.text.startswith("Dicatat dan dikirim ke petugas, nomor K-2.")
    question, report = await desks.news(rini)
    assert question.reply.file > 0 and report.reply.file > 0
    assert "“label ini benar tidak”" in question.text


async def test_owners_are_kept_out_of_the_staffs_pages(desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    (refused,) = await ani.says("/kasus 1")
    assert refused.text.startswith("Itu untuk petugas kantor.")
    await asks(ani)
    (alert,) = await desks.news(rini)
    await desks.dismiss("Bu Rini")
    (late,) = await rini.taps("Saya ambil", alert)
    assert late.text.startswith("Itu untuk petugas kantor.")


@pytest.fixture
async def two_towns(postgres_url: str, known: Knowledge) -> AsyncIterator[tuple[Town, Town]]:
    """The same database, served by two processes."""
    async with Town.opened(postgres_url, known) as one, Town.opened(postgres_url, known) as other:
        yield one, other


async def test_of_two_officers_at_once_one_has_the_case_and_the_other_hears_who(two_towns: tuple[Town, Town]) -> None:
    one, other = two_towns
    desks = Desks(one)
    rini, dadan = await desks.employ("rini", "Bu Rini"), await desks.employ("dadan", "Pak Dadan")
    elsewhere = Phone(other.assistant, one.channel, "dadan")
    for round_ in range(1, 9):
        await asks(one.phone(f"owner-{round_}"))
        await desks.deliver()
        taps = rini.tap("Saya ambil"), elsewhere.tap("Saya ambil", dadan.bubbles[-1])
        await asyncio.gather(rini.sends([taps[0]]), elsewhere.sends([taps[1]]))
        await one.assistant.settled()
        await other.assistant.settled()
        taken = (await case_rows(one))[-1]
        assert (taken["id"], taken["state"]) == (round_, "taken")
        faster, late = ("Bu Rini", other) if taken["owner_id"] == 1 else ("Pak Dadan", one)
        who = "rini" if late is one else "dadan"
        assert late.channel.sent[who][-1].text.startswith(f"{faster} memegang K-{round_} sejak hari ini")
    assert (await acts(one)).count("case.take") == 8


async def test_of_two_questions_of_one_person_one_is_talked_about_at_a_time(two_towns: tuple[Town, Town]) -> None:
    one, other = two_towns
    desks = Desks(one)
    rini, dadan = await desks.employ("rini", "Bu Rini"), await desks.employ("dadan", "Pak Dadan")
    elsewhere = Phone(other.assistant, one.channel, "dadan")
    for round_ in range(4):
        ani = one.phone(f"owner-{round_}")
        await asks(ani)
        await asks(ani, "bikin SKCK di bandung dimana")
        first, second = (await desks.news(rini))[-2:]
        await desks.news(dadan)
        taps = rini.tap("Saya ambil", first), elsewhere.tap("Saya ambil", dadan.bubbles[-1])
        await asyncio.gather(rini.sends([taps[0]]), elsewhere.sends([taps[1]]))
        await one.assistant.settled()
        await other.assistant.settled()
        taken, waiting = sorted((await case_rows(one))[-2:], key=lambda case: str(case["state"]), reverse=True)
        assert (taken["state"], waiting["state"]) == ("taken", "open")
        late = one.channel.sent["rini"] if taken["owner_id"] == 2 else other.channel.sent["dadan"]
        assert late[-1].text.startswith("Orang ini sedang bicara dengan ")
        assert second.text != first.text


async def test_a_list_of_cases_shows_whole_words_and_what_has_none(desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await asks(ani)
    await ani.sends_photo(JPEG)
    await ani.taps("Teruskan")
    await desks.news(rini)
    (listed,) = await rini.says("/kasus")
    assert listed.text.splitlines()[2].endswith("· berkas atau foto")
    assert listed.labels == ["K-1 perpanjang SIM C", "K-2"]


async def test_what_staff_write_to_a_person_does_not_change_their_own_language(desks: Desks, ani: Phone) -> None:
    rini = await desks.employ("rini", "Bu Rini")
    await asks(ani)
    await rini.taps("Saya ambil", (await desks.news(rini))[-1])
    await rini.says("We will call you tomorrow, please keep your papers ready.")
    assert (await rini.says("/selesai"))[0].text == "K-1 selesai."

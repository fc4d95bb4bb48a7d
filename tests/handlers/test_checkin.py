"""Check-in as staff do it at the door, and what the owners hear: D24, and the day after."""

import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.codes import Codes
from bot.door.codes import TICKET
from db.conversation.jobs import StoredJob
from db.enrolling import feedback
from db.enrolling.attendance import StoredAttendance
from db.enrolling.feedback import StoredFeedback
from db.privacy.audit import StoredAct
from tests.town import door
from tests.town.applicants import alter
from tests.town.fairs import offer, programme
from tests.town.hall import Hall, opened
from tests.town.phone import Phone, Town

OPENS: dict[str, Any] = {"opens": time(8, 30), "closes": time(17)}
#: how a time at the door is read
AT = "08.41 waktu Malaysia (07.41 WIB)"


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await opened(town, **OPENS)


@pytest.fixture
async def dadan(hall: Hall) -> Phone:
    """Pak Dadan, an officer."""
    return await hall.desks.employ("dadan", "Pak Dadan")


async def rows(hall: Hall, table: Any = StoredAttendance) -> list[dict[str, Any]]:
    async with hall.town.assistant.database.reading() as tx:
        return [dict(row) for row in (await tx.execute(select(table.__table__).order_by(table.id))).mappings()]


async def acts(hall: Hall) -> list[str]:
    return [row["act"] for row in await rows(hall, StoredAct) if row["act"].startswith("attendance")]


async def test_the_scan_itself_marks_with_the_name_first_and_undo_beside_it(hall: Hall, dadan: Phone) -> None:
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    (marked,) = await door.scans(hall, dadan, "DPJ27-0001")
    assert marked.text == f"✅ Hadir: Euis Komariah, Keripik Teh Euis, DPJ27-0001. Tercatat pukul {AT}."
    assert marked.labels == ["Batalkan", "Lihat pendaftaran"]
    (welcome,) = await hall.news("euis")
    assert welcome.text == ("Selamat datang di Delegasi Pekan Produk, Kak Euis. Kehadiran Anda tercatat.")
    (row,) = await rows(hall)
    assert (row["enrolment_id"], row["day"], row["guests"]) == (1, date(2027, 4, 16), 0)
    (seen,) = await dadan.taps("Lihat pendaftaran")
    assert seen.text.startswith("DPJ27-0001 · Euis Komariah")
    assert await acts(hall) == ["attendance.mark"]


async def test_a_second_scan_says_when_and_by_whom_and_counts_guests(hall: Hall, dadan: Phone) -> None:
    rini = await hall.desks.employ("rini", "Bu Rini")
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    await door.scans(hall, dadan, "DPJ27-0001")
    hall.town.clock.move(timedelta(minutes=7))
    (again,) = await door.scans(hall, rini, "DPJ27-0001")
    assert again.text == (
        f"⚠️ Euis Komariah, Keripik Teh Euis, DPJ27-0001: sudah tercatat hadir pukul {AT} oleh Pak Dadan."
    )
    assert again.labels == ["Lihat pendaftaran", "Catat sebagai tamu"]
    await rini.taps("Catat sebagai tamu")
    (two,) = await rini.taps("Catat sebagai tamu", again)
    assert two.text == "✅ Tamu bersama Euis Komariah, Keripik Teh Euis, DPJ27-0001: 2."
    assert [row["guests"] for row in await rows(hall)] == [2]
    assert len(await hall.news("euis")) == 1, "one welcome"
    assert await acts(hall) == ["attendance.mark", "attendance.guest", "attendance.guest"]


async def test_undoing_is_told_to_whoever_was_welcomed_and_an_old_undo_touches_no_new_mark(
    hall: Hall, dadan: Phone
) -> None:
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    (marked,) = await door.scans(hall, dadan, "DPJ27-0001")
    await hall.news("euis")
    (undone,) = await dadan.taps("Batalkan", marked)
    assert undone.text == "Dibatalkan: Euis Komariah, Keripik Teh Euis, DPJ27-0001 tidak tercatat hadir."
    assert not await rows(hall)
    (told,) = await hall.news("euis")
    assert told.text == "Kehadiran Euis Komariah di Delegasi Pekan Produk tadi keliru tercatat; sudah kami batalkan."
    await door.scans(hall, dadan, "DPJ27-0001")
    (late,) = await dadan.taps("Batalkan", marked)
    assert late.text == "Itu sudah dibatalkan."
    assert len(await rows(hall)) == 1
    assert await acts(hall) == ["attendance.mark", "attendance.undo", "attendance.mark"]


async def test_another_day_is_explained_and_marks_nothing(hall: Hall, dadan: Phone) -> None:
    await hall.enrols("euis", "accepted")
    for at in (door.OPENING - timedelta(days=1), door.OPENING + timedelta(days=1)):
        door.opens(hall, at)
        (said,) = await door.scans(hall, dadan, "DPJ27-0001")
        assert said.text.splitlines() == [
            "⚠️ Tiket ini untuk Delegasi Pekan Produk, Jumat, 16 April 2027, bukan untuk hari ini.",
            "Euis Komariah, Keripik Teh Euis, DPJ27-0001",
        ]
        assert said.labels == ["Lihat pendaftaran", "Cari nama"]
    assert not await rows(hall) and not await hall.news("euis")


async def test_the_day_is_that_of_the_place(hall: Hall, dadan: Phone) -> None:
    """Just after midnight in Malaysia it is still the day before in Bandung."""
    await hall.enrols("euis", "accepted")
    door.opens(hall, datetime(2027, 4, 15, 16, 30, tzinfo=UTC))
    (marked,) = await door.scans(hall, dadan, "DPJ27-0001")
    assert "Tercatat pukul 00.30 waktu Malaysia (Kamis, 15 April pukul 23.30 WIB)." in marked.text


async def test_a_ticket_of_another_programme_is_not_for_today(hall: Hall, dadan: Phone) -> None:
    await offer(hall.town, programme("PEX27"))
    await hall.enrols("euis", "accepted")
    door.opens(hall, datetime(2027, 3, 1, 2, tzinfo=UTC))
    (said,) = await door.scans(hall, dadan, "DPJ27-0001")
    assert said.text.startswith("⚠️ Tiket ini untuk Delegasi Pekan Produk,") and not await rows(hall)


@pytest.mark.parametrize(
    ("state", "said"), [("submitted", "menunggu keputusan"), ("withdrawn", "mundur"), ("declined", "tidak diterima")]
)
async def test_who_may_not_come_is_explained(hall: Hall, dadan: Phone, state: str, said: str) -> None:
    await hall.enrols("euis", state)
    door.opens(hall)
    (refused,) = await door.scans(hall, dadan, "DPJ27-0001")
    assert refused.text == f"⚠️ Euis Komariah, Keripik Teh Euis, DPJ27-0001: {said}. Tidak ada yang dicatat."
    (by_hand,) = await dadan.says("/hadir dpj27 1")
    assert by_hand.text == refused.text and not await rows(hall)


async def test_a_forged_or_foreign_code_is_no_ticket_of_ours(hall: Hall, dadan: Phone) -> None:
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    good = door.code(hall, "DPJ27-0001")
    missing = TICKET.payload + hall.town.assistant.tools[Codes].code(TICKET, "DPJ27-0099")
    for false in (good[:-2] + "AA", good.replace("0001", "0002"), "tiket_", "tiket_X", missing):
        (said,) = await dadan.says(f"/start {false}")
        assert said.text == "⚠️ Ini bukan tiket dari kami." and said.labels == ["Cari nama"]
    assert not await rows(hall)


async def test_a_stranger_learns_nothing(hall: Hall, dadan: Phone) -> None:
    viewer = await hall.desks.employ("tini", "Bu Tini", "viewer")
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    for phone in (hall.town.phone("asep"), viewer):
        said = (await door.scans(hall, phone, "DPJ27-0001"))[0].text
        assert said.startswith("Ini tiket peserta. Hanya petugas di pintu yang bisa memindainya.")
        assert "Euis" not in said and "Delegasi" not in said
        (refused,) = await phone.says("/hadir DPJ27-0001")
        assert "Euis" not in refused.text
    assert not await rows(hall)


async def test_staff_do_not_check_themselves_in(hall: Hall, dadan: Phone) -> None:
    hall.phones["dadan"] = dadan
    await hall.enrols("dadan", "accepted")
    door.opens(hall)
    (said,) = await door.scans(hall, dadan, "DPJ27-0001")
    assert said.text == "DPJ27-0001 pendaftaran Anda sendiri: rekan Anda yang mencatat kehadirannya."
    assert not await rows(hall)


async def test_by_number_or_name_with_one_more_tap(hall: Hall, dadan: Phone) -> None:
    await hall.enrols("euis", "accepted")
    await hall.enrols("ujang", "accepted", name="Ujang Sasmita", business="Kopi Ujang", phone="+6281311112222")
    door.opens(hall)
    (asked,) = await dadan.says("hadir")
    assert asked.text == "Siapa yang hadir? Tulis nomor pendaftaran, nama, usaha, atau nomor HP."
    (confirm,) = await dadan.says("ujang")
    assert confirm.text.splitlines() == ["Ujang Sasmita, Kopi Ujang, DPJ27-0002", "Delegasi Pekan Produk: catat hadir?"]
    assert not await rows(hall), "nothing is marked before the tap"
    (marked,) = await dadan.taps("Hadir hari ini")
    assert marked.text.startswith("✅ Hadir: Ujang Sasmita, Kopi Ujang, DPJ27-0002.")
    (twice,) = await dadan.taps("Hadir hari ini", confirm)
    assert twice.text.startswith("⚠️ Ujang Sasmita, Kopi Ujang, DPJ27-0002: sudah tercatat hadir")
    (by_phone,) = await dadan.says("/hadir 0813 1111 2222")
    assert "sudah tercatat hadir" in by_phone.text
    (both,) = await dadan.says("/attend keripik")
    assert both.text.startswith("Euis Komariah")
    (none,) = await dadan.says("/hadir siti")
    assert "“siti”" in none.text and none.labels == ["Batal"]
    (several,) = await dadan.says("/hadir s")
    assert [line[:2] for line in several.text.splitlines()[1:]] == ["1.", "2."]
    (second,) = await dadan.says("2")
    assert second.text.startswith("Euis Komariah, Keripik Teh Euis, DPJ27-0001\n")


async def test_a_paper_list_is_entered_afterwards_for_each_day(town: Town) -> None:
    hall = await opened(town, **OPENS, last_day=date(2027, 4, 17))
    dadan = await hall.desks.employ("dadan", "Pak Dadan")
    await hall.enrols("euis", "accepted")
    (early,) = await dadan.says("/hadir DPJ27-0001")
    assert early.text.endswith("Delegasi Pekan Produk belum mulai.")
    door.opens(hall, door.OPENING + timedelta(days=3))
    (asked,) = await dadan.says("/hadir DPJ27-0001")
    assert asked.labels == ["17 April 2027", "16 April 2027", "Batal"]
    (marked,) = await dadan.taps("16 April 2027")
    assert marked.text == "✅ Hadir pada 16 April 2027: Euis Komariah, Keripik Teh Euis, DPJ27-0001."
    (told,) = await hall.news("euis")
    assert told.text == "Kehadiran Euis Komariah di Delegasi Pekan Produk pada 16 April 2027 sudah tercatat."
    (again,) = await dadan.taps("16 April 2027", asked)
    assert again.text.endswith("sudah tercatat hadir pada 16 April 2027, oleh Pak Dadan.")
    (thanks,) = await hall.desks.waits(hall.phones["euis"], 0)
    assert thanks.text.startswith("Terima kasih sudah datang"), "late, but it comes"


async def test_each_day_of_several_is_marked_for_itself(town: Town) -> None:
    hall = await opened(town, **OPENS, last_day=date(2027, 4, 17))
    dadan = await hall.desks.employ("dadan", "Pak Dadan")
    await hall.enrols("euis", "accepted")
    for at in (door.OPENING, door.OPENING + timedelta(days=1)):
        door.opens(hall, at)
        (marked,) = await door.scans(hall, dadan, "DPJ27-0001")
        assert marked.text.startswith("✅ Hadir:")
    assert [row["day"] for row in await rows(hall)] == [date(2027, 4, 16), date(2027, 4, 17)]
    await hall.news("euis")
    await hall.phones["euis"].says("status")
    (page,) = await hall.phones["euis"].taps("1. DPJ27-0001")
    assert "Hadir pada Jumat, 16 April 2027, Sabtu, 17 April 2027." in page.text


async def test_who_is_there_and_who_is_missing(hall: Hall, dadan: Phone) -> None:
    for name in ("euis", "ujang", "siti"):
        await hall.enrols(name, "accepted", name=name.title())
    await hall.enrols("asep", "declined")
    door.opens(hall)
    await door.scans(hall, dadan, "DPJ27-0002")
    await dadan.says("/pendaftaran")
    await dadan.taps("1 Delegasi")
    (page,) = await dadan.taps("Kehadiran")
    assert page.text.splitlines() == [
        "Delegasi Pekan Produk, 16 April 2027: hadir 1 dari 3.",
        "Belum hadir:",
        "1. DPJ27-0001 · Euis",
        "2. DPJ27-0003 · Siti",
    ]
    assert page.labels == ["1. DPJ27-0001", "2. DPJ27-0003", "Daftar cetak", "Kembali"]
    (confirm,) = await dadan.says("2")
    assert confirm.text.startswith("Siti, ")
    (listed,) = await dadan.taps("Daftar cetak", page)
    assert listed.file and listed.text.startswith("📎 Daftar hadir untuk dicetak, 3 orang.")
    sheet = load_workbook(io.BytesIO(listed.file.content)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()][:2] == [
        ["Nomor", "Nama", "Usaha", "HP", "Tanda tangan"],
        ["DPJ27-0001", "Euis", "Keripik Teh Euis", "+6281234567890", None],
    ]
    assert sheet.column_dimensions["B"].width == 32 and sheet.page_setup.orientation == "landscape"
    assert "attendance.list" in await acts(hall)


async def test_many_who_are_missing_are_paged(hall: Hall, dadan: Phone) -> None:
    for number in range(7):
        await hall.enrols(f"p{number}", "accepted")
    door.opens(hall)
    await dadan.says("/pendaftaran")
    await dadan.taps("1 Delegasi")
    (page,) = await dadan.taps("Kehadiran")
    assert page.labels[5] == "Lainnya"
    (rest,) = await dadan.taps("Lainnya")
    assert rest.labels[:2] == ["1. DPJ27-0006", "2. DPJ27-0007"]


# the day after


async def test_who_was_there_is_thanked_once_and_asked_three_things(hall: Hall, dadan: Phone) -> None:
    await hall.enrols("euis", "accepted")
    await hall.enrols("ujang", "accepted")
    door.opens(hall)
    await door.scans(hall, dadan, "DPJ27-0001")
    (asked,) = await door.next_morning(hall, "euis")
    assert asked.text == (
        "Terima kasih sudah datang ke Delegasi Pekan Produk. "
        "Bagaimana acaranya, dari 1 (kurang) sampai 5 (sangat bagus)?"
    )
    assert asked.labels == ["1 Kurang", "2 Lumayan", "3 Cukup", "4 Bagus", "5 Sangat bagus", "Sertifikat"]
    assert not await hall.news("ujang"), "who was not there hears nothing"
    euis = hall.phones["euis"]
    (useful,) = await euis.taps("4 Bagus", asked)
    assert useful.text.startswith("Tercatat. Apa yang paling berguna") and useful.labels == ["Lewati"]
    (again,) = await euis.says("ketemu pembeli langsung, banyak kontak baru")
    assert again.text == "Mau ikut lagi lain kali?" and again.labels == ["Ya", "Tidak"]
    (done,) = await euis.says("ya")
    assert done.text.startswith("Terima kasih, itu membantu")
    (kept,) = await rows(hall, StoredFeedback)
    assert (kept["rating"], kept["useful"], kept["again"]) == (4, "ketemu pembeli langsung, banyak kontak baru", True)
    (last,) = await euis.taps("5 Sangat bagus", asked)
    assert last.text == useful.text
    await euis.taps("Lewati")
    assert [row["rating"] for row in await rows(hall, StoredFeedback)] == [5], "what is said again counts instead"
    async with hall.town.assistant.database.reading() as tx:
        found = await feedback.summary(tx, hall.programme.id)
    assert (found.number, found.average, found.would_come, found.answered) == (1, 5.0, 1, 1)
    await dadan.says("/pendaftaran")
    await dadan.taps("1 Delegasi")
    await dadan.taps("Kehadiran")
    (summary,) = await dadan.taps("Kesan peserta")
    assert summary.text.splitlines() == [
        "Delegasi Pekan Produk: 5 dari 5, dari 1 jawaban.",
        "Mau ikut lagi: 1 dari 1",
        "“ketemu pembeli langsung, banyak kontak baru”",
    ]
    assert "Euis" not in summary.text


async def test_who_was_marked_by_mistake_is_not_thanked(hall: Hall, dadan: Phone) -> None:
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    await door.scans(hall, dadan, "DPJ27-0001")
    await dadan.taps("Batalkan")
    assert not [one for one in await door.next_morning(hall, "euis") if "Terima kasih" in one.text]


async def test_where_it_is_put_off_the_thanks_wait(hall: Hall, dadan: Phone) -> None:
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    await door.scans(hall, dadan, "DPJ27-0001")
    await alter(hall.town, last_day=date(2027, 4, 18))
    assert not await door.next_morning(hall, "euis")
    (job,) = [row for row in await rows(hall, StoredJob) if row["name"] == "thanks"]
    assert job["due_at"] == datetime(2027, 4, 19, 3, tzinfo=UTC)

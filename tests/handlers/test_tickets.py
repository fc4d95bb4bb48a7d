"""Tickets and certificates: what they carry, how they come, and that nobody else can make one."""

import io
import re
from collections.abc import Iterator
from datetime import date, time
from urllib.parse import quote

import httpx
import pytest
from PIL import Image, ImageChops

from bot.codes import Codes
from bot.door.codes import CERTIFICATE, TICKET
from bot.door.tickets import _QR, _drawn, _Line
from bot.knowledge import Knowledge
from bot.media.lettering import legible
from bot.media.qr import png
from db.conversation import jobs
from tests.town import door
from tests.town.applicants import tap
from tests.town.hall import Hall, opened
from tests.town.phone import Phone, Town
from tests.town.web_site import serving

OPENS = {"opens": time(8, 30), "closes": time(17)}


@pytest.fixture
async def hall(town: Town) -> Hall:
    return await opened(town, **OPENS)


@pytest.fixture
async def rini(hall: Hall) -> Phone:
    return await hall.desks.employ("rini", "Bu Rini")


async def accepts(hall: Hall, rini: Phone, **said: str) -> int:
    """Euis is accepted by Bu Rini."""
    one = await hall.enrols("euis", **said)
    await rini.says(f"/pendaftaran DPJ27 {one}")
    await rini.taps("Terima")
    return one


async def test_a_ticket_is_everything_that_is_needed_at_the_door(hall: Hall, rini: Phone) -> None:
    """D23."""
    await accepts(hall, rini)
    ticket = await door.ticket(hall, "euis")
    assert ticket.text.splitlines() == [
        "✅ Anda diterima di Delegasi Pekan Produk.",
        "DPJ27-0001 · Euis Komariah · Keripik Teh Euis",
        "📅 Jumat, 16 April 2027, pukul 08.30–17.00 waktu Malaysia (07.30–16.00 WIB)",
        "📍 Dewan Sivik MBPJ",
        "Tunjukkan QR ini di pintu. HP mati? Sebut saja nomornya.",
    ]
    assert ticket.labels == ["Simpan kalender", "Siapkan apa saja", "Mundur"]
    assert ticket.file and (ticket.file.kind, ticket.file.mime, ticket.file.name) == (
        "photo",
        "image/png",
        "DPJ27-0001.png",
    )
    width, height = door.size(ticket.file)
    assert width == 720 and 800 < height < 1300
    assert len(ticket.file.content) < 100_000
    code = hall.town.assistant.tools[Codes].code(TICKET, "DPJ27-0001")
    expected = Image.open(io.BytesIO(png(f"https://chat.example/?start=tiket_{code}", _QR))).convert("L")
    with Image.open(io.BytesIO(ticket.file.content)) as picture:
        left = (width - expected.width) // 2
        parts = (picture.crop((left, top, left + expected.width, top + expected.height)) for top in range(300))
        assert any(part.tobytes() == expected.tobytes() for part in parts)


async def test_it_comes_by_day_where_staff_decided_and_at_once_where_the_person_took_the_place(hall: Hall) -> None:
    rini = await hall.desks.employ("rini", "Bu Rini")
    hall.town.clock.move(door.OPENING.replace(year=2026, month=11, day=24, hour=14) - hall.town.clock.now())
    await accepts(hall, rini)
    assert not await hall.desks.waits(hall.phones["euis"], 0), "it is 21.00 in Bandung"
    (ticket,) = await hall.desks.waits(hall.phones["euis"], 60 * 10)
    assert ticket.file


async def test_a_ticket_is_shown_again_at_any_time_and_only_while_it_is_good(hall: Hall, rini: Phone) -> None:
    one = await accepts(hall, rini)
    euis = hall.phones["euis"]
    first = await door.ticket(hall, "euis")
    await euis.says("status")
    (page,) = await euis.taps("1. DPJ27-0001")
    assert page.labels[0] == "Tiket"
    (again,) = await euis.taps("Tiket")
    assert again.reply.attachment == first.reply.attachment
    (own,) = await door.scans(hall, euis, "DPJ27-0001")
    assert own.text == first.text
    (asked,) = await euis.taps("Mundur")
    assert "tidak bisa diambil lagi" in asked.text
    await euis.taps("Ya, mundur")
    (gone,) = await euis.taps("Tiket", page)
    assert gone.text == "DPJ27-0001 · Delegasi Pekan Produk: mundur" and not gone.file
    assert (await hall.load(one)).state == "withdrawn"


async def test_the_word_alone_shows_the_ticket(hall: Hall, rini: Phone) -> None:
    euis = hall.town.phone("euis")
    (none,) = await euis.says("tiket")
    assert none.text == "Anda tidak punya tiket sekarang."
    await accepts(hall, rini)
    (shown,) = await euis.says("Tiket dong")
    assert shown.file and "DPJ27-0001" in shown.text
    await hall.enrols("euis", "accepted", name="Ujang", for_other=True)
    (which,) = await euis.says("/tiket")
    assert which.labels == ["DPJ27-0002", "DPJ27-0001"]
    (second,) = await euis.taps("DPJ27-0002")
    assert second.text.startswith("✅ Ujang diterima di")


@pytest.mark.parametrize("language", ["en", "ms", "su"])
async def test_everything_is_said_in_every_language(hall: Hall, language: str) -> None:
    """What a bubble may hold is looked at as it arrives."""
    dadan = await hall.desks.employ("dadan", "Pak Dadan", language=language)
    await hall.enrols("euis", "accepted", language=language)
    euis = hall.phones["euis"]
    await euis.says("/ticket")
    await hall.enrols("ujang", "accepted")
    door.opens(hall)
    await door.scans(hall, dadan, "DPJ27-0001")
    await door.scans(hall, dadan, "DPJ27-0001")
    await tap(dadan, "attendance-guest")
    await dadan.says("/hadir DPJ27-0002")
    await tap(dadan, "attendance-mark")
    await tap(dadan, "attendance-undo")
    await dadan.says("/pendaftaran")
    await tap(dadan, "enrolments-of")
    await tap(dadan, "attendance")
    await tap(dadan, "attendance-list")
    (asked,) = await door.next_morning(hall, "euis")
    await euis.taps(asked.labels[0], asked)
    await tap(euis, "feedback-skip")
    await tap(euis, "feedback-again")
    await tap(euis, "certificate")
    await dadan.says("/pendaftaran")
    await tap(dadan, "enrolments-of")
    await tap(dadan, "attendance")
    (summary,) = await tap(dadan, "feedback-summary")
    assert "1" in summary.text


async def test_who_withdraws_before_it_is_made_gets_none(hall: Hall, rini: Phone) -> None:
    await accepts(hall, rini)
    euis = hall.phones["euis"]
    await euis.says("status")
    await euis.taps("1. DPJ27-0001")
    await euis.taps("Mundur")
    await euis.taps("Ya, mundur")
    assert not await hall.desks.waits(euis, 0)


async def test_a_place_by_order_of_arrival_brings_the_ticket_at_any_hour(town: Town) -> None:
    hall = await opened(town, **OPENS)
    await hall.enrols("euis", "accepted")
    one = await hall.load(1)
    hall.town.clock.move(door.OPENING.replace(year=2026, month=11, day=24, hour=15) - hall.town.clock.now())
    async with town.assistant.database.transaction() as tx:
        await jobs.later(tx, "ticket", town.clock.now(), one.address_id, {"id": one.id})
    (ticket,) = await hall.desks.waits(hall.phones["euis"], 0)
    assert ticket.file


async def test_the_calendar_keeps_one_entry_through_changes(hall: Hall, rini: Phone) -> None:
    await accepts(hall, rini)
    await door.ticket(hall, "euis")
    (saved,) = await hall.phones["euis"].taps("Simpan kalender")
    assert saved.file and saved.file.mime == "text/calendar"
    entry = door.unfolded(saved.file)
    assert "SUMMARY:Delegasi Pekan Produk\r\n" in entry and "LOCATION:Dewan Sivik MBPJ" in entry
    assert "DTSTART;TZID=Asia/Kuala_Lumpur:20270416T083000" in entry
    assert "UID:programme-1-DPJ27@jembatan\r\n" in entry and "SEQUENCE:0\r\n" in entry


async def test_without_days_there_is_no_calendar(town: Town) -> None:
    hall = await opened(town, first_day=None, last_day=None)
    rini = await hall.desks.employ("rini", "Bu Rini")
    await accepts(hall, rini)
    ticket = await door.ticket(hall, "euis")
    assert ticket.labels == ["Siapkan apa saja", "Mundur"] and "📅" not in ticket.text


async def test_a_sample_says_so_on_the_ticket_and_long_names_fit(town: Town) -> None:
    hall = await opened(town, **OPENS, is_sample=True)
    rini = await hall.desks.employ("rini", "Bu Rini")
    await accepts(hall, rini, name="Raden Ayu " + "Kusumawardhani " * 8, business="K" * 100)
    ticket = await door.ticket(hall, "euis")
    assert "CONTOH" in ticket.text and ticket.file
    with Image.open(io.BytesIO(ticket.file.content)) as picture:
        edges = Image.new("L", picture.size, 255)
        edges.paste(picture.crop((20, 0, 700, picture.height)), (20, 0))
        assert ImageChops.difference(edges, picture.convert("L")).getbbox() is None, "nothing is cut off"


@pytest.mark.parametrize(
    ("name", "set_as"),
    [
        ("Téh Euis – Nopémber", "Téh Euis – Nopémber"),
        ("Euis ✨ Komariah 🌶️", "Euis Komariah"),
        ("Nguyễn Thị Ơ", "Nguyễn Thị Ơ"),
        ("Ｅｕｉｓ", "Euis"),
        ("陈美玲", ""),
        ("ᮃᮊ᮪ᮞᮛ", ""),
        ("Euis 美", ""),
        ("\u202egnirts", "gnirts"),
    ],
)
def test_letters_that_cannot_be_set_are_never_boxes(name: str, set_as: str) -> None:
    assert legible(name) == set_as


def test_a_ticket_without_a_legible_name_still_has_its_number() -> None:
    plain_picture = _drawn("https://j.example/t/X", [_Line("Delegasi", 34)], [_Line("DPJ27-0001", 68, True)])
    assert plain_picture == _drawn(
        "https://j.example/t/X", [_Line("Delegasi", 34)], [_Line("DPJ27-0001", 68, True), _Line(legible("陈美玲"), 36)]
    )


# codes


@pytest.fixture
def codes() -> Codes:
    return Codes(lambda: "a secret of the test", "https://jembatan.example")


def forged(code: str) -> Iterator[str]:
    yield code.replace("0042", "0043")
    yield code.replace("DPJ27", "DPJ28")
    yield code.replace("-0042-", "-00042-")
    yield code[:-1]
    yield code + "A"
    yield code[:-1] + ("A" if code[-1] != "A" else "B")
    yield code.rpartition("-")[0]
    yield "-".join(["DPJ27", "0042", "A" * 16])
    yield ""
    yield "DPJ27-" + "9" * 500
    yield code.replace("0042", "٠٠٤٢")


def test_only_this_installation_makes_codes(codes: Codes) -> None:
    code = codes.code(TICKET, "DPJ27-0042")
    assert codes.read(TICKET, code) == codes.read(TICKET, f" {code.lower()} ") == ("DPJ27", 42)
    assert [codes.read(TICKET, false) for false in forged(code)] == [None] * 11
    assert codes.read(CERTIFICATE, code) is None, "a ticket is no certificate"
    assert Codes(lambda: "another secret").read(TICKET, code) is None


def test_a_code_fits_where_it_must(codes: Codes) -> None:
    longest = CERTIFICATE.payload + codes.code(CERTIFICATE, f"{'X' * 20}-{123456789}")
    assert len(longest) <= 64 and re.fullmatch(r"[\w-]+", longest, re.ASCII)


def test_a_qr_leads_to_the_page_else_to_the_chat_else_says_the_number(codes: Codes) -> None:
    code = codes.code(TICKET, "DPJ27-0042")
    assert codes.address(TICKET, "DPJ27-0042", lambda _: "never") == f"https://jembatan.example/t/{code}"
    own = Codes(lambda: "a secret of the test")
    linked = own.address(TICKET, "DPJ27-0042", lambda payload: f"https://t.me/bot?start={payload}")
    assert linked == f"https://t.me/bot?start=tiket_{code}"
    assert own.address(TICKET, "DPJ27-0042", lambda _: None) == "DPJ27-0042"


def test_without_a_key_codes_are_good_as_long_as_the_process_runs() -> None:
    one, other = Codes(), Codes()
    assert one.read(TICKET, one.code(TICKET, "A-0001")) and not other.read(TICKET, one.code(TICKET, "A-0001"))


# certificates


async def attends(hall: Hall, rini: Phone, **said: str) -> Phone:
    """Euis is there, and it is the day after."""
    await accepts(hall, rini, **said)
    await door.ticket(hall, "euis")
    door.opens(hall)
    await door.scans(hall, rini, "DPJ27-0001")
    return hall.phones["euis"]


async def test_a_certificate_comes_afterwards_and_anybody_can_check_it(hall: Hall, rini: Phone) -> None:
    euis = await attends(hall, rini)
    (asked,) = await door.next_morning(hall, "euis")
    assert "Sertifikat" in asked.labels
    (sent,) = await euis.taps("Sertifikat", asked)
    assert sent.file and sent.file.mime == "application/pdf" and sent.file.content.startswith(b"%PDF")
    assert sent.file.name == "sertifikat-DPJ27-0001.pdf"
    assert len(sent.file.content) < 200_000
    code = hall.town.assistant.tools[Codes].code(CERTIFICATE, "DPJ27-0001")
    (genuine,) = (await hall.town.phone("bos").says(f"/start sertifikat_{code}"))[:1]
    assert genuine.text.splitlines()[:4] == [
        "✅ Sertifikat ini asli.",
        "DPJ27-0001 · Euis Komariah",
        "Delegasi Pekan Produk",
        "📅 Jumat, 16 April 2027",
    ]
    for false in forged(code.replace("0001", "0042")):
        (said,) = (await hall.town.phone("bos").says(f"/start sertifikat_{false}"))[:1]
        assert said.text.startswith("⚠️ Sertifikat ini bukan dari kami.")
    await euis.says("status")
    (page,) = await euis.taps("1. DPJ27-0001")
    assert "Hadir pada Jumat, 16 April 2027." in page.text
    assert "Sertifikat" in page.labels and "Tiket" not in page.labels


async def test_there_is_no_certificate_for_who_was_not_there_nor_before_the_end(town: Town) -> None:
    hall = await opened(town, **OPENS, last_day=date(2027, 4, 17))
    rini = await hall.desks.employ("rini", "Bu Rini")
    await hall.enrols("asep", "accepted")
    euis = await attends_second(hall, rini)
    code = hall.town.assistant.tools[Codes].code(CERTIFICATE, "DPJ27-0001")
    (no,) = (await hall.town.phone("bos").says(f"/start sertifikat_{code}"))[:1]
    assert no.text.startswith("⚠️ Sertifikat ini bukan dari kami."), "Asep was not there"
    await euis.says("status")
    (page,) = await euis.taps("1. DPJ27-0002")
    assert "Sertifikat" not in page.labels
    hall.town.clock.move(door.OPENING.replace(day=18) - hall.town.clock.now())
    await euis.says("status")
    await euis.taps("1. DPJ27-0002")
    (sent,) = await euis.taps("Sertifikat")
    assert sent.file
    genuine = hall.town.assistant.tools[Codes].code(CERTIFICATE, "DPJ27-0002")
    (said,) = (await hall.town.phone("bos").says(f"/start sertifikat_{genuine}"))[:1]
    assert "📅 Jumat–Sabtu, 16–17 April 2027; hadir 1 dari 2 hari" in said.text


async def attends_second(hall: Hall, rini: Phone) -> Phone:
    await hall.enrols("euis", "accepted")
    door.opens(hall)
    await door.scans(hall, rini, "DPJ27-0002")
    return hall.phones["euis"]


async def test_a_certificate_of_a_name_that_cannot_be_set_says_the_number(hall: Hall, rini: Phone) -> None:
    euis = await attends(hall, rini, name="陈美玲")
    (asked,) = await door.next_morning(hall, "euis")
    (sent,) = await euis.taps("Sertifikat", asked)
    assert sent.file


# the pages behind the codes


async def test_the_pages_say_what_this_is_and_a_tickets_page_knows_nobody(sqlite_url: str, known: Knowledge) -> None:
    async with Town.opened(sqlite_url, known) as town:
        hall = await opened(town, **OPENS)
        rini = await hall.desks.employ("rini", "Bu Rini")
        await attends(hall, rini)
        codes = town.assistant.tools[Codes]
    async with serving(sqlite_url, known, codes=codes) as site, httpx.AsyncClient(base_url=site.url) as browser:
        code = codes.code(TICKET, "DPJ27-0001")
        page = await browser.get(f"/t/{code}", headers={"Accept-Language": "en"})
        assert page.status_code == 200 and "This is a ticket." in page.text
        assert f'href="https://t.me/a_bot?start=tiket_{code}"' in page.text
        assert f'href="/?start=tiket_{code}"' in page.text
        assert not re.search("Euis|Keripik|Delegasi", page.text)
        assert page.headers["x-robots-tag"] == "noindex, nofollow" and page.headers["cache-control"] == "no-store"
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        sheet = re.search(r'href="(/static/\S+/door.css)"', page.text)
        assert sheet and (await browser.get(sheet[1])).status_code == 200
        assert "Ieu tikét." in (await browser.get(f"/t/{code}", headers={"Accept-Language": "su"})).text
        for false in forged(code.replace("0001", "0042")):
            assert (await browser.get(f"/t/{quote(false)}")).status_code == 404
        genuine = codes.code(CERTIFICATE, "DPJ27-0001")
        shown = await browser.get(f"/c/{genuine}")
        assert "Sertifikat ini asli." in shown.text and "Euis Komariah" in shown.text
        assert (await browser.get(f"/c/{code}")).status_code == 404

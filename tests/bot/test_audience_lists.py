"""Lists of numbers that staff send as a file: read line by line, judged, and taken by nobody else."""

import asyncio
import csv
import io
import threading
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import Workbook
from sqlalchemy import select, update

from bot.broadcasts.audience import lists
from bot.broadcasts.audience.numbers import Number
from bot.channels.memory import Delivered
from bot.cli import jembatan
from bot.inbound import Inbound
from bot.knowledge import Knowledge
from bot.media.attachments import LARGEST
from db.broadcasts.broadcasts import StoredBroadcast
from db.broadcasts.recipients import StoredListed
from db.engine import Database
from db.enrolling import enrolments
from db.files import StoredFile
from db.people import holders, people
from tests.town import web_site
from tests.town.crowds import agrees, enrols, named, states
from tests.town.desks import Desks
from tests.town.fairs import hold, offer, plan, programme
from tests.town.phone import NOW, Phone, Town
from tests.town.sample_files import JPEG, OGG, PDF
from tests.town.visitor import Visitor, words

ANI, BUDI, CICI = "+6281234567890", "+6281234567891", "+6281234567892"
ROWS: list[list[str | int | None]] = [
    ["Daftar peserta", None, None],
    ["Nama", "HP", "Omzet"],
    ["Ani", 81234567890, 850000000],
    ["Budi", "0812-3456-7891", 7],
    ["Cici", "+62 812 3456 7892", None],
    [None, None, None],
    ["Dedi", "0812 9999 0000", None],
    ["Ani lagi", "62812-34567-890", None],
    ["Euis", "8.12E+10", None],
    ["Fitri", "belum punya HP", None],
]


def xlsx(rows: Sequence[list[Any]] = ROWS) -> bytes:
    book, file = Workbook(), io.BytesIO()
    assert book.active
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def text(delimiter: str, end: str = "\n") -> str:
    return end.join(delimiter.join(str(cell or "") for cell in row) for row in ROWS)


def packed(**parts: bytes) -> bytes:
    """A packed file that says it is a workbook."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in {"[Content_Types].xml": b"", "xl/workbook.xml": b"<", **parts}.items():
            opened.writestr(name, content)
    return file.getvalue()


# what is a number


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("081234567890", [ANI]),
        ("62 812-3456-7890", [ANI]),
        ("+62 (0)812 3456 7890", [ANI]),
        ("0062 812 3456 7890", [ANI]),
        ("81234567890", [ANI]),
        ("81234567890.0", [ANI]),
        ("'081234567890", [ANI]),
        ("\u202a+62 812\u2011345\u20117890\u202c", ["+628123457890"]),
        ("０８１２３４５６７８９０", [ANI]),
        ("HP: 0812 3456 7890 (WA)", [ANI]),
        ("Ani 081234567890", [ANI]),
        ("3. 081234567890", [ANI]),
        ("0812-3456-7890 / 0812-3456-7891", [ANI, BUDI]),
        ("+60 12-345 6789", ["+60123456789"]),
        ("012-345 6789", ["+60123456789"]),
        ("60123456789", ["+60123456789"]),
        ("+65 9123 4567", ["+6591234567"]),
        ("022-2031234", ["+62222031234"]),
        ("62 22 2031234", ["+62222031234"]),
        ("(62-22) 2031234", ["+62222031234"]),
        ("(022) 2031234", ["+62222031234"]),
        ("62811811234", ["+62811811234"]),
        ("08123456789O", []),
        ("DPJ27-0042", [("DPJ27", 42)]),
        ("no. dpj27-OO42", [("DPJ27", 42)]),
        ("DPJ27 42", [("DPJ27", 42)]),
        ("Blok A 12", []),
        ("Jl. Merdeka 12 RT 05", []),
        ("3273012345670001", []),
        ("0208010180001", []),
        ("850.000.000", []),
        ("Rp 850.000.000", []),
        ("2026-01-05 00:00:00", []),
        ("05-01-2026", []),
        ("40132", []),
        ("1", []),
    ],
)
def test_numbers_are_read_however_they_are_written(written: str, meant: list[Any]) -> None:
    found = lists.read(written.encode())
    assert sorted(found.numbers, key=str) == sorted(meant, key=str)


@pytest.mark.parametrize("written", [
    "8.12E+10", "8,12346E+10", "6.28123E+12", "8.12346E+010", "81200000000", "81234600000", "81234600000.0",
    "6281200000000", "628123000000",
])  # fmt: skip
def test_what_a_spreadsheet_spoiled_is_told_from_what_is_no_number(written: str) -> None:
    found = lists.read(f"nama;hp\nAni;{written}".encode())
    assert ([one.line for one in found.spoiled], found.entries, found.without) == ([2], [], [])


@pytest.mark.parametrize("written", ["8.12346E+10", "8,12346E+10", "8.1235E10", "81234600000", "81234600000.00"])
def test_what_a_spreadsheet_spoiled_is_told_also_without_other_columns_and_where_it_is_pasted(written: str) -> None:
    for found in (lists.read(f"hp\n{written}\n".encode()), lists.pasted(f"081234567890, {written}")):
        assert ([one.written for one in found.spoiled], found.numbers - {ANI}) == ([written], set())


def test_a_pasted_number_of_two_countries_is_named() -> None:
    found = lists.pasted("0341-123456; 081234567891")
    assert ([one.written for one in found.unclear], found.numbers) == (["0341-123456"], {BUDI})


def test_a_number_of_two_countries_is_named_with_its_line() -> None:
    found = lists.read(b"nama;hp\nAni;0341-123456\nBudi;081234567891")
    assert ([one.line for one in found.unclear], found.numbers) == ([2], {BUDI})


@pytest.mark.parametrize(
    "content",
    [
        xlsx(),
        text(";").encode("utf-8-sig"),
        text(",", "\r\n").encode(),
        text("\t", "\r\n").encode("utf-16"),
        text("|", "\r").encode(),
        text(",").replace("Euis", "Euïs").encode("cp1252"),
    ],
    ids=["xlsx", "semicolons", "commas", "utf-16", "bars", "windows"],
)
def test_each_line_of_a_table_gets_its_verdict(content: bytes) -> None:
    found = lists.read(content)
    assert [(one.line, one.numbers) for one in found.entries] == [
        (3, (ANI,)),
        (4, (BUDI,)),
        (5, (CICI,)),
        (7, ("+6281299990000",)),
    ]
    assert [[one.line for one in part] for part in (found.twice, found.spoiled, found.without)] == [[8], [9], [2, 10]]


def test_lines_need_no_headings_and_a_line_may_hold_several_people() -> None:
    found = lists.read(b"081234567890, 081234567891\n\n081234567892\n")
    assert [(one.line, one.written) for one in found.entries] == [
        (1, "081234567890"),
        (1, "081234567891"),
        (3, "081234567892"),
    ]
    person = lists.read(b"Ani,081234567890,081234567891,DPJ27-0042\n")
    assert [one.numbers for one in person.entries] == [(ANI, BUDI, ("DPJ27", 42))]


def test_a_quotation_mark_that_nobody_closed_swallows_no_line() -> None:
    found = lists.read(b'nama,hp\n"Ani ""Kue""",081234567890\n"Budi,081234567891\nCici,081234567892\n')
    assert [one.line for one in found.entries] == [2, 3, 4]
    within = lists.read(b'nama,alamat,hp\nAni,"Jl. Asia\nAfrika",081234567890\nBudi,,081234567891\n')
    assert [one.line for one in within.entries] == [2, 4]


def test_of_a_formula_the_last_value_counts_and_other_sheets_do_not() -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["hp", 81234567890, "=B1"])  # type: ignore[union-attr]
    book.create_sheet().append(["081234567891"])
    book.save(file)
    assert lists.read(file.getvalue()).numbers == {ANI}


def test_a_title_and_a_sheet_of_help_before_the_numbers_are_passed_over_and_it_is_said() -> None:
    book, file = Workbook(), io.BytesIO()
    book.active.append(["Petunjuk pengisian"])  # type: ignore[union-attr]
    people: Any = book.create_sheet("Peserta")
    for row in (["Daftar peserta 2027"], [], ["Nama", "HP"], ["Ani", 81234567890]):
        people.append(row)
    book.save(file)
    found = lists.read(file.getvalue())
    assert ([(one.line, one.numbers) for one in found.entries], found.sheet) == ([(4, (ANI,))], "Peserta")


def test_a_list_as_excel_writes_it_is_read_whatever_is_broken_beside_its_cells() -> None:
    assert lists.read("\ufeff\ufeffsep=;\r\nAni;081234567890\r\n".encode()).numbers == {ANI}
    for part, before, after in (
        ("xl/worksheets/sheet1.xml", b'ref="A1:C10"', b'ref="A1:A1"'),
        ("xl/styles.xml", b"<fills", b"<fills><fill/></fills><nothing"),
        ("docProps/core.xml", b"<dcterms", b"<nothing"),
    ):
        changed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx())) as packed, zipfile.ZipFile(changed, "w") as made:
            for name in packed.namelist():
                content = packed.read(name)
                made.writestr(name, content.replace(before, after, 1) if name == part else content)
        assert len(lists.read(changed.getvalue()).entries) == 4


def test_only_so_many_lines_are_read_and_it_is_said() -> None:
    content = b"\n".join(b"08%d" % (1_234_500_000 + line) for line in range(5))
    assert (len(lists.read(content, 4).entries), lists.read(content, 4).cut_at) == (4, 4)
    assert (len(lists.read(content, 5).entries), lists.read(content, 5).cut_at) == (5, 0)
    table = xlsx([[81_234_567_890 + line] for line in range(5)])
    assert (len(lists.read(table, 4).entries), lists.read(table, 4).cut_at) == (4, 4)
    assert lists.read(table, 5).cut_at == 0


def test_what_is_packed_too_well_is_not_unpacked() -> None:
    bomb = packed(**{"xl/sharedStrings.xml": bytes(70_000_000)})
    assert len(bomb) < 100_000 and lists.read(bomb).fault == "too-large"
    many = packed(**{f"xl/{number}": b"" for number in range(1_100)})
    assert lists.read(many).fault == "too-large"
    assert lists.read(packed()).fault == "broken"
    assert lists.read(xlsx()[:-200]).fault == "broken"
    assert lists.read(PDF + b"\0").fault == "broken"


@given(some.binary() | some.text().map(str.encode))
def test_no_file_breaks_it(content: bytes) -> None:
    found = lists.read(content)
    assert not (found.fault and found.entries)


async def test_those_whose_numbers_they_are_are_found_among_many_on_both_engines(database: Database) -> None:
    async with database.transaction() as tx:
        found = await people.find_or_create(tx, "memory", {"ani": "id", "budi": "id"}, NOW)
        for name in ("ani", "budi"):
            await people.set_profile(tx, found[name][1], name, ANI)
        asked: set[Number] = {ANI, *(f"+62{81_300_000_000 + one}" for one in range(25_000))}
        asked |= {("DPJ27", one) for one in range(1_200)}
        assert await holders.find(tx, asked) == {ANI: {found["ani"][1], found["budi"][1]}}
        assert await holders.find(tx, []) == {}


# in the chat


@pytest.fixture
async def rini(town: Town) -> Phone:
    """Bu Rini, an officer."""
    return await Desks(town).employ("rini", "Bu Rini")


async def is_asked(phone: Phone) -> Delivered:
    """Until it is asked for whom."""
    await phone.says("/staf")
    for label in ("Pengumuman", "Pengumuman baru"):
        await phone.taps(label)
    await phone.says("Pendaftaran dibuka. 20 tempat, gratis.")
    return (await phone.taps("Pameran"))[-1]


async def crowd(town: Town) -> None:
    """Ani and Budi agreed, Cici did not."""
    await agrees(town, "ani", "budi")
    await town.phone("cici").says("/menu")
    await named(town, ani=("Ani", ANI), budi=("Budi", BUDI), cici=("Cici", CICI))


async def kept_files(town: Town) -> list[str]:
    async with town.assistant.database.reading() as tx:
        return list((await tx.execute(select(StoredFile.name))).scalars())


async def test_a_table_is_judged_line_by_line_and_only_those_on_it_get_it(town: Town, rini: Phone) -> None:
    await crowd(town)
    asked = await is_asked(rini)
    assert "sebagai berkas (Excel, CSV)" in asked.text
    (read,) = await rini.sends_file(xlsx(), "peserta.xlsx")
    assert read.text.split("\n") == [
        "Di daftar: 4 nomor, 3 orang di antaranya dikenal di sini.",
        "Tidak dikenal di sini: 1 (baris 7).",
        "Tertulis dua kali, dihitung sekali: 1 (baris 8).",
        "Bukan nomor: 2 (baris 2, 10).",
        "⚠️ 1 nomor (baris 9) rusak oleh Excel, tinggal seperti 8.12E+10. Buka tabel aslinya, jadikan kolomnya teks, "
        "lalu simpan lagi.",
        "",
        "Saya baca: setuju menerima kabar pameran · ada di daftar Anda.",
        "2 orang: memory 2.",
        "Di daftar Anda, 1 orang tidak mendapatnya: belum setuju, memilih topik lain, atau tidak bisa dijangkau.",
    ]
    assert read.labels == ["Pakai", "Lihat orangnya", "Ubah", "Yang tidak terpakai"]
    await rini.taps("Pakai")
    await rini.taps("Lanjutkan")
    await rini.taps("Kirim ke 2")
    assert await states(town) == {"sent": 2}


async def test_what_was_left_out_is_given_back_as_a_file_for_a_day(town: Town, rini: Phone) -> None:
    await crowd(town)
    await is_asked(rini)
    (read,) = await rini.sends_file(xlsx(), "peserta.xlsx")
    for _again in range(2):
        (given_back,) = await rini.taps("Yang tidak terpakai", read)
        assert given_back.text.startswith("📎 Baris daftar Anda yang tidak terpakai")
        assert given_back.file and given_back.file.name == "tersisa-1-2026-11-23.csv"
        table = list(csv.reader(io.StringIO(given_back.file.content.decode("utf-8-sig"))))
        assert table == [
            ["Baris", "Tertulis", "Sebabnya"],
            ["2", "Nama · HP · Omzet", "bukan nomor"],
            ["7", "0812 9999 0000", "tidak dikenal di sini"],
            ["8", "62812-34567-890", "tertulis dua kali"],
            ["9", "8.12E+10", "rusak oleh Excel"],
            ["10", "Fitri · belum punya HP", "bukan nomor"],
        ]
    assert await kept_files(town) == ["tersisa-1-2026-11-23.csv"]
    await rini.waits(timedelta(days=1, hours=1).total_seconds())
    assert await kept_files(town) == []
    (gone,) = await rini.taps("Yang tidak terpakai", read)
    assert gone.text.startswith("Berkas itu dihapus setelah sehari.") and gone.labels == ["Kembali"]


async def test_the_file_that_is_given_back_can_be_sent_again(town: Town, rini: Phone) -> None:
    await is_asked(rini)
    (read,) = await rini.sends_file(b"hp\n+62 812-3456-7890\n=1+1\n", "hp.csv")
    assert read.text.startswith("Di daftar: 1 nomor, 0 orang di antaranya dikenal di sini.")
    (given_back,) = await rini.taps("Yang tidak terpakai")
    assert given_back.file and b"'+62 812-3456-7890" in given_back.file.content and b"'=1+1" in given_back.file.content
    assert lists.read(given_back.file.content).numbers == {ANI}


async def test_a_list_may_name_registrations_and_one_known_number_of_a_person_is_enough(
    town: Town, rini: Phone
) -> None:
    await crowd(town)
    await offer(town, programme("DPJ27"))
    await enrols(town, "DPJ27", ani="submitted")
    async with town.assistant.database.transaction() as tx:
        assert await enrolments.give_number(tx, 1, "DPJ27") == 1
    await is_asked(rini)
    (read,) = await rini.sends_file(
        b"Ani,DPJ27-0001,0812-9999-0000\nBudi,DPJ27-0099,081234567891\nCici,DPJ27-0098\n", "daftar.txt"
    )
    assert read.text.split("\n")[:3] == [
        "Di daftar: 3 nomor, 2 orang di antaranya dikenal di sini.",
        "Tidak dikenal di sini: 1 (baris 3).",
        "",
    ]


async def test_pasted_numbers_get_the_same_verdict(town: Town, rini: Phone) -> None:
    await crowd(town)
    await is_asked(rini)
    (read,) = await rini.says("0812-3456-7890\n081234567890, 0812 0000 0000; Pak Dedi")
    assert read.text.split("\n")[:4] == [
        "Di daftar: 2 nomor, 1 orang di antaranya dikenal di sini.",
        "Tidak dikenal di sini: 1 (0812 0000 0000).",
        "Tertulis dua kali, dihitung sekali: 1 (081234567890).",
        "Bukan nomor: 1 (Pak Dedi).",
    ]
    assert read.labels[-1] == "Yang tidak terpakai"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("8,12346E+10\n8,12346E+10", "tinggal seperti 8.12E+10"),
        ("0341-123456", "Indonesia atau Malaysia? 1 (0341-123456)"),
        ("08123456789O", "Bukan nomor: 1 (08123456789O)"),
        ("0812345", "Bukan nomor: 1 (0812345)"),
    ],
)
async def test_pasted_numbers_of_which_none_is_clear_are_said_and_asked_for_again(
    town: Town, rini: Phone, written: str, why: str
) -> None:
    await is_asked(rini)
    (said,) = await rini.says(written)
    assert why in said.text
    (read,) = await rini.says("081234567890")
    assert "Di daftar: 1 nomor" in read.text


async def test_what_is_no_list_is_asked_for_again_and_never_means_everybody(town: Town, rini: Phone) -> None:
    await crowd(town)
    asked = await is_asked(rini)
    refused = {
        "Daftar dikirim sebagai Excel": [
            rini.holding("file", PDF, "daftar.pdf"),
            rini.holding("photo", JPEG, caption="081234567890"),
            rini.holding("voice", OGG),
            rini.holding("file", b"MZ\x90\0", "daftar.exe"),
            rini.holding("file", b"", "kosong.csv"),
            Inbound("location", place=(-6.9, 107.6)),
        ],
        "Berkas itu tidak bisa dibuka": [rini.holding("file", packed(), "rusak.xlsx")],
        "Berkas itu terlalu besar": [
            rini.holding("file", b"1" * (LARGEST + 1), "besar.csv"),
            rini.holding("file", packed(**{"xl/sharedStrings.xml": bytes(70_000_000)}), "bom.xlsx"),
        ],
        "Berkas itu tidak sampai": [Inbound("file", file="nowhere", file_size=7)],
        "Di berkas itu tidak ada nomor HP": [rini.holding("file", b"nama\nAni\nBudi\n", "nama.csv")],
    }
    for sentence, sendings in refused.items():
        for sending in sendings:
            (again,) = await rini.does(sending)
            assert sentence in again.text, (sending, again.text)
            assert again.labels == asked.labels
    (spoiled,) = await rini.sends_file(b"nama,hp\nAni,8.12E+10\n", "hp.csv")
    assert "⚠️ 1 nomor (baris 2) rusak oleh Excel" in spoiled.text
    assert (await rini.sends_file(b"081234567890", "hp.txt"))[0].labels[0] == "Pakai"
    assert await kept_files(town) == []


async def test_a_list_changes_nobody_once_it_is_sent(town: Town, rini: Phone) -> None:
    await crowd(town)
    await is_asked(rini)
    async with town.assistant.database.transaction() as tx:
        await tx.execute(update(StoredBroadcast).values(state="sending", started_at=town.clock.now()))
    shown = await rini.sends_file(b"081234567890", "hp.csv")
    assert shown and not any("Pakai" in one.labels or "Di daftar" in one.text for one in shown)
    async with town.assistant.database.reading() as tx:
        assert list(await tx.execute(select(StoredListed.person_id))) == []


async def test_anywhere_else_a_table_is_refused_as_before_and_not_kept(town: Town, rini: Phone) -> None:
    ani = town.phone("ani")
    await ani.says("/menu")
    for phone in (ani, rini):
        for content, name in ((xlsx(), "daftar.xlsx"), (b"081234567890\n", "daftar.csv")):
            (said,) = await phone.sends_file(content, name)
            assert said.text.startswith("Itu berkas Excel")
    await is_asked(rini)
    await rini.says("batal")
    (said,) = await rini.sends_file(xlsx(), "daftar.xlsx")
    assert said.text.startswith("Itu berkas Excel")
    await rini.says("/staf")
    await rini.taps("Pengumuman")
    await rini.taps("Pengumuman baru")
    (said,) = await rini.sends_file(xlsx(), "daftar.xlsx", "Ini pengumumannya")
    assert said.text.startswith("Itu berkas Excel") and "PDF" in said.text
    assert await kept_files(town) == []


async def test_while_a_long_list_is_read_others_are_answered(
    town: Town, rini: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await is_asked(rini)
    go_on, read = threading.Event(), lists.read

    def slowly(content: bytes, breath: float) -> Any:
        assert go_on.wait(20)
        return read(content, breath=breath)

    monkeypatch.setattr("bot.broadcasts.audience.lists.read", slowly)
    before = len(rini.bubbles)
    await rini.sends([rini.holding("file", b"081234567890", "hp.csv")])
    budi = town.phone("budi")
    async with asyncio.timeout(10):
        await budi.sends([Inbound.typed("/menu")])
        while not budi.bubbles:
            await asyncio.sleep(0.01)
    assert len(rini.bubbles) == before
    go_on.set()
    await town.assistant.settled()
    assert rini.bubbles[-1].text.startswith("Di daftar: 1 nomor")


async def test_in_the_web_chat_only_staff_who_were_asked_send_one_and_it_is_not_kept(
    sqlite_url: str, known: Knowledge
) -> None:
    async with web_site.serving(sqlite_url, known) as site, Visitor.arrives(site.url) as rini:
        await rini.asks("halo")
        site.run("INSERT INTO staff (address_id, role, name, since) VALUES (1, 'officer', 'Rini', '2026-11-23')")
        assert (await rini.posts("/chat/files?id=p1&name=a.csv", b"081234567890"))[0] == 415
        menu = await rini.asks("/pengumuman")
        await rini.taps(menu, "Pengumuman baru")
        topics = await rini.asks("Pendaftaran dibuka.")
        await rini.taps(topics, "Pameran")
        async with Visitor.arrives(site.url) as ani:
            assert (await ani.posts("/chat/files?id=p1&name=a.csv", b"081234567890"))[0] == 415
        assert (await rini.posts("/chat/files?id=p2&name=daftar.csv", b"081234567890"))[0] == 200
        answer = await rini.is_answered()
        assert words(answer).startswith("Di daftar: 1 nomor")
        assert [row[0].partition("-")[0] for row in site.rows("SELECT name FROM files")] == ["tersisa"]


# from the command line


async def test_the_command_line_takes_the_same_tables(
    sqlite_url: str, known: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    Path("fair.md").write_text("Pendaftaran dibuka.")
    Path("people.xlsx").write_bytes(xlsx())
    Path("nobody.csv").write_text("nama,hp\nAni,8.12E+10\n")
    Path("broken.xlsx").write_bytes(packed())

    async def run(people: str) -> Any:
        sent = ["broadcast", "send", "fair.md", "--list", people, "--yes"]
        return await asyncio.to_thread(lambda: CliRunner().invoke(jembatan, sent))

    async with Town.opened(sqlite_url, known) as town:
        await hold(town, plan())
        await crowd(town)
        done = await run("people.xlsx")
        assert done.exit_code == 0, done.output
        assert "On the list: 4 numbers, 3 people of them known here." in done.stdout
        assert "Not known here: 1 (line 7)." in done.stdout
        assert "2 people: memory 2." in done.stdout
        nobody, broken = await run("nobody.csv"), await run("broken.xlsx")
        assert "⚠️ Of 1 numbers (line 2) a spreadsheet left only" in nobody.stdout
        assert "nobody.csv has no phone and no registration numbers" in nobody.stderr
        assert "broken.xlsx cannot be read as a table" in broken.stderr
        await town.assistant.deliveries.run_due()
        assert await states(town) == {"sent": 2}

"""Enrolments as files: every column, nothing that a spreadsheet runs, any number of rows in the same memory."""

import asyncio
import csv
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import delete, select

from bot.enrolling import file as enrolment_file
from bot.enrolling.form import own
from bot.enrolling.form.enrolment import BUSINESS, PERSON
from bot.enrolling.sheet import EnrolmentSheet
from bot.media import sheets
from db.engine import Database, Transaction
from db.enrolling import enrolments
from db.enrolling.changes import EnrolmentChange
from db.enrolling.enrolments import StoredEnrolment
from db.fairs import programmes
from db.fairs.programmes import Programme
from db.files import StoredFile
from db.migrations import upgrade
from db.people import people, staff
from db.privacy.audit import StoredAct
from tests.town.command_line import run
from tests.town.desks import Desks
from tests.town.fairs import programme
from tests.town.phone import NOW, Phone, Town

QUESTIONS = [
    "Ukuran baju? (S, M, L)",
    "Punya paspor? (ya/tidak)",
    "Ikut apa? (beberapa: bazar, katalog)",
    "Kenapa ikut?",
]
EUIS: dict[str, Any] = {
    "name": "Euis Komariah",
    "phone": "+6281234567890",
    "business": "Keripik Teh Euis",
    "nib": "1234567890123",
    "district": "Cibeunying Kidul",
    "city": "Bandung",
    "sector": "food",
    "products": "keripik singkong, basreng",
    "scale": "micro",
    "halal": "applied",
    "hki": "no",
}
#: what is typed by somebody who thinks of spreadsheets
EVIL = [
    '=HYPERLINK("http://evil.example";"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "   =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    '"=1+1',
    "'=1+1",
    "keripik;=1+1",
    'keripik,"=1+1',
    "keripik\n=1+1",
    "keripik\t@A1",
    "#N/A",
]


def table(content: bytes, form: str) -> list[dict[str, str]]:
    """What an office sees of a CSV or XLSX file."""
    if form == "csv":
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    first, *rows = load_workbook(io.BytesIO(content)).worksheets[0].values
    return [
        dict(zip(map(str, first), ["" if cell is None else str(cell) for cell in row], strict=True)) for row in rows
    ]


async def offered(tx: Transaction, **said: Any) -> Programme:
    """A programme with questions of its own, and a document."""
    plan = programme(questions=QUESTIONS, documents=["Foto produk", "Surat izin"], **said)
    await programmes.add(tx, [plan], NOW)
    return next(one for one in await programmes.all_of(tx) if one.code == plan.code)


async def sent(tx: Transaction, to: Programme, for_other: bool = False, **answers: Any) -> int:
    """An enrolment that waits; `answers` are those to its own questions, by their names."""
    address, person = (await people.find_or_create(tx, "terminal", {"ani": "id"}, NOW))["ani"]
    id_ = await enrolments.begin(tx, to.id, person, address, {}, NOW, for_other=for_other)
    given = EUIS | answers
    named = {name: given[name] for name in ("name", "phone", "business")}
    serial = await enrolments.give_number(tx, id_, to.code)
    await enrolments.keep(tx, id_, NOW, prefix=to.code, serial=serial, answers=given, **named)
    await moved(tx, id_, "submitted")
    return id_


async def moved(tx: Transaction, id_: int, state: str, **how: Any) -> None:
    one = await enrolments.load(tx, id_)
    assert one
    assert await enrolments.move(tx, one, state, NOW + timedelta(days=len(state)), **how)


async def rini(tx: Transaction) -> int:
    address, _ = (await people.find_or_create(tx, "terminal", {"rini": "id"}, NOW))["rini"]
    return await staff.add(tx, address, "officer", "Bu Rini", None, NOW)


async def _story(url: str) -> None:
    """One accepted by staff, one by order of arrival, one declined, one for somebody else, and a draft."""
    database = Database(url)
    async with database.transaction() as tx:
        one, other, officer = await offered(tx), await offered(tx, code="BZR27"), await rini(tx)
        shirt, passport, what, why, photo, permit = (field.name for field in own.fields(one))
        said: dict[str, Any] = {
            shirt: "M",
            passport: True,
            what: ["bazar", "katalog"],
            why: "ingin ekspor",
            photo: [7, 8],
            permit: [9],
        }
        await moved(tx, await sent(tx, one, **said), "accepted", staff=officer)
        await moved(tx, await sent(tx, one, for_other=True, nib="none", scale=None), "accepted")
        await moved(
            tx, await sent(tx, other, district="", city="Cimahi"), "declined", staff=officer, reason="Penuh; maaf"
        )
        gone: dict[str, Any] = {"q-gone": "M"}
        await sent(tx, other, **gone)
        address, person = (await people.find_or_create(tx, "terminal", {"budi": "id"}, NOW))["budi"]
        await enrolments.begin(tx, one.id, person, address, {}, NOW)
    await database.close()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_all_enrolments_have_every_column_in_words_of_the_office(configured: str, form: str) -> None:
    asyncio.run(_story(configured))
    assert run("export", "enrolments", f"a.{form}").stdout == f"4 enrolments are in a.{form}.\n"
    rows = table(Path(f"a.{form}").read_bytes(), form)
    headings = EnrolmentSheet().headings
    assert [*rows[0]] == headings
    assert len(headings) == 3 + len(PERSON + BUSINESS) + 7 == len(set(headings))
    phone = "'+6281234567890" if form == "csv" else "+6281234567890"
    asked = ["Euis Komariah", phone, "Keripik Teh Euis", "1234567890123", "Cibeunying Kidul", "Bandung"]
    others = "Ukuran baju?: M; Punya paspor?: Ya; Ikut apa?: bazar, katalog; Kenapa ikut?: ingin ekspor"
    first = list(rows[0].values())
    assert first[:9] == ["PEX27-0001", "Pelatihan Ekspor", "diterima", *asked]
    assert first[9:11] == ["Makanan dan minuman", "keripik singkong, basreng"]
    assert all(first[11:14])
    assert first[14:] == [others, "3", "Tidak", "2026-12-02 09:41", "2026-12-01 09:41", "Bu Rini", ""]
    second, third, fourth = (list(row.values()) for row in rows[1:])
    assert (second[11], second[15], second[16], second[19]) == ("", "0", "Ya", "otomatis (urutan datang)")
    assert (third[7], third[8], third[-2:]) == ("", "Cimahi", ["Bu Rini", "Penuh; maaf"])
    assert (fourth[0], fourth[14], fourth[18]) == ("BZR27-0002", "Pertanyaan lama: M", "")


def test_of_one_programme_each_question_has_its_column(configured: str) -> None:
    asyncio.run(_story(configured))
    assert run("export", "enrolments", "a.csv", "--programme", "pex27").stdout == "2 enrolments are in a.csv.\n"
    rows = table(Path("a.csv").read_bytes(), "csv")
    questions = ["Ukuran baju?", "Punya paspor?", "Ikut apa?", "Kenapa ikut?"]
    assert list(rows[0])[14:19] == [*questions, "Jawaban lain"]
    assert [rows[0][question] for question in questions] == ["M", "Ya", "bazar, katalog", "ingin ekspor"]
    assert [rows[1][question] for question in questions] == [""] * 4
    assert rows[0]["Jawaban lain"] == ""


def test_json_is_for_programs(configured: str) -> None:
    asyncio.run(_story(configured))
    found = json.loads(run("export", "enrolments", "--format", "json").stdout)
    assert [one["number"] for one in found] == ["PEX27-0001", "PEX27-0002", "BZR27-0001", "BZR27-0002"]
    assert [one["state"] for one in found] == ["accepted", "accepted", "declined", "submitted"]
    first = found[0]
    assert {name: first[name] for name in EUIS} == EUIS
    assert list(first["answers"].values()) == ["M", True, ["bazar", "katalog"], "ingin ekspor"]
    assert (first["documents"], first["for_other"], first["programme"]) == (3, False, "PEX27")
    assert (first["submitted_at"], first["decided_by"]) == ("2026-12-02T02:41:00+00:00", "Bu Rini")
    assert (found[3]["answers"]["q-gone"], found[3]["decided_at"]) == ("M", None)


async def _of_evil(url: str) -> None:
    database = Database(url)
    async with database.transaction() as tx:
        one = await offered(tx)
        why = own.fields(one)[3].name
        for text in [*EVIL, "x" * 40_000, "bel\x07 \x0b\ufffe\x1f"]:
            said: dict[str, Any] = {"business": text, why: text}
            await sent(tx, one, **said)
    await database.close()


def test_no_spreadsheet_runs_what_an_owner_wrote(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    asyncio.run(_of_evil(sqlite_url))
    for name in ("a.csv", "a.xlsx", "a.json"):
        assert run("export", "enrolments", name, "--programme", "PEX27").exit_code == 0
    text = Path("a.csv").read_bytes().decode("utf-8-sig")
    for delimiter in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert not [cell for cell in row if cell.strip(' "\u00a0\u200b\r\n\t').startswith(tuple("=+-@＝＋－＠"))]
    cells = [
        cell for row in load_workbook("a.xlsx").worksheets[0].iter_rows() for cell in row if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    risky = [cell for cell in cells if str(cell.value).startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))]
    assert all(cell.quotePrefix for cell in risky)
    assert {str(cell.value) for cell in risky} <= {EUIS["phone"], "-2+3"}
    assert max(len(str(cell.value)) for cell in cells) == 32_767
    *_, last = table(Path("a.csv").read_bytes(), "csv")
    assert last["Kenapa ikut?"] == "bel"
    found = json.loads(Path("a.json").read_text("utf-8"))
    assert [one["business"] for one in found[: len(EVIL)]] == EVIL
    assert len(found[len(EVIL)]["business"]) == 40_000


@example([";\n;1"])
@given(st.lists(st.text(st.sampled_from("a1 ;,\t\n'\"=+-@＝|")), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_is_defused_is_read_again_as_it_was(texts: list[str]) -> None:
    for form in ("csv", "xlsx"):
        file = io.BytesIO()
        with sheets.writing(form, ["a", "b"], file) as add:
            for text in texts:
                add({"a": "x", "b": text})
        Path(f"a.{form}").write_bytes(file.getvalue())
        lines = sheets.read(Path(f"a.{form}"), ["a", "b"]).lines
        assert [line.cells.get("b", "") for line in lines] == [text.strip() for text in texts]


@pytest.mark.usefixtures("configured")
def test_an_empty_database_gives_the_headings() -> None:
    assert run("export", "enrolments", "a.xlsx").stdout == "0 enrolments are in a.xlsx.\n"
    assert [*load_workbook("a.xlsx").worksheets[0].values] == [tuple(EnrolmentSheet().headings)]
    heading, *rows = run("export", "enrolments").stdout_bytes.decode("utf-8-sig").splitlines()
    assert (heading.split(","), rows) == (EnrolmentSheet().headings, [])
    assert json.loads(run("export", "enrolments", "--format", "json").stdout) == []


def test_what_cannot_be_exported_is_said_and_leaves_no_file(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    assert "There is no programme XYZ" in run("export", "enrolments", "a.csv", "--programme", "XYZ").stderr
    assert not Path("a.csv").exists()
    assert "goes with enrolments" in run("export", "people", "--programme", "PEX27").stderr
    assert "needs a name" in run("export", "enrolments", "--format", "xlsx").stderr
    Path("a.csv").write_text("mine")
    assert "a.csv exists; name a new file" in run("export", "enrolments", "a.csv").stderr
    assert Path("a.csv").read_text() == "mine"
    assert "--format must be one of" in run("export", "enrolments", "a.ods").stderr
    run("export", "enrolments", "b.csv")
    assert Path("b.csv").stat().st_mode & 0o777 == 0o600
    assert asyncio.run(_acts(Database(sqlite_url))) == [("enrolments.export", "enrolments", {"number": 0})]


async def _acts(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    async with database.reading() as tx:
        columns = (StoredAct.act, StoredAct.object, StoredAct.details)
        acts = [(row[0], row[1], row[2]) for row in await tx.execute(select(*columns).order_by(StoredAct.id))]
    await database.close()
    return [act for act in acts if act[0].endswith(".export")]


@pytest.fixture
async def officer(town: Town) -> AsyncIterator[Phone]:
    """Bu Rini, in front of the page of a programme with three enrolments."""
    async with town.assistant.database.transaction() as tx:
        one = await offered(tx)
        for name in ("Euis", "Neneng", "Asep"):
            await sent(tx, one, name=name)
    phone = await Desks(town).employ("rini", "Bu Rini")
    await phone.says("/pendaftaran")
    await phone.taps(phone.bubbles[-1].labels[0])
    yield phone


async def test_an_officer_gets_the_file_in_the_chat_and_a_day_later_it_is_gone(town: Town, officer: Phone) -> None:
    bubble = (await officer.taps("Unduh XLSX"))[0]
    assert bubble.text.startswith("📎 3 pendaftaran untuk Pelatihan Ekspor.")
    assert bubble.file
    assert (bubble.file.name, bubble.file.mime) == ("pendaftaran-pex27-2026-11-23.xlsx", sheets.XLSX)
    assert [row["Nama"] for row in table(bubble.file.content, "xlsx")] == ["Euis", "Neneng", "Asep"]
    async with town.assistant.database.reading() as tx:
        acts = (await tx.execute(select(StoredAct.object, StoredAct.details, StoredAct.staff_id))).all()
    assert tuple(acts[-1]) == ("programme:PEX27", {"number": 3}, 1)
    for hours, left in ((23, 1), (2, 0)):
        await officer.waits(3600 * hours)
        async with town.assistant.database.reading() as tx:
            assert len((await tx.execute(select(StoredFile.id))).all()) == left
    assert (await officer.taps("Kembali", bubble))[0].text.startswith("Pelatihan Ekspor")


async def test_too_many_for_a_chat_are_for_the_command_line(
    town: Town, officer: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = officer.bubbles[-1]
    monkeypatch.setattr(enrolment_file, "MOST", 2)
    bubble = (await officer.taps("Unduh XLSX"))[0]
    assert "jembatan export enrolments PEX27.xlsx --programme PEX27" in bubble.text
    assert bubble.file is None
    monkeypatch.setattr(enrolment_file, "MOST", 2000)
    monkeypatch.setattr(enrolment_file, "LARGEST", 1000)
    assert "terlalu banyak" in (await officer.taps("Unduh XLSX", page))[0].text


async def test_nobody_yet_is_said(town: Town, officer: Phone) -> None:
    page = officer.bubbles[-1]
    async with town.assistant.database.transaction() as tx:
        await tx.execute(delete(EnrolmentChange))
        await tx.execute(delete(StoredEnrolment))
    assert "Belum ada pendaftaran" in (await officer.taps("Unduh XLSX", page))[0].text


#: the memory of this program alone: `ru_maxrss` begins with that of the one that started it
MEASURED = """
import re, sys
from pathlib import Path
from bot.cli import jembatan
jembatan(sys.argv[1:], standalone_mode=False)
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


def exported(url: str, path: Path) -> float:
    """Export in a process of its own; returns the MiB it took."""
    command = [sys.executable, "-c", MEASURED, "export", "enrolments", str(path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, env={"JEMBATAN_DATABASE_URL": url}, cwd=root, capture_output=True, check=True)
    return int(done.stderr.split()[-1]) / 1024


async def _many(url: str, count: int) -> None:
    database = Database(url)
    async with database.transaction() as tx:
        one = await offered(tx)
        names = [field.name for field in own.fields(one)]
        await sent(tx, one)
        first = dict((await tx.execute(select(StoredEnrolment.__table__))).mappings().one())
        del first["id"]
        for start in range(1, count, 1000):
            rows = [
                first | {"serial": serial, "answers": EUIS | {names[0]: "M", names[3]: f"=alasan {serial} " * 8}}
                for serial in range(start + 1, min(start + 1001, count + 1))
            ]
            ids = await tx.insert_all(StoredEnrolment, rows)
            decided = {"at": NOW, "state": "accepted", "staff_id": None, "fields": [], "reason": ""}
            await tx.execute(tx.insert(EnrolmentChange), [decided | {"enrolment_id": id_} for id_ in ids])
    await database.close()


@pytest.mark.slow
def test_a_hundred_thousand_take_the_memory_of_a_thousand(tmp_path: Path) -> None:
    took = {}
    for count in (1000, 100_000):
        url = f"sqlite+aiosqlite:///{tmp_path / f'{count}.db'}"
        asyncio.run(_migrated(url))
        asyncio.run(_many(url, count))
        took[count] = {form: exported(url, tmp_path / f"{count}.{form}") for form in sheets.FORMATS}
    grown = {form: took[100_000][form] - took[1000][form] for form in sheets.FORMATS}
    assert max(grown.values()) < 24, took
    with (tmp_path / "100000.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == 100_001
    book = load_workbook(tmp_path / "100000.xlsx", read_only=True)
    sheet: Any = book.worksheets[0]
    assert sum(1 for _ in sheet.iter_rows(max_col=1)) == 100_001
    book.close()
    assert len(json.loads((tmp_path / "100000.json").read_text("utf-8"))) == 100_000


async def _migrated(url: str) -> None:
    database = Database(url)
    await upgrade(database.engine)
    await database.close()

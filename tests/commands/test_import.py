"""Tables in and out: every fault by line and column, all of a file or nothing, and twice is once."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot.commands import demo
from bot.commands.imports import ImportCount
from bot.commands.plans import take
from bot.commands.tables import EXHIBITIONS, row
from bot.media import sheets
from db.conversation.jobs import StoredJob
from db.engine import Database
from db.enrolling import attendance, feedback, samples
from db.fairs import exhibitions, reminders
from db.fairs.reminders import Reminder
from db.people.staff import StaffMember
from tests.town import applicants
from tests.town.command_line import run
from tests.town.fairs import plan
from tests.town.phone import NOW, Phone, Town
from tests.town.statements import statements

HEADINGS = EXHIBITIONS.headings()
#: what each cell is changed to, and what is said of it
FAULTS = [
    ("code", "", "it is empty, and it is needed"),
    ("code", "PPB 27", "capitals and digits"),
    ("code", "ppb27", "capitals and digits"),
    ("code", "P" * 21, "capitals and digits"),
    ("title_id", "", "it is empty, and it is needed"),
    ("title_id", "x" * 81, "it has 81 characters, at most 80"),
    ("title_en", "x" * 99, "at most 80"),
    ("short_name_id", "", "it is empty"),
    ("short_name_id", "Pekan Produk Bandung 2027", "it has 25 characters, at most 20"),
    ("short_name_su", "x" * 21, "at most 20"),
    ("description_id", "x" * 251, "at most 250"),
    ("venue", "", "it is empty"),
    ("venue", "x" * 81, "at most 80"),
    ("address", "x" * 121, "at most 120"),
    ("map_point", "di sana", "is no point on the map"),
    ("map_point", "3.1", "is no point on the map"),
    ("map_point", "101.6, 3.1", "is not on the earth"),
    ("city", "", "it is empty"),
    ("city", "x" * 41, "at most 40"),
    ("first_day", "", "it is empty"),
    ("first_day", "31 April 2027", "is no date"),
    ("first_day", "2027-02-29", "is no date"),
    ("last_day", "", "it is empty"),
    ("last_day", "2027-01-01", "is before the first day"),
    ("last_day", "2028-04-18", "more than 92 days"),
    ("opens", "25:00", "is no time of day"),
    ("opens", "pagi", "is no time of day"),
    ("opens", "", "both hours are needed"),
    ("closes", "", "both hours are needed"),
    ("closes", "08:00", "is not after"),
    ("timezone", "", "it is empty"),
    ("timezone", "Petaling", "is no clock we know"),
    ("link", "mbpj", "must be an address"),
    ("sectors", "food, musik", "must be one of"),
    ("sectors", "food, food", "stands there twice"),
    ("cost_id", "x" * 101, "at most 100"),
    ("enrolment_opens", "2027-03-01", "is before enrolment opens"),
    ("enrolment_closes", "2030-01-01", "is after the last day"),
    ("source", "", "it is empty"),
    ("checked", "", "it is empty"),
    ("checked", "2999-01-01", "is still to come"),
    ("state", "past", "must be one of draft"),
    ("is_sample", "maybe", "must be yes or no"),
]
#: of what goes together, the column that is named is the other one
NAMED = {("opens", ""): "opens", ("enrolment_opens", "2027-03-01"): "enrolment_closes"}


def rows(number: int) -> list[dict[str, str]]:
    """As many exhibitions as rows of a table."""
    stored: Any = plan(
        link="https://mbpj.gov.my/", cost={"id": "gratis"}, description={"id": "Bandung, “PJ”; dan\tlain"}
    )
    one = row(EXHIBITIONS, stored, {})
    one["description_id"] = " ".join(one["description_id"].split())
    return [{**one, "code": f"P{line}"} for line in range(number)]


def write(path: str, table: list[dict[str, str]], delimiter: str = ",", encoding: str = "utf-8") -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    Path(path).write_bytes(text.getvalue().encode(encoding))


async def stored(url: str) -> dict[str, exhibitions.Exhibition]:
    database = Database(url)
    async with database.reading() as tx:
        found = {one.code: one for one in await exhibitions.all_of(tx)}
    await database.close()
    return found


def kept(url: str) -> dict[str, exhibitions.Exhibition]:
    return asyncio.run(stored(url))


def test_a_thousand_rows_with_forty_faults_name_each_and_change_nothing_mended_they_come_in_together(
    configured: str,
) -> None:
    right = rows(1000)
    wrong = [dict(one) for one in right]
    expected = []
    for number, (column, cell, words) in enumerate(FAULTS):
        place = 20 * number + 7
        wrong[place][column] = cell
        expected.append((place + 2, NAMED.get((column, cell), column), words))
    wrong[999]["code"] = "P0"
    expected.append((1001, "code", "P0 is in line 2 already"))
    write("wrong.csv", wrong)
    done = run("import", "exhibitions", "wrong.csv")
    said = [line for line in done.stderr.splitlines() if line.startswith("line ")]
    assert done.exit_code == 2
    assert f"{len(expected)} faults; nothing was changed" in done.stderr
    assert len(said) == len(expected) >= 40
    for line, (number, column, words) in zip(said, expected, strict=True):
        assert line.startswith(f"line {number}, column {column}: ")
        assert words in line
    assert kept(configured) == {}
    write("right.csv", right)
    tried = run("import", "exhibitions", "right.csv", "--dry-run")
    assert tried.stdout.endswith("1000 new, 0 changed, 0 as they were. Nothing was written (--dry-run).\n")
    assert kept(configured) == {}
    with statements() as said:
        assert run("import", "exhibitions", "right.csv").stdout.endswith("1000 new, 0 changed, 0 as they were.\n")
    assert len(said) < 100
    first = kept(configured)
    assert run("import", "exhibitions", "right.csv").stdout.endswith("0 new, 0 changed, 1000 as they were.\n")
    assert kept(configured) == first


def test_a_changed_row_raises_the_sequence_once(configured: str) -> None:
    table = rows(3)
    write("a.csv", table)
    run("import", "exhibitions", "a.csv")
    table[1]["venue"] = "Jaya One"
    write("a.csv", table)
    for said in ("0 new, 1 changed, 2 as they were.", "0 new, 0 changed, 3 as they were."):
        assert said in run("import", "exhibitions", "a.csv").stdout
    found = kept(configured)
    assert [(one.sequence, one.state) for one in found.values()] == [(0, "announced"), (1, "changed"), (0, "announced")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("what", ["exhibitions", "programmes"])
def test_what_is_exported_is_imported_unchanged_also_into_an_empty_database(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, form: str, what: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    run("demo")
    count = {"exhibitions": 3, "programmes": 2}[what]
    assert run("export", what, f"out.{form}").stdout == f"{count} {what} are in out.{form}.\n"
    assert f"0 new, 0 changed, {count} as they were." in run("import", what, f"out.{form}").stdout
    run("export", "exhibitions", "first.csv")
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    run("import", "exhibitions", "first.csv")
    run("import", what, f"out.{form}")
    run("export", what, f"again.{form}", "--format", "json")
    run("export", what, "again.json")
    assert json.loads(Path("again.json").read_text())[0]["is_sample"] == "yes"
    assert len(json.loads(Path("again.json").read_text())) == count


def test_a_file_from_excel_in_the_local_manner_is_understood(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    write("a.csv", rows(2), delimiter=";", encoding="utf-8-sig")
    assert "2 new" in run("import", "exhibitions", "a.csv").stdout
    book = Workbook()
    sheet: Any = book.active
    sheet.append(HEADINGS)
    for one in rows(2):
        cells: dict[str, Any] = dict(one)
        cells["first_day"], cells["opens"] = datetime(2027, 4, 16), datetime(2027, 4, 16, 10).time()  # noqa: DTZ001
        sheet.append([cells[heading] or None for heading in HEADINGS])
    sheet["D3"] = "=A1"
    book.save("a.xlsx")
    done = run("import", "exhibitions", "a.xlsx")
    assert done.stderr.startswith(f"line 3, column {HEADINGS[3]}: a formula; put in its value\nError: 1 fault;")
    sheet["D3"] = None
    book.save("a.xlsx")
    assert "0 new, 0 changed, 2 as they were." in run("import", "exhibitions", "a.xlsx").stdout


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_spreadsheet_runs_what_a_text_says(form: str) -> None:
    evil = '=HYPERLINK("http://evil";"x")'
    file = io.BytesIO()
    with sheets.writing(form, ["code", "venue"], file) as add:
        add({"code": "A1", "venue": evil})
    content = file.getvalue()
    if form == "csv":
        assert f"'{evil[:5]}" in content.decode("utf-8-sig")
    else:
        cell = load_workbook(io.BytesIO(content)).worksheets[0]["B2"]
        assert (cell.data_type, str(cell.value)[:2]) == ("s", "'=")
    Path(f"a.{form}").write_bytes(content)
    assert sheets.read(Path(f"a.{form}"), ["code"]).lines[0].cells["venue"] == evil


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "none of its first 20 lines, on any sheet, names the columns, such as code, title_id"),
        ("a.csv", b"code,venue\n\xff\xfe", "it is no table in UTF-8"),
        ("a.csv", b'code,venue\nA1,"x', "is no CSV"),
        ("a.xlsx", b"PK\x03\x04 cut off", "it is no XLSX file, or a broken one"),
        (
            "a.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            "it is an old Excel file (.xls) or has a password",
        ),
        ("a.csv", b"code,venuu,code\n", "column venuu: there is no such column"),
        ("a.csv", b"code,venuu,code\n", "column code: the column is there twice"),
        ("a.csv", b"code\nA1\n", "column title_id: the column is missing"),
        ("a.csv", ",".join(HEADINGS).encode() + b"\nA1" + b"," * 60 + b"x\n", "no name in the line of the headings"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str
) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    Path(name).write_bytes(content)
    done = run("import", "exhibitions", name)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_export_overwrites_nothing(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    Path("a.csv").write_text("mine")
    assert "a.csv exists; name a new file" in run("export", "exhibitions", "a.csv").stderr
    assert "needs a name" in run("export", "exhibitions", "--format", "xlsx").stderr
    assert run("export", "exhibitions").stdout.encode().decode("utf-8-sig").startswith("code,title_id")


def test_samples_are_only_for_an_empty_list_and_one_command_removes_them(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)
    assert "5 samples were added" in run("demo").stdout
    assert "only for an empty list" in run("demo").stderr
    assert all("CONTOH" in one.title["id"] and one.is_sample for one in kept(sqlite_url).values())
    write("a.csv", rows(1))
    run("import", "exhibitions", "a.csv")
    assert run("demo", "--remove").stdout == "5 samples were removed.\n"
    assert list(kept(sqlite_url)) == ["P0"]


async def test_samples_stay_ahead_with_the_same_weekdays_and_go_with_their_reminders(town: Town, ani: Phone) -> None:
    database = town.assistant.database
    later = datetime(2029, 7, 1, tzinfo=UTC)
    async with database.transaction() as tx:
        assert await demo._fill(tx, later) == 5
        found = await exhibitions.all_of(tx)
    assert all(one.first_day > later.date() for one in found)
    assert [one.first_day.weekday() for one in found] == [4, 5, 5]
    await ani.says("/start pameran_PPB27")
    await ani.taps("Ingatkan saya")
    async with database.transaction() as tx:
        assert await samples.remove(tx) == 5
    assert "tidak ada" in (await ani.says("/start pameran_PPB27"))[0].text


async def test_samples_go_with_what_was_tried_out_in_them(town: Town, ani: Phone) -> None:
    async with town.assistant.database.transaction() as tx:
        await demo._fill(tx, NOW)
    await applicants.begin(ani)
    await applicants.leap(town, ani, 10)
    await applicants.tap(ani, "form-send")
    (one,) = await applicants.rows(town)
    assert one.state == "accepted"
    async with town.assistant.database.transaction() as tx:
        staff = await tx.insert_all(StaffMember, [{"address_id": 1, "role": "officer", "name": "", "since": NOW}])
        await attendance.mark(tx, one.id, date(2027, 3, 1), staff[0], NOW)
        await feedback.keep(tx, one.id, NOW, rating=5)
        assert await samples.remove(tx) == 5
    assert await applicants.rows(town) == []
    assert "Anda belum" in (await ani.says("status"))[0].text


async def test_an_import_moves_the_reminders(town: Town, ani: Phone) -> None:
    write("a.csv", rows(1))
    await _take(town, lambda line: line)
    await ani.says("/start pameran_P0")
    await ani.taps("Ingatkan saya")
    tally = await _take(town, lambda line: replace(line, cells=line.cells | {"first_day": "2027-04-17"}))
    assert (tally.new, tally.changed) == (0, 1)
    async with town.assistant.database.reading() as tx:
        assert await reminders.of(tx, 1) == [Reminder(1, 1, 1)]
    assert (await town.assistant.jobs.next_due()) is not None
    town.clock.move_to(datetime(2027, 4, 3, 1, 59, tzinfo=UTC))
    assert all(job != "remind" for job in await _jobs_due(town))
    town.clock.move(timedelta(minutes=1))
    assert "remind" in await _jobs_due(town)


async def _take(town: Town, changed: Any) -> ImportCount:
    tally = ImportCount()
    lines: Iterator[Any] = iter([changed(line) for line in sheets.read(Path("a.csv"), HEADINGS).lines])
    async with town.assistant.database.transaction() as tx:
        await take(tx, EXHIBITIONS, lines, NOW + timedelta(days=1), tally)
    return tally


async def _jobs_due(town: Town) -> list[str]:
    async with town.assistant.database.reading() as tx:
        due = await tx.execute(select(StoredJob.name).where(StoredJob.due_at <= town.clock.now()))
        return list(due.scalars())

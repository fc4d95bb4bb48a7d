"""Files for an import as people have them: Excel's own habits are read, what cannot be is said in a sentence."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from openpyxl import Workbook

from tests.town.command_line import run

EXHIBITION: dict[str, Any] = {
    "code": "UJI27", "title_id": "Pameran Uji", "short_name_id": "Uji", "venue": "Balai Kota", "city": "Bandung",
    "first_day": "2027-05-03", "last_day": "2027-05-04", "opens": "10:00", "closes": "20:00", "timezone": "WIB",
    "source": "Dinas", "checked": "2026-11-01",
}  # fmt: skip
ONE = "1 new, 0 changed, 0 as they were.\n"


@pytest.fixture(autouse=True)
def _own_database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JEMBATAN_DATABASE_URL", sqlite_url)


def table(delimiter: str = ",", **changed: Any) -> str:
    row = EXHIBITION | changed
    return delimiter.join(row) + "\r\n" + delimiter.join(map(str, row.values())) + "\r\n"


def book(*sheets: list[list[Any]]) -> Workbook:
    made = Workbook()
    for at, rows in enumerate(sheets):
        sheet: Any = made.create_sheet(f"Lembar {at + 1}")
        for row in rows:
            sheet.append(row)
    made.remove(made.worksheets[0])
    return made


def rows(**changed: Any) -> list[list[Any]]:
    row = EXHIBITION | changed
    return [list(row), list(row.values())]


def saved(made: Workbook, change: Callable[[str, bytes], bytes | None] = lambda _name, part: part) -> bytes:
    """Write the workbook with each of its parts changed, or left out where that gives None."""
    written, packed = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            if (part := change(name, before.read(name))) is not None:
                after.writestr(name, part)
    return packed.getvalue()


def imported(content: bytes | str, name: str = "a.xlsx") -> Result:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return run("import", "exhibitions", name)


def exported() -> str:
    return run("export", "exhibitions").stdout


# what is read


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffsep=;\r\n" + table(";"),
        '"sep=|"\n' + table("|"),
        "SEP=\t\r\n" + table("\t"),
        "\ufeff\ufeff" + table(),
        "sep=;\r\n\ufeff" + table(";"),
        table(";").replace("venue", "\u200bvenue\u2060"),
        table().encode("utf-16"),
        table(";", venue="Gedung A, B, C, D, E, F, G, H, I, J, K, L, M, N"),
    ],
)
def test_a_csv_as_excel_writes_it_is_read(content: bytes | str) -> None:
    assert imported(content, "a.csv").stdout.endswith(ONE)


def test_what_a_workbook_says_about_its_size_is_not_believed() -> None:
    wrong = saved(book(rows()), lambda _name, part: part.replace(b'ref="A1:L2"', b'ref="A1:L1"'))
    assert imported(wrong).stdout == ONE


@pytest.mark.parametrize(
    ("part", "pattern", "by"),
    [
        ("xl/styles.xml", rb"<fills.*?</fills>", b'<fills count="1"><fill/></fills>'),
        ("xl/styles.xml", rb"<cellStyles.*?</cellStyles>", b""),
        ("xl/styles.xml", rb".*", b"<styleSheet"),
        ("docProps/core.xml", rb".*", b"<no xml"),
        ("xl/theme/theme1.xml", rb".*", b""),
        ("xl/worksheets/sheet1.xml", rb"<pageMargins[^>]*>", b'<pageMargins left="x"/>'),
        ("xl/worksheets/sheet1.xml", rb"<sheetFormatPr[^>]*>", b'<sheetFormatPr defaultRowHeight="x"/>'),
    ],
)
def test_what_is_broken_beside_the_cells_is_no_matter(part: str, pattern: bytes, by: bytes) -> None:
    spoilt = saved(
        book(rows()),
        lambda name, content: re.sub(pattern, by, content, count=1, flags=re.DOTALL) if name == part else content,
    )
    done = imported(spoilt)
    assert (done.stdout, done.exit_code) == (ONE, 0), done.stderr


def test_a_title_above_the_headings_and_a_sheet_of_help_before_them_are_passed_over_and_it_is_said() -> None:
    titled = book([["DAFTAR PAMERAN 2027"], [], *rows(closes="besok")])
    titled.worksheets[0].merge_cells("A1:L1")
    wrong = imported(saved(titled))
    assert "line 4, column closes:" in wrong.stderr
    assert "Read: sheet “Lembar 1”, headings in line 3." in wrong.stderr
    helped = imported(saved(book([["Petunjuk pengisian"]], rows())))
    assert helped.stdout == f"Read: sheet “Lembar 2”, headings in line 1; not read: “Lembar 1”.\n{ONE}"
    assert imported("Daftar pameran\r\n\r\n" + table(), "a.csv").stdout.startswith("Read: headings in line 3.\n0 new")


def test_a_hidden_sheet_is_read_after_those_that_one_sees() -> None:
    hiding = book(rows(opens="lama"), rows())
    hiding.worksheets[0].sheet_state = "hidden"
    assert imported(saved(hiding)).stdout.startswith("Read: sheet “Lembar 2”, headings in line 1; not read: “Lembar 1”")


def test_a_sheet_with_headings_alone_does_not_hide_the_one_that_has_rows() -> None:
    done = imported(saved(book(rows()[:1], rows())))
    assert done.stdout == f"Read: sheet “Lembar 2”, headings in line 1; not read: “Lembar 1”.\n{ONE}"


def test_days_and_hours_are_taken_as_excel_types_them() -> None:
    typed = book(rows(first_day=date(2027, 5, 3), last_day=datetime(2027, 5, 4), opens=time(10), closes=20 / 24))  # noqa: DTZ001
    typed.worksheets[0]["I2"].number_format = "[h]:mm"
    assert imported(saved(typed)).stdout == ONE
    assert ",10:00,20:00," in exported()


@pytest.mark.parametrize(
    ("opens", "closes", "kept"),
    [
        ("10:00:00", "20:00:00", "10:00,20:00"),
        ("10.00.00", "20:00:00.000", "10:00,20:00"),
        ("17:00", "00:00", "17:00,00:00"),
        ("17.00", "24:00", "17:00,00:00"),
        ("17:00", "0:00", "17:00,00:00"),
        ("9:00 AM", "9:00:00 PM", "09:00,21:00"),
        ("8 pagi", "4 sore", "08:00,16:00"),
        ("5:30", "8:00", "05:30,08:00"),
        (datetime(2027, 5, 3, 10), timedelta(hours=20), "10:00,20:00"),  # noqa: DTZ001
        (time(17), timedelta(days=1), "17:00,00:00"),
        (time(17), datetime(1900, 1, 1), "17:00,00:00"),  # noqa: DTZ001
    ],
)
def test_an_hour_is_taken_however_it_is_written_and_comes_back_as_it_went_out(
    opens: Any, closes: Any, kept: str
) -> None:
    done = imported(saved(book(rows(opens=opens, closes=closes))))
    assert done.stdout == ONE, done.stderr
    assert f",{kept}," in exported()
    assert imported(exported(), "again.csv").stdout.endswith("0 new, 0 changed, 1 as they were.\n")


@pytest.mark.parametrize("hour", ["10:00:30", "24:30", "25:00", "10", "siang", "10:60", "10:00-11:00"])
def test_what_is_no_hour_is_named_by_its_line(hour: str) -> None:
    assert (
        f"line 2, column opens: “{hour}” is no time of day; write it as 10:00"
        in imported(table(opens=hour), "a.csv").stderr
    )


def test_hours_beyond_midnight_are_no_hours_of_that_day() -> None:
    assert "line 2, column closes: 02:00 is not after 19:00" in imported(table(opens="19:00", closes="02:00")).stderr


# what is said


def broken_chart(name: str, part: bytes) -> bytes | None:
    return None if name.startswith("xl/worksheets") else part.replace(b"/worksheet", b"/chartsheet")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (saved(book(rows()), lambda name, part: part[:700] if "sheet1" in name else part), "a broken one"),
        (saved(book(rows()))[:-400], "a broken one"),
        (saved(book(rows()), lambda name, part: None if name == "[Content_Types].xml" else part), "a broken one"),
        (saved(book(rows()), lambda name, part: None if "rels" in name else part), "a broken one"),
        (saved(book(rows()), broken_chart), "it has no sheet with cells; put the table on one"),
        (saved(book([["Petunjuk"]])), "none of its first 20 lines, on any sheet, names the columns"),
        (saved(book(rows()[:1])), "there is nothing below the headings. Read: sheet “Lembar 1”, headings in line 1."),
        (table().split("\r\n")[0], "there is nothing below the headings. Read: headings in line 1."),
        (table(venue="Balai\0Kota"), "line 2, column venue: it holds a character that cannot be kept; write it again"),
        (saved(book(rows(venue="#N/A"))), "line 2, column venue: an error of the spreadsheet (#N/A)"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_said_in_a_sentence(content: bytes | str, said: str) -> None:
    done = imported(content)
    assert said in done.stderr and "Traceback" not in done.stderr
    assert done.exit_code == 2


def test_a_damaged_byte_in_the_packed_sheet_is_said() -> None:
    whole = saved(book(rows()))
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        at = packed.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    done = imported(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    assert "a broken one" in done.stderr and done.exit_code == 2

"""Tables as files: read from CSV or XLSX with each row's line, written so that no spreadsheet runs what they say."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

FORMATS = ("csv", "xlsx", "json")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: takes one row, by the names of its columns
Add = Callable[[Mapping[str, Any]], None]

#: what a spreadsheet takes for a formula, also behind space and quotes; a line break ends a cell of a CSV, and so does
#: its delimiter, which is a semicolon in Indonesia: an apostrophe there says that what follows is a text
_BEGINS = r"""(?=(?:[^\S\t\r\n]|["'\u200b\ufeff])*[=+\-@\uff1d\uff0b\uff0d\uff20])"""
_FORMULA = re.compile(r"^()" + _BEGINS)
_FORMULA_WITHIN = re.compile(r"(^|[,;\t\r\n])" + _BEGINS)
_DEFUSED = re.compile(r"^()'" + _BEGINS)
_DEFUSED_WITHIN = re.compile(r"(^|[,;\t\r\n])'" + _BEGINS)
#: such as a phone number: a spreadsheet would only count with it, and never does with a cell that is a text
_DIGITS = re.compile(r"[+-][\d ().-]*")
#: characters that no XLSX may hold, and how many (of UTF-16) a cell may; what is longer spills into the next row
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767


class Unreadable(Exception):
    """Raised for a file that is no table; the text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault in one cell; `line` counts from 1, the headings being the first."""

    line: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.words}"


@dataclass(slots=True)
class Line:
    """A row by its columns' names, without empty cells."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(path: Path) -> tuple[list[str], list[Line]]:
    """Read the headings and the rows that are not empty; raises `Unreadable`."""
    rows = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    first = next(rows, None)
    headings = [str(cell).strip().lower() for cell in first[1]] if first else []
    while headings and not headings[-1]:
        headings.pop()
    if not headings:
        raise Unreadable("the first line must hold the names of the columns")
    return headings, [line for line in (_line(headings, *row) for row in rows) if line.cells or line.faults]


def _line(headings: Sequence[str], number: int, cells: Sequence[Any]) -> Line:
    line = Line(number)
    for place, cell in enumerate(cells):
        heading = headings[place] if place < len(headings) else ""
        if isinstance(cell, Fault):
            line.faults.append(Fault(number, heading or str(place + 1), cell.words))
        elif cell and not heading:
            line.faults.append(Fault(number, str(place + 1), "this column has no name in the first line"))
        elif cell:
            line.cells[heading] = cell
    return line


def _csv(path: Path) -> Iterator[tuple[int, list[Any]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 (byte {error.start}); save it as “CSV UTF-8”") from None
    heading = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, [_bare(cell, _DEFUSED_WITHIN) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"line {begins} is no CSV ({error}); save it again as “CSV UTF-8”") from None


def _xlsx(path: Path) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook  # 9 MiB that a running assistant rarely needs
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError):
        raise Unreadable("it is no XLSX file; save it again as “Excel workbook (.xlsx)”") from None
    try:
        for number, row in enumerate(book.worksheets[0].iter_rows(), start=1):
            yield number, [_cell(cell) for cell in row]
    finally:
        book.close()


def _cell(cell: Any) -> Any:
    value = cell.value
    if cell.data_type == "f":
        return Fault(0, "", "a formula; put in its value")
    if cell.data_type == "e":
        return Fault(0, "", f"an error of the spreadsheet ({value})")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else _bare(str(value), _DEFUSED)


def _bare(cell: str, defused: re.Pattern[str]) -> str:
    """Strip the space around a cell and the apostrophes that keep a spreadsheet from reading it as a formula."""
    return defused.sub(r"\1", cell.strip()).strip()


@contextmanager
def writing(form: str, headings: Sequence[str], file: BinaryIO, printed: Sequence[int] = ()) -> Iterator[Add]:
    """Write a table in one of `FORMATS`, row by row; nothing is kept, so it may have any number of rows.

    In JSON a row may hold any values and is written as it is, in CSV and XLSX it holds a text for each heading. An XLSX
    file must be seekable, and becomes one to print with columns of `printed` characters.
    """
    opened: Mapping[str, Callable[..., AbstractContextManager[Add]]] = {
        "csv": _writing_csv,
        "xlsx": partial(_writing_xlsx, printed=printed),
        "json": _writing_json,
    }
    with opened[form](headings, file) as add:
        yield add


@contextmanager
def _writing_json(_headings: Sequence[str], file: BinaryIO) -> Iterator[Add]:
    before = b"[\n"

    def add(row: Mapping[str, Any]) -> None:
        nonlocal before
        written = json.dumps(dict(row), ensure_ascii=False, indent=1)
        file.write(before + written.encode(errors="replace"))
        before = b",\n"

    yield add
    file.write(b"[]\n" if before == b"[\n" else b"\n]\n")


@contextmanager
def _writing_csv(headings: Sequence[str], file: BinaryIO) -> Iterator[Add]:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    try:
        yield lambda row: writer.writerow([_cut(_FORMULA_WITHIN.sub(r"\1'", _clean(row[one]))) for one in headings])
    finally:
        text.detach()


@contextmanager
def _writing_xlsx(headings: Sequence[str], file: BinaryIO, printed: Sequence[int]) -> Iterator[Add]:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Jembatan")
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDEFGH", printed, strict=False):
        sheet.column_dimensions[column].width = width
    if printed:
        sheet.page_setup.orientation, sheet.print_options.gridLines, sheet.print_title_rows = "landscape", True, "1:1"
    sheet.append([_text_cell(sheet, heading) for heading in headings])
    yield lambda row: sheet.append([_text_cell(sheet, row[heading]) for heading in headings])
    book.save(file)


def _text_cell(sheet: Any, text: str) -> Any:
    """Make a cell that is a text, whatever it says, and stays one when somebody edits it."""
    from openpyxl.cell import WriteOnlyCell

    text = _clean(text)
    risky = _FORMULA.match(text) is not None
    if risky and not _DIGITS.fullmatch(text):
        text = f"'{text}"
    cell = WriteOnlyCell(sheet, value=_cut(text))
    cell.data_type = "s"
    if risky:
        cell.quotePrefix = True
    return cell


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text).strip()


def _cut(text: str) -> str:
    if 2 * len(text) <= _LONGEST:
        return text
    return text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")

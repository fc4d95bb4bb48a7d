"""Tables as files: read from CSV or XLSX with each row's line, written so that no spreadsheet runs what they say."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

FORMATS = ("csv", "xlsx", "json")
#: a spreadsheet takes a cell that begins like this for a formula; an apostrophe before it says that it is none
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(Exception):
    """The file is no table; the text is one sentence that says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in one cell; `line` counts from 1, the headings being the first."""

    line: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.words}"


@dataclass(slots=True)
class Line:
    """A row by its columns' names, without those that are empty."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(path: Path) -> tuple[list[str], list[Line]]:
    """The headings and the rows that are not empty; raises `Unreadable`."""
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
            yield begins, [_bare(cell) for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"line {begins} is no CSV ({error}); save it again as “CSV UTF-8”") from None


def _xlsx(path: Path) -> Iterator[tuple[int, list[Any]]]:
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
    return "" if value is None else _bare(str(value))


def _bare(cell: str) -> str:
    """Without the space around it and the apostrophe that keeps a spreadsheet from reading it as a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def write(form: str, headings: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """The file in one of `FORMATS`."""
    if form == "json":
        return (json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1) + "\n").encode()
    table = [[_defused(row[heading]) for heading in headings] for row in rows]
    if form == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows([headings, *table])
        return text.getvalue().encode("utf-8-sig")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Jembatan")
    for cells in (headings, *table):
        sheet.append([_text_cell(sheet, cell) for cell in cells])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell

"""Tables as files: read from CSV or XLSX with each row's line, written so that no spreadsheet runs what they say."""

import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from bot.media import workbooks
from bot.media.workbooks import Row, Sheet, Spoilt, Unreadable
from db.base import storable

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
_EDGES = re.compile(r"\A[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+\Z")
#: such as a phone number: a spreadsheet would only count with it, and never does with a cell that is a text
_DIGITS = re.compile(r"[+-][\d ().-]*")
#: characters that no XLSX may hold, and how many (of UTF-16) a cell may; what is longer spills into the next row
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
#: lines of a sheet that may stand above its headings, or be them
_TITLES = 20


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault in one cell; `line` counts from 1, as a spreadsheet does."""

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


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds below its headings, and where that was found."""

    headings: list[str]
    lines: list[Line]
    #: the line of the headings, and the name of their sheet, empty in a CSV
    line: int
    sheet: str
    #: other sheets, which were not read
    left: tuple[str, ...]

    def __str__(self) -> str:
        where = f"sheet “{self.sheet}”, " if self.sheet else ""
        also = f"; not read: {', '.join(f'“{one}”' for one in self.left)}" if self.left else ""
        return f"{where}headings in line {self.line}{also}"


def read(path: Path, known: Collection[str]) -> Contents:
    """Read the rows below the line, of whichever sheet, that holds most of the `known` headings.

    Raises `Unreadable`, also where no line holds one.
    """
    every = workbooks.sheets(path.read_bytes())
    found = [one for sheet in every if (one := _headed(sheet, known))]
    if not found:
        raise Unreadable(
            f"none of its first {_TITLES} lines, on any sheet, names the columns, such as {', '.join([*known][:3])}"
        )
    best = max(found, key=lambda one: (one.fitting, any(one.rows())))
    headings = [best.headings.get(place, "") for place in range(max(best.headings) + 1)]
    defused = _DEFUSED if best.sheet.name else _DEFUSED_WITHIN
    lines = [line for row in best.rows() if (line := _line(headings, *row, defused)).cells or line.faults]
    left = tuple(sheet.name for sheet in every if sheet is not best.sheet)
    return Contents(headings, lines, best.line, best.sheet.name, left)


@dataclass(frozen=True, slots=True)
class _Headed:
    """A sheet with the line that holds the headings, and how many of them are known."""

    sheet: Sheet
    line: int
    headings: dict[int, str]
    fitting: int

    def rows(self) -> Iterator[Row]:
        """Read what stands below the headings."""
        return (row for row in self.sheet.rows() if row[0] > self.line and row[1])


def _headed(sheet: Sheet, known: Collection[str]) -> _Headed | None:
    """Find the line with the most known headings among the first ones: above may be a title, or a help."""
    first = [(line, _headings(cells)) for line, cells in islice(sheet.rows(), _TITLES)]
    fitting = [len(set(known) & set(headings.values())) for _line, headings in first]
    most = max(fitting, default=0)
    return _Headed(sheet, *first[fitting.index(most)], most) if most else None


def _headings(cells: Mapping[int, str]) -> dict[int, str]:
    return {place: _bare(cell, _DEFUSED).lower() for place, cell in cells.items()}


def _line(headings: Sequence[str], number: int, cells: Mapping[int, str], defused: re.Pattern[str]) -> Line:
    line = Line(number)
    for place, cell in cells.items():
        heading = headings[place] if place < len(headings) else ""
        if isinstance(cell, Spoilt):
            line.faults.append(Fault(number, heading or str(place + 1), cell))
        elif not heading:
            line.faults.append(Fault(number, str(place + 1), "this column has no name in the line of the headings"))
        elif storable(cell) != cell:
            line.faults.append(Fault(number, heading, "it holds a character that cannot be kept; write it again"))
        elif text := _bare(cell, defused):
            line.cells[heading] = text
    return line


def _bare(cell: str, defused: re.Pattern[str]) -> str:
    """Strip what nobody sees around a cell, and the apostrophes that keep it from being taken for a formula."""
    return defused.sub(r"\1", _EDGES.sub("", cell)).strip()


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

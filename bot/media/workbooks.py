"""Read tables, XLSX or CSV, sheet by sheet and row by row; every fault of a file is one sentence."""

import csv
import io
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING
from zipfile import ZipFile

if TYPE_CHECKING:
    from openpyxl.reader.excel import ExcelReader

#: bytes of an XLSX once it is unpacked, and its parts: one of 5 MB may claim to hold 5 GB
_UNPACKED = 60_000_000
_PARTS = 1_000
#: how packed files begin, XLSX among them; and what Excel wrote before 2007, or writes with a password
_PACKED, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
#: what no text holds; U+0000 is said where it stands
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
#: the line with which Excel is told how cells are parted
_PARTED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
#: as it is shown, with six digits that count at most, and as it becomes once that was saved
_ROUNDED = re.compile(r"\+?\d(?:[.,]\d+)?E\+?\d{1,3}|(?=\d{9})[1-9]\d{0,5}0{4,}(?:[.,]0+)?", re.IGNORECASE | re.ASCII)
#: the comma in `8,12346E+10`, which parts nothing
DECIMAL_COMMA = re.compile(r"(?<=\b\d),(?=\d+[Ee]\+?\d)")
#: where it cannot be told, the one that leaves a comma in its place
_DELIMITERS = ";,\t|"
#: lines by which it is told what parts the cells
_BEGINNING = 20
#: the day from which Excel counts, and the end of what it shows where there are hours and no day
_NO_DAY, _FIRST_DAYS = datetime(1899, 12, 31), datetime(1900, 1, 2)  # noqa: DTZ001
_ANEW = "save it again as “Excel workbook (.xlsx)” or “CSV UTF-8”"

# openpyxl warns of what it would leave out if it wrote the file again
warnings.filterwarnings("ignore", module=r"openpyxl\.")


def is_rounded(cell: str) -> bool:
    """Whether it is a long number of which a spreadsheet kept the first digits: `8.12346E+10`, `81234600000`."""
    return _ROUNDED.fullmatch(cell) is not None


class Unreadable(Exception):
    """Raised for a file that is no table; the text is one sentence that says what to do."""


class Unpackable(Unreadable):
    """Raised for an XLSX that holds far more than it weighs."""


class Spoilt(str):
    """A cell that has no value of its own; the text says why."""

    __slots__ = ()


#: the number of a row, from 1, and its cells that are not empty by their place, from 0
Row = tuple[int, dict[int, str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`name` is empty where the file is a CSV; `rows` may raise `Unreadable`."""

    name: str
    rows: Callable[[], Iterator[Row]]


def sheets(content: bytes, *, forgives: bool = False, most: int | None = None) -> list[Sheet]:
    """List the sheets of a file, whatever its name; raises `Unreadable`.

    Who `forgives` takes a formula's last value, a CSV that is not UTF-8 and its quotation marks that nobody closed;
    `most` is how many lines of a CSV are read.
    """
    if content.startswith(_OLD):
        raise Unreadable("it is an old Excel file (.xls) or has a password; save it again as “Excel workbook (.xlsx)”")
    if content.startswith(_PACKED):
        return _workbook(content, forgives)
    text = decoded(content, forgives)
    return [Sheet("", lambda: _lines(text, forgives, most))]


def decoded(content: bytes, forgives: bool = False) -> str:
    """Decode a text in UTF-8 or UTF-16, and for who forgives in Windows-1252; raises `Unreadable`."""
    form = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    for tried in (form, "cp1252") if forgives else (form,):
        with suppress(UnicodeDecodeError):
            text = content.decode(tried).lstrip("\ufeff")
            if _CONTROL.search(text) or (forgives and "\0" in text):
                break
            return text
    raise Unreadable(f"it is no table in UTF-8; {_ANEW}")


# CSV


#: a cell in quotes, which may go over several lines
_QUOTES = re.compile(r'"(?:[^"]|"")*"')


def _lines(text: str, forgives: bool, most: int | None) -> Iterator[Row]:
    lines = list(islice(io.StringIO(text, newline=""), most))
    told = _PARTED.fullmatch(lines[0]) if lines else None
    begins = 2 if told else 1
    delimiter = told[1] if told else _delimiter(lines[:_BEGINNING])
    try:
        yield from list(_quoted(lines[begins - 1 :], begins, delimiter))
    except csv.Error as error:
        if not forgives:
            raise Unreadable(f"{error}; {_ANEW}") from None
        for number, line in enumerate(lines[begins - 1 :], begins):  # each line for itself, then
            yield number, _filled(line.split(delimiter))


def _delimiter(lines: Sequence[str]) -> str:
    """Find what parts the cells: it stands in most lines, and often, outside of quotes."""
    plain = DECIMAL_COMMA.sub("", _QUOTES.sub("", "".join(lines))).splitlines()
    return max(
        _DELIMITERS, key=lambda one: (sum(one in line for line in plain), sum(line.count(one) for line in plain))
    )


def _quoted(lines: Sequence[str], begins: int, delimiter: str) -> Iterator[Row]:
    reader, number = csv.reader(lines, delimiter=delimiter, strict=True), begins
    try:
        for cells in reader:
            yield number, _filled(cells)
            number = begins + reader.line_num
    except csv.Error as error:
        raise csv.Error(f"line {number} is no CSV ({error})") from None


def _filled(cells: Sequence[str]) -> dict[int, str]:
    return {place: cell for place, cell in enumerate(map(str.strip, cells)) if cell}


# XLSX


def _workbook(content: bytes, forgives: bool) -> list[Sheet]:
    """Open the sheets that hold cells, hidden ones last, without a look at charts, colours or what the file says
    about its size.
    """
    from openpyxl.reader.excel import ExcelReader  # 9 MiB that a running assistant rarely needs

    with _said():
        packed = ZipFile(io.BytesIO(content))
        parts = packed.infolist()
        if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
            raise Unpackable("it holds far more than it weighs; save only the table in a new workbook")
        reader = ExcelReader(io.BytesIO(content), read_only=True, data_only=forgives, keep_links=False)
        reader.read_manifest()
        reader.read_strings()
        reader.read_workbook()
        read = partial(_rows, reader, _formats(packed), forgives)
        in_order = sorted(reader.parser.find_sheets(), key=lambda found: found[0].state != "visible")
        found = [
            Sheet(str(sheet.name), partial(read, rel.target))
            for sheet, rel in in_order
            if rel.Type.endswith("/worksheet") and rel.target in reader.valid_files
        ]
        if not found:
            raise Unreadable(f"it has no sheet with cells; put the table on one, and {_ANEW}")
        return found


@contextmanager
def _said() -> Iterator[None]:
    """Say in one sentence whatever is wrong with a workbook."""
    try:
        yield
    except Unreadable:
        raise
    except Exception:  # a broken file makes zipfile, the XML parser and openpyxl raise nearly anything
        raise Unreadable(f"it is no XLSX file, or a broken one; {_ANEW}") from None


def _formats(packed: ZipFile) -> tuple[set[int], set[int]]:
    """Find which styles show a day or an hour, and which of them a span of time; none where the styles are broken."""
    from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format
    from openpyxl.xml.functions import fromstring

    try:
        root = fromstring(packed.read("xl/styles.xml"))
        own = {one.get("numFmtId"): one.get("formatCode") for one in root.iterfind("{*}numFmts/{*}numFmt")}
        used = [one.get("numFmtId", "0") for one in root.iterfind("{*}cellXfs/{*}xf")]
        codes = [own.get(id_) or builtin_format_code(int(id_)) for id_ in used]
    except (KeyError, ValueError, SyntaxError):
        return set(), set()
    dates, spans = (
        {place for place, code in enumerate(codes) if shows(code)} for shows in (is_date_format, is_timedelta_format)
    )
    return dates, spans


def _rows(reader: "ExcelReader", formats: tuple[set[int], set[int]], forgives: bool, path: str) -> Iterator[Row]:
    from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser
    from openpyxl.xml.functions import iterparse

    dates, spans = formats
    with _said(), reader.archive.open(path) as source:
        parser = WorkSheetParser(source, reader.shared_strings, forgives, reader.wb.epoch, dates, spans)
        for _event, element in iterparse(source):
            if element.tag == ROW_TAG:
                number, cells = parser.parse_row(element)
                element.clear()
                yield number, {one["column"] - 1: text for one in cells if (text := _text(one))}


def _text(cell: Mapping[str, object]) -> str:
    """Write a cell as it would stand in a CSV; a time of day on a clock of 24 hours, a day in ISO 8601."""
    value, kind = cell["value"], cell["data_type"]
    if kind == "f":
        return Spoilt("a formula; put in its value")
    if kind == "e":
        return Spoilt(f"an error of the spreadsheet ({value})")
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime() if value < _FIRST_DAYS:  # hours beyond the first 24 since there are days
            return _clock(value - _NO_DAY)
        case datetime():
            return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d} {_clock(_since(value.time()))}"
        case time():
            return _clock(_since(value))
        case timedelta():
            return _clock(value)
        case float() if value.is_integer():
            return str(int(value))
    return str(value).strip()


def _since(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


def _clock(span: timedelta) -> str:
    """Write hours and minutes, and seconds only where there are any."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")

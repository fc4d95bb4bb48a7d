"""Read lists of numbers from CSV, XLSX or plain text: with headings or none, the numbers in any column."""

import csv
import io
import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from zipfile import ZipFile

from bot.broadcasts.audience.numbers import Entry, Number, NumberList
from bot.enrolling.enrolments import parse_number
from bot.fields.phone import numbers as phones_in
from bot.media import attachments

#: lines that are read of a file that came in a chat
MOST = 100_000
#: columns that are read of a line
_COLUMNS = 40
#: characters of a line that is given back
_SHOWN = 60
#: lines between two breaths: about a millisecond
_STRETCH = 30
#: bytes of an XLSX once it is unpacked: one of 5 MB may claim to hold 5 GB
_UNPACKED = 60_000_000
#: parts of an XLSX
_PARTS = 1_000

_SEPARATORS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff'`().\u2010-\u2015-]+")
#: mobile numbers, which are most of a long list, are known without asking a library: that takes a hundredth of the time
_INDONESIAN = re.compile(r"(?:\+?62|0062)?0?(8[1-35-9]\d{7,10})")
_MALAYSIAN = re.compile(r"(?:(?:\+?60|0060)0?|0)(1\d{8,9})")
#: what may be another phone number, or one among words; a number without 0, 62, 60 or + may be money
_LIKELY = re.compile(r"(?<![\d.,])(?:\+|0|62|60)(?:[\s().\u2010-\u2015/-]*\d){8,}")
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b.*")
_WHOLE = re.compile(r"(\d+)\.0+")
_SPOILED = re.compile(r"\+?\d(?:[.,]\d+)?E\+?\d{1,2}", re.IGNORECASE)
#: a phone number with the zeros that a spreadsheet puts for the digits it lost
_ROUNDED = re.compile(r"(?:62)?8\d{2,4}0{6,}")
_MONEY = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+")
_COUNTED = re.compile(r"\(?\d{1,6}[.)]\s+(?=[(+\d])")
_TICKET = re.compile(r"(?:NO(?:MOR)?\.?\s*)?([0-9A-Z]{2,20})(?:\s*([\u2010-\u2015-])\s*|\s+)([0-9OIL]{1,9})")

Row = tuple[int, list[str]]


class _Unreadable(Exception):
    """Raised for a file that is broken, or larger than is unpacked here."""


def read(content: bytes, most: int = MOST, breath: float = 0.0) -> NumberList:
    """Read the numbers in a file and what is no number, line by line.

    It takes seconds for many lines, so it must not run in the loop. `most` is how many lines are read, `breath` the
    seconds for which a thread lets the others run every few lines. What is no table has a `fault`.
    """
    entries: list[Entry] = []
    is_cut = False
    try:
        for line, cells in _rows(content, most + 1):
            if line > most:
                is_cut = bool(cells)
                break
            entries += _entries(line, cells)
            if not line % _STRETCH:
                time.sleep(breath)
    except _Unreadable as error:
        return NumberList(fault="too-large" if error.args else "broken")
    found = NumberList.of(_without_headings(iter(entries)))
    found.cut_at = most if is_cut else 0
    return found


def pasted(text: str) -> NumberList:
    """Read what was written into the chat, a number a line or between commas, also as people say it (`dpj27 42`)."""
    pieces = filter(None, map(str.strip, re.split(r"[\n,;]+", unicodedata.normalize("NFKC", text))))
    return NumberList.of(Entry(0, piece[:_SHOWN], _said(piece)) for piece in pieces)


def _said(piece: str) -> tuple[Number, ...]:
    if found := _phones(piece):
        return tuple(found)
    number = parse_number(piece) if any(map(str.isdigit, piece)) and len(piece) < 30 else None
    return (number,) if number else ()


# lines


def _rows(content: bytes, most: int) -> Iterator[Row]:
    """Read the cells of each line that are not empty; lines of a CSV with the number on which they begin."""
    if attachments.is_xlsx(content):
        yield from _xlsx(content, most)
    elif (text := attachments.decoded(content)) is not None:
        yield from _csv(text, most)
    else:
        raise _Unreadable


def _csv(text: str, most: int) -> Iterator[Row]:
    lines = list(islice(io.StringIO(text, newline=""), most))
    beginning = "".join(lines[:20])
    delimiter = max(",;\t|", key=beginning.count)
    try:
        yield from list(_quoted(lines, delimiter))
    except csv.Error:  # a quotation mark that nobody closed swallows what follows: each line for itself, then
        for number, line in enumerate(lines, start=1):
            yield number, _filled(line.split(delimiter))


def _quoted(lines: Sequence[str], delimiter: str) -> Iterator[Row]:
    reader, begins = csv.reader(lines, delimiter=delimiter, strict=True), 1
    for cells in reader:
        yield begins, _filled(cells)
        begins = reader.line_num + 1


def _xlsx(content: bytes, most: int) -> Iterator[Row]:
    """Read the first sheet; of a formula its last value."""
    from openpyxl import load_workbook  # 9 MiB that a running assistant rarely needs

    try:
        with ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
        if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
            raise _Unreadable("too-large")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_row=most, max_col=_COLUMNS, values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, _filled([_cell(cell) for cell in cells if cell is not None])
    except _Unreadable:
        raise
    except Exception:  # a broken file makes openpyxl raise nearly anything
        raise _Unreadable from None


def _cell(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _filled(cells: Sequence[str]) -> list[str]:
    kept = (" ".join(unicodedata.normalize("NFKC", cell).split()) for cell in cells[:_COLUMNS])
    return [cell for cell in kept if cell]


# numbers


def _entries(line: int, cells: Sequence[str]) -> Iterator[Entry]:
    """Read a row as a person; one with nothing but several phone numbers is several people."""
    found = [_numbers(cell) for cell in cells]
    kinds = {type(number) for numbers in found for number in numbers}
    if len(cells) > 1 and all(found) and len(kinds) == 1:
        for cell, numbers in zip(cells, found, strict=True):
            yield Entry(line, cell[:_SHOWN], numbers)
    elif together := tuple(dict.fromkeys(number for numbers in found for number in numbers)):
        written = next(cell for cell, numbers in zip(cells, found, strict=True) if numbers)
        yield Entry(line, written[:_SHOWN], together)
    elif cells:
        spoiled = next((cell for cell in cells if _SPOILED.fullmatch(cell) or _ROUNDED.fullmatch(cell)), "")
        yield Entry(line, (spoiled or " · ".join(cells))[:_SHOWN], is_spoiled=bool(spoiled))


def _without_headings(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Drop the first line where it names the columns: it has no figure."""
    for first in islice(entries, 1):
        if first.numbers or first.is_spoiled or any(map(str.isdigit, first.written)):
            yield first
    yield from entries


def _numbers(cell: str) -> tuple[Number, ...]:
    if not any(map(str.isdigit, cell)):
        return ()
    cell = _COUNTED.sub("", cell)
    if whole := _WHOLE.fullmatch(cell):
        cell = whole[1]
    if _ROUNDED.fullmatch(cell) or _MONEY.fullmatch(cell):
        return ()
    ticket = _TICKET.fullmatch(cell.upper())
    if ticket and _is_ticket(*ticket.groups()) and (number := parse_number(cell)):
        return (number,)
    return tuple(_phones(cell))


def _is_ticket(prefix: str, dash: str | None, serial: str) -> bool:
    """Whether it is a registration number: `DPJ27-0042` as it is printed, `DPJ27 42`; not `Blok 12`."""
    lettered, numbered = re.search("[A-Z]", prefix), re.search("[0-9]", prefix)
    return bool(lettered and (numbered or (dash and len(serial) >= 4)))


def _phones(cell: str) -> list[str]:
    """List the phone numbers of a cell in E.164."""
    plain = _SEPARATORS.sub("", cell)
    if mobile := _INDONESIAN.fullmatch(plain):
        return [f"+62{mobile[1]}"]
    if mobile := _MALAYSIAN.fullmatch(plain):
        return [f"+60{mobile[1]}"]
    if _DATE.fullmatch(cell) or not _LIKELY.search(cell):
        return []
    return phones_in(cell)

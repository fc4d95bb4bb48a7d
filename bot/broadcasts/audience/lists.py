"""Read lists of numbers from CSV, XLSX or plain text: with headings or none, the numbers in any column of one sheet."""

import re
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from bot.broadcasts.audience.numbers import Doubt, Entry, Number, NumberList
from bot.enrolling.enrolments import parse_number
from bot.fields.phone import Readings, mobile, numbers
from bot.media import workbooks
from bot.media.workbooks import DECIMAL_COMMA, Sheet, Spoilt, Unpackable, Unreadable, is_rounded
from db.base import storable

#: lines that are read of a file that came in a chat
MOST = 100_000
#: columns that are read of a line
_COLUMNS = 40
#: characters of a line that is given back
_SHOWN = 60
#: lines between two breaths: about a millisecond
_STRETCH = 30

#: what may be another phone number, or one among words; a number without 0, 62, 60 or + may be money
_LIKELY = re.compile(r"(?<![\d.,])(?:\+|0|62|60)(?:[\s().\u2010-\u2015/-]*\d){8,}")
_BETWEEN = re.compile(rf"[\n;]|(?!{DECIMAL_COMMA.pattern}),")
_DATE = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}\b.*")
_MONEY = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+")
_COUNTED = re.compile(r"^\(?[1-9]\d{0,5}[.)]\s+(?=[(+\d])")
_TICKET = re.compile(r"(?:NO(?:MOR)?\.?\s*)?([0-9A-Z]{2,20})(?:\s*([\u2010-\u2015-])\s*|\s+)([0-9OIL]{1,9})")


def read(content: bytes, most: int = MOST, breath: float = 0.0) -> NumberList:
    """Read the numbers in a file and what is no number, line by line.

    It takes seconds for many lines, so it must not run in the loop. `most` is how many lines are read, `breath` the
    seconds for which a thread lets the others run every few lines. What is no table has a `fault`.
    """
    found = NumberList()
    try:
        every = workbooks.sheets(content, forgives=True, most=most + 1)
        for sheet in every:
            found = _read_sheet(sheet, most, breath)
            found.sheet = sheet.name if len(every) > 1 else ""
            if found.entries or found.spoiled:
                break
    except Unpackable:
        return NumberList(fault="too-large")
    except Unreadable:
        return NumberList(fault="broken")
    return found


def _read_sheet(sheet: Sheet, most: int, breath: float) -> NumberList:
    entries: list[Entry] = []
    is_cut = False
    for line, cells in sheet.rows():
        if line > most:
            is_cut = bool(cells)
            break
        entries += _entries(line, _plain(cells))
        if not line % _STRETCH:
            time.sleep(breath)
    found = NumberList.of(_without_headings(iter(entries)))
    found.cut_at = most if is_cut else 0
    return found


def _plain(cells: Mapping[int, str]) -> list[str]:
    kept = (cell for place, cell in cells.items() if place < _COLUMNS and not isinstance(cell, Spoilt))
    plain = (" ".join(storable(unicodedata.normalize("NFKC", cell)).split()) for cell in kept)
    return [cell for cell in plain if cell]


def pasted(text: str) -> NumberList:
    """Read what was written into the chat, a number a line or between commas, also as people say it (`dpj27 42`)."""
    pieces = filter(None, map(str.strip, _BETWEEN.split(unicodedata.normalize("NFKC", text))))
    return NumberList.of(map(_said, pieces))


def _said(piece: str) -> Entry:
    (read,) = _entries(0, [piece])
    may_be = not read.numbers and not read.doubt and any(map(str.isdigit, piece)) and len(piece) < 30
    number = parse_number(piece) if may_be else None
    return replace(read, numbers=(number,)) if number else read


# numbers


def _entries(line: int, cells: Sequence[str]) -> Iterator[Entry]:
    """Read a row as a person; one with nothing but several phone numbers is several people."""
    found = [_numbers(cell) for cell in cells]
    kinds = {type(number) for read in found for number in read}
    if len(cells) > 1 and all(found) and len(kinds) == 1:
        for cell, read in zip(cells, found, strict=True):
            yield Entry(line, cell[:_SHOWN], read)
    elif together := tuple(dict.fromkeys(number for read in found for number in read)):
        written = next(cell for cell, read in zip(cells, found, strict=True) if read)
        yield Entry(line, written[:_SHOWN], together)
    elif cells:
        doubtful = next((cell for cell in cells if _doubt(cell)), "")
        yield Entry(line, (doubtful or " · ".join(cells))[:_SHOWN], doubt=_doubt(doubtful))


def _without_headings(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Drop the first line where it names the columns: it has no figure."""
    for first in islice(entries, 1):
        if first.numbers or first.doubt or any(map(str.isdigit, first.written)):
            yield first
    yield from entries


def _numbers(cell: str) -> tuple[Number, ...]:
    if not any(map(str.isdigit, cell)):
        return ()
    cell = _COUNTED.sub("", cell)
    if _is_spoiled(cell) or _MONEY.fullmatch(cell):
        return ()
    ticket = _TICKET.fullmatch(cell.upper())
    if ticket and _is_ticket(*ticket.groups()) and (number := parse_number(cell)):
        return (number,)
    return tuple(_phones(cell))


def _is_spoiled(cell: str) -> bool:
    """Whether it is what a spreadsheet left of a phone number, rather than money."""
    return is_rounded(cell) and (not cell.isdigit() or cell.startswith(("8", "60", "62")))


def _doubt(cell: str) -> Doubt:
    """Why what looks like a phone number is none."""
    if _is_spoiled(cell):
        return "spoiled"
    return "unclear" if any(len(one) > 1 for one in _readings(cell)) else ""


def _is_ticket(prefix: str, dash: str | None, serial: str) -> bool:
    """Whether it is a registration number: `DPJ27-0042` as it is printed, `DPJ27 42`; not `Blok 12`."""
    lettered, numbered = re.search("[A-Z]", prefix), re.search("[0-9]", prefix)
    return bool(lettered and (numbered or (dash and len(serial) >= 4)))


def _phones(cell: str) -> list[str]:
    """List the phone numbers of a cell in E.164; an unclear one is none."""
    if alone := mobile(cell):
        return [alone]
    return [one[0] for one in _readings(cell) if len(one) == 1]


def _readings(cell: str) -> list[Readings]:
    return numbers(cell) if _LIKELY.search(cell) and not _DATE.fullmatch(cell) else []

"""Columns of a table: how a cell is read, and what is said of one that cannot be."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from zoneinfo import available_timezones

from bot.clock import BANDUNG
from bot.dates import clock_time
from bot.fields.link import LONGEST, web_address
from bot.fields.nib import numbers as nibs
from bot.fields.phone import numbers as phones
from bot.language.i18n import LANGUAGES
from bot.media.workbooks import is_rounded

#: what a cell says, as its value; raises ValueError with a sentence
Read = Callable[[str], object]

_CODE = re.compile(r"[A-Z0-9]{2,20}")
#: of a day that a spreadsheet keeps with an hour, and the other way round
_MIDNIGHT = re.compile(r"[ T]0?0:00(:00)?$")
_DAY_BEFORE = re.compile(r"^\d{4}-\d\d-\d\d[ T](?=\d\d:)")
_ADDRESS = re.compile(r"telegram:-?\d+|(?!telegram:)[a-z]+:[^\s|]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CLOCKS = {"malaysia": "Asia/Kuala_Lumpur", "wib": "Asia/Jakarta", "bandung": "Asia/Jakarta"}
_YES_NO = {"yes": True, "ya": True, "true": True, "1": True, "no": False, "tidak": False, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `field` is the plan's field that it fills, `language` the part of a text in several languages."""

    name: str
    read: Read
    field: str
    needed: bool = False
    language: str = ""


def column(name: str, read: Read, needed: bool = False) -> Column:
    """Make a column for a field."""
    return Column(name, read, name, needed)


def texts(name: str, longest: int, needed: bool = False) -> list[Column]:
    """Make a column for each language; the Indonesian one may be needed."""
    read = text(longest)
    return [Column(f"{name}_{code}", read, name, needed and code == LANGUAGES[0], code) for code in LANGUAGES]


def text(longest: int) -> Read:
    def read(cell: str) -> str:
        words = " ".join(cell.split())
        if _CONTROL.search(words):
            raise ValueError("it holds a character that cannot be seen; write it again")
        if len(words) > longest:
            raise ValueError(f"it has {len(words)} characters, at most {longest}")
        return words

    return read


def code(cell: str) -> str:
    if not _CODE.fullmatch(cell):
        raise ValueError(f"“{cell}” must be 2 to 20 capitals and digits without spaces, such as PPB27")
    return cell


def day(cell: str) -> date:
    try:
        return date.fromisoformat(_MIDNIGHT.sub("", cell))
    except ValueError:
        raise ValueError(f"“{cell}” is no date; write it as 2027-04-16") from None


def clock(cell: str) -> time:
    found = clock_time(_DAY_BEFORE.sub("", cell))
    if found is None:
        raise ValueError(f"“{cell}” is no time of day; write it as 10:00")
    return found


def zone(cell: str) -> str:
    known = _CLOCKS.get(cell.lower(), cell)
    if known not in _zones():
        raise ValueError(f"“{cell}” is no clock we know; write Malaysia, WIB, or a name such as Asia/Kuala_Lumpur")
    return known


@cache
def _zones() -> set[str]:
    return available_timezones()


def place(cell: str) -> tuple[float, float]:
    """Read latitude and longitude in degrees."""
    try:
        latitude, longitude = (float(part) for part in cell.split(","))
    except ValueError:
        raise ValueError(f"“{cell}” is no point on the map; write it as 3.1043, 101.6419") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(f"“{cell}” is not on the earth; latitude comes first, as in 3.1043, 101.6419")
    return latitude, longitude


def link(cell: str) -> str:
    found = web_address(cell)
    if not found:
        raise ValueError(f"“{cell[:40]}” must be an address such as https://mbpj.gov.my, at most {LONGEST} characters")
    return found


def phone(cell: str) -> str:
    """Read a phone number as E.164."""
    found = [] if is_rounded(cell) else phones(cell)
    if len(found) == 1 and len(found[0]) > 1:
        raise ValueError(f"“{cell[:40]}” may be {' or '.join(found[0])}; write it with + and the country")
    if len(found) != 1:
        raise ValueError(f"“{cell[:40]}” is {_rounded(cell) or 'no phone number'}; write it as +6281234567890")
    return found[0][0]


def nib(cell: str) -> str:
    found = [] if is_rounded(cell) else nibs(cell)
    if len(found) != 1:
        raise ValueError(f"“{cell[:40]}” is {_rounded(cell) or 'no NIB'}; it has 13 digits, such as 1234567890123")
    return found[0]


def _rounded(cell: str) -> str:
    return "a number that a spreadsheet rounded" if is_rounded(cell) else ""


def moment(cell: str) -> datetime:
    """Read a moment with its zone, Bandung's where none is named."""
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"“{cell[:40]}” is no time; write it as 2026-11-23 or 2026-11-23 09:41") from None
    return found if found.tzinfo else found.replace(tzinfo=BANDUNG)


def addresses(cell: str) -> list[str]:
    """Read addresses such as `telegram:123456 | web:…`, with `|` between."""
    found = [part.strip() for part in re.split(r"[|\n]", cell) if part.strip()]
    for one in found:
        if not _ADDRESS.fullmatch(one):
            raise ValueError(f"“{one[:40]}” is no address; write it like telegram:123456, several with | between")
        if found.count(one) > 1:
            raise ValueError(f"“{one}” stands there twice")
    return found


def count(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and 0 < int(cell) < 1_000_000):
        raise ValueError(f"“{cell}” must be a whole number from 1")
    return int(cell)


def yes_no(cell: str) -> bool:
    if cell.lower() not in _YES_NO:
        raise ValueError(f"“{cell}” must be yes or no")
    return _YES_NO[cell.lower()]


def one_of(words: Sequence[str]) -> Read:
    known = {word.lower(): word for word in words}

    def read(cell: str) -> str:
        if cell.lower() not in known:
            raise ValueError(f"“{cell}” must be one of {', '.join(words)}")
        return known[cell.lower()]

    return read


def some_of(words: Collection[str]) -> Read:
    def read(cell: str) -> list[str]:
        found = [part.strip().lower() for part in re.split(r"[,;|]", cell) if part.strip()]
        for word in found:
            if word not in words:
                raise ValueError(f"“{word}” must be one of {', '.join(words)}")
            if found.count(word) > 1:
                raise ValueError(f"“{word}” stands there twice")
        return found

    return read


def several(longest: int) -> Read:
    """Read texts with `|` or a line break between."""
    read = text(longest)
    return lambda cell: [read(part) for part in re.split(r"[|\n]", cell) if part.strip()]


def written(value: object) -> str:
    """Write a value as its column reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case time():
            return f"{value:%H:%M}"
        case datetime():
            return value.astimezone(BANDUNG).isoformat(timespec="seconds")
        case list():
            return " | ".join(value)
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)

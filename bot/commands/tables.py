"""Exhibitions and programmes as tables: columns, what must fit together in a row, and rows of what is stored."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from bot.commands import columns as say
from bot.commands.columns import Column, column, texts, written
from bot.dates import in_order
from bot.media.sheets import Fault, Line
from db.base import JsonObject
from db.fairs import exhibitions, programmes

#: an exhibition of more days is a slip of the pen
_LONGEST_DAYS = 92

Values = JsonObject


@dataclass(frozen=True, slots=True)
class Table:
    """An exhibition or a programme as a table in a file."""

    name: str
    columns: tuple[Column, ...]
    #: the noun's file in `db/`, and what is built from a row
    noun: Any
    plan: Callable[..., Any]

    def column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.name == name), None)

    def only(self, names: Collection[str]) -> "Table":
        """The table without its other columns."""
        return replace(self, columns=tuple(one for one in self.columns if one.name in names))

    def headings(self) -> list[str]:
        return [one.name for one in self.columns]


_STATE = column("state", say.one_of(exhibitions.STATES))
_SAMPLE = column("is_sample", say.yes_no)
_HOURS = (column("opens", say.clock), column("closes", say.clock))
_ENROLMENT = (column("enrolment_opens", say.day), column("enrolment_closes", say.day))
_SOURCE = (column("source", say.text(120), True), column("checked", say.day, True))

EXHIBITIONS = Table(
    "exhibitions",
    (
        column("code", say.code, True),
        *texts("title", 80, True),
        *texts("short_name", 20, True),
        *texts("description", 250),
        column("venue", say.text(80), True),
        column("address", say.text(120)),
        column("map_point", say.place),
        column("city", say.text(40), True),
        column("first_day", say.day, True),
        column("last_day", say.day, True),
        *_HOURS,
        column("timezone", say.zone, True),
        column("organiser", say.text(80)),
        column("link", say.link),
        column("sectors", say.some_of(exhibitions.SECTORS)),
        *texts("cost", 100),
        *_ENROLMENT,
        *_SOURCE,
        _STATE,
        _SAMPLE,
    ),
    exhibitions,
    exhibitions.Plan,
)
PROGRAMMES = Table(
    "programmes",
    (
        column("code", say.code, True),
        column("kind", say.one_of(programmes.KINDS), True),
        column("exhibition", say.code),
        *texts("title", 80, True),
        *texts("short_name", 20, True),
        *texts("gives", 250),
        *texts("who", 200),
        column("quota", say.count),
        *_ENROLMENT,
        column("place", say.text(120)),
        column("first_day", say.day),
        column("last_day", say.day),
        *_HOURS,
        column("timezone", say.zone, True),
        column("questions", say.several(120)),
        column("documents", say.several(80)),
        column("decides", say.one_of(programmes.DECIDERS)),
        *_SOURCE,
        _STATE,
        _SAMPLE,
    ),
    programmes,
    programmes.Plan,
)
TABLES = {table.name: table for table in (EXHIBITIONS, PROGRAMMES)}


def heading_faults(table: Table, headings: Sequence[str], line: int) -> Iterator[Fault]:
    """List what is wrong with the line of the headings."""
    for heading in sorted({heading for heading in headings if heading}):
        if table.column(heading) is None:
            yield Fault(line, heading, f"there is no such column; `jembatan export {table.name}` shows all")
        elif headings.count(heading) > 1:
            yield Fault(line, heading, "the column is there twice")
    for one in table.columns:
        if one.needed and one.name not in headings:
            yield Fault(line, one.name, "the column is missing")


def values(table: Table, line: Line) -> tuple[Values, list[Fault]]:
    """Read the cells of a row as the plan's fields, and every fault in it."""
    faults, found = list(line.faults), Values()
    spoilt = {fault.column for fault in faults}
    for one in table.columns:
        cell = line.cells.get(one.name, "")
        if one.language:
            found.setdefault(one.field, {})
        if not cell:
            if one.needed and one.name not in spoilt:
                faults.append(Fault(line.number, one.name, "it is empty, and it is needed"))
            continue
        try:
            value = one.read(cell)
        except ValueError as error:
            faults.append(Fault(line.number, one.name, str(error)))
            continue
        if one.language:
            found[one.field][one.language] = value
        else:
            found[one.field] = value
    spoilt = {fault.column for fault in faults}
    misfits = [*_days_misfit(found), *(() if spoilt & {"opens", "closes"} else _hours_misfit(found))]
    misfits = misfits or [*_enrolment_misfit(found)]
    return found, faults + [Fault(line.number, *fault) for fault in misfits]


def _days_misfit(found: Values) -> Iterator[tuple[str, str]]:
    first, last = found.get("first_day"), found.get("last_day")
    if first and last and last < first:
        yield "last_day", f"{last} is before the first day, {first}"
    elif first and last and (last - first).days >= _LONGEST_DAYS:
        yield "last_day", f"{last} is more than {_LONGEST_DAYS} days after the first day, {first}"
    elif last and not first and "kind" in found:
        yield "first_day", "it is empty, and there is a last day"


def _hours_misfit(found: Values) -> Iterator[tuple[str, str]]:
    opens, closes = found.get("opens"), found.get("closes")
    if (opens is None) != (closes is None):
        yield ("opens", "closes")[closes is None], "both hours are needed, or neither"
    elif opens and closes and not in_order(opens, closes):
        yield "closes", f"{closes:%H:%M} is not after {opens:%H:%M}"


def _enrolment_misfit(found: Values) -> Iterator[tuple[str, str]]:
    begins, ends = found.get("enrolment_opens"), found.get("enrolment_closes")
    last = found.get("last_day") or found.get("first_day")
    if begins and ends and ends < begins:
        yield "enrolment_closes", f"{ends} is before enrolment opens, {begins}"
    elif ends and last and ends > last:
        yield "enrolment_closes", f"{ends} is after the last day, {last}"
    elif begins and last and begins > last:
        yield "enrolment_opens", f"{begins} is after the last day, {last}"


def build(table: Table, found: Values, exhibition_ids: Mapping[str, int]) -> Any:
    """Make the plan of a row without faults."""
    given = dict(found)
    if "map_point" in given:
        given["latitude"], given["longitude"] = given.pop("map_point")
    if "exhibition" in given:
        given["exhibition_id"] = exhibition_ids[given.pop("exhibition")]
    if given.get("first_day") and not given.get("last_day"):
        given["last_day"] = given["first_day"]
    return table.plan(**given)


def row(table: Table, stored: Any, exhibition_codes: Mapping[int, str]) -> dict[str, str]:
    """Write what is stored, as `values` and `build` read it."""
    kept = {one.name: getattr(stored, one.name) for one in fields(stored)}
    if kept.get("latitude") is not None:
        kept["map_point"] = (kept["latitude"], kept["longitude"])
    if kept.get("exhibition_id"):
        kept["exhibition"] = exhibition_codes[kept["exhibition_id"]]
    return {
        one.name: written(kept[one.field].get(one.language) if one.language else kept.get(one.field))
        for one in table.columns
    }


def future_check(line: Line, found: Values, today: date) -> list[Fault]:
    """Find a day of checking that lies ahead: nobody can have looked tomorrow."""
    checked = found.get("checked")
    return [Fault(line.number, "checked", f"{checked} is still to come")] if checked and checked > today else []

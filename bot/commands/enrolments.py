"""Export enrolments."""

from pathlib import Path

from bot.commands import Stop, exports
from bot.commands.exports import Outgoing
from bot.enrolling.sheet import EnrolmentSheet
from bot.settings import Settings
from db.engine import Transaction
from db.enrolling import enrolments
from db.fairs import programmes
from db.fairs.programmes import Programme


def bring_out(settings: Settings, path: Path | None, form: str | None, code: str | None) -> None:
    """Export everything that was sent, or what was sent for the programme of this code."""

    async def find(tx: Transaction, form: str) -> Outgoing:
        programme = await _programme(tx, code) if code else None
        sheet = EnrolmentSheet(programme)
        rows = sheet.raw_rows(tx) if form == "json" else sheet.rows(tx)
        return Outgoing(sheet.headings, rows, await _count(tx, programme))

    exports.bring_out(settings, "enrolments", path, form, find, personal=True)


async def _programme(tx: Transaction, code: str) -> Programme:
    known = {one.code: one for one in await programmes.all_of(tx)}
    if code.upper() not in known:
        raise Stop(f"There is no programme {code}. These exist: {', '.join(sorted(known)) or 'none yet'}.")
    return known[code.upper()]


async def _count(tx: Transaction, programme: Programme | None) -> int:
    """About how many rows there are: what was begun and never sent may be withdrawn too."""
    found = await enrolments.counts(tx)
    return sum(
        number
        for id_, by_state in found.items()
        if programme is None or id_ == programme.id
        for state, number in by_state.items()
        if state != "draft"
    )

"""What became of each line of a list: said with the first few, and given back as a file that is deleted after a day."""

import asyncio
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.broadcasts.audience.numbers import Entry, NumberList
from bot.broadcasts.audience.wording import people
from bot.language.i18n import _, number
from bot.language.markdown import Markdown, escape, plain
from bot.media import sheets
from bot.media.attachments import LARGEST, TEXT
from bot.turn import Turn
from db import files
from db.engine import Transaction
from db.files import File
from db.people import holders

#: kind of the file that is given back
CSV = "text/csv"
#: kinds of files that lists come as
_LISTS = (sheets.XLSX, TEXT, "text/csv")
_LASTS = timedelta(days=1)
#: how many lines, or words, are named in the chat
_NAMED = 5


@dataclass(slots=True)
class Verdict:
    brought: NumberList
    #: ids of the people whose numbers are on the list, in order
    people: list[int] = field(default_factory=list)
    #: of their numbers none is known here
    unknown: list[Entry] = field(default_factory=list)

    def said(self) -> Markdown:
        """Say how many were found, and what is not taken with its line."""
        found = self.brought
        count, known = number(len(found.entries)), people(len(self.people))
        lines = [_("On the list: {numbers} numbers, {people} of them known here.", numbers=count, people=known)]
        if self.unknown:
            count, which = _counted(self.unknown)
            lines.append(_("Not known here: {number} ({which}).", number=count, which=which))
        if found.twice:
            count, which = _counted(found.twice)
            lines.append(_("There twice, taken once: {number} ({which}).", number=count, which=which))
        return Markdown("\n".join([*lines, *without(found)]))

    def left_out(self) -> list[tuple[Entry, Markdown]]:
        """List the lines that reach nobody, and why, in the order of the list."""
        groups = (
            (self.unknown, _("not known here")),
            (self.brought.twice, _("there twice")),
            (self.brought.without, _("no number")),
            (self.brought.spoiled, _("spoiled by the spreadsheet")),
            (self.brought.unclear, _("of Indonesia or of Malaysia?")),
        )
        return sorted(((one, why) for entries, why in groups for one in entries), key=lambda left: left[0].line)


async def judge(tx: Transaction, brought: NumberList) -> Verdict:
    """Find who is known by these numbers; of several numbers of one person one is enough."""
    known = await holders.find(tx, brought.numbers) if brought.known is None else brought.known
    found = Verdict(brought, sorted(set[int]().union(*known.values())))
    found.unknown = [one for one in brought.entries if not any(written in known for written in one.numbers)]
    return found


def without(found: NumberList) -> Iterator[Markdown]:
    """Say what of a list is no number, or was not read."""
    if found.sheet:
        yield _("Only the sheet “{name}” was read.", name=escape(found.sheet))
    if found.without:
        count, which = _counted(found.without)
        yield _("No number: {number} ({which}).", number=count, which=which)
    if found.spoiled:
        count, which = _counted(found.spoiled)
        yield _(
            "⚠️ Of {number} numbers ({which}) a spreadsheet left only something like 8.12E+10. Take the first table, "
            "format the column as text, and save it anew.",
            number=count,
            which=which,
        )
    if found.unclear:
        count, which = _counted(found.unclear)
        yield _(
            "⚠️ Of Indonesia or of Malaysia? {number} ({which}). Write +62 or +60 before it.", number=count, which=which
        )
    if found.cut_at:
        yield _(
            "⚠️ Only the first {number} lines were read. On the server, **jembatan broadcast send** takes longer lists.",
            number=number(found.cut_at),
        )


def _counted(entries: Sequence[Entry]) -> tuple[str, Markdown | str]:
    """Say how many, and the first few of them: their lines, or of what was pasted the words."""
    more = ", …" if len(entries) > _NAMED else ""
    if not entries[0].line:
        return number(len(entries)), ", ".join(one.written for one in entries[:_NAMED]) + more
    lines = ", ".join(str(one.line) for one in entries[:_NAMED]) + more
    return number(len(entries)), _("line {lines}", lines=lines)


async def keep(turn: Turn, found: Verdict, broadcast: int) -> int:
    """Store the file with what was left out; returns its id, 0 where nothing was. What is beyond 5 MB is not in it."""
    left = found.left_out()
    if not left:
        return 0
    headings = [plain(heading) for heading in (_("Line"), _("Written"), _("Why"))]
    content = await asyncio.to_thread(_built, headings, [(one, plain(why)) for one, why in left])
    name = f"tersisa-{broadcast}-{turn.today}.csv"
    return await files.add(turn.db, None, File("document", CSV, name, content), turn.now)


def _built(headings: Sequence[str], left: Sequence[tuple[Entry, str]]) -> bytes:
    file = io.BytesIO()
    with sheets.writing("csv", headings, file) as add:
        for one, why in left:
            cells = (str(one.line or ""), one.written, why)
            add(dict(zip(headings, cells, strict=True)))
    content = file.getvalue()
    return content if len(content) <= LARGEST else content[: content.rindex(b"\n", 0, LARGEST) + 1]


async def drop(turn: Turn) -> None:
    """Delete the list itself, wherever the channel put it before the turn."""
    await files.remove_lists(turn.db, _LISTS, turn.now, turn.person.person_id)


async def forget(tx: Transaction, now: datetime) -> None:
    """Delete files of left-out lines, and lists that nobody took in, once they are older than a day."""
    await files.remove_lists(tx, _LISTS, now - _LASTS)

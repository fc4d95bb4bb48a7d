"""The list of those who may come, to be printed and signed; like every file with people's data, it lasts a day."""

import asyncio
import io
from collections.abc import Sequence

from bot.language.i18n import _, speaking
from bot.language.markdown import plain
from bot.media import sheets
from bot.turn import Turn
from db import files
from db.enrolling import attendance
from db.fairs.programmes import Programme
from db.files import File

#: characters of each column
_WIDTHS = (14, 32, 32, 18, 28)


async def keep(turn: Turn, programme: Programme) -> tuple[int, int]:
    """Make the list in Indonesian, as the office works with it; returns how many are on it and the file's id (or 0)."""
    rows = await attendance.expected(turn.db, programme.id)
    if not rows:
        return 0, 0
    with speaking("id"):
        named = (_("Number"), _("Name"), _("Business"), _("Phone"), _("Signature"))
    content = await asyncio.to_thread(_built, [plain(heading) for heading in named], rows)
    name = f"hadir-{programme.code.lower()}-{turn.today}.xlsx"
    return len(rows), await files.add(turn.db, None, File("document", sheets.XLSX, name, content), turn.now)


def _built(headings: Sequence[str], rows: Sequence[tuple[str, str, str, str]]) -> bytes:
    file = io.BytesIO()
    with sheets.writing("xlsx", headings, file, _WIDTHS) as add:
        for row in rows:
            add(dict(zip(headings, (*row, ""), strict=True)))
    return file.getvalue()

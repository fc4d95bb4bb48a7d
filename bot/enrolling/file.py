"""The enrolments of a programme as a file in the chat; it holds people's data, so it is gone again after a day."""

import asyncio
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.enrolling.sheet import EnrolmentSheet
from bot.media import sheets
from bot.media.attachments import LARGEST
from bot.turn import Turn
from db import files
from db.engine import Transaction
from db.fairs.programmes import Programme
from db.files import File

#: rows, so that a turn takes about a second
MOST = 2000
_LASTS = timedelta(days=1)


async def keep(turn: Turn, programme: Programme) -> tuple[int, int] | None:
    """Make the file; returns the number of rows and the file's id, 0 for no rows; None where a chat cannot take so
    many."""
    sheet = EnrolmentSheet(programme)
    rows = []
    async for row in sheet.rows(turn.db):
        rows.append(row)
        if len(rows) > MOST:
            return None
    if not rows:
        return 0, 0
    content = await asyncio.to_thread(_built, sheet.headings, rows)
    if len(content) > LARGEST:
        return None
    name = f"pendaftaran-{programme.code.lower()}-{turn.today}.xlsx"
    return len(rows), await files.add(turn.db, None, File("document", sheets.XLSX, name, content), turn.now)


def _built(headings: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    file = io.BytesIO()
    with sheets.writing("xlsx", headings, file) as add:
        for row in rows:
            add(row)
    return file.getvalue()


async def forget(tx: Transaction, now: datetime) -> None:
    """Delete the files that are older than a day."""
    await files.remove_made(tx, sheets.XLSX, now - _LASTS)

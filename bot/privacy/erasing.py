"""Erase a person when it is due, tell who must know, and keep the list beside the database that backups need.

Whoever asked for it is told when it is done; it is done also where they cannot be told.
"""

import json
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.cases.cases import number, recipient
from bot.errors import where
from bot.language.i18n import _, speaking
from bot.reply import Reply
from db.cases import cases
from db.cases.cases import Case
from db.deliveries import deliveries
from db.deliveries.deliveries import NOTICE
from db.engine import Transaction
from db.people import people, staff
from db.people.people import Known
from db.privacy import erasure, erasures
from db.privacy.erasures import DoneErasure, Erasure

log = logging.getLogger(__name__)

#: how long people may change their mind
DELAY = timedelta(hours=24)
#: the job that comes then
JOB = "erase"
#: how long after its time an erasure is done without its person's turn: their channel is not served any more
_PATIENCE = timedelta(minutes=10)
#: beside the database: a line of JSON for each erasure, without anything that says who that was
LIST = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Erased:
    """The proof of an erasure, and the programmes in which a place became free."""

    proof: str
    freed: list[int]


async def carry_out(tx: Transaction, planned: Erasure, now: datetime) -> Erased | None:
    """Erase a person for good, and tell the member who was answering them; None where the person is a member."""
    if await staff.is_active(tx, planned.person_id):
        await erasures.cancel(tx, planned.person_id)
        return None
    told = [one for case in await cases.unfinished_of(tx, planned.person_id) if (one := await _close(tx, case, now))]
    freed = await erasure.erase(tx, planned.person_id, now)
    for case, officer in told:
        await _tell(tx, case, officer, now)
    return Erased(await erasures.finish(tx, planned.id, now), freed)


async def _close(tx: Transaction, case: Case, now: datetime) -> tuple[Case, Known] | None:
    """End a case; returns it with the member who had it, if any."""
    await cases.close(tx, case.id, "cancelled", now, case.owner_id if case.state == "taken" else None)
    member = await staff.find(tx, case.owner_id) if case.state == "taken" and case.owner_id else None
    if member is None:
        return None
    return case, (await people.load(tx, [member.address_id]))[member.address_id]


async def _tell(tx: Transaction, case: Case, officer: Known, now: datetime) -> None:
    with speaking(officer.language):
        text = _(
            "{case} is closed: the person had all their data erased. What you write now is not passed on.",
            case=number(case.id),
        )
    body = Reply(text).to_json()
    await deliveries.add(tx, f"case:{case.id}:erased", [recipient(officer)], NOTICE, body, now, now, at_night=True)


class Erasing:
    """Erases people whose turn could not do it, and keeps the list."""

    def __init__(self, folder: Callable[[], Path] | None) -> None:
        """`folder` is where the list is kept; None where there is no list."""
        self._folder = folder

    async def run(self, tx: Transaction, now: datetime) -> None:
        for planned in await erasures.overdue(tx, now - _PATIENCE):
            try:
                async with tx.savepoint() as attempt:
                    await carry_out(attempt, planned, now)
            except Exception as error:  # the others' turn comes all the same
                log.error("erasure %s failed with %s\n%s", planned.id, type(error).__name__, where(error))
        done = await erasures.unlisted(tx)
        if done and self._folder:
            append(self._folder() / LIST, done.values())
            await erasures.mark_listed(tx, done.keys(), now)


def append(path: Path, done: Iterable[DoneErasure]) -> None:
    """Write erasures to the list; one stands there twice where a crash comes between this and the mark."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
        lines = b"" if file.read() in (b"", b"\n") else b"\n"
        for one in done:
            times = {"since": one.since.isoformat(), "erased": one.done_at.isoformat()}
            lines += json.dumps({"person": one.person_id, **times, "proof": one.proof}).encode() + b"\n"
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[DoneErasure]:
    """Read the list, empty where there is none; a line that a crash cut short is left out."""
    found = []
    for line in path.read_text("utf-8", errors="replace").splitlines() if path.exists() else ():
        with suppress(ValueError, KeyError, TypeError):
            kept = json.loads(line)
            since, at = (datetime.fromisoformat(kept[name]) for name in ("since", "erased"))
            found.append(DoneErasure(int(kept["person"]), since, at, str(kept["proof"])))
    return found

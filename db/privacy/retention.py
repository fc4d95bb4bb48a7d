"""Retention: what is too old is deleted, some rows of each kind at a time, and counted.

Rows that others refer to stay without their words. Drafts of enrolments are never too old.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, delete, exists, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.cases.case_messages import StoredCaseMessage
from db.cases.cases import StoredCase
from db.cases.questions import StoredQuestion
from db.cases.reports import StoredReport
from db.conversation.replies import GONE, StoredReply
from db.conversation.turns import StoredTurn
from db.deliveries.deliveries import StoredDelivery
from db.engine import Transaction
from db.enrolling.enrolments import StoredEnrolment
from db.fairs.programmes import StoredProgramme
from db.files import StoredFile
from db.office import Office
from db.people.addresses import Address
from db.privacy import erasure
from db.privacy.audit import StoredAct

#: what is looked at, in this order: files last, when nothing refers to them any more
KINDS = ("messages", "answers", "notices", "cases", "questions", "comments", "enrolments", "audit", "files")
#: rows of a kind in one go
SLICE = 500
#: how long acts of staff are kept
_AUDIT = timedelta(days=730)
_ENDED = ("done", "failed", "passed", "joined")


class StoredRetention(Base):
    __tablename__ = "retention"

    #: one of `KINDS`
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: the last row that was looked at, where rows stay
    upto: Mapped[int]
    #: how many were taken away since that was reported
    removed: Mapped[int]
    ran_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Slice:
    """What one call looked at: how many rows it deleted, up to which row it came, whether there may be more."""

    removed: int
    upto: int
    more: bool


@dataclass(frozen=True, slots=True)
class Age:
    """How old is too old: for what was written, and for the last day of a programme."""

    written: datetime
    ended: date
    acts: datetime

    @classmethod
    def of(cls, office: Office, now: datetime) -> "Age":
        written = now - timedelta(days=office.retention_days)
        return cls(written, (now - timedelta(days=office.enrolment_days)).date(), now - _AUDIT)


async def run(tx: Transaction, office: Office, now: datetime) -> bool:
    """Delete the next rows of every kind that are too old; returns whether there may be more."""
    age = Age.of(office, now)
    reached = {row.kind: row.upto for row in await tx.execute(select(StoredRetention.kind, StoredRetention.upto))}
    done = {kind: await _REMOVE[kind](tx, age, reached.get(kind, 0)) for kind in KINDS}
    rows = [{"kind": kind, "upto": one.upto, "removed": one.removed, "ran_at": now} for kind, one in done.items()]
    insert = tx.insert(StoredRetention)
    removed = StoredRetention.removed + insert.excluded.removed
    again = {"upto": insert.excluded.upto, "removed": removed, "ran_at": insert.excluded.ran_at}
    await tx.execute(insert.on_conflict_do_update(index_elements=["kind"], set_=again), rows)
    more = any(one.more for one in done.values())
    if not more and any(one.removed for one in done.values()):  # once for all slices: it takes longer than any of them
        tx.leave_nothing()
    return more


async def last_ran(tx: Transaction) -> datetime | None:
    """When it last ran."""
    found: datetime | None = (await tx.execute(select(func.max(StoredRetention.ran_at)))).scalar_one()
    return found


async def take_report(tx: Transaction) -> dict[str, int]:
    """Load how much was deleted since the last report, by kind, and start counting anew."""
    rows = await tx.execute(select(StoredRetention.kind, StoredRetention.removed).where(StoredRetention.removed > 0))
    found = {row[0]: row[1] for row in rows}
    await tx.execute(update(StoredRetention).values(removed=0))
    return {kind: found[kind] for kind in KINDS if kind in found}


async def _next(tx: Transaction, table: Any, at: Any, before: datetime, upto: int) -> tuple[list[int], bool]:
    """Select the ids of the next rows that are too old, in the order in which they came."""
    found = select(table.id, at).where(table.id > upto).order_by(table.id).limit(SLICE)
    rows = (await tx.execute(found)).all()
    old = [row[0] for row in rows if row[1] < before]
    return old, len(old) == SLICE


async def _messages(tx: Transaction, age: Age, upto: int) -> Slice:
    """Delete what people wrote, and what conversations that rest since then remember of it."""
    ids, more = await _next(tx, StoredTurn, StoredTurn.received_at, age.written, upto)
    old = (StoredTurn.id.in_(ids), StoredTurn.state.in_(_ENDED), StoredTurn.raw != "")
    theirs = select(StoredTurn.address_id).where(*old).distinct()
    addresses = list((await tx.execute(theirs)).scalars())
    removed = (await tx.execute(update(StoredTurn).where(*old).values(raw=""))).rowcount
    newest = select(func.max(StoredTurn.received_at)).where(StoredTurn.address_id == Address.id).scalar_subquery()
    resting = select(Address.id, Address.memory).where(Address.id.in_(addresses), newest < age.written)
    for id_, memory in (await tx.execute(resting)).all():
        if memory.get("unsure"):
            kept = {name: value for name, value in memory.items() if name != "unsure"}
            await tx.execute(update(Address).where(Address.id == id_).values(memory=kept))
    return Slice(removed, ids[-1] if ids else upto, more)


async def _answers(tx: Transaction, age: Age, upto: int) -> Slice:
    ids, more = await _next(tx, StoredReply, StoredReply.created_at, age.written, upto)
    old = (
        StoredReply.id.in_(ids),
        StoredReply.state != "unsent",
        ~and_(StoredReply.state == "sending", _is_to_leave()),
    )
    kept = StoredReply.body["gone"].as_string().is_(None)
    removed = (await tx.execute(update(StoredReply).where(*old, kept).values(body=GONE))).rowcount
    return Slice(removed, ids[-1] if ids else upto, more)


def _is_to_leave() -> ColumnElement[bool]:
    """Whether the delivery that became this reply is on its way; one that was tried and then cancelled is not."""
    own = (StoredDelivery.address_id == StoredReply.address_id, StoredDelivery.reply_id == StoredReply.id)
    return exists().where(*own, StoredDelivery.state.in_(("pending", "sending")))


async def _notices(tx: Transaction, age: Age, upto: int) -> Slice:
    """Delete the words of deliveries; those of a broadcast stand in the broadcast, once for all."""
    ids, more = await _next(tx, StoredDelivery, StoredDelivery.created_at, age.written, upto)
    old = (StoredDelivery.id.in_(ids), StoredDelivery.state.not_in(("pending", "sending")))
    own = StoredDelivery.broadcast_id.is_(None)
    removed = (await tx.execute(update(StoredDelivery).where(*old, own).values(body={}))).rowcount
    return Slice(removed, ids[-1] if ids else upto, more)


async def _remove(tx: Transaction, table: Any, *old: ColumnElement[bool]) -> Slice:
    """Delete rows to which nothing refers."""
    ids = list((await tx.execute(select(table.id).where(*old).limit(SLICE))).scalars())
    await tx.execute(delete(table).where(table.id.in_(ids)))
    return Slice(len(ids), 0, len(ids) == SLICE)


async def _cases(tx: Transaction, age: Age, _upto: int) -> Slice:
    closed = select(StoredCase.id).where(StoredCase.state == "closed", StoredCase.closed_at < age.written)
    return await _remove(tx, StoredCaseMessage, StoredCaseMessage.case_id.in_(closed))


async def _questions(tx: Transaction, age: Age, _upto: int) -> Slice:
    return await _remove(tx, StoredQuestion, StoredQuestion.created_at < age.written)


async def _comments(tx: Transaction, age: Age, _upto: int) -> Slice:
    old = (StoredReport.created_at < age.written, StoredReport.comment.is_not(None))
    removed = (await tx.execute(update(StoredReport).where(*old).values(comment=None))).rowcount
    return Slice(removed, 0, False)


async def _enrolments(tx: Transaction, age: Age, _upto: int) -> Slice:
    """Delete enrolments of programmes that are long over, with their documents."""
    last = func.coalesce(StoredProgramme.last_day, StoredProgramme.first_day, StoredProgramme.enrolment_closes)
    over = select(StoredProgramme.id).where(last < age.ended)
    old = (StoredEnrolment.programme_id.in_(over), StoredEnrolment.state != "draft", StoredEnrolment.name != "")
    found = (await tx.execute(select(StoredEnrolment.id).where(*old).limit(SLICE // 10))).scalars()
    ids = list(found)
    await erasure.empty(tx, ids)
    return Slice(len(ids), 0, len(ids) == SLICE // 10)


async def _audit(tx: Transaction, age: Age, _upto: int) -> Slice:
    return await _remove(tx, StoredAct, StoredAct.at < age.acts)


async def _files(tx: Transaction, age: Age, upto: int) -> Slice:
    """Delete files to which nothing refers; all are looked at once a day, since what refers to them may go later."""
    columns = (StoredFile.id, StoredFile.person_id)
    old = select(*columns).where(StoredFile.created_at < age.written, StoredFile.id > upto).order_by(StoredFile.id)
    rows = (await tx.execute(old.limit(SLICE // 10))).all()
    in_form = await erasure.files_of_enrolments(tx, {row.person_id for row in rows if row.person_id})
    ids = [row.id for row in rows if row.id not in in_form]
    free = (StoredFile.id.in_(ids), ~erasure.is_in_use())
    removed = (await tx.execute(delete(StoredFile).where(*free))).rowcount
    more = len(rows) == SLICE // 10
    return Slice(removed, rows[-1].id if more else 0, more)


_REMOVE: dict[str, Callable[[Transaction, Age, int], Awaitable[Slice]]] = {
    "messages": _messages,
    "answers": _answers,
    "notices": _notices,
    "cases": _cases,
    "questions": _questions,
    "comments": _comments,
    "enrolments": _enrolments,
    "audit": _audit,
    "files": _files,
}

"""Cases: questions that wait for one of staff, and what both sides wrote.

Two members, or a member and the person, may act on a case at the same moment: every function that changes a case says
which state it must be in, and returns whether it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, case, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.base import KEPT_IDS, Base
from db.cases.case_messages import StoredCaseMessage
from db.engine import Transaction
from db.people.staff import StaffMember


class StoredCase(Base):
    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_taken",
            "address_id",
            unique=True,
            sqlite_where=text("state = 'taken'"),
            postgresql_where=text("state = 'taken'"),
        ),
        Index(
            "ix_cases_open",
            "opened_at",
            sqlite_where=text("state != 'closed'"),
            postgresql_where=text("state != 'closed'"),
        ),
        KEPT_IDS,
    )

    #: people read it as `K-207`
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: where the person wrote, and is answered
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    #: `question`, `report` ("Not right?") or `talk` (somebody wants a person)
    kind: Mapped[str] = mapped_column(String(8))
    #: `open` (nobody took it), `taken`, `closed`
    state: Mapped[str] = mapped_column(String(8))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    #: the report it is about
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    #: the card that was shown last, if any
    topic: Mapped[str | None] = mapped_column(String(80))
    opened_at: Mapped[datetime]
    #: by when it is to be answered, as the person was told; none where no promise was made
    promised_at: Mapped[datetime | None]
    #: when both were told that the promise was missed
    late_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    #: when staff first wrote to the person
    answered_at: Mapped[datetime | None]
    #: the last message of either while it is taken
    last_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: how it ended: `answered`, `ended` or `cancelled` (by the person), `idle`
    outcome: Mapped[str | None] = mapped_column(String(10))


@dataclass(frozen=True, slots=True)
class Case:
    """A case; the fields are those of `StoredCase`, the name of its owner, and the words and file that opened it."""

    id: int
    person_id: int
    address_id: int
    kind: str
    state: str
    owner_id: int | None
    topic: str | None
    opened_at: datetime
    promised_at: datetime | None
    late_at: datetime | None
    taken_at: datetime | None
    answered_at: datetime | None
    last_at: datetime | None
    closed_at: datetime | None
    outcome: str | None
    owner: str
    words: str
    file: int


_first, _opening = aliased(StoredCaseMessage), aliased(StoredCaseMessage)
_OPENING = select(func.min(_first.id)).where(_first.case_id == StoredCase.id).correlate(StoredCase).scalar_subquery()
_CASE = (
    select(
        StoredCase.id,
        StoredCase.person_id,
        StoredCase.address_id,
        StoredCase.kind,
        StoredCase.state,
        StoredCase.owner_id,
        StoredCase.topic,
        StoredCase.opened_at,
        StoredCase.promised_at,
        StoredCase.late_at,
        StoredCase.taken_at,
        StoredCase.answered_at,
        StoredCase.last_at,
        StoredCase.closed_at,
        StoredCase.outcome,
        func.coalesce(StaffMember.name, ""),
        func.coalesce(_opening.text, ""),
        func.coalesce(_opening.file_id, 0),
    )
    .outerjoin(StaffMember, StaffMember.id == StoredCase.owner_id)
    .outerjoin(_opening, _opening.id == _OPENING)
)
_NOT_CLOSED = text("cases.state != 'closed'")


async def add(
    tx: Transaction,
    person: int,
    address: int,
    kind: str,
    topic: str,
    promised_at: datetime | None,
    now: datetime,
    report: int = 0,
) -> int:
    """Open a case; returns its id. `topic` is the card last shown, empty for none; `report` the report it is about."""
    row = {
        "person_id": person,
        "address_id": address,
        "kind": kind,
        "state": "open",
        "report_id": report or None,
        "topic": topic or None,
        "opened_at": now,
        "promised_at": promised_at,
    }
    stored = await tx.execute(tx.insert(StoredCase).values(row).returning(StoredCase.id))
    return int(stored.scalar_one())


async def load(tx: Transaction, case: int) -> Case | None:
    row = (await tx.execute(_CASE.where(StoredCase.id == case))).first()
    return Case(*row) if row else None


async def of_report(tx: Transaction, report: int) -> Case | None:
    """Load the case that a report opened."""
    row = (await tx.execute(_CASE.where(StoredCase.report_id == report))).first()
    return Case(*row) if row else None


async def unfinished(tx: Transaction, address: int) -> list[Case]:
    """Load the cases that are open or taken at an address, oldest first."""
    rows = await tx.execute(_CASE.where(_NOT_CLOSED, StoredCase.address_id == address).order_by(StoredCase.id))
    return [Case(*row) for row in rows]


async def unfinished_of(tx: Transaction, person: int) -> list[Case]:
    """Load the cases of a person that are open or taken, at all of their addresses, oldest first."""
    rows = await tx.execute(_CASE.where(_NOT_CLOSED, StoredCase.person_id == person).order_by(StoredCase.id))
    return [Case(*row) for row in rows]


async def to_do(tx: Transaction, staff: int, limit: int, offset: int = 0) -> list[Case]:
    """Load a member's own cases, then those that wait for anybody, oldest first."""
    wanted = or_(StoredCase.state == "open", StoredCase.owner_id == staff)
    others_last = case((StoredCase.owner_id == staff, 0), else_=1)
    order = (others_last, StoredCase.opened_at, StoredCase.id)
    rows = await tx.execute(_CASE.where(_NOT_CLOSED, wanted).order_by(*order).limit(limit).offset(offset))
    return [Case(*row) for row in rows]


async def taken(tx: Transaction, staff: int) -> list[Case]:
    """Load the cases that a member has taken, oldest first."""
    rows = await tx.execute(_CASE.where(*_taken_by(staff)).order_by(StoredCase.id))
    return [Case(*row) for row in rows]


async def counts(tx: Transaction, staff: int) -> tuple[int, int]:
    """Count the cases that a member has taken, and those that wait for anybody."""
    rows = await tx.execute(
        select(
            func.count().filter(StoredCase.state == "taken", StoredCase.owner_id == staff),
            func.count().filter(StoredCase.state == "open"),
        ).where(_NOT_CLOSED)
    )
    mine, waiting = rows.one()
    return mine, waiting


async def take(tx: Transaction, case: int, staff: int, now: datetime) -> bool:
    """Give an open case to `staff`; False where somebody took it, or the person is talking in another case."""
    try:
        async with tx.savepoint() as attempt:
            return await _change(
                attempt, case, StoredCase.state == "open", state="taken", owner_id=staff, taken_at=now, last_at=now
            )
    except IntegrityError:
        return False


async def hand_over(tx: Transaction, case: int, staff: int, to: int, now: datetime) -> bool:
    """Give a case to another member."""
    return await _change(tx, case, *_taken_by(staff), owner_id=to, taken_at=now, last_at=now)


async def answer(tx: Transaction, case: int, staff: int, taken_at: datetime, now: datetime) -> bool:
    """Note that `staff` writes to the person; False unless they have held the case since `taken_at`."""
    mine = (*_taken_by(staff), StoredCase.taken_at == taken_at)
    return await _change(tx, case, *mine, last_at=now, answered_at=func.coalesce(StoredCase.answered_at, now))


async def hear(tx: Transaction, case: int, now: datetime) -> bool:
    """Note that the person writes to the member who has the case."""
    return await _change(tx, case, StoredCase.state == "taken", last_at=now)


async def give_back(
    tx: Transaction, case: int, promised_at: datetime | None, staff: int | None, quiet_since: datetime | None = None
) -> bool:
    """Let a case wait for anybody again; with `quiet_since`, only where nobody wrote after that."""
    where = [StoredCase.state == "taken", StoredCase.owner_id == staff]
    if quiet_since:
        where.append(StoredCase.last_at <= quiet_since)
    again = {"promised_at": promised_at, "late_at": None, "answered_at": None}
    return await _change(tx, case, *where, state="open", owner_id=None, **again)


async def close(
    tx: Transaction, case: int, outcome: str, now: datetime, staff: int | None, quiet_since: datetime | None = None
) -> bool:
    """Close a case that `staff` has taken (None: an open one); with `quiet_since`, only where nobody wrote since."""
    where = [*_taken_by(staff)] if staff else [StoredCase.state == "open"]
    if quiet_since:
        where.append(StoredCase.last_at <= quiet_since)
    return await _change(tx, case, *where, state="closed", closed_at=now, outcome=outcome)


async def reopen(tx: Transaction, case: int, promised_at: datetime | None, now: datetime) -> bool:
    """Let a closed case wait again, for whoever had it."""
    again = {"state": "open", "promised_at": promised_at, "late_at": None, "closed_at": None, "outcome": None}
    return await _change(tx, case, StoredCase.state == "closed", answered_at=None, last_at=now, **again)


async def promise_again(
    tx: Transaction, case: int, promised_at: datetime, again_at: datetime | None, now: datetime
) -> bool:
    """Note, once, that the promise for `promised_at` was missed, and what is promised now."""
    missed = (_NOT_CLOSED, StoredCase.promised_at == promised_at, StoredCase.answered_at.is_(None))
    return await _change(tx, case, *missed, StoredCase.late_at.is_(None), promised_at=again_at, late_at=now)


def _taken_by(staff: int | None) -> Sequence[ColumnElement[bool]]:
    return StoredCase.state == "taken", StoredCase.owner_id == staff


async def _change(tx: Transaction, case: int, *where: Any, **values: object) -> bool:
    changed = await tx.execute(
        update(StoredCase).where(StoredCase.id == case, *where).values(**values).returning(StoredCase.id)
    )
    return changed.first() is not None

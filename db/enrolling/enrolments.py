"""Enrolments in programmes, from the first answer on: a draft is one that was not sent yet."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.engine import Record, Transaction
from db.enrolling.changes import EnrolmentChange
from db.names import named

#: `waiting` is in line for a place, `offered` has one held, `skipped` let it go or did not answer
STATES = ("draft", "submitted", "correction", "waiting", "offered", "skipped", "accepted", "declined", "withdrawn")
#: with staff, or decided: what counts as enrolled
ENROLLED = ("submitted", "correction", "waiting", "offered", "accepted")
#: rows read at a time where all are wanted
_SLICE = 1000


class StoredEnrolment(Base):
    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("prefix", "serial"),
        Index("ix_enrolments_programme", "programme_id", "state", "submitted_at", "id"),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"))
    #: who enrols, themselves or somebody else, and where they are told
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    for_other: Mapped[bool]
    business_id: Mapped[int | None] = mapped_column(ForeignKey("businesses.id"), index=True)
    #: the registration number `DPJ27-0042`: given when it is sent for the first time
    prefix: Mapped[str | None] = mapped_column(String(20))
    serial: Mapped[int | None]
    #: one of `STATES`
    state: Mapped[str] = mapped_column(String(12))
    #: by the names of the fields; what was skipped is there and empty
    answers: Mapped[JsonObject]
    #: answers known from elsewhere, by field: shown, and an answer only once the person confirms them
    known: Mapped[JsonObject]
    #: the names of all fields when it was last asked, by which a new one is noticed
    fields: Mapped[list[str]]
    #: the field that is asked, empty for the review; where only this one is changed, the same in `only`
    step: Mapped[str] = mapped_column(String(40))
    only: Mapped[str] = mapped_column(String(40))
    #: the turn that asked it: choices of earlier ones are of an earlier question
    mark: Mapped[int]
    #: answers in a row to the same question that were none
    misses: Mapped[int]
    #: fields that staff want corrected, or why it was declined, in their words
    wrong: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(Text)
    #: of the one who is to take part, as staff look for them; filled when it is sent
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(String(20), index=True)
    business: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    #: since when they wait in line, and until when the place that they are offered is held
    waiting_since: Mapped[datetime | None]
    offer_until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """An enrolment as it is stored; the fields are those of `StoredEnrolment`."""

    id: int
    programme_id: int
    person_id: int
    address_id: int
    for_other: bool
    business_id: int | None
    prefix: str | None
    serial: int | None
    state: str
    answers: JsonObject
    known: JsonObject
    fields: list[str]
    step: str
    only: str
    mark: int
    misses: int
    wrong: list[str]
    reason: str
    name: str
    phone: str
    business: str
    created_at: datetime
    updated_at: datetime
    submitted_at: datetime | None
    waiting_since: datetime | None
    offer_until: datetime | None

    @property
    def number(self) -> str:
        """The registration number as people read and say it, `DPJ27-0042`; empty for one that was never sent."""
        return f"{self.prefix}-{self.serial:04d}" if self.prefix else ""


_NAMES = tuple(Enrolment.__dataclass_fields__)
_SELECT = select(*(getattr(StoredEnrolment, name) for name in _NAMES))
#: the order of arrival
_ARRIVAL = (StoredEnrolment.submitted_at, StoredEnrolment.id)


def _read(row: Record) -> Enrolment:
    return Enrolment(**dict(zip(_NAMES, row, strict=True)))


async def begin(
    tx: Transaction,
    programme: int,
    person: int,
    address: int,
    known: JsonObject,
    now: datetime,
    for_other: bool = False,
) -> int:
    """Start a draft; `known` is what was learnt of them elsewhere; with `for_other` somebody else takes part."""
    row = {
        "programme_id": programme,
        "person_id": person,
        "address_id": address,
        "for_other": for_other,
        "state": "draft",
        "answers": {},
        "known": known,
        "fields": [],
        "mark": 0,
        "misses": 0,
        "wrong": [],
        "created_at": now,
        "updated_at": now,
        **dict.fromkeys(("step", "only", "reason", "name", "phone", "business"), ""),
    }
    return (await tx.insert_all(StoredEnrolment, [row]))[0]


async def load(tx: Transaction, id: int) -> Enrolment | None:  # noqa: A002
    row = (await tx.execute(_SELECT.where(StoredEnrolment.id == id))).one_or_none()
    return _read(row) if row else None


async def of(tx: Transaction, person: int) -> list[Enrolment]:
    """Load everything that a person began or sent, the last one first."""
    rows = await tx.execute(_SELECT.where(StoredEnrolment.person_id == person).order_by(StoredEnrolment.id.desc()))
    return [_read(row) for row in rows]


async def discard(tx: Transaction, id: int) -> None:  # noqa: A002
    """Delete a draft and everything in it."""
    await tx.execute(delete(StoredEnrolment).where(StoredEnrolment.id == id, StoredEnrolment.state == "draft"))


async def keep(tx: Transaction, id: int, now: datetime, **values: object) -> None:  # noqa: A002
    """Write the fields that changed; the state changes by `move` only."""
    assert "state" not in values
    await tx.execute(update(StoredEnrolment).where(StoredEnrolment.id == id).values(**values, updated_at=now))


async def move(
    tx: Transaction,
    one: Enrolment,
    state: str,
    now: datetime,
    *,
    staff: int | None = None,
    fields: Sequence[str] = (),
    reason: str = "",
    until: datetime | None = None,
) -> bool:
    """Bring it into another state, as it was read, in which no choice of an earlier question counts; False where
    somebody else was faster. `until` is the end of an offer."""
    values: JsonObject = {"state": state, "wrong": list(fields), "reason": reason, "updated_at": now}
    values |= {"offer_until": until, "mark": 0}
    if state == "waiting":
        values["waiting_since"] = now
    if state == "submitted" and one.submitted_at is None:
        values["submitted_at"] = now
    is_same = (StoredEnrolment.id == one.id, StoredEnrolment.state == one.state)
    if (await tx.execute(update(StoredEnrolment).where(*is_same).values(values))).rowcount != 1:
        return False
    row = {"enrolment_id": one.id, "at": now, "state": state, "staff_id": staff, "fields": list(fields)}
    await tx.execute(tx.insert(EnrolmentChange), row | {"reason": reason})
    return True


async def give_number(tx: Transaction, id: int, prefix: str) -> int:  # noqa: A002
    """The next number behind this prefix; the programme must be locked by `seats.lock`."""
    highest = select(func.max(StoredEnrolment.serial)).where(StoredEnrolment.prefix == prefix)
    serial = ((await tx.execute(highest)).scalar_one() or 0) + 1
    await tx.execute(update(StoredEnrolment).where(StoredEnrolment.id == id).values(prefix=prefix, serial=serial))
    return serial


async def counts(tx: Transaction) -> dict[int, dict[str, int]]:
    """Count the enrolments by programme and state."""
    grouped = select(StoredEnrolment.programme_id, StoredEnrolment.state, func.count())
    found: dict[int, dict[str, int]] = {}
    rows = await tx.execute(grouped.group_by(StoredEnrolment.programme_id, StoredEnrolment.state))
    for programme, state, number in rows:
        found.setdefault(programme, {})[state] = number
    return found


async def count(tx: Transaction, programme: int, states: Collection[str]) -> int:
    wanted = (StoredEnrolment.programme_id == programme, StoredEnrolment.state.in_(states))
    return int((await tx.execute(select(func.count()).where(*wanted))).scalar_one())


async def listed(
    tx: Transaction, programme: int, states: Collection[str], skip: int = 0, limit: int = 10
) -> list[Enrolment]:
    """Load one page of a programme's enrolments in order of arrival."""
    wanted = _SELECT.where(StoredEnrolment.programme_id == programme, StoredEnrolment.state.in_(states))
    return [_read(row) for row in await tx.execute(wanted.order_by(*_ARRIVAL).offset(skip).limit(limit))]


async def numbered(tx: Transaction, prefix: str, serial: int) -> Enrolment | None:
    """Load the enrolment with this registration number."""
    same = (StoredEnrolment.prefix == prefix, StoredEnrolment.serial == serial)
    row = (await tx.execute(_SELECT.where(*same))).one_or_none()
    return _read(row) if row else None


async def search(tx: Transaction, words: str, phones: Collection[str] = (), limit: int = 10) -> list[Enrolment]:
    """Load sent enrolments with one of these phone numbers (E.164); without any, those whose person's or business's
    name has all these words."""
    newest = _SELECT.where(StoredEnrolment.prefix.is_not(None)).order_by(StoredEnrolment.id.desc())
    same = StoredEnrolment.phone.in_(phones)
    if not phones:
        names = newest.with_only_columns(StoredEnrolment.id, StoredEnrolment.name, StoredEnrolment.business)
        same = StoredEnrolment.id.in_(named(await tx.execute(names), words, limit))
    return [_read(row) for row in await tx.execute(newest.where(same).limit(limit))]


async def every(tx: Transaction, programme: int | None = None) -> AsyncIterator[Enrolment]:
    """Load all enrolments that were sent, by id, a slice at a time."""
    last = 0
    while True:
        wanted = _SELECT.where(StoredEnrolment.id > last, StoredEnrolment.prefix.is_not(None))
        if programme:
            wanted = wanted.where(StoredEnrolment.programme_id == programme)
        rows = [_read(row) for row in await tx.execute(wanted.order_by(StoredEnrolment.id).limit(_SLICE))]
        for one in rows:
            yield one
        if len(rows) < _SLICE:
            return
        last = rows[-1].id


async def place(tx: Transaction, one: Enrolment) -> tuple[int, int]:
    """Find which of how many waiting enrolments of its programme this is, in order of arrival."""
    waiting = (StoredEnrolment.programme_id == one.programme_id, StoredEnrolment.state == "submitted")
    counted = select(func.count().filter(~_after(one)), func.count()).where(*waiting)
    at, number = (await tx.execute(counted)).one()
    return at, number


async def following(tx: Transaction, one: Enrolment) -> int | None:
    """Load the next waiting enrolment of the same programme, after the last the first; None where there is no other."""
    others = (StoredEnrolment.programme_id == one.programme_id, StoredEnrolment.id != one.id)
    waiting = select(StoredEnrolment.id).where(*others, StoredEnrolment.state == "submitted")
    order = (_after(one).desc(), StoredEnrolment.submitted_at, StoredEnrolment.id)
    found: int | None = (await tx.execute(waiting.order_by(*order).limit(1))).scalar_one_or_none()
    return found


def _after(one: Enrolment) -> ColumnElement[bool]:
    same = and_(StoredEnrolment.submitted_at == one.submitted_at, StoredEnrolment.id > one.id)
    return or_(StoredEnrolment.submitted_at > one.submitted_at, same)


async def of_business(tx: Transaction, one: Enrolment) -> Sequence[int]:
    """Load other enrolments that the same business sent for the same programme."""
    same = (StoredEnrolment.programme_id == one.programme_id, StoredEnrolment.business_id == one.business_id)
    others = select(StoredEnrolment.id).where(*same, StoredEnrolment.id != one.id, StoredEnrolment.prefix.is_not(None))
    return list((await tx.execute(others.order_by(StoredEnrolment.id))).scalars())

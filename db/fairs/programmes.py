"""Programmes: what the city offers small businesses, from a seat in a delegation to training."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String, Text, and_, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Record, Transaction
from db.fairs.exhibitions import SHOWN, Outdated, StoredExhibition

KINDS = ("delegation", "training", "halal", "hki", "business-matching", "display")
#: who decides: a person of the staff, or whoever comes first while there are places
DECIDERS = ("staff", "first-come")


class StoredProgramme(Base):
    __tablename__ = "programmes"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: such as `DPJ27`
    code: Mapped[str] = mapped_column(String(20), unique=True)
    #: one of `KINDS`
    kind: Mapped[str] = mapped_column(String(20))
    exhibition_id: Mapped[int | None] = mapped_column(ForeignKey("exhibitions.id"), index=True)
    #: texts by language, Indonesian always among them; the short name has at most 20 characters
    title: Mapped[dict[str, str]]
    short_name: Mapped[dict[str, str]]
    #: what it gives, and who may join
    gives: Mapped[dict[str, str]]
    who: Mapped[dict[str, str]]
    #: places; none where there is no limit
    quota: Mapped[int | None]
    #: days in Bandung, the last one included
    enrolment_opens: Mapped[date | None]
    enrolment_closes: Mapped[date | None]
    place: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date | None] = mapped_column(index=True)
    last_day: Mapped[date | None]
    #: each day's hours on the clock of the place
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    timezone: Mapped[str] = mapped_column(String(40))
    #: what is asked at enrolment beside what every programme asks
    questions: Mapped[list[str]]
    documents: Mapped[list[str]]
    #: one of `DECIDERS`
    decides: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(Text)
    checked: Mapped[date]
    #: one of `db.fairs.exhibitions.STATES`
    state: Mapped[str] = mapped_column(String(10))
    is_sample: Mapped[bool]
    #: rises with every change
    sequence: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What staff decide about a programme; the fields are those of `StoredProgramme`."""

    code: str
    kind: str
    exhibition_id: int | None = None
    title: Mapping[str, str]
    short_name: Mapping[str, str]
    gives: Mapping[str, str] = field(default_factory=dict)
    who: Mapping[str, str] = field(default_factory=dict)
    quota: int | None = None
    enrolment_opens: date | None = None
    enrolment_closes: date | None = None
    place: str = ""
    first_day: date | None = None
    last_day: date | None = None
    opens: time | None = None
    closes: time | None = None
    timezone: str
    questions: list[str] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    decides: str = "staff"
    source: str
    checked: date
    state: str = "draft"
    is_sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme(Plan):
    """A programme as it is stored."""

    id: int
    sequence: int
    updated_at: datetime

    def is_over(self, today: date) -> bool:
        """Whether its last day is past; where no day is set, its enrolment."""
        last = self.last_day or self.enrolment_closes
        return last is not None and last < today

    def takes_on(self, today: date) -> bool:
        """Whether people may enrol today."""
        opens, closes = self.enrolment_opens or today, self.enrolment_closes or self.first_day or today
        return self.state in ("announced", "changed") and opens <= today <= closes

    def plan(self) -> Plan:
        """What staff decided, to be changed with `dataclasses.replace`."""
        return Plan(**{name: getattr(self, name) for name in Plan.__dataclass_fields__})


_NAMES = tuple(Programme.__dataclass_fields__)
_SELECT = select(*(getattr(StoredProgramme, name) for name in _NAMES))
#: those without a day come after those with one, on both engines
_SOONEST = (StoredProgramme.first_day.is_(None), StoredProgramme.first_day, StoredProgramme.id)


def _read(row: Record) -> Programme:
    return Programme(**dict(zip(_NAMES, row, strict=True)))


async def upcoming(tx: Transaction, today: date, kind: str = "") -> list[Programme]:
    """Load what people may see and is not over, soonest first."""
    last = func.coalesce(StoredProgramme.last_day, StoredProgramme.enrolment_closes)
    statement = _SELECT.where(StoredProgramme.state.in_(SHOWN), or_(last.is_(None), last >= today))
    if kind:
        statement = statement.where(StoredProgramme.kind == kind)
    return [_read(row) for row in await tx.execute(statement.order_by(*_SOONEST))]


async def at(tx: Transaction, exhibition: int, today: date) -> Programme | None:
    """Load the programme through which people may take part in this exhibition; None where none takes enrolments."""
    of_it = and_(StoredProgramme.exhibition_id == exhibition, StoredProgramme.state.in_(SHOWN))
    found = [_read(row) for row in await tx.execute(_SELECT.where(of_it).order_by(*_SOONEST))]
    return next((one for one in found if one.takes_on(today)), None)


async def load(tx: Transaction, id: int) -> Programme | None:  # noqa: A002
    """Load one by its id, whatever its state."""
    row = (await tx.execute(_SELECT.where(StoredProgramme.id == id))).one_or_none()
    return _read(row) if row else None


async def all_of(tx: Transaction) -> list[Programme]:
    """Load all, drafts and past ones included."""
    return [_read(row) for row in await tx.execute(_SELECT.order_by(*_SOONEST))]


async def add(tx: Transaction, plans: Collection[Plan], now: datetime) -> None:
    """Store new ones; raises the database's own error where a code is taken."""
    kept = {"sequence": 0, "created_at": now, "updated_at": now}
    if plans:
        await tx.execute(tx.insert(StoredProgramme), [asdict(plan) | kept for plan in plans])


async def change(tx: Transaction, before: Programme, plan: Plan, now: datetime) -> Programme:
    """Write what is different; raises `db.fairs.exhibitions.Outdated` if `before` is no longer what is stored.

    What people have seen becomes `changed`, unless it is cancelled. Whom to tell: `interests.concerned_by`.
    """
    if before.state in SHOWN and plan.state == "announced":
        plan = Plan(**asdict(plan) | {"state": "changed"})
    values = asdict(plan) | {"sequence": before.sequence + 1, "updated_at": now}
    is_same = and_(StoredProgramme.id == before.id, StoredProgramme.sequence == before.sequence)
    if (await tx.execute(update(StoredProgramme).where(is_same).values(values))).rowcount != 1:
        raise Outdated
    return Programme(**values, id=before.id)


async def discard(tx: Transaction, before: Programme) -> bool:
    """Delete a draft; False where it is no draft, or was changed since."""
    same = (StoredProgramme.id == before.id, StoredProgramme.sequence == before.sequence)
    return (await tx.execute(delete(StoredProgramme).where(*same, StoredProgramme.state == "draft"))).rowcount == 1


async def remove_samples(tx: Transaction) -> int:
    """Delete the samples; programmes that stay no longer belong to an exhibition that is a sample."""
    samples = select(StoredExhibition.id).where(StoredExhibition.is_sample)
    freed = update(StoredProgramme).where(StoredProgramme.exhibition_id.in_(samples)).values(exhibition_id=None)
    await tx.execute(freed)
    return (await tx.execute(delete(StoredProgramme).where(StoredProgramme.is_sample))).rowcount

"""Exhibitions: what takes place where and when, as staff know it from a source they name."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Record, Transaction
from db.fairs import reminders

SECTORS = ("food", "fashion", "craft", "shoes-leather", "furniture", "cosmetics", "other")
#: what people may see; `past` is no state, the date says it
SHOWN = ("announced", "changed", "cancelled")
STATES = ("draft", *SHOWN)


class StoredExhibition(Base):
    __tablename__ = "exhibitions"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: as posters carry it, such as `PPB27`
    code: Mapped[str] = mapped_column(String(20), unique=True)
    #: texts by language, Indonesian always among them; the short name has at most 20 characters
    title: Mapped[dict[str, str]]
    short_name: Mapped[dict[str, str]]
    description: Mapped[dict[str, str]]
    venue: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    #: degrees
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    city: Mapped[str] = mapped_column(String(40))
    first_day: Mapped[date] = mapped_column(index=True)
    last_day: Mapped[date]
    #: each day's hours on the clock of the place
    opens: Mapped[time | None]
    closes: Mapped[time | None]
    #: the clock of the place, such as `Asia/Kuala_Lumpur`
    timezone: Mapped[str] = mapped_column(String(40))
    organiser: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    #: some of `SECTORS`; none means all
    sectors: Mapped[list[str]]
    #: what taking part costs, by language
    cost: Mapped[dict[str, str]]
    #: days in Bandung, the last one included
    enrolment_opens: Mapped[date | None]
    enrolment_closes: Mapped[date | None]
    #: where staff read it, and when they last looked
    source: Mapped[str] = mapped_column(Text)
    checked: Mapped[date]
    #: one of `STATES`
    state: Mapped[str] = mapped_column(String(10))
    is_sample: Mapped[bool]
    #: rises with every change: of two calendar files, the higher one counts
    sequence: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class StoredArrival(Base):
    """A person who came by a link, such as a poster's."""

    __tablename__ = "arrivals"
    __table_args__ = (UniqueConstraint("link", "person_id"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: what the link carried, such as `pameran_PPB27`
    link: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    times: Mapped[int]
    first_at: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What staff decide about an exhibition; the fields are those of `StoredExhibition`."""

    code: str
    title: Mapping[str, str]
    short_name: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    venue: str
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    city: str
    first_day: date
    last_day: date
    opens: time | None = None
    closes: time | None = None
    timezone: str
    organiser: str = ""
    link: str = ""
    sectors: list[str] = field(default_factory=list)
    cost: Mapping[str, str] = field(default_factory=dict)
    enrolment_opens: date | None = None
    enrolment_closes: date | None = None
    source: str
    checked: date
    state: str = "draft"
    is_sample: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibition(Plan):
    """An exhibition as it is stored."""

    id: int
    sequence: int
    created_at: datetime
    updated_at: datetime

    def is_over(self, today: date) -> bool:
        return self.last_day < today

    def plan(self) -> Plan:
        """What staff decided, to be changed with `dataclasses.replace`."""
        return Plan(**{name: getattr(self, name) for name in _PLANNED})


class Outdated(Exception):
    """Raised where somebody else changed it meanwhile; nothing was written."""


_PLANNED = tuple(Plan.__dataclass_fields__)
_COLUMNS = tuple(getattr(StoredExhibition, name) for name in Exhibition.__dataclass_fields__)
_SELECT = select(*_COLUMNS)


def _read(row: Record) -> Exhibition:
    return Exhibition(**dict(zip(Exhibition.__dataclass_fields__, row, strict=True)))


async def upcoming(
    tx: Transaction,
    today: date,
    *,
    city: str = "",
    sector: str = "",
    first: date | None = None,
    last: date | None = None,
) -> list[Exhibition]:
    """Load what people may see and is not over, soonest first, cancelled ones included.

    `first` and `last` are a span of days that it touches. An exhibition without sectors is for all.
    """
    statement = _SELECT.where(
        StoredExhibition.state.in_(SHOWN), StoredExhibition.last_day >= max(today, first or today)
    )
    if last:
        statement = statement.where(StoredExhibition.first_day <= last)
    if city:
        statement = statement.where(func.lower(StoredExhibition.city) == city.lower())
    rows = await tx.execute(statement.order_by(StoredExhibition.first_day, StoredExhibition.id))
    found = [_read(row) for row in rows]
    return [one for one in found if not (sector and one.sectors) or sector in one.sectors]


async def load(tx: Transaction, id: int) -> Exhibition | None:  # noqa: A002
    """Load one by its id, whatever its state."""
    row = (await tx.execute(_SELECT.where(StoredExhibition.id == id))).one_or_none()
    return _read(row) if row else None


async def find(tx: Transaction, code: str) -> Exhibition | None:
    """Load one by its code, in capitals or not, whatever its state."""
    row = (await tx.execute(_SELECT.where(func.lower(StoredExhibition.code) == code.lower()))).one_or_none()
    return _read(row) if row else None


async def all_of(tx: Transaction) -> list[Exhibition]:
    """Load all, drafts and past ones included, in the order of their days."""
    rows = await tx.execute(_SELECT.order_by(StoredExhibition.first_day, StoredExhibition.id))
    return [_read(row) for row in rows]


async def cities(tx: Transaction, today: date) -> list[str]:
    """List every city with something that people may see and that is not over."""
    ahead = (StoredExhibition.state.in_(SHOWN), StoredExhibition.last_day >= today)
    return list((await tx.execute(select(StoredExhibition.city).where(*ahead).distinct())).scalars())


async def add(tx: Transaction, plans: Collection[Plan], now: datetime) -> None:
    """Store new ones; raises the database's own error where a code is taken."""
    kept = {"sequence": 0, "created_at": now, "updated_at": now}
    if plans:
        await tx.execute(tx.insert(StoredExhibition), [asdict(plan) | kept for plan in plans])


async def change(tx: Transaction, before: Exhibition, plan: Plan, now: datetime) -> Exhibition:
    """Write what is different from `before`; raises `Outdated` if that is no longer what is stored.

    What people have seen becomes `changed`, unless it is cancelled; reminders move to the new date. Whom to tell:
    `interests.concerned`.
    """
    if before.state in SHOWN and plan.state == "announced":
        plan = Plan(**asdict(plan) | {"state": "changed"})
    values = asdict(plan) | {"sequence": before.sequence + 1, "updated_at": now}
    is_same = (StoredExhibition.id == before.id) & (StoredExhibition.sequence == before.sequence)
    done = await tx.execute(update(StoredExhibition).where(is_same).values(values))
    if done.rowcount != 1:
        raise Outdated
    if plan.state == "cancelled":
        await reminders.drop(tx, before.id)
    elif plan.first_day != before.first_day or before.state == "cancelled":
        await reminders.move(tx, before.id, plan.first_day, now)
    return Exhibition(**values, id=before.id, created_at=before.created_at)


async def cancel(tx: Transaction, before: Exhibition, now: datetime) -> Exhibition:
    """Cancel it: it stays listed as cancelled until its date is over, and nobody is reminded of it."""
    return await change(tx, before, Plan(**asdict(before.plan()) | {"state": "cancelled"}), now)


async def arrived(tx: Transaction, link: str, person: int, now: datetime) -> None:
    """Count a person who came by this link."""
    row = {"link": link[:64], "person_id": person, "times": 1, "first_at": now}
    insert = tx.insert(StoredArrival).values(row)
    again = {"times": StoredArrival.times + 1}
    await tx.execute(insert.on_conflict_do_update(index_elements=["link", "person_id"], set_=again))


async def arrivals(tx: Transaction) -> dict[str, int]:
    """Count the people who came by each link."""
    rows = await tx.execute(select(StoredArrival.link, func.count()).group_by(StoredArrival.link))
    return {str(link): int(people) for link, people in rows}


async def discard(tx: Transaction, before: Exhibition) -> bool:
    """Delete a draft; False where it is no draft, was changed since, or a programme belongs to it."""
    same = (StoredExhibition.id == before.id, StoredExhibition.sequence == before.sequence)
    try:
        async with tx.savepoint() as part:
            gone = await part.execute(delete(StoredExhibition).where(*same, StoredExhibition.state == "draft"))
            return gone.rowcount == 1
    except IntegrityError:  # something refers to it
        return False


async def remove_samples(tx: Transaction) -> int:
    """Delete the samples, with their reminders; programmes must no longer refer to them."""
    ids = list((await tx.execute(select(StoredExhibition.id).where(StoredExhibition.is_sample))).scalars())
    await reminders.forget(tx, ids)
    await tx.execute(delete(StoredExhibition).where(StoredExhibition.id.in_(ids)))
    return len(ids)

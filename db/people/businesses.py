"""Businesses, and who works in which: a person may have several, and several people may work in one."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction

#: by the sales of a year, PP 7/2021 article 35: up to 2, 15 and 50 billion rupiah
SCALES = ("micro", "small", "medium")


class StoredBusiness(Base):
    __tablename__ = "businesses"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    #: 13 digits; empty where it has none, or nobody said it
    nib: Mapped[str] = mapped_column(String(13), index=True)
    #: empty outside Bandung
    district: Mapped[str] = mapped_column(String(40), index=True)
    city: Mapped[str] = mapped_column(String(40))
    #: one of `db.fairs.exhibitions.SECTORS`
    sector: Mapped[str] = mapped_column(String(20), index=True)
    products: Mapped[str] = mapped_column(Text)
    #: one of `SCALES`, empty where nobody said it; the same for the two below
    scale: Mapped[str] = mapped_column(String(8))
    halal: Mapped[str] = mapped_column(String(12))
    hki: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Membership(Base):
    """One person works in one business."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("person_id", "business_id"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    business_id: Mapped[int] = mapped_column(ForeignKey("businesses.id"), index=True)
    since: Mapped[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """What is known of a business; the fields are those of `StoredBusiness`."""

    name: str = ""
    nib: str = ""
    district: str = ""
    city: str = ""
    sector: str = ""
    products: str = ""
    scale: str = ""
    halal: str = ""
    hki: str = ""


_NAMES = tuple(Business.__dataclass_fields__)
_SELECT = select(StoredBusiness.id, *(getattr(StoredBusiness, name) for name in _NAMES))


async def of(tx: Transaction, person: int) -> dict[int, Business]:
    """Load the businesses a person works in, by id, the one last spoken of first."""
    theirs = _SELECT.join(Membership, Membership.business_id == StoredBusiness.id)
    latest = theirs.where(Membership.person_id == person).order_by(StoredBusiness.updated_at.desc())
    return {row[0]: Business(**dict(zip(_NAMES, row[1:], strict=True))) for row in await tx.execute(latest)}


async def of_all(tx: Transaction, people: Collection[int]) -> dict[int, dict[int, Business]]:
    """Load the businesses of these people, by person and id, in the order in which they became known."""
    found: dict[int, dict[int, Business]] = {}
    theirs = _SELECT.add_columns(Membership.person_id).join(Membership, Membership.business_id == StoredBusiness.id)
    for row in await tx.execute(theirs.where(Membership.person_id.in_(people)).order_by(Membership.id)):
        found.setdefault(row[-1], {})[row[0]] = Business(**dict(zip(_NAMES, row[1:-1], strict=True)))
    return found


async def load(tx: Transaction, id: int) -> Business:  # noqa: A002
    """Load one by its id; it must exist."""
    row = (await tx.execute(_SELECT.where(StoredBusiness.id == id))).one()
    return Business(**dict(zip(_NAMES, row[1:], strict=True)))


async def with_nib(tx: Transaction, nib: str) -> int | None:
    """Find the first business with this number."""
    found = select(StoredBusiness.id).where(StoredBusiness.nib == nib).order_by(StoredBusiness.id).limit(1)
    return (await tx.execute(found)).scalar_one_or_none()


async def same_as(tx: Transaction, business: Business) -> int | None:
    """Find a business with this number and name, whoever entered it; owners with several use one number for all."""
    if not business.nib:
        return None
    same = (StoredBusiness.nib == business.nib, func.lower(StoredBusiness.name) == business.name.lower())
    found = select(StoredBusiness.id).where(*same).order_by(StoredBusiness.id).limit(1)
    return (await tx.execute(found)).scalar_one_or_none()


async def add(tx: Transaction, business: Business, now: datetime) -> int:
    row = asdict(business) | {"created_at": now, "updated_at": now}
    return (await tx.insert_all(StoredBusiness, [row]))[0]


async def change(tx: Transaction, id: int, business: Business, now: datetime) -> None:  # noqa: A002
    """Write what its people say of it now."""
    values = asdict(business) | {"updated_at": now}
    await tx.execute(update(StoredBusiness).where(StoredBusiness.id == id).values(values))


async def join(tx: Transaction, person: int, business: int, now: datetime) -> None:
    """Note that a person works in a business; noted twice, it counts once."""
    row = {"person_id": person, "business_id": business, "since": now}
    await tx.execute(tx.insert(Membership).on_conflict_do_nothing(), row)

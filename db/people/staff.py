"""Staff: who works here, bound to an address, in which role."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.people.addresses import Address

#: in the order of what they may: each may do what those after it may
ROLES = ("admin", "officer", "viewer")
#: characters of a name
LONGEST_NAME = 40


class StaffMember(Base):
    __tablename__ = "staff"
    __table_args__ = (
        Index(
            "uq_staff_address",
            "address_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    #: `admin`, `officer` or `viewer`
    role: Mapped[str] = mapped_column(String(8))
    #: how owners and colleagues call them, honorific and first name: `Bu Rini`; empty until they said it
    name: Mapped[str] = mapped_column(Text)
    #: the member who invited them; None for the command line, the settings and the first code
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime]
    #: when they left or were removed; None while they work here
    until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here; the fields are those of `StaffMember`, and the person behind the address."""

    id: int
    person_id: int
    address_id: int
    role: str
    name: str


_ACTIVE = (
    select(StaffMember.id, Address.person_id, StaffMember.address_id, StaffMember.role, StaffMember.name)
    .join(Address, Address.id == StaffMember.address_id)
    .where(text("staff.until IS NULL"))
    .order_by(StaffMember.id)
)


async def active(tx: Transaction) -> list[Member]:
    """Load everybody who works here, longest first."""
    return [Member(*row) for row in await tx.execute(_ACTIVE)]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody who works here, as a list of the staff shows them."""

    id: int
    address_id: int
    channel: str
    value: str
    role: str
    name: str
    since: datetime


async def listed(tx: Transaction) -> list[StaffRow]:
    """Load everybody who works here, as a list shows them, longest first."""
    at = (StaffMember.address_id, Address.channel, Address.value)
    columns = (StaffMember.id, *at, StaffMember.role, StaffMember.name, StaffMember.since)
    joined = select(*columns).join(Address, Address.id == StaffMember.address_id)
    rows = await tx.execute(joined.where(text("staff.until IS NULL")).order_by(StaffMember.id))
    return [StaffRow(*row) for row in rows]


async def is_active(tx: Transaction, person: int) -> bool:
    """Whether a person works here, at any of their addresses."""
    theirs = _ACTIVE.where(Address.person_id == person).limit(1)
    return (await tx.execute(theirs)).first() is not None


_ANYBODY = select(select(StaffMember.id).where(text("staff.until IS NULL")).exists())


async def exists(tx: Transaction) -> bool:
    """Whether anybody works here."""
    return bool((await tx.execute(_ANYBODY)).scalar_one())


async def find(tx: Transaction, id: int) -> Member | None:  # noqa: A002
    """Load a member who works here; None for anybody else."""
    row = (await tx.execute(_ACTIVE.where(StaffMember.id == id))).first()
    return Member(*row) if row else None


async def at(tx: Transaction, address: int) -> Member | None:
    """Load who works here at this address."""
    row = (await tx.execute(_ACTIVE.where(StaffMember.address_id == address))).first()
    return Member(*row) if row else None


async def add(tx: Transaction, address: int, role: str, name: str, by: int | None, now: datetime) -> int:
    """Make a member of somebody who works not here yet; returns the member's id."""
    row = {"address_id": address, "role": role, "name": name, "invited_by": by, "since": now}
    added = await tx.execute(tx.insert(StaffMember).values(row).returning(StaffMember.id))
    return int(added.scalar_one())


async def set_role(tx: Transaction, id: int, role: str) -> None:  # noqa: A002
    await tx.execute(update(StaffMember).where(StaffMember.id == id).values(role=role))


async def set_name(tx: Transaction, id: int, name: str) -> None:  # noqa: A002
    await tx.execute(update(StaffMember).where(StaffMember.id == id).values(name=name))


async def end(tx: Transaction, id: int, now: datetime) -> None:  # noqa: A002
    """End a member's work here."""
    await tx.execute(update(StaffMember).where(StaffMember.id == id, StaffMember.until.is_(None)).values(until=now))


async def admins(tx: Transaction) -> int:
    """Count the administrators; on PostgreSQL they are locked, so that the last one stays."""
    of_role = select(StaffMember.id).where(text("staff.until IS NULL"), StaffMember.role == "admin")
    return len((await tx.execute(of_role.order_by(StaffMember.id).with_for_update())).all())

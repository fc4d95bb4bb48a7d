"""Staff: who works here, bound to an address, in which role; and the codes by which somebody becomes one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import choice

from sqlalchemy import ForeignKey, Index, String, Text, and_, column, func, or_, select, table, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction

#: in the order of what they may: each may do what those after it may
ROLES = ("admin", "officer", "viewer")
#: how long a code may be used, and how many wrong ones end the code that the running service prints
CODE_LASTS, CODE_TRIES = timedelta(hours=24), 5
#: characters of a name
LONGEST_NAME = 40
#: what codes are made of: nothing that is read as something else
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


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
    #: who brought them in; none for the command line, the settings and the first code
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime]
    #: when they left or were removed; none while they work here
    until: Mapped[datetime | None]


class StaffCode(Base):
    """A code that makes whoever writes `/staf CODE` a member of staff, once; kept as a hash."""

    __tablename__ = "staff_codes"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(8))
    #: who invites; none for the code that the running service prints
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: wrong codes that were tried since it was made
    tries: Mapped[int]
    used_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works here; the fields are those of `StaffMember`, and the person behind the address."""

    id: int
    person_id: int
    address_id: int
    role: str
    name: str


#: `db.people.people` needs the staff, so its tables are named here by their names
_addresses = table("addresses", column("id"), column("person_id"), column("channel"), column("value"))
_ACTIVE = (
    select(StaffMember.id, _addresses.c.person_id, StaffMember.address_id, StaffMember.role, StaffMember.name)
    .join(_addresses, _addresses.c.id == StaffMember.address_id)
    .where(text("staff.until IS NULL"))
    .order_by(StaffMember.id)
)


async def active(tx: Transaction) -> list[Member]:
    """Everybody who works here, longest first."""
    return [Member(*row) for row in await tx.execute(_ACTIVE)]


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody who works here, as a list of the staff shows them."""

    id: int
    address_id: int
    channel: str
    value: str
    role: str
    name: str
    since: datetime


async def listed(tx: Transaction) -> list[Listed]:
    """Everybody who works here, longest first."""
    at = (StaffMember.address_id, _addresses.c.channel, _addresses.c.value)
    columns = (StaffMember.id, *at, StaffMember.role, StaffMember.name, StaffMember.since)
    joined = select(*columns).join(_addresses, _addresses.c.id == StaffMember.address_id)
    rows = await tx.execute(joined.where(text("staff.until IS NULL")).order_by(StaffMember.id))
    return [Listed(*row) for row in rows]


async def is_active(tx: Transaction, person: int) -> bool:
    """Whether somebody works here, at any of their addresses."""
    theirs = _ACTIVE.where(_addresses.c.person_id == person).limit(1)
    return (await tx.execute(theirs)).first() is not None


_ANYBODY = select(select(StaffMember.id).where(text("staff.until IS NULL")).exists())


async def exists(tx: Transaction) -> bool:
    """Whether anybody works here."""
    return bool((await tx.execute(_ANYBODY)).scalar_one())


async def find(tx: Transaction, id: int) -> Member | None:  # noqa: A002
    """Somebody who works here; None for who does not, or does no more."""
    row = (await tx.execute(_ACTIVE.where(StaffMember.id == id))).first()
    return Member(*row) if row else None


async def at(tx: Transaction, address: int) -> Member | None:
    """Who works here at this address."""
    row = (await tx.execute(_ACTIVE.where(StaffMember.address_id == address))).first()
    return Member(*row) if row else None


async def add(tx: Transaction, address: int, role: str, name: str, by: int | None, now: datetime) -> int:
    """Let somebody who does not work here begin; returns their id."""
    row = {"address_id": address, "role": role, "name": name, "invited_by": by, "since": now}
    added = await tx.execute(tx.insert(StaffMember).values(row).returning(StaffMember.id))
    return int(added.scalar_one())


async def set_role(tx: Transaction, id: int, role: str) -> None:  # noqa: A002
    await tx.execute(update(StaffMember).where(StaffMember.id == id).values(role=role))


async def set_name(tx: Transaction, id: int, name: str) -> None:  # noqa: A002
    await tx.execute(update(StaffMember).where(StaffMember.id == id).values(name=name))


async def end(tx: Transaction, id: int, now: datetime) -> None:  # noqa: A002
    """From now on they do not work here."""
    await tx.execute(update(StaffMember).where(StaffMember.id == id, StaffMember.until.is_(None)).values(until=now))


async def admins(tx: Transaction) -> int:
    """How many administrators there are; on PostgreSQL they are locked, so that the last one stays."""
    of_role = select(StaffMember.id).where(text("staff.until IS NULL"), StaffMember.role == "admin")
    return len((await tx.execute(of_role.order_by(StaffMember.id).with_for_update())).all())


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was given out; `by_name` is who invites, empty for the code that the service prints."""

    id: int
    role: str
    by_id: int | None
    by_name: str
    expires_at: datetime
    tries: int
    used_at: datetime | None
    #: whether who invites is an administrator still
    stands: bool

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at and self.tries < CODE_TRIES and self.stands


def _hash(code: str) -> str:
    return sha256("".join(filter(str.isalnum, code.upper())).encode()).hexdigest()


async def give_code(tx: Transaction, role: str, by: int | None, now: datetime) -> str:
    """A new code that can be said aloud, such as `K7QM-2XPD`: a million million of them. Only its hash is kept, and of
    the codes that the service prints only the newest is good."""
    signs = "".join(choice(_SIGNS) for _ in range(8))
    if by is None:
        printed = update(StaffCode).where(StaffCode.by_id.is_(None), StaffCode.used_at.is_(None))
        await tx.execute(printed.values(used_at=now))
    row = {"hash": _hash(signs), "role": role, "by_id": by, "created_at": now, "expires_at": now + CODE_LASTS}
    await tx.execute(tx.insert(StaffCode).values(**row, tries=0))
    return f"{signs[:4]}-{signs[4:]}"


_CODE = select(
    StaffCode.id,
    StaffCode.role,
    StaffCode.by_id,
    func.coalesce(StaffMember.name, ""),
    StaffCode.expires_at,
    StaffCode.tries,
    StaffCode.used_at,
    or_(StaffCode.by_id.is_(None), and_(StaffMember.until.is_(None), StaffMember.role == "admin")),
).outerjoin(StaffMember, StaffMember.id == StaffCode.by_id)


async def code(tx: Transaction, written: str) -> Code | None:
    """The code that somebody wrote, with or without its dash; None for one that was never given out."""
    row = (await tx.execute(_CODE.where(StaffCode.hash == _hash(written)))).first()
    return Code(*row) if row else None


async def code_of(tx: Transaction, id: int) -> Code:  # noqa: A002
    """A code that is known to exist."""
    return Code(*(await tx.execute(_CODE.where(StaffCode.id == id))).one())


async def use_code(tx: Transaction, id: int, now: datetime) -> bool:  # noqa: A002
    """Use it up; False where somebody else was faster."""
    free = update(StaffCode).where(StaffCode.id == id, StaffCode.used_at.is_(None))
    return (await tx.execute(free.values(used_at=now).returning(StaffCode.id))).first() is not None


async def count_wrong_code(tx: Transaction) -> None:
    """Somebody wrote a code that is none: it counts against the one that the service printed."""
    printed = update(StaffCode).where(StaffCode.by_id.is_(None), StaffCode.used_at.is_(None))
    await tx.execute(printed.values(tries=StaffCode.tries + 1))

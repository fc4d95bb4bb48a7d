"""Codes that can be said aloud, of letters and digits none of which is read as another; and codes for staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import choice

from sqlalchemy import ForeignKey, String, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.people.staff import StaffMember

#: how long a code for staff may be used
LASTS = timedelta(hours=24)
#: how many wrong codes end the one that the running service prints
TRIES = 5

_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new(length: int) -> str:
    """Make a code of so many random signs; with 8 there are a million million."""
    return "".join(choice(_SIGNS) for _ in range(length))


def hashed(written: str) -> str:
    """Hash a code for storing, however it was written: with or without its dash, in small letters."""
    return sha256("".join(filter(str.isalnum, written.upper())).encode()).hexdigest()


class StaffCode(Base):
    """A code that makes whoever writes `/staf CODE` a member of staff, once; kept as a hash."""

    __tablename__ = "staff_codes"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(8))
    #: who invites; None for the code that the running service prints
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: wrong codes that were tried since it was made
    tries: Mapped[int]
    used_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code as it was given out; `by_name` is who invites, empty for the code that the service prints."""

    id: int
    role: str
    by_id: int | None
    by_name: str
    expires_at: datetime
    tries: int
    used_at: datetime | None
    #: whether the inviting member is still an administrator
    stands: bool

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at and self.tries < TRIES and self.stands


async def give(tx: Transaction, role: str, by: int | None, now: datetime) -> str:
    """Make a code such as `K7QM-2XPD` that makes its writer a member of staff, and store its hash.

    Of the codes that the service prints only the newest is good.
    """
    signs = new(8)
    if by is None:
        printed = update(StaffCode).where(StaffCode.by_id.is_(None), StaffCode.used_at.is_(None))
        await tx.execute(printed.values(used_at=now))
    row = {"hash": hashed(signs), "role": role, "by_id": by, "created_at": now, "expires_at": now + LASTS}
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


async def find(tx: Transaction, written: str) -> Invitation | None:
    """Find the code that somebody wrote, with or without its dash; None for one that was never given out."""
    row = (await tx.execute(_CODE.where(StaffCode.hash == hashed(written)))).first()
    return Invitation(*row) if row else None


async def load(tx: Transaction, id: int) -> Invitation:  # noqa: A002
    """Load a code by its id; it must exist."""
    return Invitation(*(await tx.execute(_CODE.where(StaffCode.id == id))).one())


async def use_up(tx: Transaction, id: int, now: datetime) -> bool:  # noqa: A002
    """Mark a code as used; False where somebody else was faster."""
    free = update(StaffCode).where(StaffCode.id == id, StaffCode.used_at.is_(None))
    return (await tx.execute(free.values(used_at=now).returning(StaffCode.id))).first() is not None


async def count_wrong(tx: Transaction) -> None:
    """Count a wrong code against the one that the service printed."""
    printed = update(StaffCode).where(StaffCode.by_id.is_(None), StaffCode.used_at.is_(None))
    await tx.execute(printed.values(tries=StaffCode.tries + 1))

"""Staff: who works here, bound to an address, in which role; and the codes by which somebody becomes one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base

#: in the order of what they may: each may do what those after it may
ROLES = ("admin", "officer", "viewer")


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

"""Audit: what staff did, to what and when, written in the transaction that does it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.engine import Transaction


class StoredAct(Base):
    __tablename__ = "audit"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: the member who did it; None for the command line and the settings
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    #: what was done, such as `case.take`
    act: Mapped[str] = mapped_column(String(40))
    #: what it was done to, such as `case:207`; never anybody's words or name
    object: Mapped[str] = mapped_column(String(80), index=True)
    details: Mapped[JsonObject]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that staff did."""

    at: datetime
    act: str
    details: JsonObject


async def note(tx: Transaction, staff: int | None, act: str, to: str, now: datetime, **details: object) -> None:
    """Write down that `staff` did `act` to `to`."""
    row = {"at": now, "staff_id": staff, "act": act, "object": to, "details": details}
    await tx.execute(tx.insert(StoredAct), row)


async def acts(tx: Transaction, to: str) -> list[Act]:
    """Load what was done to an object, oldest first."""
    columns = (StoredAct.at, StoredAct.act, StoredAct.details)
    rows = await tx.execute(select(*columns).where(StoredAct.object == to).order_by(StoredAct.id))
    return [Act(*row) for row in rows]


async def did(tx: Transaction, staff: int, act: str, to: str, since: datetime) -> bool:
    """Whether a member did this to that object since then."""
    same = (StoredAct.object == to, StoredAct.staff_id == staff, StoredAct.act == act, StoredAct.at >= since)
    return bool((await tx.execute(select(select(StoredAct.id).where(*same).exists()))).scalar_one())

"""Taps: who tapped on which button of a broadcast, the first time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.people.people import Person


class StoredTap(Base):
    __tablename__ = "taps"
    __table_args__ = (UniqueConstraint("broadcast_id", "person_id", "button"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: as `StoredBroadcast.buttons` names them, links without their address; or `stop`, `signal`
    button: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Tapped:
    """A person who tapped, as a list shows them."""

    name: str
    at: datetime


async def note(tx: Transaction, broadcast: int, person: int, button: str, now: datetime) -> None:
    """Note that a person tapped on a button; a second tap is not counted."""
    row = {"broadcast_id": broadcast, "person_id": person, "button": button, "at": now}
    await tx.execute(tx.insert(StoredTap).on_conflict_do_nothing(), row)


async def counts(tx: Transaction, broadcast: int) -> dict[str, int]:
    """Count the people who tapped, by button."""
    rows = select(StoredTap.button, func.count()).where(StoredTap.broadcast_id == broadcast)
    ordered = rows.group_by(StoredTap.button).order_by(StoredTap.button)
    return {row[0]: row[1] for row in await tx.execute(ordered)}


@dataclass(frozen=True, slots=True)
class Tap:
    """What a person tapped on, and below which broadcast."""

    broadcast: int
    button: str
    at: datetime


async def of(tx: Transaction, person: int) -> list[Tap]:
    """Load everything that a person tapped on below broadcasts, oldest first."""
    rows = select(StoredTap.broadcast_id, StoredTap.button, StoredTap.at).where(StoredTap.person_id == person)
    return [Tap(*row) for row in await tx.execute(rows.order_by(StoredTap.id))]


async def listed(tx: Transaction, broadcast: int, button: str, skip: int = 0, limit: int = 10) -> list[Tapped]:
    """Load one page of the people who tapped on a button, the first tap first."""
    of_it = (StoredTap.broadcast_id == broadcast, StoredTap.button == button)
    rows = select(Person.name, StoredTap.at).join(Person, Person.id == StoredTap.person_id).where(*of_it)
    ordered = rows.order_by(StoredTap.id).offset(skip).limit(limit)
    return [Tapped(*row) for row in await tx.execute(ordered)]

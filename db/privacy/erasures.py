"""Erasures: who wants everything about them erased, from the wish to the proof; nothing here says who that was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.people import codes
from db.people.people import Person
from db.privacy import erasure

_PENDING = "state = 'pending'"


class StoredErasure(Base):
    __tablename__ = "erasures"
    __table_args__ = (
        Index(
            "uq_erasures_pending",
            "person_id",
            unique=True,
            sqlite_where=text(_PENDING),
            postgresql_where=text(_PENDING),
        ),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: where they wished it, and are told that it is done
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    #: `pending`, then `cancelled` (by the person) or `done`
    state: Mapped[str] = mapped_column(String(10))
    done_at: Mapped[datetime | None]
    #: what the person can show, such as `HPS-7Q2K`
    proof: Mapped[str | None] = mapped_column(String(8))
    #: when it was written down beside the database, for backups that are older
    listed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that is planned."""

    id: int
    person_id: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class DoneErasure:
    """A finished erasure, as a restored backup repeats it: the id and the first moment tell a person from any other."""

    person_id: int
    since: datetime
    done_at: datetime
    proof: str


_PLANNED = select(StoredErasure.id, StoredErasure.person_id, StoredErasure.due_at).where(text(f"erasures.{_PENDING}"))


async def plan(tx: Transaction, person: int, address: int, due_at: datetime, now: datetime) -> Erasure:
    """Plan an erasure; returns the one planned already where there is one."""
    row = {"person_id": person, "address_id": address, "asked_at": now, "due_at": due_at, "state": "pending"}
    await tx.execute(tx.insert(StoredErasure).values(row).on_conflict_do_nothing())
    planned = await of(tx, person)
    assert planned is not None
    return planned


async def of(tx: Transaction, person: int) -> Erasure | None:
    """Load what is planned for a person."""
    row = (await tx.execute(_PLANNED.where(StoredErasure.person_id == person))).first()
    return Erasure(*row) if row else None


async def load(tx: Transaction, id: int) -> Erasure | None:  # noqa: A002
    """Load one that is still planned."""
    row = (await tx.execute(_PLANNED.where(StoredErasure.id == id))).first()
    return Erasure(*row) if row else None


async def overdue(tx: Transaction, before: datetime, limit: int = 20) -> list[Erasure]:
    """Load erasures that should have been done before then: the service was down, or something went wrong."""
    rows = await tx.execute(_PLANNED.where(StoredErasure.due_at <= before).order_by(StoredErasure.id).limit(limit))
    return [Erasure(*row) for row in rows]


async def cancel(tx: Transaction, person: int) -> bool:
    """Cancel a person's planned erasure; False where nothing was planned."""
    planned = update(StoredErasure).where(text(f"erasures.{_PENDING}"), StoredErasure.person_id == person)
    return (await tx.execute(planned.values(state="cancelled"))).rowcount > 0


async def finish(tx: Transaction, id: int, now: datetime) -> str:  # noqa: A002
    """Mark an erasure as done; returns the proof."""
    proof = f"HPS-{codes.new(4)}"
    values = {"state": "done", "done_at": now, "proof": proof}
    await tx.execute(update(StoredErasure).where(StoredErasure.id == id).values(values))
    return proof


async def unlisted(tx: Transaction) -> dict[int, DoneErasure]:
    """Load finished erasures that are not yet written to the list beside the database, by id."""
    columns = (StoredErasure.id, StoredErasure.person_id, Person.created_at, StoredErasure.done_at, StoredErasure.proof)
    rows = select(*columns).join(Person, Person.id == StoredErasure.person_id)
    waiting = rows.where(StoredErasure.state == "done", StoredErasure.listed_at.is_(None)).order_by(StoredErasure.id)
    return {row[0]: DoneErasure(*row[1:]) for row in await tx.execute(waiting)}


async def mark_listed(tx: Transaction, ids: Collection[int], now: datetime) -> None:
    """Mark these as written to the list beside the database."""
    await tx.execute(update(StoredErasure).where(StoredErasure.id.in_(ids)).values(listed_at=now))


async def replay(tx: Transaction, done: Collection[DoneErasure], now: datetime) -> int:
    """Repeat, in a copy made from a backup, the erasures done after the backup was taken; returns how many."""
    erased = 0
    for one in done:
        same = (Person.id == one.person_id, Person.created_at == one.since)
        person: int | None = (
            await tx.execute(select(Person.id).where(*same, Person.gone_at.is_(None)))
        ).scalar_one_or_none()
        if person is None:
            continue
        await erasure.erase(tx, person, now)
        planned = update(StoredErasure).where(text(f"erasures.{_PENDING}"), StoredErasure.person_id == person)
        values = {"state": "done", "done_at": one.done_at, "proof": one.proof, "listed_at": now}
        await tx.execute(planned.values(values))
        erased += 1
    return erased

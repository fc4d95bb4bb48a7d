"""Joinings: two people who turn out to be one, by a code that one address gives and the other writes.

All rows of the younger person become those of the older one, except what the older one has as well. Which rows moved is
kept for some days, so that the joining can be undone. A phone number alone joins nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.engine import Transaction
from db.fairs.interests import StoredInterest
from db.fairs.reminders import StoredReminder
from db.people import codes, people
from db.people.addresses import Address
from db.people.people import Person

#: how long a code is good
LASTS = timedelta(minutes=15)
#: how long a joining can be undone
UNDONE_FOR = timedelta(days=7)
#: ids in one statement
_SLICE = 500
#: rows that stay with the person they were about; and what makes two rows the same where no constraint says so
_LEFT = ("erasures", "joinings")
_ALIKE = {"consents": ("kind", "object", "version")}


class StoredJoining(Base):
    __tablename__ = "joinings"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: who was given the code, kept as a hash
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    #: the older and the younger one
    kept_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    gone_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    joined_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    #: the keys of the rows that moved, by table; what ended because the older one had it; what was learnt of them
    moved: Mapped[JsonObject]


@dataclass(frozen=True, slots=True)
class JoiningCode:
    """A code as it was given out."""

    id: int
    person_id: int
    expires_at: datetime
    used_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Joining:
    """A joining that may still be undone."""

    id: int
    kept_id: int
    gone_id: int
    joined_at: datetime
    moved: JsonObject


async def give_code(tx: Transaction, person: int, now: datetime) -> str:
    """Make a code for a person, such as `K7QM-2XPD`; their earlier ones are no good any more."""
    earlier = (StoredJoining.person_id == person, StoredJoining.used_at.is_(None))
    await tx.execute(delete(StoredJoining).where(*earlier))
    signs = codes.new(8)
    row = {"person_id": person, "hash": codes.hashed(signs), "expires_at": now + LASTS, "moved": {}}
    await tx.execute(tx.insert(StoredJoining), row)
    return f"{signs[:4]}-{signs[4:]}"


_CODE = select(StoredJoining.id, StoredJoining.person_id, StoredJoining.expires_at, StoredJoining.used_at)


async def code(tx: Transaction, written: str) -> JoiningCode | None:
    """Find the code that somebody wrote; None for one that was never given out."""
    row = (await tx.execute(_CODE.where(StoredJoining.hash == codes.hashed(written)))).first()
    return JoiningCode(*row) if row else None


async def code_of(tx: Transaction, id: int) -> JoiningCode | None:  # noqa: A002
    row = (await tx.execute(_CODE.where(StoredJoining.id == id))).first()
    return JoiningCode(*row) if row else None


async def join(tx: Transaction, id: int, one: int, other: int, now: datetime) -> tuple[int, int]:  # noqa: A002
    """Make one person of two by this code; returns the older, who stays, and the younger, who is gone."""
    both = select(Person.id, Person.name, Person.phone).where(Person.id.in_((one, other)))
    rows = (await tx.execute(both.order_by(Person.id).with_for_update())).all()
    kept, gone = rows[0], rows[1]
    learnt = [name for name in ("name", "phone") if getattr(gone, name) and not getattr(kept, name)]
    ended = await _end_doubles(tx, kept.id, gone.id, now)
    moved = {table.name: await _move(tx, table, column, gone.id, kept.id) for table, column in _theirs()}
    if learnt:
        given = {name: getattr(gone, name) for name in learnt}
        await tx.execute(update(Person).where(Person.id == kept.id).values(given))
    await people.set_gone(tx, [gone.id], now)
    values = {"used_at": now, "joined_at": now, "kept_id": kept.id, "gone_id": gone.id}
    kept_of_it = {"rows": {name: keys for name, keys in moved.items() if keys}, "ended": ended, "learnt": learnt}
    await tx.execute(update(StoredJoining).where(StoredJoining.id == id).values(**values, moved=kept_of_it))
    return kept.id, gone.id


async def _end_doubles(tx: Transaction, kept: int, gone: int, now: datetime) -> dict[str, list[int]]:
    """End the younger person's wishes that the older one has as well."""
    theirs, interest = aliased(StoredInterest), StoredInterest
    same = and_(theirs.kind == interest.kind, theirs.city == interest.city, theirs.topic == interest.topic)
    wished = exists().where(theirs.person_id == kept, theirs.until.is_(None), same)
    reminded, reminder = aliased(StoredReminder), StoredReminder
    too = exists().where(reminded.person_id == kept, reminded.exhibition_id == reminder.exhibition_id)
    ended = {}
    for table, double in ((interest, wished), (reminder, too)):
        open_ones = update(table).where(table.person_id == gone, table.until.is_(None), double)
        found = await tx.execute(open_ones.values(until=now).returning(table.id))
        ended[table.__tablename__] = [row[0] for row in found]
    return ended


def _theirs() -> Iterator[tuple[Table, Column[Any]]]:
    """List every table that refers to a person, and by which column."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if table.name not in _LEFT and any(key.column.table.name == "people" for key in column.foreign_keys):
                yield table, column


def _key(table: Table, column: Column[Any]) -> Column[Any]:
    """What tells the rows of one person apart."""
    return next(key for key in table.primary_key.columns if key is not column)


async def _move(tx: Transaction, table: Table, column: Column[Any], gone: int, kept: int) -> list[Any]:
    key, other = _key(table, column), table.alias()
    unique = [constraint.columns.keys() for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    together = [*unique, list(table.primary_key.columns.keys()), [column.name, *_ALIKE.get(table.name, ())]]
    doubled = [
        exists().where(
            other.c[column.name] == kept, *(other.c[name] == table.c[name] for name in names if name != column.name)
        )
        for names in together
        if column.name in names and len(names) > 1
    ]
    moving = update(table).where(column == gone, ~or_(*doubled) if doubled else column == gone)
    return [row[0] for row in await tx.execute(moving.values({column.name: kept}).returning(key))]


_JOINED = select(
    StoredJoining.id, StoredJoining.kept_id, StoredJoining.gone_id, StoredJoining.joined_at, StoredJoining.moved
).where(StoredJoining.joined_at.is_not(None), StoredJoining.undone_at.is_(None))


async def of(tx: Transaction, person: int, now: datetime) -> Joining | None:
    """Load the last joining of a person that can be undone."""
    lately = (StoredJoining.kept_id == person, StoredJoining.joined_at > now - UNDONE_FOR)
    row = (await tx.execute(_JOINED.where(*lately).order_by(StoredJoining.id.desc()).limit(1))).first()
    return Joining(*row) if row else None


async def last_address(tx: Transaction, person: int) -> int:
    """Find the newest address of a person."""
    newest = select(func.max(Address.id)).where(Address.person_id == person)
    return int((await tx.execute(newest)).scalar_one())


async def gone_into(tx: Transaction, person: int) -> list[int]:
    """List the people who became one with a person, and those who had become one with them."""
    found: list[int] = []
    looked_at = [person]
    while looked_at:
        rows = await tx.execute(_JOINED.where(StoredJoining.kept_id.in_(looked_at)))
        looked_at = [row.gone_id for row in rows if row.gone_id not in found]
        found += looked_at
    return found


async def undo(tx: Transaction, one: Joining, now: datetime) -> None:
    """Make them two people again, each with their own rows; what came since stays with the older one."""
    for table, column in _theirs():
        for some in _slices(one.moved["rows"].get(table.name, [])):
            back = update(table).where(_key(table, column).in_(some), column == one.kept_id)
            await tx.execute(back.values({column.name: one.gone_id}))
    for kind in (StoredInterest, StoredReminder):
        for some in _slices(one.moved["ended"].get(kind.__tablename__, [])):
            await tx.execute(update(kind).where(kind.id.in_(some)).values(until=None))
    for name in one.moved["learnt"]:
        given = select(getattr(Person, name)).where(Person.id == one.gone_id).scalar_subquery()
        same = (Person.id == one.kept_id, getattr(Person, name) == given)
        await tx.execute(update(Person).where(*same).values({name: ""}))
    await people.set_gone(tx, [one.gone_id], None)
    await tx.execute(update(StoredJoining).where(StoredJoining.id == one.id).values(undone_at=now))


def _slices(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(keys), _SLICE):
        yield keys[begin : begin + _SLICE]

"""Interests: who wants to hear of new exhibitions or programmes, of which kind, and in which words they said so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.enrolling.enrolments import ENROLLED, StoredEnrolment
from db.fairs import reminders
from db.fairs.exhibitions import Plan as ExhibitionPlan
from db.fairs.programmes import Programme, StoredProgramme
from db.people.people import Person

EXHIBITION, PROGRAMME = "exhibition", "programme"
_OPEN = "until IS NULL"


class StoredInterest(Base):
    __tablename__ = "interests"
    __table_args__ = (
        Index(
            "uq_interests_open",
            "person_id",
            "kind",
            "city",
            "topic",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_interests_waiting", "kind", "topic", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        KEPT_IDS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: where they are told
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    #: `exhibition` or `programme`
    kind: Mapped[str] = mapped_column(String(12))
    #: empty for any
    city: Mapped[str] = mapped_column(String(40))
    #: a sector or a kind of programme, empty for any
    topic: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    #: when they stopped it
    until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to hear of."""

    kind: str
    city: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Concerned:
    """A person to be told, where, and in which language."""

    person_id: int
    address_id: int
    language: str
    #: of an exhibition: whether they are reminded of it
    reminded: bool = False
    #: of a programme: whether they are enrolled in it
    enrolled: bool = False


async def add(tx: Transaction, person: int, address: int, wish: Wish, words: str, now: datetime) -> datetime:
    """Keep a wish; returns since when it is kept, which is before `now` where it was kept already."""
    same = _same(person, wish)
    since: datetime | None = (await tx.execute(select(StoredInterest.since).where(*same))).scalar_one_or_none()
    if since:
        await tx.execute(update(StoredInterest).where(*same).values(address_id=address))
        return since
    row = {
        "person_id": person,
        "address_id": address,
        "kind": wish.kind,
        "city": wish.city,
        "topic": wish.topic,
        "words": words,
        "since": now,
    }
    await tx.execute(tx.insert(StoredInterest), row)
    return now


async def stop(tx: Transaction, person: int, wish: Wish, now: datetime) -> None:
    """End a person's wish."""
    await tx.execute(update(StoredInterest).where(*_same(person, wish)).values(until=now))


async def stop_all(tx: Transaction, person: int, now: datetime) -> int:
    """End all wishes of a person; returns how many."""
    open_ones = (StoredInterest.person_id == person, StoredInterest.until.is_(None))
    return (await tx.execute(update(StoredInterest).where(*open_ones).values(until=now))).rowcount


async def resume(tx: Transaction, person: int, stopped_at: datetime) -> None:
    """Restore the wishes that ended at this moment, unless they were made anew meanwhile."""
    ended = select(StoredInterest.id, StoredInterest.kind, StoredInterest.city, StoredInterest.topic).where(
        StoredInterest.person_id == person, StoredInterest.until == stopped_at
    )
    for id, kind, city, topic in (await tx.execute(ended)).all():  # noqa: A001
        same = _same(person, Wish(kind, city, topic))
        if (await tx.execute(select(StoredInterest.id).where(*same))).scalar_one_or_none() is None:
            await tx.execute(update(StoredInterest).where(StoredInterest.id == id).values(until=None))


async def of(tx: Transaction, person: int) -> list[Wish]:
    """Load what a person wants to hear of."""
    columns = (StoredInterest.kind, StoredInterest.city, StoredInterest.topic)
    theirs = select(*columns).where(StoredInterest.person_id == person, StoredInterest.until.is_(None))
    return [Wish(*row) for row in await tx.execute(theirs.order_by(StoredInterest.id))]


async def waiting_for(tx: Transaction, plan: ExhibitionPlan) -> list[Concerned]:
    """Load who wants to hear of an exhibition like this, each once; an exhibition without sectors is for all."""
    fits = [StoredInterest.kind == EXHIBITION, func.lower(StoredInterest.city).in_(("", plan.city.lower()))]
    if plan.sectors:
        fits.append(StoredInterest.topic.in_(("", *plan.sectors)))
    return await _who(tx, fits)


async def concerned(tx: Transaction, id: int, *plans: ExhibitionPlan) -> list[Concerned]:  # noqa: A002
    """Load who must hear of a change or the end of this exhibition, each once.

    These are people who are reminded of it, who are enrolled in a programme of it, or who want to hear of one like it,
    as it was or as it is now.
    """
    reminded = {one.person_id: one.address_id for one in await reminders.of(tx, id)}
    languages = select(Person.id, Person.language)
    found = {}
    for some in _slices(sorted(reminded)):
        for person, language in await tx.execute(languages.where(Person.id.in_(some))):
            found[person] = Concerned(person, reminded[person], language, reminded=True)
    of_it = StoredEnrolment.programme_id.in_(select(StoredProgramme.id).where(StoredProgramme.exhibition_id == id))
    for enrolled in await _enrolled(tx, of_it):
        found.setdefault(enrolled.person_id, enrolled)
    for plan in plans:
        for one in await waiting_for(tx, plan):
            found.setdefault(one.person_id, one)
    return list(found.values())


async def concerned_by(tx: Transaction, one: Programme) -> list[Concerned]:
    """Load who is enrolled in this programme, or wants to hear of one like it, each once."""
    people = {who.person_id: who for who in await _enrolled(tx, StoredEnrolment.programme_id == one.id)}
    for waiting in await _who(tx, [StoredInterest.kind == PROGRAMME, StoredInterest.topic.in_(("", one.kind))]):
        people.setdefault(waiting.person_id, waiting)
    return list(people.values())


async def _enrolled(tx: Transaction, where: ColumnElement[bool]) -> list[Concerned]:
    columns = (StoredEnrolment.person_id, StoredEnrolment.address_id, Person.language)
    enrolled = select(*columns).join(Person, Person.id == StoredEnrolment.person_id)
    rows = await tx.execute(enrolled.where(where, StoredEnrolment.state.in_(ENROLLED)).order_by(StoredEnrolment.id))
    return [Concerned(row[0], row[1], row[2], enrolled=True) for row in rows]


async def _who(tx: Transaction, fits: Collection[ColumnElement[bool]]) -> list[Concerned]:
    columns = (StoredInterest.person_id, StoredInterest.address_id, Person.language)
    statement = select(*columns).join(Person, Person.id == StoredInterest.person_id)
    rows = await tx.execute(statement.where(*fits, StoredInterest.until.is_(None)).order_by(StoredInterest.id))
    found: dict[int, Concerned] = {}
    for row in rows:
        found.setdefault(row[0], Concerned(*row))
    return list(found.values())


def _same(person: int, wish: Wish) -> tuple[ColumnElement[bool], ...]:
    return (
        StoredInterest.person_id == person,
        StoredInterest.kind == wish.kind,
        StoredInterest.city == wish.city,
        StoredInterest.topic == wish.topic,
        StoredInterest.until.is_(None),
    )


def _slices(ids: list[int], size: int = 500) -> list[list[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]

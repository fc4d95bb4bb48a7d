"""People: who writes, as a turn needs them. A person is not an address: one may have several."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, Text, and_, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base, JsonObject
from db.cases.cases import StoredCase
from db.engine import Transaction
from db.people import addresses
from db.people.addresses import Address
from db.people.staff import StaffMember


class Person(Base):
    __tablename__ = "people"
    __table_args__ = KEPT_IDS

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(8))
    #: what decided the language: `phone` (a guess), `words` (what they wrote) or `choice` (they said so)
    language_by: Mapped[str] = mapped_column(String(8))
    #: when the assistant said who it is; once in a person's life
    introduced_at: Mapped[datetime | None]
    #: as they gave them in a form, empty before; the number in E.164, never a key
    name: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(String(20), server_default="")
    #: when they were erased, or became one with an older person: the row stays for what refers to it
    gone_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Known:
    """A person at one of their addresses, as a turn needs them."""

    address_id: int
    person_id: int
    channel: str
    value: str
    state: str
    memory: JsonObject
    language: str
    language_by: str
    introduced_at: datetime | None
    #: their row among the staff, 0 for owners; their role, and how they are called
    staff_id: int = 0
    role: str = ""
    staff_name: str = ""
    #: the case at this address that staff have taken: until it is handed back, they talk and the assistant is quiet
    case_id: int = 0


_KNOWN = (
    select(
        Address.id,
        Address.person_id,
        Address.channel,
        Address.value,
        Address.state,
        Address.memory,
        Person.language,
        Person.language_by,
        Person.introduced_at,
        func.coalesce(StaffMember.id, 0),
        func.coalesce(StaffMember.role, ""),
        func.coalesce(StaffMember.name, ""),
        func.coalesce(StoredCase.id, 0),
    )
    .join(Person, Person.id == Address.person_id)
    .outerjoin(StaffMember, and_(StaffMember.address_id == Address.id, text("staff.until IS NULL")))
    .outerjoin(StoredCase, and_(StoredCase.address_id == Address.id, text("cases.state = 'taken'")))
    .where(Address.id.in_(bindparam("addresses", expanding=True)))
    .order_by(Person.id)
)


#: the address is locked as well: of a row that is only joined, one who had to wait would see the state before the wait.
#: `key_share` lets new turns be stored meanwhile
_LOCKED = _KNOWN.with_for_update(of=[Person, Address], key_share=True)


async def load_and_lock(tx: Transaction, addresses: Collection[int]) -> dict[int, Known]:
    """The people behind these addresses, by address, locked until the transaction ends (PostgreSQL), in one order."""
    rows = await tx.execute(_LOCKED, {"addresses": sorted(addresses)})
    return {row[0]: Known(*row) for row in rows}


async def load(tx: Transaction, addresses: Collection[int]) -> dict[int, Known]:
    rows = await tx.execute(_KNOWN, {"addresses": sorted(addresses)})
    return {row[0]: Known(*row) for row in rows}


async def find_or_create(
    tx: Transaction, channel: str, hints: dict[str, str], now: datetime
) -> dict[str, tuple[int, int]]:
    """The (address, person) ids of these address values; `hints` maps a value to the language of a new person."""
    known = await addresses.known(tx, channel, hints)
    missing = sorted(hints.keys() - known.keys())  # in one order: two who insert the same must not block each other
    if not missing:
        return known
    new_people = [
        {"created_at": now, "language": hints[value], "language_by": "phone", "introduced_at": None}
        for value in missing
    ]
    ids = await tx.insert_all(Person, new_people)
    await tx.execute(
        tx.insert(Address).on_conflict_do_nothing(),
        [
            {"person_id": person, "channel": channel, "value": value, "created_at": now, "state": "open", "memory": {}}
            for person, value in zip(ids, missing, strict=True)
        ],
    )
    found = known | await addresses.known(tx, channel, missing)
    overtaken = set(ids) - {person for _, person in found.values()}  # another process was first
    if overtaken:
        await tx.execute(delete(Person).where(Person.id.in_(overtaken)))
    return found


async def set_language(tx: Transaction, person: int, language: str, by: str) -> None:
    await tx.execute(update(Person).where(Person.id == person).values(language=language, language_by=by))


async def profile(tx: Transaction, person: int) -> tuple[str, str]:
    """Load the name and the phone number a person gave, empty where they gave none."""
    row = (await tx.execute(select(Person.name, Person.phone).where(Person.id == person))).one()
    return row[0], row[1]


async def set_profile(tx: Transaction, person: int, name: str, phone: str) -> None:
    await tx.execute(update(Person).where(Person.id == person).values(name=name, phone=phone))


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a person without their conversations; `id` 0 for one who is not stored yet."""

    id: int
    language: str
    name: str
    phone: str


async def enter(tx: Transaction, new: Sequence[Profile], now: datetime) -> list[int]:
    """Store people who have not written yet; returns their ids in order. Their first message may change the
    language."""
    rows = [
        {"created_at": now, "language": one.language, "language_by": "phone", "name": one.name, "phone": one.phone}
        for one in new
    ]
    return await tx.insert_all(Person, rows) if rows else []


_PROFILE = (
    select(Person.id, Person.language, Person.name, Person.phone).where(Person.gone_at.is_(None)).order_by(Person.id)
)
#: people read at a time where all are wanted
_SLICE = 500


async def every(tx: Transaction) -> AsyncIterator[list[Profile]]:
    """Load everybody who ever wrote, a slice at a time."""
    last = 0
    while rows := (await tx.execute(_PROFILE.where(Person.id > last).limit(_SLICE))).all():
        yield [Profile(*row) for row in rows]
        last = rows[-1][0]


async def profiles(tx: Transaction, ids: Collection[int]) -> list[Profile]:
    """Load those of these people who exist."""
    return [Profile(*row) for row in await tx.execute(_PROFILE.where(Person.id.in_(ids)))]


async def count(tx: Transaction) -> int:
    return int((await tx.execute(select(func.count()).where(Person.gone_at.is_(None)))).scalar_one())


async def introduce(tx: Transaction, people: Sequence[int], now: datetime) -> None:
    """Note that these people have been told who answers here."""
    await tx.execute(update(Person).where(Person.id.in_(people)).values(introduced_at=now))


async def set_gone(tx: Transaction, people: Collection[int], at: datetime | None) -> None:
    """Set since when these people are gone: erased, or part of another person; None brings them back."""
    await tx.execute(update(Person).where(Person.id.in_(people)).values(gone_at=at))

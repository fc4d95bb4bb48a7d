"""Reminders: who wants to be reminded of which exhibition. Each day to remind is a job at the person's address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.conversation.jobs import StoredJob
from db.engine import Transaction

#: the name of the jobs
JOB = "remind"
#: how many days before the first day a reminder comes, the earliest first; of a new one, who is reminded already gets
#: theirs with the next change of the date
DAYS = (14, 3, 1)
_AT = time(9, tzinfo=ZoneInfo("Asia/Jakarta"))


class StoredReminder(Base):
    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("person_id", "exhibition_id"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    exhibition_id: Mapped[int] = mapped_column(ForeignKey("exhibitions.id"), index=True)
    since: Mapped[datetime]
    #: when they stopped it; none while they want to be reminded
    until: Mapped[datetime | None]
    #: what they said to the last reminder: `coming`, `not-coming`
    answer: Mapped[str | None] = mapped_column(String(10))


@dataclass(frozen=True, slots=True)
class Reminder:
    """A person who is reminded, and where."""

    person_id: int
    address_id: int
    exhibition_id: int


def days(first_day: date, now: datetime) -> list[tuple[int, datetime]]:
    """List the reminders still ahead, as days before the first day and the time: 09.00 in Bandung."""
    planned = [(before, datetime.combine(first_day - timedelta(days=before), _AT)) for before in DAYS]
    return [(before, at) for before, at in planned if at > now]


async def start(tx: Transaction, reminder: Reminder, first_day: date, now: datetime, answer: str | None = None) -> None:
    """Remind a person from now on; called again, it changes only the address and their answer."""
    row = {
        "person_id": reminder.person_id,
        "address_id": reminder.address_id,
        "exhibition_id": reminder.exhibition_id,
        "since": now,
        "answer": answer,
    }
    insert = tx.insert(StoredReminder).values(row)
    again = {"address_id": reminder.address_id, "until": None, "answer": answer}
    await tx.execute(insert.on_conflict_do_update(index_elements=["person_id", "exhibition_id"], set_=again))
    await _plan(tx, [reminder], first_day, now)


async def stop(tx: Transaction, person: int, exhibition: int, now: datetime, answer: str | None = None) -> bool:
    """Stop reminding a person of an exhibition; False if they were not to be reminded."""
    of_them = (StoredReminder.person_id == person, StoredReminder.exhibition_id == exhibition)
    ended = update(StoredReminder).where(*of_them, StoredReminder.until.is_(None)).values(until=now, answer=answer)
    stopped = (await tx.execute(ended)).rowcount > 0
    await tx.execute(delete(StoredJob).where(StoredJob.key.in_([_key(person, exhibition, day) for day in DAYS])))
    return stopped


async def stop_all(tx: Transaction, person: int, now: datetime) -> int:
    """Stop all reminders of a person; returns how many."""
    wanted = select(StoredReminder.exhibition_id).where(
        StoredReminder.person_id == person, StoredReminder.until.is_(None)
    )
    ids = list((await tx.execute(wanted)).scalars())
    for exhibition in ids:
        await stop(tx, person, exhibition, now)
    return len(ids)


async def stopped_at(tx: Transaction, person: int, at: datetime) -> list[int]:
    """List the exhibitions whose reminders ended at this moment."""
    ended = select(StoredReminder.exhibition_id).where(StoredReminder.person_id == person, StoredReminder.until == at)
    return list((await tx.execute(ended)).scalars())


async def is_wanted(tx: Transaction, person: int, exhibition: int) -> bool:
    """Whether a person is to be reminded of an exhibition."""
    of_them = (StoredReminder.person_id == person, StoredReminder.exhibition_id == exhibition)
    found = await tx.execute(select(StoredReminder.id).where(*of_them, StoredReminder.until.is_(None)))
    return found.scalar_one_or_none() is not None


async def of(tx: Transaction, exhibition: int) -> list[Reminder]:
    """Load everybody who is to be reminded of an exhibition."""
    columns = (StoredReminder.person_id, StoredReminder.address_id, StoredReminder.exhibition_id)
    wanted = select(*columns).where(StoredReminder.exhibition_id == exhibition, StoredReminder.until.is_(None))
    return [Reminder(*row) for row in await tx.execute(wanted.order_by(StoredReminder.id))]


async def move(tx: Transaction, exhibition: int, first_day: date, now: datetime) -> None:
    """Plan the reminders anew after the date moved; those that would be in the past are dropped."""
    await _plan(tx, await drop(tx, exhibition), first_day, now)


async def drop(tx: Transaction, exhibition: int) -> list[Reminder]:
    """Drop the planned reminders of an exhibition; returns the people who wanted them."""
    wanted = await of(tx, exhibition)
    keys = [_key(one.person_id, exhibition, day) for one in wanted for day in DAYS]
    for begin in range(0, len(keys), 500):
        await tx.execute(delete(StoredJob).where(StoredJob.key.in_(keys[begin : begin + 500])))
    return wanted


async def forget(tx: Transaction, exhibitions: Collection[int]) -> None:
    """Delete everything about exhibitions that are removed."""
    for exhibition in exhibitions:
        await drop(tx, exhibition)
    await tx.execute(delete(StoredReminder).where(StoredReminder.exhibition_id.in_(exhibitions)))


async def _plan(tx: Transaction, to: Collection[Reminder], first_day: date, now: datetime) -> None:
    rows = [
        {
            "name": JOB,
            "due_at": at,
            "address_id": one.address_id,
            "args": {"exhibition": one.exhibition_id, "days": before, "first_day": first_day.isoformat()},
            "key": _key(one.person_id, one.exhibition_id, before),
        }
        for one in to
        for before, at in days(first_day, now)
    ]
    if rows:
        insert = tx.insert(StoredJob)
        again = {name: insert.excluded[name] for name in ("due_at", "address_id", "args")}
        await tx.execute(insert.on_conflict_do_update(index_elements=["key"], set_=again), rows)


def _key(person: int, exhibition: int, before: int) -> str:
    return f"{JOB}:{person}:{exhibition}:{before}"

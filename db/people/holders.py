"""Which person a phone number or a registration number belongs to."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import select, tuple_

from db.engine import Transaction
from db.enrolling.enrolments import StoredEnrolment
from db.people.people import Person

Value = TypeVar("Value")

#: phone numbers in one query: they have no index, so each query reads everybody
_PHONES = 10_000
#: registration numbers in one query
_PAIRS = 500


async def find(tx: Transaction, numbers: Collection[str | tuple[str, int]]) -> dict[str | tuple[str, int], set[int]]:
    """Find the people with these phone numbers (E.164) or registration numbers (prefix and serial), by the number.

    Numbers that nobody has are left out.
    """
    found: dict[str | tuple[str, int], set[int]] = {}
    for phones in _slices(sorted(number for number in numbers if isinstance(number, str)), _PHONES):
        for person, phone in await tx.execute(select(Person.id, Person.phone).where(Person.phone.in_(phones))):
            found.setdefault(phone, set()).add(person)
    columns = (StoredEnrolment.person_id, StoredEnrolment.prefix, StoredEnrolment.serial)
    for pairs in _slices(sorted(number for number in numbers if not isinstance(number, str)), _PAIRS):
        same = tuple_(StoredEnrolment.prefix, StoredEnrolment.serial).in_(pairs)
        for person, prefix, serial in await tx.execute(select(*columns).where(same)):
            found.setdefault((prefix, serial), set()).add(person)
    return found


def _slices(values: Sequence[Value], size: int) -> list[Sequence[Value]]:
    return [values[start : start + size] for start in range(0, len(values), size)]

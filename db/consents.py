"""Consents: what somebody agreed to, to which words and in which language, and when they took it back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction

#: to keep and show what they enter in a form; to be told of announcements
ENROLMENT, ANNOUNCEMENTS = "enrolment", "announcements"


class StoredConsent(Base):
    __tablename__ = "consents"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: one of the kinds above
    kind: Mapped[str] = mapped_column(String(20))
    #: of an enrolment, the programme's code
    object: Mapped[str] = mapped_column(String(40))
    #: the date of the words they agreed to, and the language they read them in
    version: Mapped[str] = mapped_column(String(10))
    language: Mapped[str] = mapped_column(String(8))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Consent:
    kind: str
    object: str
    version: str
    language: str
    since: datetime


async def give(tx: Transaction, person: int, consent: Consent) -> None:
    """Keep that they agreed; to the same words again, the first time counts."""
    if any(_same(known, consent) for known in await of(tx, person)):
        return
    row = {
        "person_id": person,
        "kind": consent.kind,
        "object": consent.object,
        "version": consent.version,
        "language": consent.language,
        "since": consent.since,
        "until": None,
    }
    await tx.execute(tx.insert(StoredConsent), row)


def _same(known: Consent, consent: Consent) -> bool:
    return (known.kind, known.object, known.version) == (consent.kind, consent.object, consent.version)


async def of(tx: Transaction, person: int) -> list[Consent]:
    """What they agree to now, oldest first."""
    columns = (StoredConsent.kind, StoredConsent.object, StoredConsent.version)
    theirs = select(*columns, StoredConsent.language, StoredConsent.since).where(
        StoredConsent.person_id == person, StoredConsent.until.is_(None)
    )
    return [Consent(*row) for row in await tx.execute(theirs.order_by(StoredConsent.id))]


async def withdraw(tx: Transaction, person: int, kind: str, now: datetime) -> int:
    """They take back all consents of a kind; returns how many."""
    open_ones = (StoredConsent.person_id == person, StoredConsent.kind == kind, StoredConsent.until.is_(None))
    return (await tx.execute(update(StoredConsent).where(*open_ones).values(until=now))).rowcount

"""Consents: what a person agreed to, to which words and in which language, and when they took it back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction

#: consent to keep and show what they enter in a form
ENROLMENT = "enrolment"
#: consent to be sent announcements
ANNOUNCEMENTS = "announcements"
#: who may be told of announcements
_TOLD = "kind = 'announcements' AND until IS NULL"


class StoredConsent(Base):
    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_announcements", "person_id", sqlite_where=text(_TOLD), postgresql_where=text(_TOLD)),
        KEPT_IDS,
    )

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
    """Store that a person agreed; to the same words again, the first time counts."""
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
    """Load what a person agrees to now, oldest first."""
    columns = (StoredConsent.kind, StoredConsent.object, StoredConsent.version)
    theirs = select(*columns, StoredConsent.language, StoredConsent.since).where(
        StoredConsent.person_id == person, StoredConsent.until.is_(None)
    )
    return [Consent(*row) for row in await tx.execute(theirs.order_by(StoredConsent.id))]


async def standing(tx: Transaction, people: Collection[int], kind: str) -> dict[int, Consent]:
    """Load each person's newest consent of this kind that was not taken back."""
    columns = (StoredConsent.kind, StoredConsent.object, StoredConsent.version, StoredConsent.language)
    theirs = select(StoredConsent.person_id, *columns, StoredConsent.since).where(
        StoredConsent.person_id.in_(people), StoredConsent.kind == kind, StoredConsent.until.is_(None)
    )
    return {row[0]: Consent(*row[1:]) for row in await tx.execute(theirs.order_by(StoredConsent.id))}


async def taken_back(tx: Transaction, people: Collection[int], kind: str) -> dict[int, datetime]:
    """Load when each person last took back a consent of this kind."""
    ended = (StoredConsent.person_id.in_(people), StoredConsent.kind == kind, StoredConsent.until.is_not(None))
    rows = select(StoredConsent.person_id, StoredConsent.until).where(*ended).order_by(StoredConsent.until)
    return {row[0]: row[1] for row in await tx.execute(rows)}


async def withdraw(tx: Transaction, person: int, kind: str, now: datetime) -> int:
    """Take back all of a person's consents of a kind; returns how many."""
    open_ones = (StoredConsent.person_id == person, StoredConsent.kind == kind, StoredConsent.until.is_(None))
    return (await tx.execute(update(StoredConsent).where(*open_ones).values(until=now))).rowcount


async def resume(tx: Transaction, person: int, kind: str, ended: datetime, now: datetime) -> bool:
    """Renew, from now on, the consents that a person took back at `ended`; False where there were none."""
    columns = (StoredConsent.object, StoredConsent.version, StoredConsent.language)
    taken_back = (StoredConsent.person_id == person, StoredConsent.kind == kind, StoredConsent.until == ended)
    found = [tuple(row) for row in await tx.execute(select(*columns).where(*taken_back))]
    for object_, version, language in found:
        await give(tx, person, Consent(kind, object_, version, language, now))
    return bool(found)

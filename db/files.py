"""Files: photos, documents and voice notes that people sent or are sent, kept in the database, never public."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, LargeBinary, String, Text, delete, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction

#: how long the same file of the same person is stored once: the page sends again what was not acknowledged
_AGAIN = timedelta(days=1)


class StoredFile(Base):
    __tablename__ = "files"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: whose it is; None for what the assistant made
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    #: `photo`, `document` or `voice`
    kind: Mapped[str] = mapped_column(String(8))
    #: found from the content, such as `image/jpeg`
    mime: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(Text)
    #: bytes
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    #: the last column: SQLite reads those before it without it
    content: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class File:
    """A file with its content; the fields are those of `StoredFile`."""

    kind: str
    mime: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Description:
    """What a list shows of a file, without its content; `size` in bytes."""

    kind: str
    name: str
    size: int


async def add(tx: Transaction, person: int | None, file: File, now: datetime) -> int:
    """Store a file; returns its id. The same file of the same person within a day is stored once."""
    digest = sha256(file.content).hexdigest()
    if person is not None and (kept := await _kept(tx, person, file.name, digest, now - _AGAIN)):
        return kept
    row = {
        "person_id": person,
        "kind": file.kind,
        "mime": file.mime,
        "name": file.name,
        "size": len(file.content),
        "sha256": digest,
        "content": file.content,
        "created_at": now,
    }
    stored = await tx.execute(tx.insert(StoredFile).values(row).returning(StoredFile.id))
    return int(stored.scalar_one())


async def _kept(tx: Transaction, person: int, name: str, digest: str, since: datetime) -> int | None:
    same = (StoredFile.person_id == person, StoredFile.name == name, StoredFile.sha256 == digest)
    newest = select(func.max(StoredFile.id)).where(*same, StoredFile.created_at >= since)
    kept: int | None = (await tx.execute(newest)).scalar_one()
    return kept


async def load(tx: Transaction, ids: Collection[int]) -> dict[int, File]:
    """Load these files, by id; those that are gone are left out."""
    columns = (StoredFile.id, StoredFile.kind, StoredFile.mime, StoredFile.name, StoredFile.content)
    rows = await tx.execute(select(*columns).where(StoredFile.id.in_(ids)))
    return {row[0]: File(*row[1:]) for row in rows}


async def remove(tx: Transaction, ids: Collection[int]) -> None:
    """Delete these files, except those that stand in a case."""
    in_case = text("NOT EXISTS (SELECT 1 FROM case_messages WHERE case_messages.file_id = files.id)")
    await tx.execute(delete(StoredFile).where(StoredFile.id.in_(ids), in_case))


async def remove_made(tx: Transaction, mime: str, before: datetime) -> None:
    """Delete files of this kind that the assistant made before then; a reply that carried one stays without it."""
    made = (StoredFile.person_id.is_(None), StoredFile.mime == mime, StoredFile.created_at < before)
    await tx.execute(delete(StoredFile).where(*made))


async def remove_lists(tx: Transaction, mimes: Collection[str], until: datetime, person: int | None = None) -> None:
    """Delete files of these kinds from before `until`, of everybody or of one person."""
    old = (StoredFile.mime.in_(mimes), StoredFile.created_at <= until)
    theirs = (StoredFile.person_id == person,) if person is not None else ()
    await tx.execute(delete(StoredFile).where(*old, *theirs))


async def describe(tx: Transaction, ids: Collection[int]) -> dict[int, Description]:
    """Load descriptions of these files, by id; those that are gone are left out."""
    if not ids:
        return {}
    columns = (StoredFile.id, StoredFile.kind, StoredFile.name, StoredFile.size)
    rows = await tx.execute(select(*columns).where(StoredFile.id.in_(ids)))
    return {row[0]: Description(*row[1:]) for row in rows}

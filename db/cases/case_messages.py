"""What was written in a case, by the person and by staff, in order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction
from db.people.staff import StaffMember


class StoredCaseMessage(Base):
    __tablename__ = "case_messages"
    __table_args__ = (Index("ix_case_messages_of_case", "case_id", "id"), KEPT_IDS)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    #: who wrote; none for the person
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    #: a note stays among staff
    is_note: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    #: the turn in which it was written
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turns.id"))
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Message:
    """One message in a case; the fields are those of `StoredCaseMessage`, and the name of the member who wrote it."""

    id: int
    staff_id: int | None
    is_note: bool
    text: str
    file_id: int | None
    created_at: datetime
    name: str


async def add(
    tx: Transaction,
    case: int,
    words: str,
    turn: int,
    now: datetime,
    file: int = 0,
    staff: int = 0,
    is_note: bool = False,
) -> int:
    """Keep what the person, or with `staff` that member, wrote; returns the message's id."""
    row = {
        "case_id": case,
        "staff_id": staff or None,
        "is_note": is_note,
        "text": words,
        "file_id": file or None,
        "turn_id": turn,
        "created_at": now,
    }
    stored = await tx.execute(tx.insert(StoredCaseMessage).values(row).returning(StoredCaseMessage.id))
    return int(stored.scalar_one())


async def last(tx: Transaction, case: int, limit: int) -> list[Message]:
    """Load the last messages of a case, oldest first."""
    columns = (
        StoredCaseMessage.id,
        StoredCaseMessage.staff_id,
        StoredCaseMessage.is_note,
        StoredCaseMessage.text,
        StoredCaseMessage.file_id,
        StoredCaseMessage.created_at,
        func.coalesce(StaffMember.name, ""),
    )
    statement = select(*columns).outerjoin(StaffMember, StaffMember.id == StoredCaseMessage.staff_id)
    newest = statement.where(StoredCaseMessage.case_id == case).order_by(StoredCaseMessage.id.desc()).limit(limit)
    return [Message(*row) for row in await tx.execute(newest)][::-1]

"""Cases: questions that wait for a person of the staff, and what both wrote."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base


class StoredCase(Base):
    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_taken",
            "address_id",
            unique=True,
            sqlite_where=text("state = 'taken'"),
            postgresql_where=text("state = 'taken'"),
        ),
        Index(
            "ix_cases_open",
            "opened_at",
            sqlite_where=text("state != 'closed'"),
            postgresql_where=text("state != 'closed'"),
        ),
        KEPT_IDS,
    )

    #: people read it as `K-207`
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: where the person wrote, and is answered
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    #: `question`, `report` ("Not right?") or `talk` (somebody wants a person)
    kind: Mapped[str] = mapped_column(String(8))
    #: `open` (nobody took it), `taken`, `closed`
    state: Mapped[str] = mapped_column(String(8))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    #: the report it is about
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    #: the card that was shown last, if any
    topic: Mapped[str | None] = mapped_column(String(80))
    opened_at: Mapped[datetime]
    #: by when it is to be answered, as the person was told; none where no promise was made
    promised_at: Mapped[datetime | None]
    #: when both were told that the promise was missed
    late_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    #: when staff first wrote to the person
    answered_at: Mapped[datetime | None]
    #: the last message of either while it is taken
    last_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    #: how it ended: `answered`, `cancelled` (by the person), `idle`
    outcome: Mapped[str | None] = mapped_column(String(10))


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

"""The office: what the city decides about its assistant. One row; what nobody said yet is empty."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class StoredOffice(Base):
    __tablename__ = "office"

    #: always 1
    id: Mapped[int] = mapped_column(primary_key=True)
    #: as owners read it; empty until an administrator says it
    name: Mapped[str] = mapped_column(Text)
    #: whom to ask about what: the area of a topic (`halal`, `hki`, ...) to the words shown
    contacts: Mapped[dict[str, Any]]
    #: opening hours in Bandung: weekday (`0` is Monday) to `["08:00", "16:00"]`; a day that is missing is closed
    hours: Mapped[dict[str, Any]]
    #: days on which nobody is there, as ISO 8601 dates
    holidays: Mapped[list[str]]
    #: days for which messages are kept
    retention_days: Mapped[int]
    #: announcements to one person in a week, at most
    weekly_limit: Mapped[int]
    #: an announcement to more people than this needs a second administrator
    second_from: Mapped[int]
    #: minutes without a message after which a case hands back by itself
    idle_minutes: Mapped[int]

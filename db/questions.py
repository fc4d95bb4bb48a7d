"""Questions that found no sure answer, for staff to see what people ask and the cards do not say."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base


class StoredQuestion(Base):
    __tablename__ = "questions"
    __table_args__ = (KEPT_IDS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    #: the same for questions that differ only in case, punctuation and courtesy
    key: Mapped[str] = mapped_column(String(300), index=True)
    language: Mapped[str] = mapped_column(String(8))
    #: `unsure` (choices were offered), `unknown` (out of scope or not understood)
    outcome: Mapped[str] = mapped_column(String(8))
    #: the nearest topic
    topic: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    #: when staff dealt with it
    settled_at: Mapped[datetime | None]

"""Questions that found no sure answer, so that staff see what people ask and no card says."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import KEPT_IDS, Base
from db.engine import Transaction


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


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that differ only in case, punctuation and courtesy: the wording of one, and how often they came."""

    #: the id of the first of them
    id: int
    key: str
    text: str
    count: int
    last: datetime
    topic: str | None


async def add(
    tx: Transaction, turn: int, words: str, key: str, language: str, outcome: str, topic: str | None, now: datetime
) -> None:
    """Keep a question that found no sure answer; `key` is equal for questions that ask the same."""
    row = {
        "turn_id": turn,
        "text": words,
        "key": key[:300],
        "language": language,
        "outcome": outcome,
        "topic": topic,
        "created_at": now,
    }
    await tx.execute(tx.insert(StoredQuestion), row)


_OPEN = StoredQuestion.settled_at.is_(None)


async def count_open(tx: Transaction) -> int:
    """Count the different questions that staff have not dealt with."""
    return int((await tx.execute(select(func.count(func.distinct(StoredQuestion.key))).where(_OPEN))).scalar_one())


_MANY = func.count().label("many")
_GROUPS = (
    select(
        func.min(StoredQuestion.id),
        StoredQuestion.key,
        func.max(StoredQuestion.text),
        _MANY,
        func.max(StoredQuestion.created_at),
        func.max(StoredQuestion.topic),
    )
    .where(_OPEN)
    .group_by(StoredQuestion.key)
)


async def most_asked(tx: Transaction, limit: int, offset: int) -> list[Group]:
    """Load the questions asked most often that staff have not dealt with."""
    rows = await tx.execute(_GROUPS.order_by(_MANY.desc(), StoredQuestion.key).limit(limit).offset(offset))
    return [Group(*row) for row in rows]


async def like(tx: Transaction, id: int) -> Group | None:  # noqa: A002
    """Load a question with all that ask the same; None once staff dealt with them."""
    key = select(StoredQuestion.key).where(StoredQuestion.id == id).scalar_subquery()
    row = (await tx.execute(_GROUPS.where(StoredQuestion.key == key))).first()
    return Group(*row) if row else None


async def asked(tx: Transaction, key: str, limit: int) -> list[tuple[str, str]]:
    """Load the different wordings of a question with the language of each, newest first."""
    ways = select(StoredQuestion.text, StoredQuestion.language).where(_OPEN, StoredQuestion.key == key)
    ways = ways.group_by(StoredQuestion.text, StoredQuestion.language)
    rows = await tx.execute(ways.order_by(func.max(StoredQuestion.id).desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]


async def settle(tx: Transaction, key: str, now: datetime) -> int:
    """Mark all questions with this key as dealt with; returns how many."""
    same = update(StoredQuestion).where(_OPEN, StoredQuestion.key == key)
    return (await tx.execute(same.values(settled_at=now))).rowcount

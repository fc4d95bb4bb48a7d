"""exhibitions and programmes, who is reminded of them, and who wants to hear of new ones"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.base import BigId, Day, Json, TimeOfDay, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", BigId, primary_key=True)


def _to(table: str, name: str, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigId, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _columns(kind: sa.types.TypeEngine[Any], *names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def _part(name: str, table: str, columns: list[str], unique: bool = False) -> None:
    where = sa.text("until IS NULL")
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _dates() -> list[sa.Column[Any]]:
    return [
        *_columns(Day(), "enrolment_opens", "enrolment_closes", nullable=True),
        *_columns(TimeOfDay(), "opens", "closes", nullable=True),
        *_columns(sa.String(40), "timezone"),
    ]


def _kept() -> list[sa.Column[Any]]:
    return [
        *_columns(sa.Text(), "source"),
        *_columns(Day(), "checked"),
        *_columns(sa.String(10), "state"),
        *_columns(sa.Boolean(), "is_sample"),
        *_columns(BigId, "sequence"),
        *_columns(UtcDateTime(), "created_at", "updated_at"),
    ]


def upgrade() -> None:
    _exhibitions()
    _programmes()
    _people_s_side()


def _exhibitions() -> None:
    op.create_table(
        "exhibitions",
        _id(),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        *_columns(Json, "title", "short_name", "description", "sectors", "cost"),
        *_columns(sa.Text(), "venue", "address", "organiser", "link"),
        *_columns(sa.Double(), "latitude", "longitude", nullable=True),
        *_columns(sa.String(40), "city"),
        sa.Column("first_day", Day(), nullable=False, index=True),
        *_columns(Day(), "last_day"),
        *_dates(),
        *_kept(),
        sqlite_autoincrement=True,
    )


def _programmes() -> None:
    op.create_table(
        "programmes",
        _id(),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        *_columns(sa.String(20), "kind"),
        _to("exhibitions", "exhibition_id", nullable=True, index=True),
        *_columns(Json, "title", "short_name", "gives", "who", "questions", "documents"),
        *_columns(BigId, "quota", nullable=True),
        *_columns(sa.Text(), "place"),
        sa.Column("first_day", Day(), nullable=True, index=True),
        *_columns(Day(), "last_day", nullable=True),
        *_dates(),
        *_columns(sa.String(12), "decides"),
        *_kept(),
        sqlite_autoincrement=True,
    )


def _people_s_side() -> None:
    op.create_table(
        "arrivals",
        _id(),
        *_columns(sa.String(64), "link"),
        _to("people", "person_id", index=True),
        *_columns(BigId, "times"),
        *_columns(UtcDateTime(), "first_at"),
        sa.UniqueConstraint("link", "person_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reminders",
        _id(),
        _to("people", "person_id"),
        _to("addresses", "address_id", index=True),
        _to("exhibitions", "exhibition_id", index=True),
        *_columns(UtcDateTime(), "since"),
        *_columns(UtcDateTime(), "until", nullable=True),
        *_columns(sa.String(10), "answer", nullable=True),
        sa.UniqueConstraint("person_id", "exhibition_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "interests",
        _id(),
        _to("people", "person_id"),
        _to("addresses", "address_id", index=True),
        *_columns(sa.String(12), "kind"),
        *_columns(sa.String(40), "city"),
        *_columns(sa.String(20), "topic"),
        *_columns(sa.Text(), "words"),
        *_columns(UtcDateTime(), "since"),
        *_columns(UtcDateTime(), "until", nullable=True),
        sqlite_autoincrement=True,
    )
    _part("uq_interests_open", "interests", ["person_id", "kind", "city", "topic"], unique=True)
    _part("ix_interests_waiting", "interests", ["kind", "topic"])


def downgrade() -> None:
    for table in ("interests", "reminders", "arrivals", "programmes", "exhibitions"):
        op.drop_table(table)

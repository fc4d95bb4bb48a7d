"""One conversation: people and their addresses, turns, replies, jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.base import BigId, Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels", sa.Column("name", sa.String(40), primary_key=True), sa.Column("offset", BigId, nullable=False)
    )
    op.create_table(
        "heartbeats", sa.Column("name", sa.String(20), primary_key=True), sa.Column("at", UtcDateTime, nullable=False)
    )
    _create_people()
    _create_jobs()
    _create_turns()
    _create_replies()


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("language_by", sa.String(8), nullable=False),
        sa.Column("introduced_at", UtcDateTime),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "addresses",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("person_id", BigId, sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("memory", Json, nullable=False),
        sa.UniqueConstraint("channel", "value"),
        sqlite_autoincrement=True,
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("every", BigId),
        sa.Column("address_id", BigId, sa.ForeignKey("addresses.id"), index=True),
        sa.Column("args", Json, nullable=False),
        sa.Column("key", sa.String(80), unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_due", "jobs", ["due_at", "id"])


def _create_turns() -> None:
    op.create_table(
        "turns",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("update_id", sa.Text, nullable=False),
        sa.Column("address_id", BigId, sa.ForeignKey("addresses.id")),
        sa.Column("raw", sa.Text, nullable=False),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("handler", sa.String(80)),
        sa.Column("answered_by", BigId, sa.ForeignKey("turns.id")),
        sa.UniqueConstraint("channel", "update_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_turns_unfinished", "turns", ["address_id", "id"], **_only("state IN ('received', 'waiting')"))


def _create_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("turn_id", BigId, sa.ForeignKey("turns.id"), nullable=False, index=True),
        sa.Column("address_id", BigId, sa.ForeignKey("addresses.id"), nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("holder", sa.String(32)),
        sa.Column("held_until", UtcDateTime),
        sa.Column("attempts", BigId, nullable=False),
        sa.Column("sent_at", UtcDateTime),
        sa.Column("message_ids", Json),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_replies_unsent", "replies", ["due_at", "id"], **_only("state = 'unsent'"))
    op.create_index("ix_replies_unsent_of_address", "replies", ["address_id", "id"], **_only("state = 'unsent'"))


def _only(rows: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def downgrade() -> None:
    for table in ("replies", "turns", "jobs", "addresses", "people", "heartbeats", "channels"):
        op.drop_table(table)

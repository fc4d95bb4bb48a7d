"""erasures, people who are one, and what was removed because it was old"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.base import BigId, Json, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", BigId, primary_key=True)


def _to(table: str, name: str, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigId, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _times(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, UtcDateTime(), nullable=nullable) for name in names]


def upgrade() -> None:
    op.add_column("people", sa.Column("gone_at", UtcDateTime(), nullable=True))
    op.create_table(
        "erasures",
        _id(),
        _to("people", "person_id", index=True),
        _to("addresses", "address_id"),
        *_times("asked_at", "due_at"),
        sa.Column("state", sa.String(10), nullable=False),
        *_times("done_at", nullable=True),
        sa.Column("proof", sa.String(8), nullable=True),
        *_times("listed_at", nullable=True),
        sqlite_autoincrement=True,
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "uq_erasures_pending", "erasures", ["person_id"], unique=True, sqlite_where=pending, postgresql_where=pending
    )
    op.create_table(
        "joinings",
        _id(),
        _to("people", "person_id", index=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        *_times("expires_at"),
        *_times("used_at", nullable=True),
        _to("people", "kept_id", nullable=True, index=True),
        _to("people", "gone_id", nullable=True, index=True),
        *_times("joined_at", "undone_at", nullable=True),
        sa.Column("moved", Json, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "retention",
        sa.Column("kind", sa.String(20), primary_key=True),
        *[sa.Column(name, BigId, nullable=False) for name in ("upto", "removed")],
        *_times("ran_at"),
    )


def downgrade() -> None:
    for table in ("retention", "joinings", "erasures"):
        op.drop_table(table)
    op.drop_column("people", "gone_at")

"""broadcasts, to whom they went, and what people want to be told of"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.base import BigId, Day, Json, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _to(table: str, name: str, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigId, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _columns(kind: sa.types.TypeEngine[Any], *names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def _part(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", BigId, primary_key=True),
        *_columns(sa.String(12), "kind", "topic"),
        *_columns(sa.String(10), "state"),
        *_columns(Json, "texts", "buttons", "audience", "bodies"),
        _to("files", "file_id", nullable=True),
        _to("broadcasts", "corrects_id", nullable=True),
        *_columns(Day(), "valid_until", nullable=True),
        *_columns(sa.Boolean(), "skips_recent"),
        _to("staff", "author_id", nullable=True),
        _to("staff", "approver_id", nullable=True),
        *_columns(BigId, "sequence", "frozen_to"),
        *_columns(UtcDateTime(), "created_at", "updated_at"),
        *_columns(UtcDateTime(), "due_at", "started_at", "frozen_at", "finished_at", nullable=True),
        sqlite_autoincrement=True,
    )
    _part("ix_broadcasts_active", "broadcasts", ["id"], "state IN ('scheduled', 'freezing', 'sending')")
    op.create_table(
        "broadcast_listed",
        _to("broadcasts", "broadcast_id"),
        _to("people", "person_id", index=True),
        sa.PrimaryKeyConstraint("broadcast_id", "person_id"),
    )
    op.create_table(
        "subscriptions",
        _to("people", "person_id"),
        *_columns(sa.String(12), "topic"),
        *_columns(UtcDateTime(), "since"),
        sa.PrimaryKeyConstraint("person_id", "topic"),
    )
    _deliveries()
    _part("ix_consents_announcements", "consents", ["person_id"], "kind = 'announcements' AND until IS NULL")


def _deliveries() -> None:
    op.add_column("deliveries", _to("broadcasts", "broadcast_id", nullable=True), inline_references=True)
    _orders(["channel", "lane", "broadcast_id", "due_at", "id"])
    _part("ix_deliveries_of_broadcast", "deliveries", ["broadcast_id", "state"], "broadcast_id IS NOT NULL")


def _orders(columns: list[str]) -> None:
    for name, where in (("pending", "state = 'pending'"), ("at_night", "state = 'pending' AND at_night")):
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
        _part(f"ix_deliveries_{name}", "deliveries", columns, where)


def downgrade() -> None:
    op.drop_index("ix_consents_announcements", "consents")
    op.drop_index("ix_deliveries_of_broadcast", "deliveries")
    _orders(["channel", "lane", "due_at", "id"])
    with op.batch_alter_table("deliveries", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_column("broadcast_id")
    for table_name in ("subscriptions", "broadcast_listed", "broadcasts"):
        op.drop_table(table_name)

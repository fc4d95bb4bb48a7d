"""enrolments, businesses, who works in which, and what people agreed to"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.base import BigId, Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", BigId, primary_key=True)


def _to(table: str, name: str, nullable: bool = False, index: bool = True) -> sa.Column[int]:
    return sa.Column(name, BigId, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _columns(kind: sa.types.TypeEngine[Any], *names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def upgrade() -> None:
    op.add_column("people", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("people", sa.Column("phone", sa.String(20), nullable=False, server_default=""))
    op.add_column("office", sa.Column("enrolment_days", BigId, nullable=False, server_default="365"))
    _businesses()
    _enrolments()
    op.create_table(
        "consents",
        _id(),
        _to("people", "person_id"),
        *_columns(sa.String(20), "kind"),
        *_columns(sa.String(40), "object"),
        *_columns(sa.String(10), "version"),
        *_columns(sa.String(8), "language"),
        *_columns(UtcDateTime(), "since"),
        *_columns(UtcDateTime(), "until", nullable=True),
        sqlite_autoincrement=True,
    )


def _businesses() -> None:
    op.create_table(
        "businesses",
        _id(),
        *_columns(sa.Text(), "name", "products"),
        sa.Column("nib", sa.String(13), nullable=False, index=True),
        sa.Column("district", sa.String(40), nullable=False, index=True),
        *_columns(sa.String(40), "city"),
        sa.Column("sector", sa.String(20), nullable=False, index=True),
        *_columns(sa.String(8), "scale"),
        *_columns(sa.String(12), "halal", "hki"),
        *_columns(UtcDateTime(), "created_at", "updated_at"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "memberships",
        _id(),
        _to("people", "person_id", index=False),
        _to("businesses", "business_id"),
        *_columns(UtcDateTime(), "since"),
        sa.UniqueConstraint("person_id", "business_id"),
        sqlite_autoincrement=True,
    )


def _enrolments() -> None:
    op.create_table(
        "enrolments",
        _id(),
        _to("programmes", "programme_id", index=False),
        _to("people", "person_id"),
        _to("addresses", "address_id"),
        *_columns(sa.Boolean(), "for_other"),
        _to("businesses", "business_id", nullable=True),
        *_columns(sa.String(20), "prefix", nullable=True),
        *_columns(BigId, "serial", nullable=True),
        *_columns(sa.String(12), "state"),
        *_columns(Json, "answers", "known", "fields", "wrong"),
        *_columns(sa.String(40), "step", "only"),
        *_columns(BigId, "mark", "misses"),
        *_columns(sa.Text(), "reason", "name", "business"),
        sa.Column("phone", sa.String(20), nullable=False, index=True),
        *_columns(UtcDateTime(), "created_at", "updated_at"),
        *_columns(UtcDateTime(), "submitted_at", nullable=True),
        sa.UniqueConstraint("prefix", "serial"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_enrolments_programme", "enrolments", ["programme_id", "state", "submitted_at", "id"])
    op.create_table(
        "enrolment_changes",
        _id(),
        _to("enrolments", "enrolment_id"),
        *_columns(UtcDateTime(), "at"),
        *_columns(sa.String(12), "state"),
        _to("staff", "staff_id", nullable=True),
        *_columns(Json, "fields"),
        *_columns(sa.Text(), "reason"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for table in ("consents", "enrolment_changes", "enrolments", "memberships", "businesses"):
        op.drop_table(table)
    op.drop_column("office", "enrolment_days")
    op.drop_column("people", "phone")
    op.drop_column("people", "name")

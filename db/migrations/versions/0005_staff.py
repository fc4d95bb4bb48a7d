"""staff: a person behind the assistant, cases, and messages that go out by themselves"""

import sqlalchemy as sa
from alembic import op

from db.base import BigId, Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column("id", BigId, primary_key=True)


def _to(table: str, name: str, nullable: bool = False, index: bool = False) -> sa.Column[int]:
    return sa.Column(name, BigId, sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index)


def _at(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(), nullable=nullable)


def _part(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    _staff()
    _office()
    _files()
    _deliveries()
    _cases()
    _questions()


def _staff() -> None:
    op.create_table(
        "staff",
        _id(),
        _to("addresses", "address_id"),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _to("staff", "invited_by", nullable=True),
        _at("since"),
        _at("until", nullable=True),
        sqlite_autoincrement=True,
    )
    _part("uq_staff_address", "staff", ["address_id"], "until IS NULL", unique=True)
    op.create_table(
        "staff_codes",
        _id(),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(8), nullable=False),
        _to("staff", "by_id", nullable=True),
        _at("created_at"),
        _at("expires_at"),
        sa.Column("tries", BigId, nullable=False),
        _at("used_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        _id(),
        _at("at"),
        _to("staff", "staff_id", nullable=True, index=True),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("object", sa.String(80), nullable=False, index=True),
        sa.Column("details", Json, nullable=False),
        sqlite_autoincrement=True,
    )


def _office() -> None:
    op.create_table(
        "office",
        _id(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contacts", Json, nullable=False),
        sa.Column("hours", Json, nullable=False),
        sa.Column("holidays", Json, nullable=False),
        sa.Column("retention_days", BigId, nullable=False),
        sa.Column("weekly_limit", BigId, nullable=False),
        sa.Column("second_from", BigId, nullable=False),
        sa.Column("idle_minutes", BigId, nullable=False),
    )


def _files() -> None:
    op.create_table(
        "files",
        _id(),
        _to("people", "person_id", nullable=True, index=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("mime", sa.String(80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        _at("created_at"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sqlite_autoincrement=True,
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        _id(),
        sa.Column("source", sa.String(80), nullable=False),
        _to("people", "person_id", index=True),
        _to("addresses", "address_id", index=True),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("lane", BigId, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        _at("created_at"),
        _at("due_at"),
        sa.Column("at_night", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.String(32), nullable=True),
        _at("held_until", nullable=True),
        sa.Column("attempts", BigId, nullable=False),
        _at("sent_at", nullable=True),
        _to("replies", "reply_id", nullable=True),
        sa.UniqueConstraint("source", "person_id"),
        sqlite_autoincrement=True,
    )
    order = ["channel", "lane", "due_at", "id"]
    _part("ix_deliveries_pending", "deliveries", order, "state = 'pending'")
    _part("ix_deliveries_at_night", "deliveries", order, "state = 'pending' AND at_night")
    _part("ix_deliveries_sending", "deliveries", ["channel", "held_until"], "state = 'sending'")
    _part("ix_deliveries_sent", "deliveries", ["sent_at", "channel"], "sent_at IS NOT NULL")
    op.create_table(
        "lanes",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("lane", BigId, primary_key=True, autoincrement=False),
        _at("paused_until"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("holder", sa.String(32), nullable=False),
        _at("until"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        _id(),
        _to("people", "person_id", index=True),
        _to("addresses", "address_id", index=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        _to("staff", "owner_id", nullable=True, index=True),
        _to("reports", "report_id", nullable=True),
        sa.Column("topic", sa.String(80), nullable=True),
        _at("opened_at"),
        *(
            _at(name, nullable=True)
            for name in ("promised_at", "late_at", "taken_at", "answered_at", "last_at", "closed_at")
        ),
        sa.Column("outcome", sa.String(10), nullable=True),
        sqlite_autoincrement=True,
    )
    _part("uq_cases_taken", "cases", ["address_id"], "state = 'taken'", unique=True)
    _part("ix_cases_open", "cases", ["opened_at"], "state != 'closed'")
    op.create_table(
        "case_messages",
        _id(),
        _to("cases", "case_id"),
        _to("staff", "staff_id", nullable=True),
        sa.Column("is_note", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _to("files", "file_id", nullable=True),
        _to("turns", "turn_id", nullable=True),
        _at("created_at"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_messages_of_case", "case_messages", ["case_id", "id"])


def _questions() -> None:
    op.create_table(
        "questions",
        _id(),
        _to("turns", "turn_id", index=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False, index=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("topic", sa.String(80), nullable=True),
        _at("created_at"),
        _at("settled_at", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "settled_reports", _id(), _to("reports", "report_id", index=True), _at("at"), sqlite_autoincrement=True
    )


def downgrade() -> None:
    for table in (
        "settled_reports", "questions", "case_messages", "cases", "leases", "lanes", "deliveries", "files", "office",
        "audit", "staff_codes", "staff",
    ):  # fmt: skip
        op.drop_table(table)

"""who was there on which day, and what they say of it afterwards"""

import sqlalchemy as sa
from alembic import op

from db.base import BigId, Day, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("enrolment_id", BigId, sa.ForeignKey("enrolments.id"), nullable=False),
        sa.Column("day", Day(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("staff_id", BigId, sa.ForeignKey("staff.id"), nullable=False, index=True),
        sa.Column("guests", BigId, nullable=False),
        sa.UniqueConstraint("enrolment_id", "day"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "feedback",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("enrolment_id", BigId, sa.ForeignKey("enrolments.id"), nullable=False, unique=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("rating", BigId, nullable=False),
        sa.Column("useful", sa.Text(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=True),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_table("attendance")

"""reports: answers that somebody called not right"""

import sqlalchemy as sa
from alembic import op

from db.base import BigId, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("turn_id", BigId, sa.ForeignKey("turns.id"), nullable=False, index=True),
        sa.Column("reply_id", BigId, sa.ForeignKey("replies.id"), nullable=False, index=True),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("section", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(8), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("reports")

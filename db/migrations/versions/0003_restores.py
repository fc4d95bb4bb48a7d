"""restores: copies made from a backup, and when they were let speak"""

import sqlalchemy as sa
from alembic import op

from db.base import BigId, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restores",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("restored_at", UtcDateTime(), nullable=False),
        sa.Column("last_turn", BigId, nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("restores")

"""who tapped on what, and how fast a broadcast leaves"""

import sqlalchemy as sa
from alembic import op

from db.base import BigId, UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taps",
        sa.Column("id", BigId, primary_key=True),
        sa.Column("broadcast_id", BigId, sa.ForeignKey("broadcasts.id"), nullable=False),
        sa.Column("person_id", BigId, sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("button", sa.String(200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("broadcast_id", "person_id", "button"),
        sqlite_autoincrement=True,
    )
    op.add_column("broadcasts", sa.Column("speed", BigId, nullable=False, server_default="0"))
    op.add_column("broadcasts", sa.Column("is_paid", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("office", sa.Column("paid_speed", BigId, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_table("taps")
    for table, column in (("broadcasts", "speed"), ("broadcasts", "is_paid"), ("office", "paid_speed")):
        op.drop_column(table, column)

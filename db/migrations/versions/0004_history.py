"""history: what was said at one address, in order"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_turns_of_address", "turns", ["address_id", "id"])
    op.create_index("ix_replies_of_address", "replies", ["address_id", "id"])
    # made anew: of two indexes that would do, SQLite takes the newer one, and these hold only the open rows
    op.drop_index("ix_turns_unfinished", "turns")
    op.drop_index("ix_replies_unsent_of_address", "replies")
    unfinished, unsent = sa.text("state IN ('received', 'waiting')"), sa.text("state = 'unsent'")
    op.create_index(
        "ix_turns_unfinished", "turns", ["address_id", "id"], sqlite_where=unfinished, postgresql_where=unfinished
    )
    op.create_index(
        "ix_replies_unsent_of_address", "replies", ["address_id", "id"], sqlite_where=unsent, postgresql_where=unsent
    )


def downgrade() -> None:
    op.drop_index("ix_replies_of_address", "replies")
    op.drop_index("ix_turns_of_address", "turns")

"""waiting in line for a place, and until when one that is offered is held"""

import sqlalchemy as sa
from alembic import op

from db.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolments", sa.Column("waiting_since", UtcDateTime(), nullable=True))
    op.add_column("enrolments", sa.Column("offer_until", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("enrolments", "offer_until")
    op.drop_column("enrolments", "waiting_since")

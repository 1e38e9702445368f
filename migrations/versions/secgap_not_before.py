"""no token of a platform from before this time counts: its used ones are not in a restored backup."""

import sqlalchemy as sa
from alembic import op

revision = "secgap_not_before"
down_revision = "secgap_asked_hosts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("platform", sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("platform", "not_before")

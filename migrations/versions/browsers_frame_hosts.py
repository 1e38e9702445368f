"""more hosts that may frame the tool, by platform."""

import sqlalchemy as sa
from alembic import op

revision = "browsers_frame_hosts"
down_revision = "keys_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("platform", sa.Column("frame_hosts", sa.String(length=2000), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("platform", "frame_hosts")

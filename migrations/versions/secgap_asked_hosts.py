"""hosts that platforms name for their services and that an admin has not seen."""

import sqlalchemy as sa
from alembic import op

revision = "secgap_asked_hosts"
down_revision = "browsers_frame_hosts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked_host",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_asked_host_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "host", name=op.f("pk_asked_host")),
    )


def downgrade() -> None:
    op.drop_table("asked_host")

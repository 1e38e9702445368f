"""erasures, retention, when a course was last opened."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "keys_privacy"
down_revision = "columns01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=20), nullable=False),
        sa.Column("swept_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform_id", "person_id", name=op.f("pk_erasure")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(
            "ix_erasure_unswept",
            ["erased_at"],
            unique=False,
            postgresql_where=sa.text("swept_at IS NULL"),
            sqlite_where=sa.text("swept_at IS NULL"),
        )
    op.create_table(
        "retention",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_retention_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_retention")),
    )
    with op.batch_alter_table("launch_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about_id", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opened_month", sa.String(length=7), server_default="", nullable=False))
    # when a course was last opened was not kept until now: its time begins today, and nothing is deleted too early
    space = sa.table("space", sa.column("opened_month", sa.String()))
    op.execute(space.update().values(opened_month=f"{datetime.now(UTC):%Y-%m}"))


def downgrade() -> None:
    with op.batch_alter_table("launch_session", schema=None) as batch_op:
        batch_op.drop_column("about_id")
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.drop_column("opened_month")
    op.drop_table("retention")
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index("ix_erasure_unswept")
    op.drop_table("erasure")

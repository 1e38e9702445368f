"""what the admin pages keep."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "adminpages_desk"
down_revision = "door_admins"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refused_launch",
        sa.Column("platform_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("request_id", sa.String(length=20), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "id", name=op.f("pk_refused_launch")),
    )
    op.create_table(
        "pack_upload",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("admin_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["admin.id"], name=op.f("fk_pack_upload_admin_id_admin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_upload")),
    )
    op.create_index("ix_pack_upload_created_at", "pack_upload", ["created_at"])
    op.create_table(
        "pack_off",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_pack_off_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "pack_id", name=op.f("pk_pack_off")),
    )


def downgrade() -> None:
    op.drop_table("pack_off")
    op.drop_table("pack_upload")
    op.drop_table("refused_launch")

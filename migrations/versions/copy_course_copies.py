"""course copies, notices of platforms, and ids of LTI 1.1 beside the new ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "copy"
down_revision = "register"
branch_labels = None
depends_on = None

_DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notices_url", sa.String(length=2000), server_default="", nullable=False))
        batch_op.add_column(sa.Column("origins", _DOCUMENT, nullable=True))
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stable_id", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("copy_doubt", _DOCUMENT, nullable=True))
        batch_op.create_index("ix_link_resource_link_id", ["platform_id", "resource_link_id"], unique=False)
        batch_op.create_index("ix_link_stable_id", ["platform_id", "stable_id"], unique=False)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("old_sub", sa.String(length=255), server_default="", nullable=False))
        batch_op.add_column(sa.Column("work_of", sa.BigInteger(), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_person_platform_id_work_of"), ["platform_id", "work_of"])
    op.create_table(
        "notice_service",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_notice_service_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "deployment_id", name=op.f("pk_notice_service")),
    )
    with op.batch_alter_table("notice_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_service_due_at"), ["due_at"], unique=False)
    op.create_table(
        "old_consumer",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("consumer_key", sa.String(length=255), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_old_consumer_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "consumer_key", name=op.f("pk_old_consumer")),
    )
    op.create_table(
        "migration_proposal",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("old_sub", sa.String(length=255), nullable=False),
        sa.Column("consumer_key", sa.String(length=255), nullable=False),
        sa.Column("signature", sa.String(length=100), nullable=False),
        sa.Column("signed", sa.String(length=4000), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "person_id", name=op.f("pk_migration_proposal")),
    )
    with op.batch_alter_table("migration_proposal", schema=None) as batch_op:
        batch_op.create_index("ix_migration_proposal_state", ["platform_id", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("migration_proposal")
    op.drop_table("old_consumer")
    op.drop_table("notice_service")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_person_platform_id_work_of"), type_="unique")
        batch_op.drop_column("work_of")
        batch_op.drop_column("old_sub")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_stable_id")
        batch_op.drop_index("ix_link_resource_link_id")
        batch_op.drop_column("copy_doubt")
        batch_op.drop_column("stable_id")
    with op.batch_alter_table("space", schema=None) as batch_op:
        batch_op.drop_column("origins")
        batch_op.drop_column("notices_url")

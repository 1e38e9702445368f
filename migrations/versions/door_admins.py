"""admins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "door_admins"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "admin",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("totp_sealed", sa.Text(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("oidc_issuer", sa.String(length=500), nullable=True),
        sa.Column("oidc_subject", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin")),
        sa.UniqueConstraint("login", name=op.f("uq_admin_login")),
        sa.UniqueConstraint("oidc_issuer", "oidc_subject", name=op.f("uq_admin_oidc_issuer_oidc_subject")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("platform_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("admin_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=320), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=300), nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_at", ["at"], unique=False)

    op.create_table(
        "sign_in_pace",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("free_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_pace")),
    )
    with op.batch_alter_table("sign_in_pace", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_pace_free_at", ["free_at"], unique=False)

    op.create_table(
        "admin_invite",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column(
            "platform_ids", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False
        ),
        sa.Column("admin_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["admin.id"], name=op.f("fk_admin_invite_admin_id_admin")),
        sa.ForeignKeyConstraint(["created_by"], ["admin.id"], name=op.f("fk_admin_invite_created_by_admin")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_admin_invite")),
        sa.UniqueConstraint("id", name=op.f("uq_admin_invite_id")),
    )
    with op.batch_alter_table("admin_invite", schema=None) as batch_op:
        batch_op.create_index("ix_admin_invite_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "admin_recovery_code",
        sa.Column("admin_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["admin.id"], name=op.f("fk_admin_recovery_code_admin_id_admin")),
        sa.PrimaryKeyConstraint("admin_id", "code_hash", name=op.f("pk_admin_recovery_code")),
    )
    op.create_table(
        "admin_scope",
        sa.Column("admin_id", sa.Integer(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["admin.id"], name=op.f("fk_admin_scope_admin_id_admin")),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_admin_scope_platform_id_platform")),
        sa.PrimaryKeyConstraint("admin_id", "platform_id", name=op.f("pk_admin_scope")),
    )
    op.create_table(
        "admin_session",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("admin_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["admin_id"], ["admin.id"], name=op.f("fk_admin_session_admin_id_admin")),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_admin_session")),
    )
    with op.batch_alter_table("admin_session", schema=None) as batch_op:
        batch_op.create_index("ix_admin_session_admin_id", ["admin_id"], unique=False)
        batch_op.create_index("ix_admin_session_expires_at", ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("admin_session", schema=None) as batch_op:
        batch_op.drop_index("ix_admin_session_expires_at")
        batch_op.drop_index("ix_admin_session_admin_id")

    op.drop_table("admin_session")
    op.drop_table("admin_scope")
    op.drop_table("admin_recovery_code")
    with op.batch_alter_table("admin_invite", schema=None) as batch_op:
        batch_op.drop_index("ix_admin_invite_expires_at")

    op.drop_table("admin_invite")
    with op.batch_alter_table("sign_in_pace", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_pace_free_at")

    op.drop_table("sign_in_pace")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_at")

    op.drop_table("audit_entry")
    op.drop_table("admin")

"""first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asset_blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_asset_blob")),
    )
    op.create_table(
        "attempt",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_ref", sa.String(length=140), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("checked", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("graded", sa.Boolean(), nullable=False),
        sa.Column("fraction", sa.Float(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "platform_id", "space_id", "link_id", "activity_ref", "person_id", "number", name="uq_attempt_number"
        ),
    )
    op.create_table(
        "comment",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=140), nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("tab", sa.String(length=40), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "attempt_id", "field", name=op.f("pk_draft")),
    )
    op.create_table(
        "grade_slot",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sent_version", sa.Integer(), nullable=False),
        sa.Column("given", sa.Float(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=2000), nullable=False),
        sa.Column("activity_progress", sa.String(length=20), nullable=False),
        sa.Column("grading_progress", sa.String(length=20), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(length=40), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "link_id", "person_id", name=op.f("pk_grade_slot")),
    )
    with op.batch_alter_table("grade_slot", schema=None) as batch_op:
        batch_op.create_index(
            "ix_grade_slot_due",
            ["platform_id", "due_at"],
            unique=False,
            postgresql_where=sa.text("sent_version < version AND state <> 'parked'"),
            sqlite_where=sa.text("sent_version < version AND state <> 'parked'"),
        )

    op.create_table(
        "launch_session",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("return_url", sa.String(length=2000), nullable=False),
        sa.Column("deep_linking", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "id", name=op.f("pk_launch_session")),
    )
    with op.batch_alter_table("launch_session", schema=None) as batch_op:
        batch_op.create_index("ix_launch_session_browser", ["platform_id", "browser_hash"], unique=False)
        batch_op.create_index("ix_launch_session_expires", ["expires_at"], unique=False)

    op.create_table(
        "link",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("resource_link_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("activity_ref", sa.String(length=140), nullable=False),
        sa.Column("asked_ref", sa.String(length=140), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("lineitem_url", sa.String(length=2000), nullable=False),
        sa.Column("may_score", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "id", name=op.f("pk_link")),
        sa.UniqueConstraint(
            "platform_id", "space_id", "resource_link_id", name=op.f("uq_link_platform_id_space_id_resource_link_id")
        ),
    )
    op.create_table(
        "mark",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("marker_id", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("marks", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("fraction", sa.Float(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "id", name=op.f("pk_mark")),
    )
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mark_attempt_id"), ["attempt_id"], unique=False)

    op.create_table(
        "member",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "person_id", name=op.f("pk_member")),
    )
    op.create_table(
        "platform",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("product", sa.String(length=50), nullable=False),
        sa.Column("auth_login_url", sa.String(length=2000), nullable=False),
        sa.Column("auth_token_url", sa.String(length=2000), nullable=False),
        sa.Column("token_audience", sa.String(length=2000), nullable=False),
        sa.Column("jwks_url", sa.String(length=2000), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("issuer", "client_id", name=op.f("uq_platform_issuer_client_id")),
    )
    op.create_table(
        "snapshot",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("pack_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=30), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_snapshot")),
    )
    with op.batch_alter_table("snapshot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_snapshot_pack_id"), ["pack_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("fraction", sa.Float(), nullable=True),
        sa.Column("needs_marking", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("fault", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "id", name=op.f("pk_submission")),
        sa.UniqueConstraint("platform_id", "space_id", "attempt_id", "client_key", name="uq_submission_client_key"),
        sa.UniqueConstraint("platform_id", "space_id", "attempt_id", "revision", name="uq_submission_revision"),
    )
    op.create_table(
        "tool_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("private_pem", sa.Text(), nullable=False),
        sa.Column("public_jwk", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signs_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_tool_key")),
    )
    op.create_table(
        "used_state",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("state_id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "state_id", name=op.f("pk_used_state")),
    )
    with op.batch_alter_table("used_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_used_state_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "visit",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "link_id", "person_id", name=op.f("pk_visit")),
    )
    op.create_table(
        "deployment",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_deployment_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "deployment_id", name=op.f("pk_deployment")),
    )
    op.create_table(
        "person",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sub", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_person_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("platform_id", "sub", name=op.f("uq_person_platform_id_sub")),
    )
    op.create_table(
        "platform_key_set",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("jwks", sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fresh_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_platform_key_set_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_platform_key_set")),
    )
    op.create_table(
        "published_pack",
        sa.Column("pack_id", sa.String(length=64), nullable=False),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_hash"], ["snapshot.hash"], name=op.f("fk_published_pack_snapshot_hash_snapshot")),
        sa.PrimaryKeyConstraint("pack_id", name=op.f("pk_published_pack")),
    )
    op.create_table(
        "service_token",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=500), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_service_token_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "scope", name=op.f("pk_service_token")),
    )
    op.create_table(
        "delivery_lane",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("resume_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("down_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_delivery_lane_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", name=op.f("pk_delivery_lane")),
    )
    op.create_table(
        "space",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("nrps_url", sa.String(length=2000), nullable=False),
        sa.Column("lineitems_url", sa.String(length=2000), nullable=False),
        sa.Column("ags_scopes", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_space_platform_id_platform")),
        sa.PrimaryKeyConstraint("platform_id", "id", name=op.f("pk_space")),
        sa.UniqueConstraint(
            "platform_id", "deployment_id", "context_id", name=op.f("uq_space_platform_id_deployment_id_context_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("space")
    op.drop_table("delivery_lane")
    op.drop_table("service_token")
    op.drop_table("published_pack")
    op.drop_table("platform_key_set")
    op.drop_table("person")
    op.drop_table("deployment")
    op.drop_table("visit")
    with op.batch_alter_table("used_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_state_expires_at"))

    op.drop_table("used_state")
    op.drop_table("tool_key")
    op.drop_table("submission")
    with op.batch_alter_table("snapshot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_snapshot_pack_id"))

    op.drop_table("snapshot")
    op.drop_table("platform")
    op.drop_table("member")
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mark_attempt_id"))

    op.drop_table("mark")
    op.drop_table("link")
    with op.batch_alter_table("launch_session", schema=None) as batch_op:
        batch_op.drop_index("ix_launch_session_expires")
        batch_op.drop_index("ix_launch_session_browser")

    op.drop_table("launch_session")
    with op.batch_alter_table("grade_slot", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_grade_slot_due",
            postgresql_where=sa.text("sent_version < version AND state <> 'parked'"),
            sqlite_where=sa.text("sent_version < version AND state <> 'parked'"),
        )

    op.drop_table("grade_slot")
    op.drop_table("draft")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_attempt_id"))

    op.drop_table("comment")
    op.drop_table("attempt")
    op.drop_table("asset_blob")

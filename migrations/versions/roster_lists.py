"""lists of a course's people, and its groups."""

import sqlalchemy as sa
from alembic import op

revision = "roster_lists"
down_revision = "adminpages_desk"
branch_labels = None
depends_on = None


def _keys(*more: str) -> list[sa.Column[int]]:
    ids = [sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in ("space_id", *more)]
    return [sa.Column("platform_id", sa.Integer(), nullable=False), *ids]


def upgrade() -> None:
    op.add_column("space", sa.Column("groups_url", sa.String(length=2000), nullable=False, server_default=""))
    op.add_column("space", sa.Column("group_sets_url", sa.String(length=2000), nullable=False, server_default=""))
    op.add_column("member", sa.Column("status", sa.String(length=10), nullable=False, server_default="active"))
    op.add_column("member", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "roster",
        *_keys(),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_link", sa.String(length=255), nullable=False),
        sa.Column("lease", sa.String(length=40), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=60), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("differences_url", sa.String(length=2000), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("departed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", name=op.f("pk_roster")),
    )
    op.create_index("ix_roster_due", "roster", ["due_at"])
    op.create_table(
        "course_group",
        *_keys("id"),
        sa.Column("outer_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("set_name", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "id", name=op.f("pk_course_group")),
        sa.UniqueConstraint("platform_id", "space_id", "outer_id", name=op.f("uq_course_group_platform_id_space_id_outer_id")),
    )
    for name, key in (("group_member", "group_id"), ("link_barred", "link_id")):
        op.create_table(
            name,
            *_keys(key, "person_id"),
            sa.PrimaryKeyConstraint("platform_id", "space_id", key, "person_id", name=op.f(f"pk_{name}")),
        )


def downgrade() -> None:
    for name in ("link_barred", "group_member", "course_group", "roster"):
        op.drop_table(name)
    with op.batch_alter_table("member") as member:
        member.drop_column("left_at")
        member.drop_column("status")
    with op.batch_alter_table("space") as space:
        space.drop_column("group_sets_url")
        space.drop_column("groups_url")

"""several gradebook columns for one link, dates, and grades read back."""

import sqlalchemy as sa
from alembic import op

revision = "columns01"
down_revision = "copy"
branch_labels = None
depends_on = None

_WAITING = "sent_version < version AND state <> 'parked'"
_KEY = ["platform_id", "space_id", "link_id", "person_id"]


def upgrade() -> None:
    op.create_table(
        "grade_column",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=220), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.String(length=220), nullable=False),
        sa.Column("tag", sa.String(length=100), nullable=False),
        sa.Column("making_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("read_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_trouble", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "link_id", "key", name=op.f("pk_grade_column")),
    )
    asked = sa.text("read_due_at IS NOT NULL")
    op.create_index("ix_grade_column_read", "grade_column", ["read_due_at"], postgresql_where=asked, sqlite_where=asked)
    op.create_table(
        "platform_grade",
        sa.Column("platform_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("column_key", sa.String(length=220), nullable=False),
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("maximum", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "space_id", "link_id", "column_key", "person_id", name=op.f("pk_platform_grade")),
    )
    op.add_column("link", sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("link", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("link", sa.Column("options", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("grade_slot", sa.Column("column_key", sa.String(length=220), nullable=False, server_default=""))
    _rekey([*_KEY, "column_key"])


def _rekey(names: list[str]) -> None:
    """Give the slots another key; SQLite has to copy its table for that, and would lose the partial index."""
    waiting = sa.text(_WAITING)
    op.drop_index("ix_grade_slot_due", "grade_slot")
    with op.batch_alter_table("grade_slot") as batch_op:
        batch_op.drop_constraint("pk_grade_slot", type_="primary")
        batch_op.create_primary_key("pk_grade_slot", names)
    op.create_index("ix_grade_slot_due", "grade_slot", ["platform_id", "due_at"], postgresql_where=waiting, sqlite_where=waiting)


def downgrade() -> None:
    op.execute("DELETE FROM grade_slot WHERE column_key <> ''")
    _rekey(_KEY)
    with op.batch_alter_table("grade_slot") as batch_op:
        batch_op.drop_column("column_key")
    with op.batch_alter_table("link") as batch_op:
        for name in ("options", "ends_at", "starts_at"):
            batch_op.drop_column(name)
    op.drop_table("platform_grade")
    op.drop_index("ix_grade_column_read", "grade_column")
    op.drop_table("grade_column")

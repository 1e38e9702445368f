"""times and release of a link that a teacher changed here, and what the platform made of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "units_column_changes"
down_revision = "secgap_not_before"
branch_labels = None
depends_on = None

_DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_COLUMN = ("change_due_at", "change_tries", "change_trouble", "change_answer", "changed_at")


def upgrade() -> None:
    op.add_column("link", sa.Column("told_times", sa.String(length=120), nullable=False, server_default=""))
    op.add_column("link", sa.Column("releases_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("grade_column", sa.Column("change_due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("grade_column", sa.Column("change_tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("grade_column", sa.Column("change_trouble", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("grade_column", sa.Column("change_answer", _DOCUMENT, nullable=True))
    op.add_column("grade_column", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    asked = sa.text("change_due_at IS NOT NULL")
    op.create_index("ix_grade_column_change", "grade_column", ["change_due_at"], postgresql_where=asked, sqlite_where=asked)


def downgrade() -> None:
    op.drop_index("ix_grade_column_change", "grade_column")
    with op.batch_alter_table("grade_column") as batch_op:
        for name in _COLUMN:
            batch_op.drop_column(name)
    with op.batch_alter_table("link") as batch_op:
        for name in ("releases_at", "told_times"):
            batch_op.drop_column(name)

"""Gradebook columns: those that we make ourselves, and what we last read in any."""

from datetime import datetime

from sqlalchemy import Float, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, Id, JsonObject, UtcDateTime, utcnow

COLUMN_KEY = 220
"""Longest key of a column: ``pack/activity#aspect``."""


class GradeColumn(Base):
    """A column of a link; `key` is "" for the link's own, else ``pack/activity`` or ``pack/activity#aspect``.

    Rows exist for columns that the platform did not name (we look for them, else make them) and for columns that were read.
    """

    __tablename__ = "grade_column"
    __table_args__ = (
        Index(
            "ix_grade_column_read",
            "read_due_at",
            postgresql_where=text("read_due_at IS NOT NULL"),
            sqlite_where=text("read_due_at IS NOT NULL"),
        ),
        Index(
            "ix_grade_column_change",
            "change_due_at",
            postgresql_where=text("change_due_at IS NOT NULL"),
            sqlite_where=text("change_due_at IS NOT NULL"),
        ),
    )

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    link_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(COLUMN_KEY), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000), default="")
    """Where it is; "" until it was found or made. The link's own column stands in `Link.lineitem_url`."""
    label: Mapped[str] = mapped_column(String(300), default="")
    """"" when it is not to be made here."""
    maximum: Mapped[int] = mapped_column(Integer, default=0)
    resource_id: Mapped[str] = mapped_column(String(COLUMN_KEY), default="")
    tag: Mapped[str] = mapped_column(String(100), default="")
    making_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """While one worker looks for it or makes it, no other does: until this time at most."""
    gone: Mapped[bool] = mapped_column(default=False)
    """Deleted in the LMS: made anew only when a teacher asks."""
    read_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the LMS's own grades are to be read next; None when nobody asked."""
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_trouble: Mapped[str] = mapped_column(String(60), default="")
    change_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the link's times and release are to be told to the LMS; None when it knows, or was not asked."""
    change_tries: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    change_trouble: Mapped[str] = mapped_column(String(60), default="", server_default="")
    change_answer: Mapped[JsonObject | None] = mapped_column(Document)
    """What the LMS answered last: `services.column_changes.Kept` as plain JSON."""
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it answered."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class PlatformGrade(Base):
    """What a platform's gradebook held for a person when it was last read; the platform's words are not kept."""

    __tablename__ = "platform_grade"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    link_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    column_key: Mapped[str] = mapped_column(String(COLUMN_KEY), primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    score: Mapped[float] = mapped_column(Float)
    maximum: Mapped[float] = mapped_column(Float)

"""People's work. Keys lead with the platform, then the space; nothing here names a person."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Float, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, Id, JsonObject, UtcDateTime, new_id, utcnow


class Attempt(Base):
    """One person's attempt at one activity through one link, pinned to the snapshot it began with."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("platform_id", "space_id", "link_id", "activity_ref", "person_id", "number", name="uq_attempt_number"),
    )

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    link_id: Mapped[int] = mapped_column(Id)
    activity_ref: Mapped[str] = mapped_column(String(140))
    person_id: Mapped[int] = mapped_column(Id)
    number: Mapped[int] = mapped_column(Integer)
    snapshot_hash: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[JsonObject] = mapped_column(Document)
    checked: Mapped[list[str]] = mapped_column(Document, default=list)
    """Parts locked by feedback at once."""
    status: Mapped[str] = mapped_column(String(20), default="open")
    """``open`` (draft), ``submitted``, ``returned`` (open again for revision) or ``marked``."""
    revision: Mapped[int] = mapped_column(Integer, default=0)
    """How often it was handed in."""
    graded: Mapped[bool] = mapped_column(Boolean, default=True)
    """False for teachers and test users: their work is never sent to a gradebook."""
    fraction: Mapped[float | None] = mapped_column(Float)
    """The score that counts for this attempt, 0..1: by grading or by a teacher's mark."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Draft(Base):
    """One field of an open attempt, saved as it is typed."""

    __tablename__ = "draft"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    attempt_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(140), primary_key=True)
    value: Mapped[list[str]] = mapped_column(Document)
    rev: Mapped[int] = mapped_column(Integer, default=1)
    """Rises with each accepted change; another tab must know it to overwrite."""
    tab: Mapped[str] = mapped_column(String(40))
    n: Mapped[int] = mapped_column(BigInteger)
    """The tab's own counter: a save that was overtaken on the way is dropped."""
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Submission(Base):
    """One handing-in: what was answered and what grading said. Never changed."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("platform_id", "space_id", "attempt_id", "revision", name="uq_submission_revision"),
        UniqueConstraint("platform_id", "space_id", "attempt_id", "client_key", name="uq_submission_client_key"),
    )

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    attempt_id: Mapped[int] = mapped_column(Id)
    revision: Mapped[int] = mapped_column(Integer)
    client_key: Mapped[str] = mapped_column(String(64))
    """Made with the page: a second post of the same page is the same submission."""
    answer: Mapped[dict[str, list[str]]] = mapped_column(Document)
    fraction: Mapped[float | None] = mapped_column(Float)
    needs_marking: Mapped[bool] = mapped_column(Boolean, default=False)
    detail: Mapped[JsonObject] = mapped_column(Document, default=dict)
    fault: Mapped[str] = mapped_column(String(200), default="")
    """Why grading failed; the work is kept and waits for a teacher."""
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Mark(Base):
    """A teacher's decision on a submission: marked, or returned for revision. Never changed; the newest counts."""

    __tablename__ = "mark"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    attempt_id: Mapped[int] = mapped_column(Id, index=True)
    submission_id: Mapped[int] = mapped_column(Id)
    marker_id: Mapped[int] = mapped_column(Id)
    returned: Mapped[bool] = mapped_column(Boolean, default=False)
    marks: Mapped[dict[str, list[str]]] = mapped_column(Document, default=dict)
    """Aspect id to ticked indicators, or to the chosen level."""
    fraction: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Comment(Base):
    """One turn of the talk about a work."""

    __tablename__ = "comment"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    attempt_id: Mapped[int] = mapped_column(Id, index=True)
    author_id: Mapped[int] = mapped_column(Id)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

"""The grade outbox: one slot per (gradebook column, person). The newest score supersedes what was not yet sent."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Id, UtcDateTime
from lms_ext.models.columns import COLUMN_KEY


class GradeSlot(Base):
    """What a platform's gradebook should hold for a person, and how far delivery has come.

    Something is to be sent while ``sent_version < version``. Written in the same commit as the submission or mark.
    """

    __tablename__ = "grade_slot"
    __table_args__ = (
        Index(
            "ix_grade_slot_due",
            "platform_id",
            "due_at",
            postgresql_where=text("sent_version < version AND state <> 'parked'"),
            sqlite_where=text("sent_version < version AND state <> 'parked'"),
        ),
    )

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    link_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    column_key: Mapped[str] = mapped_column(String(COLUMN_KEY), primary_key=True, default="", server_default="")
    """"" for the link's own column; see `GradeColumn.key`."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    sent_version: Mapped[int] = mapped_column(Integer, default=0)
    given: Mapped[float | None] = mapped_column(Float)
    """Points; None sends progress without a score."""
    maximum: Mapped[int] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(String(2000), default="")
    activity_progress: Mapped[str] = mapped_column(String(20), default="Completed")
    grading_progress: Mapped[str] = mapped_column(String(20), default="FullyGraded")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stamp: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Timestamp of the newest message tried; whole seconds, strictly rising per slot."""
    delivered: Mapped[str] = mapped_column(String(2000), default="")
    """Scores we have sent, newest first, ``;`` between: tells our own from a teacher's."""
    state: Mapped[str] = mapped_column(String(20), default="queued")
    """``queued``, ``late`` (has failed at least once), ``sent``, ``kept`` (the platform's own grade stays) or ``parked``."""
    reason: Mapped[str] = mapped_column(String(60), default="")
    """Code of the last trouble."""
    tries: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease: Mapped[str] = mapped_column(String(40), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the score was made (or a teacher resent it): its time for the platform, so that an older score that arrives
    late cannot replace what a teacher wrote there meanwhile."""
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryLane(Base):
    """How hard a platform may be pressed, shared by all workers; see `domain.pacing.Pace`, whose fields these are."""

    __tablename__ = "delivery_lane"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    rate: Mapped[float] = mapped_column(Float)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    resume_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    down_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(String(60), default="")

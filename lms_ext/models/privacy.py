"""What becomes of personal data: that it was erased, and for how long it is kept."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Id, UtcDateTime, utcnow


class Erasure(Base):
    """That a person's data was erased. The id was random and stands nowhere else any more: it names nobody."""

    __tablename__ = "erasure"
    __table_args__ = (
        Index(
            "ix_erasure_unswept",
            "erased_at",
            postgresql_where=text("swept_at IS NULL"),
            sqlite_where=text("swept_at IS NULL"),
        ),
    )

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    erased_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(20))
    """``person``, ``platform`` (an admin of the LMS), ``admin`` (of this tool) or ``console``."""
    swept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was made sure that no request that was under way has written anything afterwards."""


class Retention(Base):
    """For how long a platform's courses are kept after they were last opened; no row keeps them for good."""

    __tablename__ = "retention"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    months: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

"""Where platforms tell us of what happened there: one row for each deployment that offers the service."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, UtcDateTime


class NoticeService(Base):
    """A deployment's notification service, and whether it knows our address."""

    __tablename__ = "notice_service"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    deployment_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When to give our address (again); None once it was taken."""
    tries: Mapped[int] = mapped_column(Integer, default=0)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the platform took our address."""
    last_error: Mapped[str] = mapped_column(String(200), default="")

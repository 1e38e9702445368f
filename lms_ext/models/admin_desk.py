"""What the admin pages keep for themselves: launches that were refused, packs being checked, packs switched off somewhere."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, Id, JsonObject, UtcDateTime, new_id, utcnow


class RefusedLaunch(Base):
    """A login or launch that was refused, without token, person or nonce. Each platform keeps its newest few."""

    __tablename__ = "refused_launch"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=0)
    """0 while nobody knows which platform it was."""
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    code: Mapped[str] = mapped_column(String(60))
    request_id: Mapped[str] = mapped_column(String(20))
    """What the person's page shows."""
    told: Mapped[JsonObject] = mapped_column(Document)
    """What the message said of itself, unproven; see `lms_ext.lti.outline`."""
    repeats: Mapped[int] = mapped_column(Integer, default=0)
    """How many more of the same came so fast before it that they were only counted."""


class PackUpload(Base):
    """A pack's archive between its upload and its publication; forgotten after a day."""

    __tablename__ = "pack_upload"
    __table_args__ = (Index("ix_pack_upload_created_at", "created_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id"))
    name: Mapped[str] = mapped_column(String(200))
    """The archive's file name."""
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class PackOff(Base):
    """A published pack that a platform's teachers cannot choose; links that are there stay open."""

    __tablename__ = "pack_off"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    pack_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

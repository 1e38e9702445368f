"""How an LMS comes to be known, and whether it works: invitations, each used once, and the last check of each platform."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, JsonObject, UtcDateTime, utcnow


class Invitation(Base):
    """A one-time address by which an LMS registers itself; the secret in it is kept as a hash only."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 (hex)."""
    made_by: Mapped[int | None] = mapped_column(Integer)
    """The admin who made it; None when it came from the command line."""
    product: Mapped[str] = mapped_column(String(50), default="")
    """The LMS whose page it was made on."""
    name: Mapped[str] = mapped_column(String(200), default="")
    """What the admin calls the LMS; "" takes the LMS's own name."""
    for_platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    """Set when one known platform is to register again: no other LMS may use it."""
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id", ondelete="SET NULL"))
    """What it was used for."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """While a registration is under way nobody else may use it."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PlatformCheckup(Base):
    """The last check of a platform."""

    __tablename__ = "platform_checkup"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checks: Mapped[list[JsonObject]] = mapped_column(Document)
    """Name, finding, title, fact and remedy of each."""

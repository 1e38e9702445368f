"""Ids of LTI 1.1 beside those of LTI 1.3: nothing is swapped, an admin says what belongs together."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Id, UtcDateTime, utcnow


class OldConsumer(Base):
    """A consumer key of LTI 1.1 that an LMS had, with its secret: it proves that a launch speaks for it."""

    __tablename__ = "old_consumer"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    consumer_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    """Sealed."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class MigrationProposal(Base):
    """A platform says that an account is the one it called `old_sub` under LTI 1.1."""

    __tablename__ = "migration_proposal"
    __table_args__ = (Index("ix_migration_proposal_state", "platform_id", "state"),)

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    """The account as it is now."""
    old_sub: Mapped[str] = mapped_column(String(255))
    consumer_key: Mapped[str] = mapped_column(String(255))
    signature: Mapped[str] = mapped_column(String(100))
    signed: Mapped[str] = mapped_column(String(4000))
    """What `signature` signs: with the secret of the consumer key it proves that the platform speaks for it."""
    state: Mapped[str] = mapped_column(String(20), default="open")
    """``open``, ``approved`` or ``refused``."""
    decided_by: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

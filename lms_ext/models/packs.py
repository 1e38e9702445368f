"""Published packs: immutable snapshots under their content hash."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, JsonObject, UtcDateTime, utcnow


class Snapshot(Base):
    """One published version; attempts pin the one they began with, so a row is never changed or deleted."""

    __tablename__ = "snapshot"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    pack_id: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[str] = mapped_column(String(30))
    document: Mapped[JsonObject] = mapped_column(Document)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class PublishedPack(Base):
    """Which snapshot of a pack new attempts begin with."""

    __tablename__ = "published_pack"

    pack_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    snapshot_hash: Mapped[str] = mapped_column(ForeignKey("snapshot.hash"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)


class AssetBlob(Base):
    """A file of a pack under its SHA-256 (hex)."""

    __tablename__ = "asset_blob"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(100))
    data: Mapped[bytes] = mapped_column(LargeBinary)

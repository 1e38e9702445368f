"""Platforms and keys: small reference tables, read often and changed by admins."""

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, JsonObject, UtcDateTime, utcnow


class Platform(Base):
    """One registration: an LMS (issuer) and the client id it gave us."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(200))
    product: Mapped[str] = mapped_column(String(50), default="")
    """Product family code, e.g. ``moodle``: chooses the quirks."""
    auth_login_url: Mapped[str] = mapped_column(String(2000))
    auth_token_url: Mapped[str] = mapped_column(String(2000))
    token_audience: Mapped[str] = mapped_column(String(2000), default="")
    """Audience of service assertions when it differs from the token URL."""
    jwks_url: Mapped[str] = mapped_column(String(2000))
    other_hosts: Mapped[str] = mapped_column("frame_hosts", String(2000), default="", server_default="")
    """More hosts of this LMS, as content security policies name them, e.g. ``https://*.sekolah.id``: their pages may show the
    tool in a frame, and its services there are asked with our token. The column keeps the name of its first use."""
    status: Mapped[str] = mapped_column(String(20), default="active")
    """``active``, ``pending`` (waits for an admin) or ``disabled``."""
    takes_deployments: Mapped[bool] = mapped_column(default=False, server_default=false())
    """New deployments are accepted as they come; otherwise they wait for an admin."""
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Older tokens are refused: a backup was restored then, and does not know which of them were used."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)


class Deployment(Base):
    """A deployment id that an admin accepted (``active``), or refused (``disabled``), or has not seen (``pending``)."""

    __tablename__ = "deployment"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    deployment_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    status: Mapped[str] = mapped_column(String(20), default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class AskedHost(Base):
    """A host that the platform named for its services and that does not belong to its registration: an admin decides."""

    __tablename__ = "asked_host"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    host: Mapped[str] = mapped_column(String(300), primary_key=True)
    """Scheme, host and port."""
    status: Mapped[str] = mapped_column(String(20), default="pending")
    """``pending``, or ``disabled`` when an admin will not have it; one that is allowed stands in `Platform.other_hosts`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class PlatformKeySet(Base):
    """The last good key set of a platform, shared by all processes."""

    __tablename__ = "platform_key_set"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    jwks: Mapped[JsonObject | None] = mapped_column(Document)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fresh_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Last try, good or bad: no process tries again within 30 s."""
    last_error: Mapped[str] = mapped_column(String(200), default="")


class ToolKey(Base):
    """One of our signing keys: published until `published_until`; signs from `signs_from` until a newer one does."""

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    private_pem: Mapped[str] = mapped_column(Text)
    public_jwk: Mapped[JsonObject] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    signs_from: Mapped[datetime] = mapped_column(UtcDateTime)
    published_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None while it is the newest."""


class ServiceToken(Base):
    """An access token for a platform's services, kept until shortly before it expires and shared by all processes."""

    __tablename__ = "service_token"

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(String(500), primary_key=True)
    token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    renewing_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """While one process asks for a new token, the others wait for it: until this time at most."""

"""Admins: who they are, what they reach, how they are signed in, and what they did."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, Id, JsonObject, UtcDateTime, new_id, utcnow


class Admin(Base):
    """A person who looks after the tool; never a person of a course."""

    __tablename__ = "admin"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject"),)

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(String(320), unique=True)
    """E-mail address or name, in lower case."""
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(255), default="")
    """Argon2id; "" when this admin signs in by OpenID Connect only."""
    totp_sealed: Mapped[str] = mapped_column(Text, default="")
    """Secret of the second factor, sealed; "" without one."""
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)
    """Time step of the last code that was taken: no code counts twice."""
    oidc_issuer: Mapped[str | None] = mapped_column(String(500))
    oidc_subject: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AdminScope(Base):
    """A platform that a platform admin looks after."""

    __tablename__ = "admin_scope"

    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id"), primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)


class AdminRecoveryCode(Base):
    """What gets an admin in once when the phone with the second factor is lost; deleted when used."""

    __tablename__ = "admin_recovery_code"

    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 (hex) of a code of 80 random bits."""


class AdminSession(Base):
    """A browser in which an admin is signed in; ends when idle, at its limit, at sign-out, or with the admin's rights."""

    __tablename__ = "admin_session"
    __table_args__ = (Index("ix_admin_session_admin_id", "admin_id"), Index("ix_admin_session_expires_at", "expires_at"))

    secret_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 (hex) of the cookie's secret."""
    admin_id: Mapped[int] = mapped_column(ForeignKey("admin.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The absolute limit, however busy the admin is."""


class AdminInvite(Base):
    """A one-time link: to become an admin, or to set a new password (`admin_id`)."""

    __tablename__ = "admin_invite"
    __table_args__ = (Index("ix_admin_invite_expires_at", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 (hex) of the link's secret."""
    id: Mapped[int] = mapped_column(Id, unique=True, default=new_id)
    """Names the invitation on pages; tells nothing of the secret."""
    login: Mapped[str] = mapped_column(String(320), default="")
    """Who is meant; "" for the first owner's link, who chooses it."""
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    platform_ids: Mapped[list[int]] = mapped_column(Document)
    admin_id: Mapped[int | None] = mapped_column(ForeignKey("admin.id"))
    """The admin whose password is to be set anew; None for a new one."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("admin.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInPace(Base):
    """How often somebody may try to sign in: one row for each account or address that tried lately, few in all."""

    __tablename__ = "sign_in_pace"
    __table_args__ = (Index("ix_sign_in_pace_free_at", "free_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """HMAC-SHA-256 (hex) of what is counted."""
    free_at: Mapped[int] = mapped_column(BigInteger)
    """Milliseconds since 1970 at which all is forgotten: each try moves it on."""


class AuditEntry(Base):
    """One act of an admin, written in the same transaction as what it tells of. Never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_at", "at"),)

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, default=0)
    """0 for what concerns the whole tool."""
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    admin_id: Mapped[int | None] = mapped_column(Integer)
    """None for the command line, and for tries to sign in by nobody we know."""
    actor: Mapped[str] = mapped_column(String(320))
    """The login at that time: an entry outlives its admin."""
    action: Mapped[str] = mapped_column(String(60))
    object: Mapped[str] = mapped_column(String(300), default="")
    detail: Mapped[JsonObject] = mapped_column(Document, default=dict)

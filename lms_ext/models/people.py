"""Who came, from which course, through which link. Keys lead with the platform, then the space (a course context)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Document, Id, JsonObject, UtcDateTime, new_id, utcnow


class Space(Base):
    """One course context; without a context, a share of the platform's people."""

    __tablename__ = "space"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id", "context_id"),)

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    deployment_id: Mapped[str] = mapped_column(String(255))
    context_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(500), default="")
    nrps_url: Mapped[str] = mapped_column(String(2000), default="")
    groups_url: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    """Where the platform lists the course's groups; "" when it does not."""
    group_sets_url: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    lineitems_url: Mapped[str] = mapped_column(String(2000), default="")
    """Container of the course's gradebook columns."""
    ags_scopes: Mapped[str] = mapped_column(String(500), default="")
    """Grade service scopes the platform granted, sorted, a space between."""
    opened_month: Mapped[str] = mapped_column(String(7), default="", server_default="")
    """Month (``2026-11``) in which it was last opened; kept for retention, and coarse so that launches rarely write it."""
    notices_url: Mapped[str] = mapped_column(String(2000), default="", server_default="")
    """Where the platform lets us ask for notices."""
    origins: Mapped[list[str] | None] = mapped_column(Document)
    """Context ids of the courses that the platform said this one was copied from, newest first."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Person(Base):
    """The only table that holds a person's identity; all others know the random id."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("platform_id", "sub"), UniqueConstraint("platform_id", "work_of"))

    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"), primary_key=True)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    sub: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(300), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    old_sub: Mapped[str] = mapped_column(String(255), default="", server_default="")
    """What the platform called this account under LTI 1.1, when it says so."""
    work_of: Mapped[int | None] = mapped_column(Id)
    """The person whose work this account goes on with, once an admin approved that both are one."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Member(Base):
    """A person's latest role in a space."""

    __tablename__ = "member"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default="active", server_default="active")
    """``active``, ``inactive`` (suspended there) or ``left``: by the platform's list; a launch makes it active."""
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was noticed that the person was no longer active."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Link(Base):
    """One LTI resource link and the activity (or whole pack) behind it."""

    __tablename__ = "link"
    __table_args__ = (
        UniqueConstraint("platform_id", "space_id", "resource_link_id"),
        Index("ix_link_resource_link_id", "platform_id", "resource_link_id"),
        Index("ix_link_stable_id", "platform_id", "stable_id"),
    )

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    resource_link_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(500), default="")
    activity_ref: Mapped[str] = mapped_column(String(140), default="")
    """``pack/activity``, ``pack`` for a whole pack, or "" until a teacher chooses."""
    asked_ref: Mapped[str] = mapped_column(String(140), default="")
    """What the platform named when it last changed its mind: choosing anew there counts, asking the same again does not."""
    points: Mapped[int | None] = mapped_column(Integer)
    """Score maximum a teacher set for this link; None for the author's."""
    lineitem_url: Mapped[str] = mapped_column(String(2000), default="")
    may_score: Mapped[bool] = mapped_column(default=False)
    """The platform granted the score scope for the line item."""
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When work may begin: what the LMS or a teacher here said last."""
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When work is due; what comes later is taken and marked as late."""
    told_times: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """What the platform last told of times (`domain.launches.Dates.told`): the same again changes nothing."""
    releases_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the LMS is to show held grades to learners; None leaves that to the teacher there."""
    options: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """Words of `domain.columns.OPTIONS` that a teacher switched on when choosing, a space between."""
    stable_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """The id we gave it when it was chosen: the platform's copies of the link bring it along."""
    copy_doubt: Mapped[list[list[int]] | None] = mapped_column(Document)
    """``[space, link]`` of links that it may be a copy of, until a teacher says which; empty once that was asked."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Visit(Base):
    """That a person has opened a link at least once."""

    __tablename__ = "visit"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    link_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class UsedState(Base):
    """Marks a login state as used, once; kept longer than any token of that launch can live."""

    __tablename__ = "used_state"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class LaunchSession(Base):
    """One launch: named by the page's URL, proven by the browser's cookie."""

    __tablename__ = "launch_session"
    __table_args__ = (
        Index("ix_launch_session_browser", "platform_id", "browser_hash"),
        Index("ix_launch_session_expires", "expires_at"),
    )

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    secret_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 (hex) of the cookie's secret."""
    browser_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 (hex) of the browser's own secret: another person's launch in the same browser ends this one."""
    person_id: Mapped[int] = mapped_column(Id)
    link_id: Mapped[int | None] = mapped_column(Id)
    role: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(5))
    return_url: Mapped[str] = mapped_column(String(2000), default="")
    deep_linking: Mapped[JsonObject | None] = mapped_column(Document)
    """Settings of a deep linking launch; answered once (`answered_at`)."""
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    about_id: Mapped[int | None] = mapped_column(Id)
    """The person whose data a privacy launch opens (0 when we do not know them); None for other launches."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

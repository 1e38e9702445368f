"""Lists of a course's people as the platform gives them, and its groups. Keys lead with the platform, then the space."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms_ext.models.base import Base, Id, UtcDateTime, new_id


class Roster(Base):
    """When a space's list was last fetched, what came of it, and when it is next; one worker at a time holds its lease."""

    __tablename__ = "roster"
    __table_args__ = (Index("ix_roster_due", "due_at"),)

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When somebody was last seen to launch here; a course that nobody uses is not asked about."""
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a teacher asked for it; None once it was tried."""
    asked_link: Mapped[str] = mapped_column(String(255), default="")
    """Resource link that the teacher was at: who may open it is asked as well."""
    lease: Mapped[str] = mapped_column(String(40), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    """Failures since the last list."""
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trouble: Mapped[str] = mapped_column(String(60), default="")
    """Code of what the last try failed with; "" when it did not."""
    synced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the class was last brought up to date."""
    full_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it last was by a whole list, not by differences."""
    differences_url: Mapped[str] = mapped_column(String(2000), default="")
    """Where the platform tells what has changed since; "" when it does not."""
    members: Mapped[int] = mapped_column(Integer, default=0)
    """People of the last whole list."""
    joined: Mapped[int] = mapped_column(Integer, default=0)
    departed: Mapped[int] = mapped_column(Integer, default=0)
    skipped: Mapped[int] = mapped_column(Integer, default=0)
    """Entries of the last list that could not be read."""


class CourseGroup(Base):
    """A group of the course as its teacher made it in the LMS."""

    __tablename__ = "course_group"
    __table_args__ = (UniqueConstraint("platform_id", "space_id", "outer_id"),)

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    outer_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(300), default="")
    set_name: Mapped[str] = mapped_column(String(300), default="")
    """Name of the set that the group belongs to; "" when to none."""


class GroupMember(Base):
    """That a person is in a group."""

    __tablename__ = "group_member"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)


class LinkBarred(Base):
    """That the LMS does not show a link to a member of the course, e.g. because it is for another group."""

    __tablename__ = "link_barred"

    platform_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    space_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    link_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)

"""The launches an admin may look at: the last ones, and those that were refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select

from lms_ext.models import LaunchSession, Link, Platform, RefusedLaunch, Space
from lms_ext.services.seats import Db

KEPT = 200
"""Refused launches kept for each platform, and for all unknown ones together."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A launch that was let in. Who it was is nobody's business here."""

    at: datetime
    platform: str
    course: str
    link: str
    """"" for a launch to choose activities."""
    role: str
    is_choosing: bool


@dataclass(frozen=True, slots=True)
class NotOpened:
    """A launch that was refused."""

    at: datetime
    platform_id: int
    platform: str
    """"" when nobody knows which platform it was."""
    code: str
    request_id: str
    told: dict[str, str]
    repeats: int


def keep_refused(
    session: Db, platform_id: int, code: str, request_id: str, told: dict[str, str], repeats: int, now: datetime
) -> None:
    """Note a refused launch; the platform's oldest ones make room."""
    session.add(RefusedLaunch(platform_id=platform_id, at=now, code=code, request_id=request_id, told=told, repeats=repeats))
    session.flush()
    mine = RefusedLaunch.platform_id == platform_id
    old = select(RefusedLaunch.id).where(mine).order_by(RefusedLaunch.at.desc(), RefusedLaunch.id.desc()).offset(KEPT)
    ids = list(session.execute(old).scalars())
    if ids:
        session.execute(delete(RefusedLaunch).where(mine, RefusedLaunch.id.in_(ids)).execution_options(synchronize_session=False))


def refused(session: Db, within: Collection[int] | None, platform_id: int | None, limit: int = 100) -> list[NotOpened]:
    """List refused launches, newest first; `within` narrows to these platforms (then without those of unknown ones)."""
    asked = (
        select(RefusedLaunch, Platform.name)
        .outerjoin(Platform, Platform.id == RefusedLaunch.platform_id)
        .order_by(RefusedLaunch.at.desc(), RefusedLaunch.id.desc())
        .limit(limit)
    )
    if within is not None:
        asked = asked.where(RefusedLaunch.platform_id.in_(sorted(within)))
    if platform_id is not None:
        asked = asked.where(RefusedLaunch.platform_id == platform_id)
    return [
        NotOpened(one.at, one.platform_id, name or "", one.code, one.request_id, dict(one.told), one.repeats)
        for one, name in session.execute(asked)
    ]


def opened(session: Db, within: Collection[int] | None, platform_id: int | None, limit: int = 100) -> list[Opened]:
    """List the launches whose sessions are still kept, newest first: sessions all last equally long, and that end is indexed."""
    asked: Any = (
        select(LaunchSession, Platform.name, Space.title, Link.title)
        .join(Platform, Platform.id == LaunchSession.platform_id)
        .join(Space, and_(Space.platform_id == LaunchSession.platform_id, Space.id == LaunchSession.space_id))
        .outerjoin(
            Link,
            and_(Link.platform_id == LaunchSession.platform_id, Link.space_id == LaunchSession.space_id,
                 Link.id == LaunchSession.link_id),
        )
        .order_by(LaunchSession.expires_at.desc())
        .limit(limit)
    )  # fmt: skip
    if within is not None:
        asked = asked.where(LaunchSession.platform_id.in_(sorted(within)))
    if platform_id is not None:
        asked = asked.where(LaunchSession.platform_id == platform_id)
    rows: Sequence[Any] = session.execute(asked).all()
    return [
        Opened(one.created_at, name, course, link or "", one.role, one.deep_linking is not None)
        for one, name, course, link in rows
    ]

"""What our own tables know of an LMS, for its check, and the last check that was made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lms_ext.domain.checkups import Check
from lms_ext.models import Deployment, LaunchSession, Platform, PlatformCheckup, RefusedLaunch, Space
from lms_ext.services.seats import Db

RECENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Facts:
    """What launches have told."""

    status: str
    waiting: int
    """Deployments that an admin has not looked at."""
    lineitems_url: str
    nrps_url: str
    """Services of the newest course that has any; "" when none has."""
    launches: int
    """How many launches of the last day brought their cookie back."""
    blocked: int
    """How many were refused because the cookie did not come back."""


def facts(session: Db, platform: Platform, now: datetime) -> Facts:
    """Gather what is known; only looks."""
    recent = (LaunchSession.platform_id == platform.id, LaunchSession.created_at > now - RECENT)
    launches = session.execute(select(func.count()).select_from(LaunchSession).where(*recent)).scalar_one()
    refused = (RefusedLaunch.platform_id == platform.id, RefusedLaunch.code == "cookie-blocked", RefusedLaunch.at > now - RECENT)
    blocked = session.execute(select(func.count()).select_from(RefusedLaunch).where(*refused)).scalar_one()
    waiting = session.execute(
        select(func.count()).select_from(Deployment).where(Deployment.platform_id == platform.id, Deployment.status == "pending")
    ).scalar_one()
    return Facts(platform.status, waiting, _newest(session, platform, "lineitems_url"), _newest(session, platform, "nrps_url"),
                 launches, blocked)  # fmt: skip


def _newest(session: Db, platform: Platform, name: str) -> str:
    column = getattr(Space, name)
    wanted = select(column).where(Space.platform_id == platform.id, column != "").order_by(Space.id.desc()).limit(1)
    return session.execute(wanted).scalar_one_or_none() or ""


def keep(session: Db, platform_id: int, checks: Sequence[Check], now: datetime) -> None:
    """Remember a check in place of the one before."""
    session.merge(PlatformCheckup(platform_id=platform_id, ran_at=now, checks=[one.as_json() for one in checks]))
    session.flush()


def last(session: Db, platform_id: int) -> PlatformCheckup | None:
    """Give the last check of a platform."""
    return session.get(PlatformCheckup, platform_id)

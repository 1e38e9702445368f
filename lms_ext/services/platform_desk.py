"""The list of platforms as an admin sees it: what is broken first, and what to do about each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms_ext.models import AskedHost, Deployment, LaunchSession, Platform, PlatformCheckup, PlatformKeySet, Space
from lms_ext.services import grade_desk
from lms_ext.services.seats import Db

ORDER = ("keys", "trouble", "pending", "deployments", "hosts", "active", "disabled")
"""States, those that need someone first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One platform of the list."""

    platform: Platform
    state: str
    """One of `ORDER`."""
    last_launch: datetime | None
    """The latest of those still remembered; None when there was none today."""
    was_opened: bool
    waiting: int
    """Grades on their way or held back."""
    sent: int


def overview(session: Db, within: Collection[int] | None, now: datetime) -> list[Row]:
    """List platforms, those in trouble first; `within` narrows to these."""
    wanted = select(Platform) if within is None else select(Platform).where(Platform.id.in_(sorted(within)))
    found = session.execute(wanted).scalars().all()
    keys = {row[0]: row[1] for row in session.execute(select(PlatformKeySet.platform_id, PlatformKeySet.last_error))}
    checks = {one.platform_id: one for one in session.execute(select(PlatformCheckup)).scalars()}
    latest = select(LaunchSession.platform_id, func.max(LaunchSession.created_at)).group_by(LaunchSession.platform_id)
    launches = {row[0]: row[1] for row in session.execute(latest)}
    opened = set(session.execute(select(Space.platform_id).distinct()).scalars())
    asking = set(session.execute(select(Deployment.platform_id).where(Deployment.status == "pending").distinct()).scalars())
    named = set(session.execute(select(AskedHost.platform_id).where(AskedHost.status == "pending").distinct()).scalars())
    grades = {one.platform_id: one.counts for one in grade_desk.every_platform(session, now)}
    rows = []
    for one in found:
        counts = grades.get(one.id, {})
        state = _state(one, keys.get(one.id, ""), checks.get(one.id), is_asking=one.id in asking, names_host=one.id in named)
        waiting = sum(counts.get(name, 0) for name in ("queued", "late", "parked"))
        rows.append(Row(one, state, launches.get(one.id), one.id in opened, waiting, counts.get("sent", 0)))
    return sorted(rows, key=lambda row: (ORDER.index(row.state), row.platform.name.casefold(), row.platform.id))


def _state(platform: Platform, key_error: str, check: PlatformCheckup | None, *, is_asking: bool, names_host: bool) -> str:
    if platform.status != "active":
        return "pending" if platform.status == "pending" else "disabled"
    wrong = {one["name"] for one in check.checks if one["finding"] == "bad"} if check else set()
    if key_error or "keys" in wrong:
        return "keys"
    if wrong:
        return "trouble"
    if is_asking:
        return "deployments"
    return "hosts" if names_host else "active"

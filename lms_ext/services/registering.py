"""Invitations, registrations that wait for an admin, and deployments: how an LMS comes to be known."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

import lms_ext.domain.registration_refusals  # noqa: F401 - declares the refusals raised here
from lms_ext.domain.refusals import Refused
from lms_ext.models import (
    AdminScope,
    AskedHost,
    Deployment,
    Invitation,
    LaunchSession,
    OldConsumer,
    PackOff,
    Platform,
    PlatformCheckup,
    PlatformKeySet,
    Retention,
    ServiceToken,
    Space,
    utcnow,
)
from lms_ext.services import notices, platforms
from lms_ext.services.seats import Db

LIFE = timedelta(minutes=60)
_HOLD = timedelta(seconds=60)
"""Longer than both requests to an LMS can take."""
_KEPT = timedelta(days=30)
_MOST_PENDING = 100
"""Deployments of one platform that may wait: whoever can sign for it could fill the table otherwise."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a registration gave: all of it checked by `lms_ext.lti.registration`."""

    issuer: str
    client_id: str
    deployment_id: str
    product: str
    name: str
    auth_login_url: str
    auth_token_url: str
    jwks_url: str
    token_audience: str
    shares_issuer: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    platform: Platform
    is_new: bool


def digest(secret: str) -> str:
    """Give what is stored of an invitation's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def invite(
    session: Db, now: datetime, *, made_by: int | None = None, product: str = "", name: str = "", for_platform: int | None = None
) -> tuple[Invitation, str]:
    """Make an invitation; gives it and its secret, which is told once. Invitations long over are forgotten."""
    session.execute(delete(Invitation).where(Invitation.expires_at < now - _KEPT))
    secret = secrets.token_urlsafe(24)
    made = Invitation(
        token_hash=digest(secret), made_by=made_by, product=product, name=name, for_platform_id=for_platform, created_at=now,
        expires_at=now + LIFE,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made, secret


def look(session: Db, secret: str, now: datetime, *, lock: bool = False) -> Invitation:
    """Find the invitation of a secret that may be used now; Refused otherwise. `lock` keeps others from it meanwhile."""
    asked = select(Invitation).where(Invitation.token_hash == digest(secret))
    found = session.execute(asked.with_for_update() if lock else asked).scalar_one_or_none()
    if found is None:
        raise Refused("invite-unknown")
    if found.used_at is not None:
        raise Refused("invite-used")
    if found.expires_at <= now:
        raise Refused("invite-expired")
    if found.held_until is not None and found.held_until > now:
        raise Refused("invite-busy")
    return found


def hold(session: Db, secret: str, now: datetime) -> Invitation:
    """Keep an invitation for one registration under way; of two that come at once, one is refused."""
    found = look(session, secret, now, lock=True)
    found.held_until = now + _HOLD
    session.flush()
    return found


def release(session: Db, invitation_id: int) -> None:
    """Let an invitation be used again: the LMS refused, nothing was stored."""
    session.execute(
        update(Invitation).where(Invitation.id == invitation_id, Invitation.used_at.is_(None)).values(held_until=None)
    )


def check_purpose(session: Db, invitation: Invitation, issuer: str) -> None:
    """Refuse an LMS that is not the one an invitation was made for."""
    wanted = session.get(Platform, invitation.for_platform_id) if invitation.for_platform_id else None
    if wanted is not None and wanted.issuer != issuer:
        raise Refused("invite-for-another", platform=wanted.id)


def record(session: Db, invitation: Invitation, told: Told, now: datetime) -> Recorded:
    """Store what an LMS registered and use the invitation up.

    The same issuer and client id is the same registration and keeps its state and work; once approved, only an invitation of its
    own gives it other addresses. One that still waits and was never opened gives its place to the next of the same LMS.
    Everything else is new and waits for an admin.
    """
    check_purpose(session, invitation, told.issuer)
    _refuse_namesake(session, told)
    found = _same(session, told)
    if found is not None and found.status != "pending" and found.id != invitation.for_platform_id and _moves(found, told):
        raise Refused("registration-known", platform=found.id)
    platform = found or Platform(
        issuer=told.issuer, client_id=told.client_id, name=invitation.name or told.name, status="pending"
    )
    if found is not None and found.client_id != told.client_id:
        session.execute(delete(Deployment).where(Deployment.platform_id == found.id))
    _take(session, platform, told)
    if platform.status == "disabled":
        platform.status = "pending"
    session.add(platform)
    try:
        session.flush()
    except IntegrityError as error:  # pragma: no cover - another invitation brought the same LMS at the same moment
        raise Refused("invite-busy") from error
    if told.deployment_id:
        session.merge(
            Deployment(
                platform_id=platform.id, deployment_id=told.deployment_id, created_at=now,
                status="active" if platform.status == "active" else "pending",
            )
        )  # fmt: skip
    session.execute(
        update(Invitation).where(Invitation.id == invitation.id).values(used_at=now, held_until=None, platform_id=platform.id)
    )
    session.flush()
    return Recorded(platform, is_new=found is None)


def _refuse_namesake(session: Db, one: Told | Platform) -> None:
    if platforms.namesake(session, one.issuer, one.client_id, one.auth_token_url, one.token_audience):
        raise Refused("registration-name-taken")


def _same(session: Db, told: Told) -> Platform | None:
    rows = session.execute(select(Platform).where(Platform.issuer == told.issuer).order_by(Platform.id)).scalars().all()
    exact = next((one for one in rows if one.client_id == told.client_id), None)
    if exact is not None or told.shares_issuer:  # one issuer for many schools: another's waiting row is not ours to change
        return exact
    return next((one for one in rows if one.status == "pending" and not _has_work(session, one)), None)


def _has_work(session: Db, platform: Platform) -> bool:
    """Tell whether anybody ever came in by a registration: one that was disabled and registered again waits like a new one."""
    return session.execute(select(Space.id).where(Space.platform_id == platform.id).limit(1)).first() is not None


def _moves(platform: Platform, told: Told) -> bool:
    """Tell whether other keys would sign for everybody there, or our statements go elsewhere."""
    return any(
        getattr(platform, name) != getattr(told, name)
        for name in ("auth_login_url", "auth_token_url", "jwks_url", "token_audience")
    )


def _take(session: Db, platform: Platform, told: Told) -> None:
    """Let a platform have the addresses that were told; keys and tokens of other addresses are forgotten."""
    if platform.id is not None:
        if platform.jwks_url != told.jwks_url:
            session.execute(delete(PlatformKeySet).where(PlatformKeySet.platform_id == platform.id))
        if (platform.client_id, platform.auth_token_url) != (told.client_id, told.auth_token_url):
            session.execute(delete(ServiceToken).where(ServiceToken.platform_id == platform.id))
    for name in ("client_id", "product", "auth_login_url", "auth_token_url", "jwks_url", "token_audience"):
        setattr(platform, name, getattr(told, name))


def rivals(session: Db, platform: Platform) -> Sequence[Platform]:
    """List registrations that a waiting one may replace: approved ones of the same issuer, the newest first.

    One that has work of its own replaces none: two registrations' work is never put together.
    """
    if _has_work(session, platform):
        return []
    return (
        session.execute(
            select(Platform)
            .where(Platform.issuer == platform.issuer, Platform.id != platform.id, Platform.status != "pending")
            .order_by(Platform.updated_at.desc())
        )
        .scalars()
        .all()
    )


def approve(session: Db, platform: Platform, replaced: Platform | None = None) -> Platform:
    """Let a platform launch. One that replaces another hands its addresses over: the work stays where it is."""
    _refuse_namesake(session, platform)
    if replaced is None or replaced.issuer != platform.issuer or platform.status != "pending":
        platform.status = "active"
        _settle_deployments(session, platform.id, "active")
        session.flush()
        return platform
    brought = _deployment_ids(session, platform.id)
    told = {name: getattr(platform, name) for name in ("client_id", "product", "auth_login_url", "auth_token_url", "jwks_url",
                                                       "token_audience")}  # fmt: skip
    session.execute(update(Invitation).where(Invitation.platform_id == platform.id).values(platform_id=replaced.id))
    _forget(session, platform)
    session.execute(delete(PlatformKeySet).where(PlatformKeySet.platform_id == replaced.id))
    session.execute(delete(ServiceToken).where(ServiceToken.platform_id == replaced.id))
    for name, value in told.items():
        setattr(replaced, name, value)
    replaced.status = "active"
    session.flush()
    notices.forget(session, replaced.id)
    _move_deployment(session, replaced.id, brought)
    return replaced


def _move_deployment(session: Db, platform_id: int, brought: Sequence[str]) -> None:
    """Where one deployment was and one comes (Moodle: one per tool), the courses of the old one are those of the new."""
    held = [one for one in _deployment_ids(session, platform_id) if one not in brought]
    for one in brought:
        session.merge(Deployment(platform_id=platform_id, deployment_id=one, status="active"))
    session.flush()
    if len(held) == 1 and len(brought) == 1:
        old, new = held[0], brought[0]
        taken = select(Space.context_id).where(Space.platform_id == platform_id, Space.deployment_id == new)
        session.execute(
            update(Space)
            .where(Space.platform_id == platform_id, Space.deployment_id == old, Space.context_id.not_in(taken))
            .values(deployment_id=new),
            execution_options={"synchronize_session": False},
        )
    session.flush()


def _deployment_ids(session: Db, platform_id: int) -> list[str]:
    rows = session.execute(select(Deployment.deployment_id).where(Deployment.platform_id == platform_id))
    return sorted(rows.scalars())


def refuse(session: Db, platform: Platform) -> bool:
    """Forget a registration that waits; False when it was approved meanwhile, since it may have work."""
    if platform.status != "pending" or _has_work(session, platform):
        return False
    _forget(session, platform)
    return True


def _forget(session: Db, platform: Platform) -> None:
    belongs = (AskedHost, Deployment, PlatformKeySet, ServiceToken, AdminScope, PlatformCheckup, PackOff, Retention, OldConsumer)
    for table in belongs:
        session.execute(delete(table).where(table.platform_id == platform.id))
    session.execute(delete(Invitation).where(Invitation.for_platform_id == platform.id))
    session.execute(update(Invitation).where(Invitation.platform_id == platform.id).values(platform_id=None))
    session.delete(platform)
    session.flush()


def arrive(session: Db, platform_id: int, deployment_id: str, now: datetime) -> str:
    """Note a deployment that a signed launch named for the first time; gives its status."""
    found = session.get(Deployment, (platform_id, deployment_id))
    if found is not None:
        return found.status
    platform = session.get_one(Platform, platform_id)
    status = "active" if platform.takes_deployments else "pending"
    if status == "pending":
        waiting: Any = select(func.count()).where(Deployment.platform_id == platform_id, Deployment.status == "pending")
        if session.execute(waiting).scalar_one() >= _MOST_PENDING:
            return "pending"
    session.add(Deployment(platform_id=platform_id, deployment_id=deployment_id, status=status, created_at=now))
    session.flush()
    return status


def set_deployment(session: Db, platform_id: int, deployment_id: str, status: str) -> bool:
    """Accept (``active``) or block (``disabled``, what is open ends) a deployment; False when there is none."""
    found = session.get(Deployment, (platform_id, deployment_id))
    if found is None:
        return False
    found.status = status
    if status == "disabled":
        _end_sessions(session, platform_id, deployment_id)
    session.flush()
    return True


def _end_sessions(session: Db, platform_id: int, deployment_id: str) -> None:
    spaces = select(Space.id).where(Space.platform_id == platform_id, Space.deployment_id == deployment_id)
    session.execute(
        update(LaunchSession)
        .where(LaunchSession.platform_id == platform_id, LaunchSession.space_id.in_(spaces), LaunchSession.ended_at.is_(None))
        .values(ended_at=utcnow()),
        execution_options={"synchronize_session": False},
    )


def take_deployments(session: Db, platform: Platform, *, by_itself: bool) -> None:
    """Let a platform's deployments be accepted as they come, those that wait included, or no longer."""
    platform.takes_deployments = by_itself
    if by_itself:
        _settle_deployments(session, platform.id, "active")
    session.flush()


def _settle_deployments(session: Db, platform_id: int, status: str) -> None:
    session.execute(
        update(Deployment).where(Deployment.platform_id == platform_id, Deployment.status == "pending").values(status=status)
    )

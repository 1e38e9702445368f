"""Invitations, registrations that wait for an admin, and deployments: how an LMS comes to be known."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

import lms_ext.domain.registration_refusals  # noqa: F401 - declares the refusals raised here
from lms_ext.domain.refusals import Refused
from lms_ext.models import (
    AdminScope,
    AskedHost,
    Deployment,
    Invitation,
    Platform,
    PlatformCheckup,
    PlatformKeySet,
    ServiceToken,
    Space,
)
from lms_ext.services import notices
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


def look(session: Db, secret: str, now: datetime) -> Invitation:
    """Find the invitation of a secret that may be used now; Refused otherwise."""
    found = session.execute(select(Invitation).where(Invitation.token_hash == digest(secret))).scalar_one_or_none()
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
    found = look(session, secret, now)
    held = session.execute(
        update(Invitation)
        .where(
            Invitation.id == found.id,
            Invitation.used_at.is_(None),
            or_(Invitation.held_until.is_(None), Invitation.held_until <= now),
        )
        .values(held_until=now + _HOLD)
    )
    if not held.rowcount:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
        raise Refused("invite-busy")
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

    The same issuer and client id is the same registration and keeps its state and work. A registration that still waits has no
    work: one more of the same LMS takes its place. Everything else is new and waits for an admin.
    """
    check_purpose(session, invitation, told.issuer)
    found = _same(session, told)
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
    except IntegrityError as error:  # another invitation brought the same registration at the same moment
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


def _same(session: Db, told: Told) -> Platform | None:
    rows = session.execute(select(Platform).where(Platform.issuer == told.issuer).order_by(Platform.id)).scalars().all()
    exact = next((one for one in rows if one.client_id == told.client_id), None)
    if exact is not None or told.shares_issuer:  # one issuer for many schools: another's waiting row is not ours to change
        return exact
    return next((one for one in rows if one.status == "pending"), None)


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
    """List registrations that a waiting one may replace: approved ones of the same issuer, the newest first."""
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
    if platform.status != "pending" or session.execute(select(Space.id).where(Space.platform_id == platform.id).limit(1)).first():
        return False
    _forget(session, platform)
    return True


def _forget(session: Db, platform: Platform) -> None:
    for table in (AskedHost, Deployment, PlatformKeySet, ServiceToken, AdminScope, PlatformCheckup):
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
    platform = session.get(Platform, platform_id)
    if platform is None:
        return "disabled"
    status = "active" if platform.takes_deployments else "pending"
    if status == "pending":
        waiting: Any = select(func.count()).where(Deployment.platform_id == platform_id, Deployment.status == "pending")
        if session.execute(waiting).scalar_one() >= _MOST_PENDING:
            return "pending"
    session.add(Deployment(platform_id=platform_id, deployment_id=deployment_id, status=status, created_at=now))
    session.flush()
    return status


def set_deployment(session: Db, platform_id: int, deployment_id: str, status: str) -> bool:
    """Accept (``active``) or block (``disabled``) a deployment; False when there is none."""
    found = session.get(Deployment, (platform_id, deployment_id))
    if found is None:
        return False
    found.status = status
    session.flush()
    return True


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

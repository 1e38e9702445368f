"""One-time links: to become an admin, to set a new password, and the first of all, which makes the owner."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, or_, select

from lms_ext.domain.admins import AdminActor, AdminRole
from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import text
from lms_ext.models import Admin, AdminInvite
from lms_ext.services import admins, audit, second_factor
from lms_ext.services.admins import Rights
from lms_ext.services.seats import Db

VALID = timedelta(days=7)
RESET_VALID = timedelta(hours=24)

declare("invite-over", 404, text("Tautan ini sudah tidak berlaku", "This link is no longer valid"),
        text("Tautan undangan hanya berlaku sekali dan untuk waktu terbatas. Minta tautan baru kepada pemilik alat ini.",
             "An invitation works once and for a limited time. Ask an owner of this tool for a new one."),
        "admin/message.html")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a valid link is for."""

    login: str
    name: str
    rights: Rights
    admin_id: int | None
    """Set when it is for a new password of this account."""
    invited_by: int | None
    expires_at: datetime


def invite(session: Db, by: AdminActor, login: str, name: str, rights: Rights, now: datetime) -> str:
    """Make a link for a new admin; gives its secret, which is kept nowhere. A second invitation replaces the first."""
    login = admins.clean_login(login) if login else ""
    if login and admins.by_login(session, login):
        raise Refused("admin-login-taken")
    if rights.role is AdminRole.PLATFORM and not admins.existing(session, rights.platform_ids):
        raise Refused("admin-scope-empty")
    session.execute(delete(AdminInvite).where(AdminInvite.login == login, AdminInvite.admin_id.is_(None)))
    token = _store(session, by, AdminInvite(login=login, name=admins.clean_name(name) if name else "", role=rights.role.value,
                                            platform_ids=sorted(rights.platform_ids)), now + VALID)  # fmt: skip
    audit.write(session, by, "admin.invite", login or "-", role=rights.role.value, platforms=rights.platform_ids)
    return token


def reset(session: Db, by: AdminActor, admin: Admin, now: datetime) -> str:
    """Make a link by which an admin sets a new password, without a second factor; gives its secret."""
    session.execute(delete(AdminInvite).where(AdminInvite.admin_id == admin.id))
    token = _store(session, by, AdminInvite(login=admin.login, name=admin.name, role=admin.role, platform_ids=[],
                                            admin_id=admin.id), now + RESET_VALID)  # fmt: skip
    audit.write(session, by, "admin.reset", admin.login)
    return token


def _store(session: Db, by: AdminActor, made: AdminInvite, until: datetime) -> str:
    token = secrets.token_urlsafe(24)
    made.token_hash, made.created_by, made.expires_at = _hash(token), by.id, until
    session.add(made)
    session.flush()
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(f"invite:{token}".encode()).hexdigest()


def find(session: Db, token: str, now: datetime) -> Invitation:
    """Look at a link without using it; raise Refused when it is over or never was."""
    row = session.execute(_open(now).where(AdminInvite.token_hash == _hash(token))).scalar_one_or_none()
    if row is None:
        raise Refused("invite-over")
    return _invitation(row)


def _open(now: datetime) -> Select[Any]:
    """Choose what still works: in time, and of an inviter who may still invite (a disabled owner's links are void)."""
    asked = select(AdminInvite).outerjoin(Admin, Admin.id == AdminInvite.created_by).where(AdminInvite.expires_at > now)
    return asked.where(or_(AdminInvite.created_by.is_(None), Admin.disabled_at.is_(None) & (Admin.role == AdminRole.OWNER)))


def _invitation(row: AdminInvite) -> Invitation:
    rights = Rights(AdminRole(row.role), frozenset(row.platform_ids))
    return Invitation(row.login, row.name, rights, row.admin_id, row.created_by, row.expires_at)


def for_login(session: Db, login: str, now: datetime) -> Invitation | None:
    """Find the open invitation of an e-mail address, for who comes with it from an OpenID provider."""
    asked = _open(now).where(AdminInvite.login == login, AdminInvite.admin_id.is_(None))
    row = session.execute(asked).scalar_one_or_none() if login else None
    return _invitation(row) if row else None


def waiting(session: Db, now: datetime) -> Sequence[AdminInvite]:
    """List the links that can still be used, newest first."""
    return session.execute(_open(now).order_by(AdminInvite.created_at.desc())).scalars().all()


def withdraw(session: Db, by: AdminActor, invite_id: int) -> None:
    """Make a link worthless."""
    found = session.execute(select(AdminInvite).where(AdminInvite.id == invite_id)).scalar_one_or_none()
    if found is None:
        raise Refused("admin-not-found")
    session.delete(found)
    audit.write(session, by, "admin.invite-withdraw", found.login or "-")


def accept(session: Db, token: str, login: str, name: str, password: str, now: datetime) -> Admin:
    """Use a link: make the admin, or set the password anew; of two at once, one is refused."""
    invitation = find(session, token, now)
    _use(session, AdminInvite.token_hash == _hash(token))
    if invitation.admin_id is None:
        return _join(session, invitation, invitation.login or login, name, password)
    admin = session.get(Admin, invitation.admin_id)
    if admin is None or admin.disabled_at is not None:
        raise Refused("invite-over")
    actor = admins.actor(session, admin)
    admins.set_password(session, actor, admin, password)
    second_factor.turn_off(session, actor, admin)
    return admin


def accept_by_oidc(session: Db, invitation: Invitation, name: str) -> Admin:
    """Use the invitation of a verified e-mail address, without a password."""
    _use(session, (AdminInvite.login == invitation.login) & AdminInvite.admin_id.is_(None))
    return _join(session, invitation, invitation.login, invitation.name or name, "")


def _join(session: Db, invitation: Invitation, login: str, name: str, password: str) -> Admin:
    by = AdminActor(None, admins.clean_login(login), invitation.rights.role)
    return admins.create(session, by, login, name, invitation.rights, password)


def _use(session: Db, which: ColumnElement[bool]) -> None:
    gone = session.execute(delete(AdminInvite).where(which))
    if not gone.rowcount:  # type: ignore[attr-defined]  # a DELETE gives a CursorResult
        raise Refused("invite-over")

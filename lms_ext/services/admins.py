"""Accounts of admins: made, changed, disabled; the tool is never left without an owner."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from lms_ext.domain.admins import AdminActor, AdminRole
from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import storable, text
from lms_ext.models import Admin, AdminScope, Platform
from lms_ext.services import admin_sessions, audit, passwords
from lms_ext.services.seats import Db

_PAGE = "admin/message.html"
declare("admin-login-bad", 422, text("Nama masuk tidak dapat dipakai", "This sign-in name cannot be used"),
        text("Tulis alamat surel, atau 3 sampai 64 huruf kecil, angka, titik, dan tanda hubung.",
             "Write an e-mail address, or 3 to 64 small letters, digits, dots and hyphens."), _PAGE)  # fmt: skip
declare("admin-login-taken", 409, text("Nama masuk sudah dipakai", "This sign-in name is taken"),
        text("Sudah ada admin dengan nama masuk itu. Pilih yang lain, atau ubah admin itu.",
             "An admin with this sign-in name exists. Choose another, or change that admin."), _PAGE)  # fmt: skip
declare("admin-last-owner", 409, text("Ini pemilik terakhir", "This is the last owner"),
        text("Jadikan admin lain pemilik dahulu: alat ini tidak boleh tanpa pemilik yang dapat masuk.",
             "Make another admin an owner first: the tool may not be without an owner who can sign in."), _PAGE)  # fmt: skip
declare("admin-scope-empty", 422, text("Platform belum dipilih", "No platform is chosen"),
        text("Pilih paling sedikit satu platform untuk admin platform.", "Choose at least one platform for a platform admin."),
        _PAGE)  # fmt: skip
declare("admin-name-missing", 422, text("Nama belum diisi", "The name is missing"),
        text("Tulis nama yang dikenal rekan kerja, paling banyak 200 huruf.",
             "Write a name colleagues know, 200 letters at most."), _PAGE)  # fmt: skip

_MAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]{1,64}@[^@\s\"(),:;<>\[\]\\]{1,255}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account may do and see."""

    role: AdminRole
    platform_ids: frozenset[int] = frozenset()


def clean_login(written: str) -> str:
    """Give a login as it is kept: small letters, one way to write each; raise Refused when it can be none."""
    login = unicodedata.normalize("NFKC", storable(written)).strip().casefold()
    if not login.isprintable() or len(login) > 320 or not (_MAIL.fullmatch(login) or _NAME.fullmatch(login)):
        raise Refused("admin-login-bad")
    return login


def clean_name(written: str) -> str:
    """Give a person's name on one line; raise Refused when there is none."""
    name = " ".join(storable(written).split())
    if not name or len(name) > 200 or not name.isprintable():
        raise Refused("admin-name-missing")
    return name


def by_login(session: Db, login: str) -> Admin | None:
    """Find an account, also a disabled one."""
    return session.execute(select(Admin).where(Admin.login == login)).scalar_one_or_none()


def by_identity(session: Db, issuer: str, subject: str) -> Admin | None:
    """Find the account that an outside account was linked to."""
    asked = select(Admin).where(Admin.oidc_issuer == issuer, Admin.oidc_subject == subject)
    return session.execute(asked).scalar_one_or_none()


def every(session: Db) -> Sequence[Admin]:
    """List all accounts: those who may sign in first, by name."""
    rows = session.execute(select(Admin).order_by(Admin.disabled_at.isnot(None), Admin.name, Admin.id))
    return rows.scalars().all()


def scopes(session: Db) -> Mapping[int, frozenset[int]]:
    """Give the platforms of each platform admin."""
    found: dict[int, frozenset[int]] = {}
    for row in session.execute(select(AdminScope.admin_id, AdminScope.platform_id)):
        found[row.admin_id] = found.get(row.admin_id, frozenset()) | {row.platform_id}
    return found


def scope_of(session: Db, admin: Admin) -> frozenset[int]:
    """Give the platforms of one account; none for owners and auditors, who reach all."""
    if admin.role != AdminRole.PLATFORM:
        return frozenset()
    return frozenset(session.execute(select(AdminScope.platform_id).where(AdminScope.admin_id == admin.id)).scalars())


def has_owner(session: Db) -> bool:
    """Tell whether somebody looks after the tool."""
    owner = select(Admin.id).where(Admin.role == AdminRole.OWNER, Admin.disabled_at.is_(None)).limit(1)
    return session.execute(owner).first() is not None


def actor(session: Db, admin: Admin) -> AdminActor:
    """Give an account as the one who acts."""
    return AdminActor(admin.id, admin.login, AdminRole(admin.role), scope_of(session, admin))


def create(session: Db, by: AdminActor, login: str, name: str, rights: Rights, password: str = "") -> Admin:
    """Make an account, without a password for one that signs in by OpenID Connect; raise Refused for what cannot be taken."""
    admin = Admin(login=clean_login(login), name=clean_name(name), role=rights.role.value)
    if password:
        _check_password(password, admin)
        admin.password_hash = passwords.hashed(password)
    try:
        with session.begin_nested():
            session.add(admin)
            session.flush()
    except IntegrityError:
        raise Refused("admin-login-taken") from None
    _set_scope(session, admin, rights)
    audit.write(session, by, "admin.create", admin.login, role=rights.role.value, platforms=rights.platform_ids)
    return admin


def change(session: Db, by: AdminActor, admin_id: int, name: str, rights: Rights) -> Admin:
    """Change name, role and platforms; new rights end the account's sessions, so that nobody acts with old ones."""
    admin = _locked(session, admin_id)
    if admin.role == AdminRole.OWNER and rights.role != AdminRole.OWNER:
        _keep_an_owner(session, admin)
    before = Rights(AdminRole(admin.role), scope_of(session, admin))
    admin.name, admin.role = clean_name(name), rights.role.value
    _set_scope(session, admin, rights)
    if before != rights:
        admin_sessions.end_all(session, admin.id)
        audit.write(session, by, "admin.rights", admin.login, role=rights.role.value, before=before.role.value,
                    platforms=rights.platform_ids)  # fmt: skip
    else:
        audit.write(session, by, "admin.rename", admin.login)
    return admin


def disable(session: Db, by: AdminActor, admin_id: int, now: datetime) -> Admin:
    """Let an account sign in no more, from this moment; its entries in the audit log stay."""
    admin = _locked(session, admin_id)
    if admin.disabled_at is None:
        if admin.role == AdminRole.OWNER:
            _keep_an_owner(session, admin)
        admin.disabled_at = now
        admin_sessions.end_all(session, admin.id)
        audit.write(session, by, "admin.disable", admin.login)
    return admin


def enable(session: Db, by: AdminActor, admin_id: int) -> Admin:
    """Let a disabled account sign in again."""
    admin = _locked(session, admin_id)
    if admin.disabled_at is not None:
        admin.disabled_at = None
        audit.write(session, by, "admin.enable", admin.login)
    return admin


def set_password(session: Db, by: AdminActor, admin: Admin, password: str, *, but_session: str = "") -> None:
    """Give an account a new password; its other sessions end."""
    _check_password(password, admin)
    admin.password_hash = passwords.hashed(password)
    admin_sessions.end_all(session, admin.id, but=but_session)
    audit.write(session, by, "admin.password", admin.login)


def _check_password(password: str, admin: Admin) -> None:
    fault = passwords.fault(password, admin.login, admin.name)
    if fault:
        raise Refused(fault)


def _set_scope(session: Db, admin: Admin, rights: Rights) -> None:
    wanted = rights.platform_ids if rights.role is AdminRole.PLATFORM else frozenset()
    known = existing(session, wanted)
    if rights.role is AdminRole.PLATFORM and not known:
        raise Refused("admin-scope-empty")
    session.execute(delete(AdminScope).where(AdminScope.admin_id == admin.id))
    session.add_all([AdminScope(admin_id=admin.id, platform_id=one) for one in sorted(known)])
    session.flush()


def existing(session: Db, ids: Iterable[int]) -> frozenset[int]:
    """Give those of some platform ids that there are."""
    return frozenset(session.execute(select(Platform.id).where(Platform.id.in_(sorted(ids)))).scalars())


def _locked(session: Db, admin_id: int) -> Admin:
    """Find an account to change. All owners are locked with it, in one order: two cannot remove each other at once."""
    asked = select(Admin).where(or_(Admin.id == admin_id, Admin.role == AdminRole.OWNER)).order_by(Admin.id)
    found = {one.id: one for one in session.execute(asked.with_for_update()).scalars()}
    if admin_id not in found:
        raise Refused("admin-not-found")
    return found[admin_id]


def _keep_an_owner(session: Db, admin: Admin) -> None:
    asked = select(Admin.id).where(Admin.role == AdminRole.OWNER, Admin.disabled_at.is_(None), Admin.id != admin.id)
    if session.execute(asked.limit(1)).first() is None:
        raise Refused("admin-last-owner")

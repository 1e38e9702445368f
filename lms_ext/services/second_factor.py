"""The second factor of an admin: codes by time (RFC 6238) from a phone, and recovery codes for when it is lost."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update

from lms_ext.domain.admins import AdminActor
from lms_ext.domain.refusals import declare
from lms_ext.domain.texts import text
from lms_ext.models import Admin, AdminRecoveryCode
from lms_ext.services import audit
from lms_ext.services.sealing import SealedColumn, Sealer
from lms_ext.services.seats import Db

_PERIOD = 30
_ALLOWED_STEPS = (-1, 0, 1)
"""A phone's clock may be half a minute off."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that look alike on paper."""
_SEALED = SealedColumn(Admin.totp_sealed, "admin.totp")

declare("code-wrong", 422, text("Kode tidak cocok", "The code does not match"),
        text("Periksa jam ponsel Anda, lalu tulis kode yang sedang tampak.",
             "Check your phone's clock, then write the code it shows now."), "admin/message.html")  # fmt: skip


def new_secret() -> str:
    """Make a secret for an authenticator app."""
    return pyotp.random_base32()


def address(secret: str, login: str, issuer: str) -> str:
    """Give the ``otpauth:`` address that a QR picture holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Give the time step a code belongs to; None when it is wrong or too old."""
    written = "".join(code.split())
    if len(written) != 6 or not written.isascii() or not written.isdigit():
        return None
    step = int(now.timestamp()) // _PERIOD
    codes = pyotp.TOTP(secret)
    fitting = [step + off for off in _ALLOWED_STEPS if hmac.compare_digest(codes.generate_otp(step + off), written)]
    return fitting[0] if fitting else None


def turn_on(session: Db, sealer: Sealer, admin: Admin, secret: str, step: int) -> list[str]:
    """Ask this admin for codes from now on; gives the recovery codes, which are shown once."""
    admin.totp_sealed = _SEALED.seal(sealer, secret, admin.id)
    admin.totp_step = step
    return new_recovery_codes(session, admin)


def new_recovery_codes(session: Db, admin: Admin) -> list[str]:
    """Make recovery codes; earlier ones are worth nothing any more."""
    codes = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4)) for _ in range(RECOVERY_CODES)]
    session.execute(delete(AdminRecoveryCode).where(AdminRecoveryCode.admin_id == admin.id))
    session.add_all([AdminRecoveryCode(admin_id=admin.id, code_hash=_hash(one)) for one in codes])
    session.flush()
    return codes


def turn_off(session: Db, by: AdminActor, admin: Admin) -> None:
    """Ask for no codes any more."""
    if admin.totp_sealed:
        admin.totp_sealed = ""
        session.execute(delete(AdminRecoveryCode).where(AdminRecoveryCode.admin_id == admin.id))
        audit.write(session, by, "admin.second-factor-off", admin.login)


def take_code(session: Db, sealer: Sealer, admin: Admin, code: str, now: datetime) -> str:
    """Take a code, which then never counts again: gives ``totp`` or ``recovery``, "" when it is neither."""
    if not admin.totp_sealed:
        return ""
    step = step_of(_SEALED.open(sealer, admin.totp_sealed, admin.id), code, now)
    if step is None:
        return "recovery" if _take_recovery(session, admin.id, code) else ""
    # of two requests with one code, one finds the step taken
    newer = update(Admin).where(Admin.id == admin.id, Admin.totp_step < step).values(totp_step=step)
    return "totp" if session.execute(newer).rowcount else ""  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


def _take_recovery(session: Db, admin_id: int, code: str) -> bool:
    gone = delete(AdminRecoveryCode).where(AdminRecoveryCode.admin_id == admin_id, AdminRecoveryCode.code_hash == _hash(code))
    return bool(session.execute(gone).rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def recovery_left(session: Db, admin_id: int) -> int:
    """Count the recovery codes that still work."""
    asked = select(func.count()).select_from(AdminRecoveryCode).where(AdminRecoveryCode.admin_id == admin_id)
    return session.execute(asked).scalar_one()


def _hash(code: str) -> str:
    letters = "".join(one for one in code.casefold() if one.isascii() and one.isalnum())
    return hashlib.sha256(f"recovery:{letters}".encode()).hexdigest()

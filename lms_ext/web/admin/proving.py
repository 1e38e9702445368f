"""That it is still the admin who sits there: asked before their account changes, since a browser may have been left open.

Who has a password writes it. Who signs in with an outside account only signs in there once more, and the provider must say
that it asked just now; this browser may then change the account for a few minutes.
"""

import time

from flask import Response, request

from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import text
from lms_ext.lti.openid import Identity
from lms_ext.models import Admin, db
from lms_ext.services import passwords
from lms_ext.web.admin import cookies, pacing, tickets

SECONDS = 300
"""How long a fresh sign-in is good for."""
_COOKIE = "lxap"
_LEEWAY = 60
_PAGE = "admin/message.html"

declare("password-wrong", 403, text("Kata sandi sekarang tidak cocok", "The current password does not match"),
        text("Tulis kata sandi yang Anda pakai untuk masuk.", "Write the password you sign in with."), _PAGE)  # fmt: skip
declare("prove-again", 403, text("Masuk sekali lagi dahulu", "Sign in once more first"),
        text("Perubahan pada akun ini perlu dipastikan oleh layanan akun Anda. Belum ada yang diubah.",
             "Changes to this account must be confirmed by your account service. Nothing was changed."), _PAGE)  # fmt: skip
declare("prove-other", 403, text("Itu akun lain", "That is another account"),
        text("Masuk dengan akun yang terhubung dengan admin ini.", "Sign in with the account that is linked to this admin."),
        _PAGE)  # fmt: skip
declare("prove-stale", 403, text("Layanan akun tidak menanyai Anda lagi", "The account service did not ask you again"),
        text("Layanan akun tidak menyatakan bahwa Anda baru saja masuk. Keluar dahulu di sana, lalu ulangi; bila tetap begitu, "
             "minta pemilik alat membuat tautan kata sandi baru.",
             "The account service did not state that you signed in just now. Sign out there and try again; if it stays so, "
             "ask an owner of this tool for a link to set a password."), _PAGE)  # fmt: skip


def prove(me: Admin) -> None:
    """Raise Refused unless the form brings the admin's password or, without one, they have just signed in once more."""
    if not me.password_hash:
        if not is_proven(me):
            raise Refused("prove-again", admin=me.id)
        return
    kept, admin_id = me.password_hash, me.id
    counted = pacing.for_password(me.login, me)
    if pacing.take(counted):
        raise Refused("too-many")
    if not passwords.fits(kept, request.form.get("current", "")):
        raise Refused("password-wrong", admin=admin_id)
    pacing.forgive(counted)
    db.session.commit()  # also when the rest of the form is refused


def is_proven(me: Admin) -> bool:
    """Tell whether the admin has just signed in once more in this browser."""
    facts = tickets.read("proven", cookies.get_cookie(_COOKIE), SECONDS)
    return facts is not None and facts.get("admin") == me.id


def check(me: Admin, identity: Identity, asked_at: float) -> None:
    """Raise Refused unless the provider says that the admin's own account signed in after `asked_at` (seconds)."""
    if (identity.issuer, identity.subject) != (me.oidc_issuer, me.oidc_subject):
        raise Refused("prove-other", admin=me.id)
    if not asked_at - _LEEWAY <= identity.signed_in_at <= time.time() + _LEEWAY:
        raise Refused("prove-stale", admin=me.id, told=bool(identity.signed_in_at))


def remember(response: Response, me: Admin) -> None:
    """Let this browser change the account for a few minutes."""
    cookies.set_cookie(response, _COOKIE, tickets.write("proven", admin=me.id), seconds=SECONDS)

"""Who a try to sign in counts against. A browser that an admin has used counts by itself: no stranger can use its tries up."""

import hmac

from flask import Response

from lms_ext.models import Admin, db, utcnow
from lms_ext.services import shared_pace
from lms_ext.services.shared_pace import ACCOUNT_HERE, NETWORK, SECOND_FACTOR, STRANGE_BROWSERS, Counted
from lms_ext.web import sessions
from lms_ext.web.admin import cookies
from lms_ext.web.throttle import network

_KNOWN = "lxak"
_HALF_A_YEAR = 15_552_000


def _key(*parts: object) -> str:
    return sessions.derived("sign-in-pace:" + ":".join(map(str, parts))).hex()


def for_password(login: str, admin: Admin | None) -> list[Counted]:
    """Count a try of a password; an unknown account is counted like a known one."""
    if admin is not None and _knows(admin):
        return [Counted(_key("browser", cookies.get_cookie(_KNOWN)), ACCOUNT_HERE)]
    return [
        Counted(_key("account", login, network()), ACCOUNT_HERE),
        Counted(_key("network", network()), NETWORK),
        Counted(_key("strange", login), STRANGE_BROWSERS),
    ]


def for_code(admin: Admin) -> list[Counted]:
    """Count a try of a second factor."""
    return [Counted(_key("code", admin.id), SECOND_FACTOR)]


def for_network() -> list[Counted]:
    """Count what needs no account but costs something."""
    return [Counted(_key("network", network()), NETWORK)]


def take(counted: list[Counted]) -> int:
    """Count a try for good, whatever becomes of it; gives the seconds to wait, or 0."""
    wait = shared_pace.take(db.session, counted, utcnow())
    db.session.commit()
    return wait


def forgive(counted: list[Counted]) -> None:
    """Forget tries of who has proved to be the admin; what others did to the network stays counted."""
    shared_pace.forgive(db.session, [one.key for one in counted if one.pace in {ACCOUNT_HERE, SECOND_FACTOR}])


def _knows(admin: Admin) -> bool:
    about, _, seal = cookies.get_cookie(_KNOWN).rpartition("-")
    return about.partition("-")[0] == str(admin.id) and hmac.compare_digest(seal.encode(), _seal(about).encode())


def _seal(about: str) -> str:
    return sessions.derived(f"admin-browser:{about}").hex()


def remember(response: Response, admin: Admin) -> None:
    """Mark this browser as one the admin has signed in with."""
    about = f"{admin.id}-{sessions.new_secret().replace('-', '_')}"
    cookies.set_cookie(response, _KNOWN, f"{about}-{_seal(about)}", seconds=_HALF_A_YEAR)

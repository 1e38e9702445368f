"""Who a try to sign in counts against. A browser that an admin has used counts by itself: no stranger can use its tries up."""

import hmac
import ipaddress

from flask import Response, request

from lms_ext.models import Admin, db, utcnow
from lms_ext.services import sign_in_pace
from lms_ext.services.sign_in_pace import ACCOUNT_HERE, NETWORK, SECOND_FACTOR, STRANGE_BROWSERS, Counted
from lms_ext.web import sessions
from lms_ext.web.admin import cookies

_KNOWN = "lxak"
_HALF_A_YEAR = 15_552_000


def _key(*parts: object) -> str:
    return sessions.derived("sign-in-pace:" + ":".join(map(str, parts))).hex()


def _network() -> str:
    """Give the network a request comes from: in IPv6 a household has 64 bits of addresses to change between."""
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped:  # how a server that listens on both kinds writes the other
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def for_password(login: str, admin: Admin | None) -> list[Counted]:
    """Count a try of a password; an unknown account is counted like a known one."""
    if admin is not None and _knows(admin):
        return [Counted(_key("browser", cookies.get_cookie(_KNOWN)), ACCOUNT_HERE)]
    return [
        Counted(_key("account", login, _network()), ACCOUNT_HERE),
        Counted(_key("network", _network()), NETWORK),
        Counted(_key("strange", login), STRANGE_BROWSERS),
    ]


def for_code(admin: Admin) -> list[Counted]:
    """Count a try of a second factor."""
    return [Counted(_key("code", admin.id), SECOND_FACTOR)]


def for_network() -> list[Counted]:
    """Count what needs no account but costs something."""
    return [Counted(_key("network", _network()), NETWORK)]


def take(counted: list[Counted]) -> int:
    """Count a try for good, whatever becomes of it; gives the seconds to wait, or 0."""
    wait = sign_in_pace.take(db.session, counted, utcnow())
    db.session.commit()
    return wait


def forgive(counted: list[Counted]) -> None:
    """Forget tries of who has proved to be the admin; what others did to the network stays counted."""
    sign_in_pace.forgive(db.session, [one.key for one in counted if one.pace in {ACCOUNT_HERE, SECOND_FACTOR}])


def _knows(admin: Admin) -> bool:
    about, _, seal = cookies.get_cookie(_KNOWN).rpartition("-")
    return about.partition("-")[0] == str(admin.id) and hmac.compare_digest(seal.encode(), _seal(about).encode())


def _seal(about: str) -> str:
    return sessions.derived(f"admin-browser:{about}").hex()


def remember(response: Response, admin: Admin) -> None:
    """Mark this browser as one the admin has signed in with."""
    about = f"{admin.id}-{sessions.new_secret().replace('-', '_')}"
    cookies.set_cookie(response, _KNOWN, f"{about}-{_seal(about)}", seconds=_HALF_A_YEAR)

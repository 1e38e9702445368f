"""Where a platform's access tokens may go: hosts of its registration, of its vendor, and those that an admin allowed.

A signed message names the addresses of services, but who can sign it (a platform, or whoever got hold of its key) must not
choose who receives a token: that is what a registration is for. Many LMSs live on more hosts than their registration names
(a school's own address at Canvas or Blackboard), so a host that is not known is noted for an admin, who allows it by one click.
"""

from functools import lru_cache
from urllib.parse import urlsplit

from lms_ext.domain import hosts
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.registry import KnownPlatform


def pinned(platform: KnownPlatform, quirks: Quirks, url: str) -> bool:
    """Tell whether an access token of the platform may be sent to this address."""
    named = (platform.issuer, platform.auth_login_url, platform.auth_token_url, platform.jwks_url)
    return _pinned(named, platform.other_hosts, tuple(quirks.hosts), hosts.origin(url))


@lru_cache(maxsize=4096)
def _pinned(named: tuple[str, ...], others: str, vendor: tuple[str, ...], wanted: str) -> bool:
    home = {hosts.origin(one) for one in named} - {""}
    if hosts.covers((*home, *others.split()), wanted):
        return True
    # a registration of the vendor's own hosting: its sites are all below the vendor's domains, over https and at the usual port
    return any(_at_vendor(one, vendor) for one in home) and _at_vendor(wanted, vendor)


def _at_vendor(origin: str, vendor: tuple[str, ...]) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "https" and parts.port is None and hosts.of_vendor(parts.hostname or "", vendor)

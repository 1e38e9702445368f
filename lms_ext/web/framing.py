"""Who may show a page in a frame: the ``frame-ancestors`` of the content security policy, from the platform's registration.

A page of a person may stand in pages of its own platform only: the hosts of the issuer, of the authorisation endpoint, of the
proven way back (one issuer may show its courses on many hosts, each school's own, at Canvas) and those that an admin listed.

The steps before a launch is proven hold nobody's data, and the school's host is not known yet. They follow the registration
where the LMS lives on one host, or where an admin listed all its hosts; an LMS with more hosts (issuer and authorisation
endpoint differ) may show them anywhere, else its launches would end in an empty frame.
"""

from collections.abc import Iterable

from flask import g

from lms_ext.domain.hosts import origin
from lms_ext.lti.registry import KnownPlatform
from lms_ext.services.seats import Seat
from lms_ext.web.tool import tool

ANYWHERE = "*"


def _sources(addresses: Iterable[str], listed: str) -> str:
    return " ".join(sorted({origin(one) for one in addresses} - {""} | set(listed.split()))) or "'none'"


def allow_seat(seat: Seat) -> None:
    """Let a person's own platform frame this answer."""
    g.frame_ancestors = _sources((*seat.platform_origins, seat.return_url), seat.other_hosts)


def allow_platform(platform: KnownPlatform | None) -> None:
    """Let a platform frame this answer, which holds nobody's data; None is a platform that is not known."""
    hosts = {origin(one) for one in (platform.issuer, platform.auth_login_url)} if platform else set()
    pinned = platform is not None and (len(hosts) == 1 or platform.other_hosts)
    g.frame_ancestors = _sources(hosts, platform.other_hosts) if platform and pinned else ANYWHERE


def allow_platform_id(platform_id: int) -> None:
    """Let the platform of that id frame this answer, which holds nobody's data."""
    allow_platform(tool().lti.registry.all().get(platform_id))

"""Addresses of an LMS: which host is which, and which of them belong to one registration."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MOST = 30
LONGEST = 2000
"""Letters of a whole list."""
_HOST = re.compile(r"(?P<scheme>https?)://(?P<star>\*\.)?(?P<name>[a-z0-9.-]{1,253})(:(?P<port>\d{1,5}))?/?\Z")
_PORTS = {"https": 443, "http": 80}
_SHORT = 4
"""Letters of a second level that stands for a kind of body: ac, co, go, sch, desa."""


def origin(url: str) -> str:
    """Give scheme, host and port (unless it is the usual one) in small letters; "" for what is no plain web address."""
    try:
        parts = urlsplit(url if url.isascii() and url.isprintable() and " " not in url else "")
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or "\\" in parts.netloc:
        return ""
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port not in {None, _PORTS[parts.scheme]} else "")


def host_of(address: str) -> str:
    """Give the host of an address in small letters; "" when it has none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def listed(written: str, *, allow_http: bool) -> str:
    """Give a host as lists hold it, ``https://lms.example`` or ``https://*.lms.example``; "" for what must not be listed.

    A star may not stand for all names of a country or of a kind of body, such as ``*.id`` or ``*.sch.id``.
    """
    found = _HOST.match(written.strip().lower())
    if not found or (found["scheme"] == "http" and not allow_http):
        return ""
    labels = found["name"].split(".")
    if not all(one and one == one.strip("-") for one in labels) or int(found["port"] or 0) > 65_535:
        return ""
    if found["star"] and (len(labels) < 2 or (len(labels) == 2 and len(labels[1]) == 2 and len(labels[0]) <= _SHORT)):
        return ""
    plain = origin(f"{found['scheme']}://{found['name']}{':' + found['port'] if found['port'] else ''}")
    return plain.replace("://", "://*.", 1) if found["star"] else plain


def of_vendor(host: str, vendor: Iterable[str]) -> bool:
    """Tell whether a host name is one of these domains or below one."""
    return any(host == one or host.endswith(f".{one}") for one in vendor)


def covers(hosts: Iterable[str], wanted: str) -> bool:
    """Tell whether a list of hosts names an origin; a star stands for one or more names, as in content security policies."""
    return bool(wanted) and any(wanted == one or _below(one, wanted) for one in hosts)


def _below(one: str, wanted: str) -> bool:
    before, star, after = one.partition("*")
    return bool(star) and wanted.startswith(before) and wanted.endswith(after) and len(wanted) > len(before) + len(after)

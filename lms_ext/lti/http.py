"""The one way out: https to public addresses, pinned to what was resolved, no redirects, bounded in time and size."""

import http.client
import io
import ipaddress
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

USER_AGENT = "lms_ext"
_RESOLVE_AGAIN = 60.0
"""Seconds a pool stays pinned to an address."""


_UNICAST = ipaddress.ip_network("2000::/3")
"""All that is given out on the public IPv6 internet; the rest is local, reserved, or an old way to write an IPv4 address."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class OutboundError(Exception):
    """Nothing usable came back; `code` says why: ``bad-url``, ``address``, ``audience``, ``unreachable``, ``timeout``,
    ``too-large``, ``results-unreadable`` or ``foreign-host``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Timed(io.RawIOBase):
    """Bytes of an answer until a deadline: a socket's own timeout begins anew with each byte that drips in."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._deadline = time.monotonic() + (sock.gettimeout() or 0.0)  # what is left of the request's time, see _send

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:  # pragma: no cover - the deadline fell between two reads; within one the socket tells
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose headers and body share one deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock))


class _Connection(urllib3.connection.HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(urllib3.connection.HTTPSConnection):
    response_class = _TimedResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


Pool = _Pool | _SecurePool


class Outbound:
    """Kept connections to platforms. `allow_loopback` lets demo and tests talk to this machine over http."""

    def __init__(self, *, allow_loopback: bool = False, connect: float = 3.0, total: float = 10.0) -> None:
        self._allow_loopback = allow_loopback
        self._connect = connect
        self._total = total
        self._pools: dict[tuple[str, str, int], tuple[float, Pool]] = {}
        self._lock = threading.Lock()

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None, limit: int = 262_144
    ) -> Answer:
        """Send one request; raise OutboundError when no complete answer of at most `limit` bytes came in time."""
        parts = urlsplit(url)
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise OutboundError("bad-url") from None
        host = parts.hostname
        if parts.scheme not in {"https", "http"} or not host or parts.username or parts.password or not parts.netloc.isascii():
            raise OutboundError("bad-url")
        pool = self._pool(parts.scheme, host, port)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        sent = {"Host": parts.netloc, "User-Agent": USER_AGENT, **(headers or {})}
        return self._send(pool, method, path, sent, body, limit)

    def _send(self, pool: Pool, method: str, path: str, headers: Mapping[str, str], body: bytes | None, limit: int) -> Answer:
        try:
            response = pool.urlopen(
                method, path, body=body, headers=headers, redirect=False, retries=False, preload_content=False,
                timeout=urllib3.Timeout(connect=self._connect, total=self._total),
            )  # fmt: skip
            content = bytearray()
            while chunk := response.read1(65_536):
                content += chunk
                if len(content) > limit:
                    response.close()
                    raise OutboundError("too-large")
        except urllib3.exceptions.NewConnectionError as error:  # the library counts a refused connection among its timeouts
            raise OutboundError("unreachable") from error
        except urllib3.exceptions.TimeoutError as error:
            raise OutboundError("timeout") from error
        except (HTTPError, OSError) as error:
            raise OutboundError("unreachable") from error
        response.release_conn()
        return Answer(response.status, {key.lower(): value for key, value in response.headers.items()}, bytes(content))

    def _pool(self, scheme: str, host: str, port: int) -> Pool:
        key = (scheme, host, port)
        with self._lock:
            known = self._pools.get(key)
            if known and known[0] > time.monotonic():
                return known[1]
        address = self._resolve(scheme, host, port)
        pool: Pool
        if scheme == "https":  # pragma: no cover - no test may leave this machine, and https leads out of it
            pool = _SecurePool(address, port, server_hostname=host, assert_hostname=host, maxsize=8)
        else:
            pool = _Pool(address, port, maxsize=8)
        with self._lock:
            self._pools[key] = (time.monotonic() + _RESOLVE_AGAIN, pool)
        return pool

    def _resolve(self, scheme: str, host: str, port: int) -> str:
        """Resolve once; every address must be allowed, so that a second answer cannot smuggle a private one in."""
        try:
            found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError) as error:
            raise OutboundError("unreachable") from error
        if not found or not all(self._allowed(scheme, ipaddress.ip_address(one.split("%")[0])) for one in found):
            raise OutboundError("address")
        return min(found, key=lambda one: ":" in one)

    def _allowed(self, scheme: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        address = _inside(address)
        if self._allow_loopback and address.is_loopback:
            return True
        public = address.version == 4 or address in _UNICAST
        return scheme == "https" and public and address.is_global and not address.is_multicast


def _inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Give the IPv4 address that an IPv6 address leads to, where it does: mapped, 6to4, or through a NAT64 gateway."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address

"""Slow down who calls too often, in bounded memory. Each process counts for itself; see `services.shared_pace` for more."""

import ipaddress
import math
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from flask import request

from lms_ext.domain.refusals import Refused

_REMEMBERED = 10_000


class Throttle:
    """A bucket for each caller: `burst` calls at once, then `per_minute`."""

    def __init__(self, *, per_minute: float, burst: int) -> None:
        self._rate = per_minute / 60
        self._burst = burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, caller: str, now: float | None = None) -> int:
        """Count a call; gives the whole seconds the caller must wait, 0 when it may go on."""
        now = time.monotonic() if now is None else now
        with self._lock:
            left, since = self._buckets.pop(caller, (float(self._burst), now))
            left = min(float(self._burst), left + (now - since) * self._rate)
            fine = left >= 1
            self._buckets[caller] = (left - 1 if fine else left, now)
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
        return 0 if fine else math.ceil((1 - left) / self._rate)


class Shares:
    """Share a process fairly: while it is busy, each of the `n` that ask in a window is sure of its `n`-th part.

    Who asks alone may have all of it. A fixed limit for each would be wrong: one registration can be a whole country.
    """

    def __init__(self, *, capacity: int, seconds: float) -> None:
        self._capacity = capacity
        self._seconds = seconds
        self._window = -1
        self._taken: dict[int, int] = {}
        self._total = 0
        self._before: frozenset[int] = frozenset()
        self._lock = threading.Lock()

    def wait(self, who: int, now: float | None = None) -> int:
        """Count a call; gives the whole seconds to wait, 0 when it may go on. What is refused counts for nobody."""
        now = time.monotonic() if now is None else now
        with self._lock:
            self._turn(int(now // self._seconds))
            taken, all_that_ask = self._taken.setdefault(who, 0), len(self._before.union(self._taken))
            if all_that_ask > 1 and self._total >= self._capacity // 2 and taken >= self._capacity // all_that_ask:
                return math.ceil((self._window + 1) * self._seconds - now) or 1
            self._taken[who] = taken + 1
            self._total += 1
            return 0

    def _turn(self, window: int) -> None:
        if window != self._window:
            asked = frozenset(self._taken)
            self._before = asked if window == self._window + 1 else frozenset()
            self._window, self._taken, self._total = window, {}, 0


class Crowd:
    """How many logins (or launches) a process takes: of one browser, of one network and, when it is busy, of one LMS.

    The numbers are wide: a school, or a workshop of a thousand principals, begins at once and from one address.
    """

    def __init__(self) -> None:
        self._browsers = Throttle(per_minute=600, burst=600)
        self._networks = Throttle(per_minute=6000, burst=12_000)
        self._shares = Shares(capacity=2000, seconds=10)

    def enter(self, platform_id: int, browser: str, restart_url: Callable[[], str]) -> None:
        """Count a call; raise Refused when it must wait. Its page calls what `restart_url` gives by itself, "" for none."""
        wait = self._networks.wait(network()) or (browser and self._browsers.wait(browser)) or self._shares.wait(platform_id)
        if wait:
            # spread, so that those who wait do not come back all at once
            wait += random.randrange(5)  # noqa: S311 - spreads waits only
            raise Refused("crowded", context={"wait": wait, "restart_url": restart_url()}, platform=platform_id)


def network() -> str:
    """Give the network a request comes from: in IPv6 a household has 64 bits of addresses to change between."""
    try:
        address = ipaddress.ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if address.version == 6 and address.ipv4_mapped:  # how a server that listens on both kinds writes the other
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)

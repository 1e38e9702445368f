"""Faults on order: what a service of the practice LMS does wrong, and how often."""

import random
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

SERVICES = (
    "auth", "jwks", "token", "scores", "results", "lineitems", "memberships", "groups", "notices",
    "openid-configuration", "registration",
)  # fmt: skip
STATUSES = ("401", "403", "404", "409", "422", "429", "500", "503")
REGISTRATION = {
    "missing_domain": (400, "text/plain", "missing_domain"),
    "token_already_used": (401, "text/plain", "token_already_used"),
    "page-404": (404, "text/html", "<!doctype html><html><head><title>Galat | LMS</title></head><body>Tidak ada</body></html>"),
    "invalid_client_metadata": (
        400, "application/json", '{"error": "invalid_client_metadata", "error_description": "redirect_uris is not allowed"}'
    ),
}  # fmt: skip
"""Refusals of a registration as LMSs write them: status, media type, body. The first three were seen with Moodle 4.5.6."""
KINDS = (*STATUSES, "html", "empty", "slow", "cut", "down", "loop", "foreign", *REGISTRATION)
APPLIED = frozenset({"html", "empty", "slow", "cut", "loop", "foreign"})
"""Kinds that do the work asked for; only the answer is wrong, late or missing."""
STORAGE_MODES = ("works", "off", "silent", "refused", "wrong-id", "full")
"""What pages of the LMS do when the tool asks them to keep something for a browser without cookies."""


class BadFault(ValueError):
    """A fault that does not exist was ordered."""


@dataclass(slots=True)
class Fault:
    """One order: the next `times` calls, or each call with chance `rate` until it is cleared."""

    service: str
    kind: str
    times: int = 1
    rate: float = 0.0
    seconds: float = 2.0
    """How slow; for 429 and 503 the value of Retry-After."""
    after: int = 0
    """Calls that pass before it begins."""


class Faults:
    """Orders by service; safe for many threads."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._limits: dict[str, float] = {}
        self._calls: dict[str, deque[float]] = {}
        self._chance = random.Random(seed)  # noqa: S311 - repeatable bad luck, no secret
        self.clock_skew = 0.0
        """Seconds that the LMS's clock is ahead."""
        self.storage = STORAGE_MODES[0]

    def add(self, service: str, kind: str, *, times: int = 1, rate: float = 0.0, seconds: float = 2.0, after: int = 0) -> None:
        """Order a fault; ``down`` stays until cleared when `times` is 0."""
        if service not in SERVICES or kind not in KINDS:
            raise BadFault(f"{service}: {kind}. service: {', '.join(SERVICES)}; kind: {', '.join(KINDS)}")
        if min(times, after) < 0 or not 0 <= rate <= 1 or not 0 <= seconds <= 600:
            raise BadFault("times >= 0, after >= 0, 0 <= rate <= 1, 0 <= seconds <= 600")
        with self._lock:
            self._orders.append(Fault(service, kind, times, rate, seconds, after))

    def limit(self, service: str, per_second: float) -> None:
        """Answer 429 above so many calls in a second; 0 lifts the limit."""
        if service not in SERVICES or per_second < 0:
            raise BadFault(f"{service}: {per_second}")
        with self._lock:
            self._limits[service] = per_second

    def clear(self) -> None:
        """End all faults, limits and the wrong clock."""
        with self._lock:
            self._orders.clear()
            self._limits.clear()
            self._calls.clear()
            self.clock_skew = 0.0
            self.storage = STORAGE_MODES[0]

    def keep_for_tools(self, mode: str) -> None:
        """Order what pages do with what a tool asks them to keep."""
        if mode not in STORAGE_MODES:
            raise BadFault(f"mode: {', '.join(STORAGE_MODES)}")
        self.storage = mode

    def take(self, service: str) -> Fault | None:
        """Give the fault for a call that has just come, using it up."""
        with self._lock:
            if self._over_limit(service):
                return Fault(service, "429", seconds=1)
            for order in self._orders:
                if order.service != service:
                    continue
                if order.after:
                    order.after -= 1
                    continue
                if order.rate:
                    if self._chance.random() < order.rate:
                        return order
                elif order.times == 0:
                    return order
                else:
                    order.times -= 1
                    if order.times == 0:
                        self._orders.remove(order)
                    return order
            return None

    def _over_limit(self, service: str) -> bool:
        allowed = self._limits.get(service, 0)
        if not allowed:
            return False
        now = time.monotonic()
        calls = self._calls.setdefault(service, deque())
        while calls and calls[0] <= now - 1:
            calls.popleft()
        if len(calls) >= allowed:
            return True
        calls.append(now)
        return False

    def listing(self) -> dict[str, Any]:
        """Give what is ordered, for the page and for other processes."""
        with self._lock:
            return {
                "orders": [asdict(one) for one in self._orders],
                "limits": {name: value for name, value in self._limits.items() if value},
                "clock_skew": self.clock_skew,
                "storage": self.storage,
            }

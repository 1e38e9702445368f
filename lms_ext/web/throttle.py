"""Slow down who calls too often, by address, in bounded memory. Each process counts for itself."""

import math
import threading
import time
from collections import OrderedDict

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

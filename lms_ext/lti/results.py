"""Read a gradebook column back: paged, on the platform's own host only, bounded in pages, rows and time."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import structlog
from sqlalchemy.orm import Session

from lms_ext.domain.columns import may_read
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.ags import RESULTS, Service
from lms_ext.lti.columns import read_pages
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.registry import KnownPlatform, Registry
from lms_ext.lti.tokens import TokenRefused, Tokens
from lms_ext.models import engine
from lms_ext.services import readings
from lms_ext.services.readings import Held, Reading

log = structlog.get_logger(__name__)

_AT_ONCE = 16
_LOOK = 0.5
"""Seconds between looks at what is to be read."""
_LONGEST = 60.0
"""Seconds that reading one column may take."""
_REASONS = {401: "token-refused", 403: "no-scope", 404: "no-column", 410: "no-column", 429: "busy"}


class Unread(Exception):
    """A column could not be read; `code` is one of `delivery_reasons`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_results(service: Service, url: str) -> list[Held]:
    """Give every grade of a column; raise Unread, OutboundError or TokenRefused."""
    deadline = time.monotonic() + _LONGEST

    def get(address: str, accept: str) -> Answer:
        if time.monotonic() > deadline:
            raise Unread("timeout")
        answer = service.get(address, accept)
        if answer.status != 200:
            raise Unread(_REASONS.get(answer.status, "platform-fault" if answer.status >= 500 else "results-unreadable"))
        return answer

    rows, whole = read_pages(get, service.quirks.results_url(url), RESULTS)
    if not whole:
        raise Unread("results-unreadable")
    return [held for row in rows if (held := _held(row))]


def _held(row: dict[str, Any]) -> Held | None:
    score, top = row.get("resultScore"), row.get("resultMaximum", 1)
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (score, top))
    if not numbers or not 0 < top < 1e9 or score is None or not -1e9 < score < 1e9:
        return None
    return Held(str(row.get("userId"))[:255], float(score), float(top))


class Reader:
    """Reads columns that are due, in a worker's threads; one column of a platform at a time."""

    def __init__(
        self, sessions: Callable[[], Session], outbound: Outbound, tokens: Tokens, registry: Registry,
        quirks: Callable[[KnownPlatform], Quirks],
    ) -> None:  # fmt: skip
        self._sessions = sessions
        self._outbound = outbound
        self._tokens = tokens
        self._registry = registry
        self._quirks = quirks
        self._reading: set[int] = set()
        self._done: SimpleQueue[tuple[Reading, list[Held] | None, str]] = SimpleQueue()
        self._look_at = 0.0

    def step(self, spawn: Callable[[Callable[[], None]], None], now: datetime) -> None:
        """Keep what was read, and have what is due read by threads that `spawn` finds."""
        self._keep(now)
        if time.monotonic() < self._look_at or len(self._reading) >= _AT_ONCE:
            return
        self._look_at = time.monotonic() + _LOOK
        engine.reads_only()
        with self._sessions() as session:
            if not readings.is_due(session, now):
                return
        engine.may_write()
        with self._sessions() as session:
            taken = readings.take(session, now, limit=_AT_ONCE, but=self._reading)
            session.commit()
        for one in taken:
            self._reading.add(one.link[0])
            spawn(partial(self._read, one))

    @property
    def busy(self) -> bool:
        """Tell whether anything is being read."""
        return bool(self._reading)

    def _keep(self, now: datetime) -> None:
        while True:
            try:
                reading, held, trouble = self._done.get_nowait()
            except Empty:
                return
            self._reading.discard(reading.link[0])
            self._look_at = 0.0  # the next column of that platform may have waited for this one
            engine.may_write()
            with self._sessions() as session:
                readings.store(session, reading, held, trouble, now)
                session.commit()

    def _read(self, one: Reading) -> None:
        held, trouble = None, ""
        try:
            held = self._ask(one)
        except (Unread, OutboundError) as error:
            trouble = error.code
        except TokenRefused:
            trouble = "token-refused"
        except Exception as error:
            log.exception("results.fault", error=type(error).__name__)
            trouble = "fault"
        self._done.put((one, held, trouble))

    def _ask(self, one: Reading) -> list[Held]:
        platform = self._registry.all().get(one.link[0])
        if platform is None or platform.status != "active":
            raise Unread("platform-inactive")
        if not may_read(one.scopes):
            raise Unread("no-scope")
        if not one.url:
            raise Unread("no-column")
        service = Service(self._outbound, self._tokens, platform, self._quirks(platform), one.scopes)
        return read_results(service, one.url)

"""What a worker does with gradebook columns beside sending scores: one column of a platform at a time, in threads it lends."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

import structlog
from sqlalchemy.orm import Session

from lms_ext.domain.quirks import Quirks
from lms_ext.lti.ags import Service
from lms_ext.lti.http import Outbound, OutboundError
from lms_ext.lti.registry import KnownPlatform, Registry
from lms_ext.lti.tokens import TokenRefused, Tokens
from lms_ext.models import engine

log = structlog.get_logger(__name__)

AT_ONCE = 16
_LOOK = 0.5
"""Seconds between looks at what is due."""


class Failed(Exception):
    """A column could not be worked on; `code` is one of `delivery_reasons`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Job(Protocol):
    """A column that is ours until its lease ends."""

    @property
    def link(self) -> tuple[int, int, int]:
        """Give platform, space and link."""

    @property
    def url(self) -> str:
        """Give the column's address; "" when it has none."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """Give what the course lets us do."""


J = TypeVar("J", bound=Job)
R = TypeVar("R")


class ColumnJobs(ABC, Generic[J, R]):
    """Takes what is due, has it done by threads, keeps what came of it."""

    def __init__(
        self, sessions: Callable[[], Session], outbound: Outbound, tokens: Tokens, registry: Registry,
        quirks: Callable[[KnownPlatform], Quirks],
    ) -> None:  # fmt: skip
        self._sessions = sessions
        self._outbound = outbound
        self._tokens = tokens
        self._registry = registry
        self._quirks = quirks
        self._busy: set[int] = set()
        self._done: SimpleQueue[tuple[J, R | None, str]] = SimpleQueue()
        self._look_at = 0.0

    @abstractmethod
    def is_due(self, session: Session, now: datetime) -> bool:
        """Tell whether anything is due. Only reads."""

    @abstractmethod
    def take(self, session: Session, now: datetime, limit: int, but: Collection[int]) -> list[J]:
        """Lease what is due, one column of each platform that is not in `but`."""

    @abstractmethod
    def barred(self, job: J) -> str:
        """Give the code of why the course does not let us do it; "" when it does."""

    @abstractmethod
    def do(self, service: Service, job: J) -> R:
        """Do it; raise Failed, OutboundError or TokenRefused."""

    @abstractmethod
    def store(self, session: Session, job: J, result: R | None, trouble: str, now: datetime) -> None:
        """Keep what came of it."""

    def step(self, spawn: Callable[[Callable[[], None]], None], now: datetime) -> None:
        """Keep what was done, and have what is due done by threads that `spawn` finds."""
        self._keep(now)
        if time.monotonic() < self._look_at or len(self._busy) >= AT_ONCE:
            return
        self._look_at = time.monotonic() + _LOOK
        engine.reads_only()
        with self._sessions() as session:
            if not self.is_due(session, now):
                return
        engine.may_write()
        with self._sessions() as session:
            taken = self.take(session, now, AT_ONCE, self._busy)
            session.commit()
        for one in taken:
            self._busy.add(one.link[0])
            spawn(partial(self._try, one))

    @property
    def busy(self) -> bool:
        """Tell whether anything is being done."""
        return bool(self._busy)

    def _keep(self, now: datetime) -> None:
        while True:
            try:
                job, result, trouble = self._done.get_nowait()
            except Empty:
                return
            self._busy.discard(job.link[0])
            self._look_at = 0.0  # the next column of that platform may have waited for this one
            engine.may_write()
            with self._sessions() as session:
                self.store(session, job, result, trouble, now)
                session.commit()

    def _try(self, one: J) -> None:
        result, trouble = None, ""
        try:
            result = self._ask(one)
        except (Failed, OutboundError) as error:
            trouble = error.code
        except TokenRefused:
            trouble = "token-refused"
        except Exception as error:
            log.exception("column.fault", error=type(error).__name__)
            trouble = "fault"
        self._done.put((one, result, trouble))

    def _ask(self, one: J) -> R:
        platform = self._registry.all().get(one.link[0])
        if platform is None or platform.status != "active":
            raise Failed("platform-inactive")
        barred = self.barred(one)
        if barred:
            raise Failed(barred)
        if not one.url:
            raise Failed("no-column")
        return self.do(Service(self._outbound, self._tokens, platform, self._quirks(platform), one.scopes), one)

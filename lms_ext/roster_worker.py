"""Fetches member lists beside the delivery of grades, in few threads of its own: a slow list holds no grade up."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms_ext.domain.pacing import Rules
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.domain.rosters import Fetched, RosterTrouble
from lms_ext.lti.nrps import Memberships
from lms_ext.lti.tokens import Tokens
from lms_ext.models import engine, utcnow
from lms_ext.services import rosters
from lms_ext.services.rosters import Sought
from lms_ext.web.tool import Tool, new_session

log = structlog.get_logger(__name__)

_LISTS = 4
"""Lists at a time; of one platform only ever one."""
_LOOK = 0.4
_NOTICE = timedelta(seconds=3)
_OVERLAP = timedelta(seconds=30)
"""A launch may be stored a little after the moment that stands in it."""


class RosterWork:
    """What one worker does for member lists; several workers share them safely."""

    def __init__(self, app: Flask, tokens: Tokens, rules: Rules) -> None:
        self._app = app
        self._rules = rules
        self._tool: Tool = app.extensions["lms_ext"]
        self._memberships = Memberships(self._tool.lti.outbound, tokens)
        self._pool = ThreadPoolExecutor(_LISTS, thread_name_prefix="rosters")
        self._running = 0
        self._lock = threading.Lock()
        self._look_at = 0.0
        self._noticed_at: datetime | None = None

    def look(self) -> None:
        """Begin what is due, if it is time to look and a thread is free. Needs an application context."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK
        self._notice()
        while self._running < _LISTS:
            sought = self._take()
            if sought is None:
                return
            with self._lock:
                self._running += 1
            self._pool.submit(self._fetch_in_thread, sought)

    def once(self) -> int:
        """Fetch all that is due now, one after the other; gives how many lists. Needs an application context."""
        self._notice()
        number = 0
        while (sought := self._take()) is not None:
            self._fetch(sought)
            number += 1
        return number

    def close(self) -> None:
        """Wait for what has begun."""
        self._pool.shutdown()

    def _notice(self) -> None:
        now = utcnow()
        hours = self._tool.settings.session_hours
        since = self._noticed_at or now - timedelta(hours=hours)
        if self._noticed_at is not None and now - since < _NOTICE:
            return
        engine.reads_only()
        with new_session() as session:
            spaces = rosters.notice(session, since - _OVERLAP, hours, now)
        if spaces:
            engine.may_write()
            with new_session() as session:
                rosters.note_use(session, spaces, now)
                session.commit()
        self._noticed_at = now

    def _take(self) -> Sought | None:
        now = utcnow()
        engine.reads_only()
        with new_session() as session:
            due, in_vain = rosters.is_due(session, now), rosters.is_asked_in_vain(session, now)
        if not due and not in_vain:
            return None
        engine.may_write()
        with new_session() as session:
            if in_vain:
                rosters.excuse(session, now)
            sought = rosters.take(session, self._rules, now)
            session.commit()  # no transaction is open while platforms are asked
        return sought

    def _fetch_in_thread(self, sought: Sought) -> None:
        try:
            with self._app.app_context():
                self._fetch(sought)
        except SQLAlchemyError as error:  # the lease runs out, and the list is fetched again
            log.warning("roster.database", error=type(error).__name__)
        except Exception as error:  # pragma: no cover - a fault of ours in noting a trouble, which nobody knows yet
            log.exception("roster.fault", error=type(error).__name__)
        finally:
            with self._lock:
                self._running -= 1

    def _fetch(self, sought: Sought) -> None:
        fetched = self._answer(sought)
        try:
            ours = self._settle(sought, fetched)
        except Exception as error:
            log.exception("roster.fault", error=type(error).__name__)
            fetched = RosterTrouble("fault")
            ours = self._settle(sought, fetched)
        place = {"platform": sought.platform_id, "space": sought.space_id, "ours": ours}
        if isinstance(fetched, RosterTrouble):
            log.warning("roster.trouble", code=fetched.code, **place)
        else:
            log.info("roster.synced", people=len(fetched.people), whole=fetched.whole, skipped=fetched.skipped, **place)

    def _settle(self, sought: Sought, fetched: Fetched | RosterTrouble) -> bool:
        engine.may_write()
        with new_session() as session:
            ours = rosters.settle(session, sought, fetched, self._tool.settings.timezone, self._rules, utcnow())
            session.commit()
        return ours

    def _answer(self, sought: Sought) -> Fetched | RosterTrouble:
        platform = self._tool.lti.registry.all().get(sought.platform_id)
        if platform is None or platform.status != "active":
            return RosterTrouble("platform-inactive")
        try:
            info = PlatformInfo(platform.issuer, platform.product)
            quirks: Quirks = self._tool.plugins.choose("choose_quirks", Quirks(), platform=info)
            return self._memberships.fetch(platform, quirks, sought)
        except RosterTrouble as trouble:
            return trouble
        except Exception as error:
            log.exception("roster.fault", error=type(error).__name__)
            return RosterTrouble("fault")

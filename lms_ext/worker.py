"""Delivers grades, and has member lists fetched: as a thread of a single web process, or as processes of its own.

One thread claims and settles, in few transactions; others only talk to platforms. Each platform has a lane of its own: however
long one takes to answer, it holds a few threads of its own and nobody else's scores.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms_ext.domain.events import GradeDelivered
from lms_ext.domain.pacing import Rules
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.lti.ags import Gradebook
from lms_ext.lti.column_changes import Changer
from lms_ext.lti.notices import NoticeDesk
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.results import Reader
from lms_ext.lti.tokens import Tokens
from lms_ext.lti.tool_keys import rotate_when_due
from lms_ext.models import engine, utcnow
from lms_ext.roster_worker import RosterWork
from lms_ext.services import delivering, lanes, notices, personal_data, retention, tidying
from lms_ext.services.delivering import Claimed, Result, Verdict
from lms_ext.services.sealing import SealLost
from lms_ext.web.tool import Tool, new_session

log = structlog.get_logger(__name__)

_IDLE = 0.5
"""Seconds between looks when nothing is due and nobody calls."""
_BRIEF = 0.01
_TIDY = 3600.0
_TELL = 15.0
_THREADS = 256
"""Enough for dozens of platforms that hang at once; threads that wait cost next to nothing."""


class Worker:
    """Sends due grades of one application; several workers share the outbox safely."""

    def __init__(self, app: Flask, rules: Rules | None = None) -> None:
        self._app = app
        self._rules = rules or Rules()
        self._tool: Tool = app.extensions["lms_ext"]
        tokens = Tokens(self._tool.lti.outbound, self._tool.lti.signer, new_session)
        self._gradebook = Gradebook(self._tool.lti.outbound, tokens, self._tool.lti.launch_url)
        asking = (new_session, self._tool.lti.outbound, tokens, self._tool.lti.registry, self._quirks)
        self._columns = (Reader(*asking), Changer(*asking))
        self._rosters = RosterWork(app, tokens, self._rules)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="grades")
        self._wake = self._tool.work_waits
        self._flying: Counter[int] = Counter()
        self._finished: SimpleQueue[Result] = SimpleQueue()
        self._unsettled: list[Result] = []
        """Tried and not yet recorded: kept while the database is away."""
        self._tidy_at = 0.0
        self._tell_at = 0.0
        address = f"{self._tool.settings.public_url.rstrip('/')}/lti/notices"
        self._notices = NoticeDesk(self._tool.lti.outbound, tokens, address)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`, then finish what is in flight; a database that is away is waited for."""
        while not stop.is_set():
            pause = self._round()
            self._wake.wait(pause)
            self._wake.clear()
        self.close()

    def close(self) -> None:
        """Wait for what is in flight and record it."""
        try:
            self._await_flying()
        except SQLAlchemyError as error:  # leases run out: these scores will be sent again, which does no harm
            log.warning("worker.database", error=type(error).__name__)
        self._pool.shutdown()
        self._rosters.close()

    def _await_flying(self) -> None:
        with self._app.app_context():
            while self._flying.total():
                self._settle()
                if self._flying.total():
                    self._wake.wait(_IDLE)
                    self._wake.clear()

    def _round(self) -> float:
        """Settle, claim, tidy; gives seconds until the next look is worth while."""
        try:
            with self._app.app_context():
                self._settle()
                pause = self._fill()
                self._step_columns()
                self._rosters.look()
                if pause == _IDLE:
                    self._tidy()
                    self._tell()
                return pause
        except SQLAlchemyError as error:
            log.warning("worker.database", error=type(error).__name__)
        except Exception:  # pragma: no cover - a fault of ours that nobody knows yet: the other grades must go on
            log.exception("worker.fault")
        return _IDLE

    def once(self) -> int:
        """Send all that may leave now and settle it, read and change columns that are due; gives how many scores were tried."""
        tried = 0
        while True:
            self._fill()
            flying = self._flying.total()
            if not flying:
                self._finish_columns()
                return tried
            self._await_flying()
            tried += flying

    def _step_columns(self) -> bool:
        """Go on with columns; tells whether anything is still under way."""
        for one in self._columns:
            one.step(self._spawn, utcnow())
        return any(one.busy for one in self._columns)

    def _finish_columns(self) -> None:
        with self._app.app_context():
            while self._step_columns():
                self._wake.wait(_IDLE)
                self._wake.clear()

    def _settle(self) -> None:
        while True:
            try:
                self._unsettled.append(self._finished.get_nowait())
            except Empty:
                break
        if not self._unsettled:
            return
        try:
            ours = self._record(self._unsettled)
        except SQLAlchemyError:
            raise
        except Exception as error:  # one that nobody can record must not keep the others back, now and for ever
            log.exception("worker.fault", error=type(error).__name__)
            ours = self._record_apart(self._unsettled)
        for one in self._unsettled:
            self._flying[one.claimed.key[0]] -= 1
        self._unsettled = []
        told = [one for one in ours if one.verdict.kind in {"sent", "kept", "parked"}]
        if told:
            self._pool.submit(self._announce, told)

    def _record(self, results: Sequence[Result]) -> list[Result]:
        engine.may_write()
        with new_session() as session:
            ours = delivering.settle_all(session, results, self._rules, utcnow())
            session.commit()
        return ours

    def _record_apart(self, results: Sequence[Result]) -> list[Result]:
        """Record what can be recorded; the lease of the rest runs out, and it is tried again."""
        ours: list[Result] = []
        for one in results:
            try:
                ours += self._record([one])
            except Exception as error:
                log.exception("worker.unrecorded", error=type(error).__name__, platform=one.claimed.key[0])
        return ours

    def _fill(self) -> float:
        """Claim what may leave and hand it to threads; gives seconds until more may."""
        engine.reads_only()
        now = utcnow()
        pause = _IDLE
        with new_session() as session:
            waiting = lanes.due(session, self._rules, now)
        random.shuffle(waiting)  # when threads are scarce no platform is always last
        for lane in waiting:
            room = min(self._rules.in_flight - self._flying[lane.platform_id], _THREADS - self._flying.total())
            allowed = lane.pace.allowance(room, now)
            if allowed and self._claim(lane.platform_id, room) < allowed:
                continue  # nothing more is due there
            if room > 0:
                pause = min(pause, max(_BRIEF, lane.pace.wait(now)))
        return pause

    def _claim(self, platform_id: int, room: int) -> int:
        engine.may_write()
        with new_session() as session:
            claimed = delivering.take(session, platform_id, room, self._rules, utcnow())
            session.commit()  # no transaction is open while platforms are asked
        platform = self._tool.lti.registry.all().get(platform_id)
        for one in claimed:
            self._flying[platform_id] += 1
            self._pool.submit(self._deliver, platform, one)
        return len(claimed)

    def _deliver(self, platform: KnownPlatform | None, one: Claimed) -> None:
        with self._app.app_context():
            verdict = self._send(platform, one)
        self._finished.put(Result(one, verdict, random.random()))  # noqa: S311 - spreads waits only
        self._wake.set()

    def _send(self, platform: KnownPlatform | None, one: Claimed) -> Verdict:
        if platform is None or platform.status != "active":
            return Verdict("parked", "platform-inactive")
        try:
            return self._gradebook.send(platform, self._quirks(platform), one)
        except SealLost as error:
            log.error("seal.lost", what=error.what, key=error.key_id)  # noqa: TRY400 - the place is known, the cause is a setting
            return Verdict("retry", "seal-lost")
        except Exception as error:
            log.exception("worker.fault", error=type(error).__name__)
            return Verdict("retry", "fault")

    def _spawn(self, work: Callable[[], None]) -> None:
        def run() -> None:
            with self._app.app_context():
                work()
            self._wake.set()

        self._pool.submit(run)

    def _quirks(self, platform: KnownPlatform) -> Quirks:
        info = PlatformInfo(platform.issuer, platform.product)
        chosen: Quirks = self._tool.plugins.choose("choose_quirks", Quirks(), platform=info)
        return chosen

    def _announce(self, results: Sequence[Result]) -> None:
        with self._app.app_context():
            for one in results:
                event = GradeDelivered(*one.claimed.key[:4], one.verdict.kind, one.verdict.reason, one.claimed.key[4])
                self._tool.plugins.call_each("on_grade_delivered", event=event)

    def _tidy(self) -> None:
        if time.monotonic() < self._tidy_at:
            return
        engine.may_write()
        with new_session() as session:
            more = tidying.forget_old(session, utcnow())
            personal_data.sweep(session, utcnow())
            session.commit()
            more |= retention.run(session, utcnow())
            session.commit()
        kid = rotate_when_due(new_session, self._tool.sealer, self._tool.settings.key_days, utcnow())
        if kid:
            log.info("keys.rotated", kid=kid)
        self._tidy_at = time.monotonic() + (0.0 if more else _TIDY)

    def _tell(self) -> None:
        if time.monotonic() >= self._tell_at:
            self._tell_at = time.monotonic() + _TELL
            self._pool.submit(self.tell_services)

    def tell_services(self) -> int:
        """Tell notification services that are due where we want to hear of what; gives how many took it."""
        with self._app.app_context():
            engine.may_write()
            with new_session() as session:
                due = notices.take(session, utcnow())
                session.commit()
            return sum(self._tell_one(one) for one in due)

    def _tell_one(self, one: notices.Service) -> bool:
        platform = self._tool.lti.registry.all().get(one.platform_id)
        if platform is None or platform.status != "active":
            error = "platform-inactive"
        else:
            error = self._notices.register(platform, self._quirks(platform), one, self._tool.plugins.notice_types)
        if error:
            log.warning("notices.not_told", platform=one.platform_id, error=error)
        with new_session() as session:
            notices.settle(session, one, error, utcnow())
            session.commit()
        return not error


def start_embedded(app: Flask) -> threading.Event:
    """Run a worker thread in this process; set the event that is returned to stop it."""
    stop = threading.Event()
    threading.Thread(target=Worker(app).run, args=(stop,), name="grade-worker", daemon=True).start()
    return stop

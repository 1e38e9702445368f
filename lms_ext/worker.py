"""Delivers grades: as a thread of a single web process, or as processes of their own (`lms-ext worker`)."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from lms_ext.domain.events import GradeDelivered
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.lti.ags import Gradebook, Tokens
from lms_ext.models import db, engine, utcnow
from lms_ext.services import delivering
from lms_ext.services.delivering import Claimed, Verdict
from lms_ext.web.tool import Tool, new_session

log = structlog.get_logger(__name__)

_IDLE = 1.0
"""Seconds between looks when nothing is due and nobody calls."""


class Worker:
    """Sends due grades of one application; several workers share the outbox safely."""

    def __init__(self, app: Flask, *, threads: int = 8) -> None:
        self._app = app
        self._tool: Tool = app.extensions["lms_ext"]
        tokens = Tokens(self._tool.lti.outbound, self._tool.lti.signer, new_session)
        self._gradebook = Gradebook(self._tool.lti.outbound, tokens)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="grades")

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; a database that is away is waited for."""
        while not stop.is_set():
            try:
                with self._app.app_context():
                    done = self.once()
            except SQLAlchemyError as error:
                log.warning("worker.database", error=type(error).__name__)
                done = 0
            if not done:
                self._tool.work_waits.wait(_IDLE)
                self._tool.work_waits.clear()
        self._pool.shutdown()

    def once(self) -> int:
        """Send what is due now, each platform by its own thread at most; gives how many were tried."""
        engine.may_write()
        claimed = delivering.claim(db.session, utcnow())
        db.session.commit()  # no transaction is open while platforms are asked
        for _ in self._pool.map(self._deliver, claimed):
            pass
        return len(claimed)

    def _deliver(self, one: Claimed) -> None:
        with self._app.app_context():
            verdict = self._send(one)
            engine.may_write()
            ours = delivering.settle(db.session, one, verdict, utcnow(), random.random())  # noqa: S311 - spreads waits only
            db.session.commit()
            if ours and verdict.kind in {"sent", "kept", "parked"}:
                event = GradeDelivered(*one.key, verdict.kind, verdict.reason)
                self._tool.plugins.call_each("on_grade_delivered", event=event)

    def _send(self, one: Claimed) -> Verdict:
        platform = self._tool.lti.registry.all().get(one.key[0])
        if platform is None or platform.status != "active":
            return Verdict("parked", "platform-inactive")
        info = PlatformInfo(platform.issuer, platform.product)
        quirks: Quirks = self._tool.plugins.choose("choose_quirks", Quirks(), platform=info)
        try:
            return self._gradebook.send(platform, quirks, one)
        except Exception as error:
            log.exception("worker.fault", error=type(error).__name__)
            return Verdict("retry", "fault")


def start_embedded(app: Flask) -> threading.Event:
    """Run a worker thread in this process; set the event that is returned to stop it."""
    stop = threading.Event()
    threading.Thread(target=Worker(app).run, args=(stop,), name="grade-worker", daemon=True).start()
    return stop

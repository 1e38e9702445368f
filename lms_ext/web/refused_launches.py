"""Refused logins and launches leave a line for the admin; a flood of them leaves a few lines and a number."""

import threading
import time

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from lms_ext.domain.refusals import Refused
from lms_ext.lti.outline import outline
from lms_ext.models import db, engine, utcnow
from lms_ext.services import launch_log
from lms_ext.web.errors import request_id
from lms_ext.web.tool import new_session

log = structlog.get_logger(__name__)
_PAUSE = 5.0
"""Seconds between two lines of one platform and code in one process."""
_BURST = 30
"""Lines of all platforms and codes together within that time; each line is a write, and anybody can have a login refused."""


class Pacer:
    """Decides which refusals get a line; the others are counted in the next one of their kind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = 0.0
        self._last: dict[tuple[int, str], float] = {}
        self._skipped: dict[tuple[int, str], int] = {}

    def admit(self, kind: tuple[int, str], now: float) -> int | None:
        """Give how many of this kind were only counted before, or None when this one is only counted as well."""
        with self._lock:
            if now - self._since >= _PAUSE:
                self._since = now
                self._last.clear()
                if len(self._skipped) > 10 * _BURST:
                    self._skipped.clear()
            if kind in self._last or len(self._last) >= _BURST:
                self._skipped[kind] = self._skipped.get(kind, 0) + 1
                return None
            self._last[kind] = now
            return self._skipped.pop(kind, 0)


def register(app: Flask) -> None:
    """Look at every answer of the LTI routes."""
    pacer = Pacer()

    @app.after_request
    def _note(response: Response) -> Response:
        error: Refused | None = g.get("refused")
        if error is None or request.blueprint != "lti":
            return response
        platform_id = int(str(error.facts.get("platform", 0)))
        repeats = pacer.admit((platform_id, error.refusal.code), time.monotonic())
        if repeats is not None:
            _keep(error, platform_id, repeats)
        return response


def _keep(error: Refused, platform_id: int, repeats: int) -> None:
    told = outline(_form())
    db.session.rollback()
    engine.may_write()
    try:
        with new_session() as session:
            launch_log.keep_refused(session, platform_id, error.refusal.code, request_id(), told, repeats, utcnow())
            session.commit()
    except SQLAlchemyError as fault:
        log.warning("launch_log.unwritten", error=type(fault).__name__, request_id=request_id())


def _form() -> dict[str, str]:
    """Give what was sent, as far as it can be read: it may be what the refusal was for."""
    try:
        return {**request.args.to_dict(), **request.form.to_dict()}
    except HTTPException:
        return {}

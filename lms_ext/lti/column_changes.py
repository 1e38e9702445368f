"""Tell the LMS the times and the release of a gradebook column: read the line item, change only those, write it back."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms_ext.domain.activities import Json
from lms_ext.domain.columns import SCOPE
from lms_ext.lti.ags import Service
from lms_ext.lti.column_jobs import ColumnJobs, Failed
from lms_ext.lti.columns import ITEM
from lms_ext.lti.http import Answer
from lms_ext.lti.line_items import period, read_time
from lms_ext.lti.tokens import read_json
from lms_ext.services import column_changes
from lms_ext.services.column_changes import Change, Kept

_OURS = ("startDateTime", "endDateTime", "gradesReleased")
_REASONS = {401: "token-refused", 403: "change-not-allowed", 404: "no-column", 410: "no-column", 408: "timeout", 425: "busy"}


def change_column(service: Service, change: Change) -> Kept:
    """Write a column's times and give what the LMS made of them; raise Failed, OutboundError or TokenRefused.

    Whatever else stands in the line item goes back as it came: what a PUT leaves out is lost (AGS 2.0, 3.2).
    """
    item = _item(service, service.get(change.url, ITEM))
    body: dict[str, Json] = {name: value for name, value in item.items() if name not in _OURS}
    body |= period(change.starts_at, change.ends_at) | {"gradesReleased": change.released}
    answer = service.ask("PUT", change.url, {"Content-Type": ITEM, "Accept": ITEM}, json.dumps(body).encode())
    if not 200 <= answer.status < 300:
        raise Failed(_code(service, answer))
    told = read_json(answer)
    if not isinstance(told, dict) or "label" not in told:  # some answer with nothing
        told = _item(service, service.get(change.url, ITEM))
    released = told.get("gradesReleased")
    times = (read_time(told.get("startDateTime")), read_time(told.get("endDateTime")))
    return Kept(*times, released if isinstance(released, bool) else None)


def _item(service: Service, answer: Answer) -> dict[str, Any]:
    item = read_json(answer)
    if answer.status != 200:
        raise Failed(_code(service, answer))
    if not isinstance(item, dict):
        raise Failed("change-refused")
    return item


def _code(service: Service, answer: Answer) -> str:
    if service.quirks.is_rate_limit(answer.status, answer.headers):
        return "busy"
    return _REASONS.get(answer.status, "platform-fault" if answer.status >= 500 else "change-refused")


class Changer(ColumnJobs[Change, Kept]):
    """Tells columns that are due."""

    def is_due(self, session: Session, now: datetime) -> bool:
        """Tell whether any waits to be told."""
        return column_changes.is_due(session, now)

    def take(self, session: Session, now: datetime, limit: int, but: Collection[int]) -> list[Change]:
        """Lease those that are due."""
        return column_changes.take(session, now, limit=limit, but=but)

    def barred(self, job: Change) -> str:
        """Tell when the course does not let us change columns."""
        return "" if SCOPE + "lineitem" in job.scopes else "change-not-allowed"

    def do(self, service: Service, job: Change) -> Kept:
        """Tell one."""
        return change_column(service, job)

    def store(self, session: Session, job: Change, result: Kept | None, trouble: str, now: datetime) -> None:
        """Keep the LMS's answer."""
        column_changes.store(session, job, result, trouble, now)

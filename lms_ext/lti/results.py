"""Read a gradebook column back: paged, on the platform's own host only, bounded in pages, rows and time."""

import time
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from lms_ext.domain.columns import may_read
from lms_ext.lti.ags import RESULTS, Service
from lms_ext.lti.claims import read_sub
from lms_ext.lti.column_jobs import ColumnJobs, Failed
from lms_ext.lti.columns import read_pages
from lms_ext.lti.http import Answer
from lms_ext.services import readings
from lms_ext.services.readings import Held, Reading

_LONGEST = 60.0
"""Seconds that reading one column may take."""
_REASONS = {401: "token-refused", 403: "no-scope", 404: "no-column", 410: "no-column", 429: "busy"}


def read_results(service: Service, url: str, *, seconds: float = _LONGEST) -> list[Held]:
    """Give every grade of a column; raise Failed, OutboundError or TokenRefused, Failed also after that many seconds."""
    deadline = time.monotonic() + seconds

    def get(address: str, accept: str) -> Answer:
        if time.monotonic() > deadline:
            raise Failed("timeout")
        answer = service.get(address, accept)
        if answer.status != 200:
            raise Failed(_REASONS.get(answer.status, "platform-fault" if answer.status >= 500 else "results-unreadable"))
        return answer

    rows, whole = read_pages(get, service.quirks.results_url(url), RESULTS)
    if not whole:
        raise Failed("results-unreadable")
    return [held for row in rows if (held := _held(row))]


def _held(row: dict[str, Any]) -> Held | None:
    sub, score, top = read_sub(row.get("userId")), row.get("resultScore"), row.get("resultMaximum", 1)
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (score, top))
    if not sub or not numbers or not 0 < top < 1e9 or score is None or not -1e9 < score < 1e9:
        return None
    return Held(sub, float(score), float(top))


class Reader(ColumnJobs[Reading, list[Held]]):
    """Reads columns that are due."""

    def is_due(self, session: Session, now: datetime) -> bool:
        """Tell whether any waits to be read."""
        return readings.is_due(session, now)

    def take(self, session: Session, now: datetime, limit: int, but: Collection[int]) -> list[Reading]:
        """Lease those that are due."""
        return readings.take(session, now, limit=limit, but=but)

    def barred(self, job: Reading) -> str:
        """Tell when the course does not let us read grades."""
        return "" if may_read(job.scopes) else "no-scope"

    def do(self, service: Service, job: Reading) -> list[Held]:
        """Read one."""
        return read_results(service, job.url)

    def store(self, session: Session, job: Reading, result: list[Held] | None, trouble: str, now: datetime) -> None:
        """Keep what was read."""
        readings.store(session, job, result, trouble, now)

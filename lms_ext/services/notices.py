"""Deployments that tell of what happened there: which of them must still be told our address, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from lms_ext.models import NoticeService, Space
from lms_ext.models.statements import Runs
from lms_ext.services.seats import Db
from lms_ext.services.upserting import upsert

_LEASE = timedelta(minutes=2)
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Service:
    """A notification service that must be told our address."""

    platform_id: int
    deployment_id: str
    url: str
    tries: int


def offer(session: Runs, key: dict[str, Any], url: str, now: datetime) -> None:
    """Note that a deployment offers the service there; only a new address is due to be told ours."""
    held = [getattr(NoticeService, name) == value for name, value in key.items()]
    session.execute(update(NoticeService).where(*held, NoticeService.url != url).values(url=url, due_at=now, tries=0))
    upsert(session, NoticeService, key, {}, has_id=False, url=url, due_at=now, tries=0, last_error="")


def take(session: Db, now: datetime, limit: int = 5) -> list[Service]:
    """Claim services that are due, so that no other worker goes there within two minutes."""
    rows = session.execute(
        select(NoticeService).where(NoticeService.due_at <= now).order_by(NoticeService.due_at).limit(limit)
        .with_for_update(skip_locked=True)
    ).scalars().all()  # fmt: skip
    for one in rows:
        one.due_at = now + _LEASE
    session.flush()
    return [Service(one.platform_id, one.deployment_id, one.url, one.tries) for one in rows]


def settle(session: Db, service: Service, error: str, now: datetime) -> None:
    """Note what telling our address came to; "" is well. A failure is tried again, later each time."""
    waits = min(_FIRST * 2 ** min(service.tries, 20), _LONGEST)
    values: dict[str, Any] = {"last_error": error[:200], "tries": service.tries + 1, "due_at": now + waits}
    if not error:
        values = {"last_error": "", "tries": 0, "due_at": None, "told_at": now}
    session.execute(
        update(NoticeService)
        .where(
            NoticeService.platform_id == service.platform_id, NoticeService.deployment_id == service.deployment_id,
            NoticeService.url == service.url,
        )
        .values(**values)
    )  # fmt: skip


def forget(session: Db, platform_id: int) -> None:
    """Let every deployment of a platform be told anew at its next launch: to a new client id nobody has told our address."""
    session.execute(delete(NoticeService).where(NoticeService.platform_id == platform_id))
    session.execute(
        update(Space).where(Space.platform_id == platform_id, Space.notices_url != "").values(notices_url=""),
        execution_options={"synchronize_session": False},
    )

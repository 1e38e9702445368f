"""How the tool is: what an admin looks at first when something seems wrong."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from lms_ext.models import DeliveryLane, GradeSlot, Platform, PlatformKeySet, ToolKey
from lms_ext.services.seats import Db

_LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found, without a verdict."""

    engine: str
    engine_version: str
    milliseconds: float
    """What one small question to the database took."""
    revision: str
    """The version of the tables; "" when there is none."""
    waiting: int
    late: int
    """Grades that have waited for more than a quarter of an hour."""
    parked: int
    last_sent: datetime | None
    resting: int
    """Platforms that do not answer, and are asked now and then only."""
    keys: int
    platforms: int
    unreadable_keys: list[str]
    """Names of the active platforms whose key set could not be fetched at the last try."""


def look(session: Db, now: datetime) -> Condition:
    """Look at everything once; reads only."""
    connection = session.connection()
    began = time.perf_counter()
    session.execute(text("SELECT 1")).all()
    taken = (time.perf_counter() - began) * 1000
    dialect = connection.dialect
    waiting = GradeSlot.sent_version < GradeSlot.version
    open_ = (waiting, GradeSlot.state != "parked")
    faulty = (
        select(Platform.name)
        .join(PlatformKeySet, PlatformKeySet.platform_id == Platform.id)
        .where(Platform.status == "active", PlatformKeySet.last_error != "")
        .order_by(Platform.name)
    )
    return Condition(
        engine="PostgreSQL" if dialect.name == "postgresql" else "SQLite",
        engine_version=".".join(str(one) for one in dialect.server_version_info or ()),
        milliseconds=taken,
        revision=session.execute(text("SELECT version_num FROM alembic_version")).scalar() or "",
        waiting=_count(session, *open_),
        late=_count(session, *open_, GradeSlot.queued_at < now - _LATE),
        parked=_count(session, GradeSlot.state == "parked"),
        last_sent=session.execute(select(func.max(GradeSlot.delivered_at))).scalar(),
        resting=int(session.execute(select(func.count()).where(DeliveryLane.down_since.isnot(None))).scalar_one()),
        keys=int(session.execute(select(func.count()).select_from(ToolKey)).scalar_one()),
        platforms=int(session.execute(select(func.count()).where(Platform.status == "active")).scalar_one()),
        unreadable_keys=list(session.execute(faulty).scalars()),
    )


def _count(session: Db, *having: object) -> int:
    return int(session.execute(select(func.count()).select_from(GradeSlot).where(*having)).scalar_one())  # type: ignore[arg-type]  # conditions of SQLAlchemy

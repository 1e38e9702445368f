"""Each platform's own lane to its gradebook, shared by all workers through the database."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Protocol

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from lms_ext.domain.pacing import Pace, Rules
from lms_ext.models import DeliveryLane, GradeSlot
from lms_ext.services.seats import Db

_WAITING = "sent_version < version AND state <> 'parked'"
# One step through the index for each platform that has something to send, however much that is.
_DUE = (
    text(
        f"""
    WITH RECURSIVE waiting(platform_id) AS (
        SELECT min(platform_id) FROM grade_slot WHERE {_WAITING}
        UNION ALL
        SELECT (SELECT min(grade_slot.platform_id) FROM grade_slot
                WHERE {_WAITING} AND grade_slot.platform_id > waiting.platform_id)
        FROM waiting WHERE waiting.platform_id IS NOT NULL
    )
    SELECT platform_id FROM waiting
    WHERE platform_id IS NOT NULL AND :now >= (
        SELECT min(due_at) FROM grade_slot WHERE {_WAITING} AND grade_slot.platform_id = waiting.platform_id)
    """  # noqa: S608 - the only part put in is the constant above
    )
    .bindparams()
    .columns(DeliveryLane.platform_id)
)
_PACE = tuple(one.name for one in fields(Pace))
_MINE = {column.name: column for column in DeliveryLane.__table__.c}


@dataclass(frozen=True, slots=True)
class Lane:
    """A platform with something due, and how it stands."""

    platform_id: int
    pace: Pace


def due(session: Db, rules: Rules, now: datetime) -> list[Lane]:
    """List the lanes that have something due, whether or not it may leave yet. Only reads."""
    bound = _DUE.bindparams(now=GradeSlot.due_at.type.process_bind_param(now, session.get_bind().dialect))
    ids = [int(one) for one in session.execute(bound).scalars()]
    known = {}
    if ids:
        rows = session.execute(select(*_MINE.values()).where(DeliveryLane.platform_id.in_(ids)))
        known = {row.platform_id: _pace(row) for row in rows}
    return [Lane(one, known.get(one) or Pace.fresh(rules, now)) for one in ids]


def _pace(row: object) -> Pace:
    return Pace(**{name: getattr(row, name) for name in _PACE})


def enter(session: Db, platform_id: int, rules: Rules, now: datetime) -> Pace | None:
    """Lock a lane until the end of the transaction and give its pace; None while another worker is choosing from it."""
    found = select(*_MINE.values()).where(DeliveryLane.platform_id == platform_id)
    row = session.execute(found.with_for_update(skip_locked=True)).one_or_none()
    if row is not None:
        return _pace(row)
    postgres = session.get_bind().dialect.name == "postgresql"
    insert_ = (postgresql.insert if postgres else sqlite.insert)(DeliveryLane)
    fresh = Pace.fresh(rules, now)
    made = insert_.values(platform_id=platform_id, **asdict(fresh)).on_conflict_do_nothing()
    return fresh if session.execute(made.returning(DeliveryLane.platform_id)).one_or_none() else None


def lock(session: Db, platform_id: int, rules: Rules, now: datetime) -> Pace:
    """Lock a lane, waiting for whoever has it."""
    found = select(*_MINE.values()).where(DeliveryLane.platform_id == platform_id)
    row = session.execute(found.with_for_update()).one_or_none()
    if row is None:
        fresh = Pace.fresh(rules, now)
        session.execute(insert(DeliveryLane).values(platform_id=platform_id, **asdict(fresh)))
        return fresh
    return _pace(row)


def keep(session: Db, platform_id: int, pace: Pace) -> None:
    """Store a lane's pace."""
    session.execute(update(DeliveryLane).where(DeliveryLane.platform_id == platform_id).values(**asdict(pace)))


class Telling(Protocol):
    """What an answer says of the platform as a whole; see `delivering.Verdict`."""

    @property
    def platform(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def wait(self) -> float: ...


def tell(session: Db, platform_id: int, answers: Iterable[Telling], rules: Rules, now: datetime) -> None:
    """Let a lane learn from answers, in their order; one that opens again lets go what had failed."""
    before = after = lock(session, platform_id, rules, now)
    for one in answers:
        match one.platform:
            case "complains":
                after = after.complained(one.wait, rules, now)
            case "down":
                after = after.failed(one.reason, rules, now)
            case "unasked":
                pass
            case _:
                after = after.answered(rules, now)
    if after != before:
        keep(session, platform_id, after)
    if before.down_since is not None and after.down_since is None:
        wake(session, platform_id, now)


def wake(session: Db, platform_id: int, now: datetime) -> None:
    """The platform answers again: what failed while it was away need not wait any longer."""
    session.execute(
        update(GradeSlot)
        .where(
            GradeSlot.platform_id == platform_id,
            GradeSlot.sent_version < GradeSlot.version,
            GradeSlot.state == "late",
            GradeSlot.due_at > now,
        )
        .values(due_at=now)
    )


def every(session: Db) -> dict[int, Pace]:
    """Give the pace of each platform that anything was sent to."""
    return {row.platform_id: _pace(row) for row in session.execute(select(*_MINE.values()))}

"""Deliver grades: claim with a lease, send with no transaction open, settle only what is still ours."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from lms_ext.domain.grading import Backoff
from lms_ext.models import GradeSlot, Link, Person
from lms_ext.services.seats import Db

LEASE = timedelta(seconds=60)
GIVE_UP = timedelta(days=14)
AHEAD = timedelta(minutes=2)
"""A timestamp never runs further ahead of the clock: Moodle would lock later scores out."""
BACKOFF = Backoff()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A slot's newest score, ours to send until the lease ends."""

    key: tuple[int, int, int, int]
    lease: str
    version: int
    lineitem_url: str
    sub: str
    given: float | None
    maximum: int
    comment: str
    activity_progress: str
    grading_progress: str
    submitted_at: datetime | None
    stamp: datetime
    delivered: tuple[float, ...]
    """Scores we have sent before, newest first, whether or not their answers arrived."""
    again: bool
    tries: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What sending came to."""

    kind: str
    """``sent``, ``kept`` (the platform's own grade stays), ``retry``, ``restamp`` (again, later than theirs) or ``parked``."""
    reason: str = ""
    wait: float = 0.0
    """Seconds the platform asked us to wait."""
    after: datetime | None = None
    """For ``restamp``: the time of the score that the platform holds."""


def _match(key: tuple[int, int, int, int]) -> ColumnElement[bool]:
    platform_id, space_id, link_id, person_id = key
    return and_(
        GradeSlot.platform_id == platform_id,
        GradeSlot.space_id == space_id,
        GradeSlot.link_id == link_id,
        GradeSlot.person_id == person_id,
    )


def claim(session: Db, now: datetime, *, limit: int = 10, busy: Sequence[int] = ()) -> list[Claimed]:
    """Lease due slots, oldest first, skipping platforms that are `busy`; each gets the timestamp it will be sent with."""
    due = (
        select(GradeSlot, Link.lineitem_url, Link.may_score, Person.sub)
        .join(
            Link,
            and_(Link.platform_id == GradeSlot.platform_id, Link.space_id == GradeSlot.space_id, Link.id == GradeSlot.link_id),
        )
        .join(Person, and_(Person.platform_id == GradeSlot.platform_id, Person.id == GradeSlot.person_id))
        .where(
            GradeSlot.sent_version < GradeSlot.version,
            GradeSlot.state != "parked",
            GradeSlot.due_at <= now,
            or_(GradeSlot.lease_until.is_(None), GradeSlot.lease_until < now),
            GradeSlot.platform_id.not_in(list(busy)),
        )
        .order_by(GradeSlot.due_at)
        .limit(limit)
        .with_for_update(of=GradeSlot, skip_locked=True)
    )
    claimed = []
    for slot, lineitem_url, may_score, sub in session.execute(due).all():
        if not lineitem_url or not may_score:
            slot.state, slot.reason = "parked", "no-column"
            continue
        stamp = _next_stamp(slot.stamp, now)
        if stamp > now + AHEAD:
            slot.due_at = stamp - AHEAD
            continue
        slot.stamp = stamp
        slot.lease = secrets.token_hex(8)
        slot.lease_until = now + LEASE
        known = _claimed(slot, lineitem_url, sub, stamp)
        if slot.given is not None:
            # noted before it is sent: when the answer is lost, the platform may hold it all the same
            slot.delivered = ";".join(str(each) for each in (slot.given, *known.delivered)[:20])
        claimed.append(known)
    session.flush()
    return claimed


def _next_stamp(last: datetime | None, now: datetime) -> datetime:
    """Give a whole second later than the last one tried: Moodle refuses a score of the same second."""
    stamp = now.replace(microsecond=0)
    return stamp if last is None or stamp > last else last + timedelta(seconds=1)


def _claimed(slot: GradeSlot, lineitem_url: str, sub: str, stamp: datetime) -> Claimed:
    delivered = tuple(float(one) for one in slot.delivered.split(";") if one)
    return Claimed(
        key=(slot.platform_id, slot.space_id, slot.link_id, slot.person_id),
        lease=slot.lease,
        version=slot.version,
        lineitem_url=lineitem_url,
        sub=sub,
        given=slot.given,
        maximum=slot.maximum,
        comment=slot.comment,
        activity_progress=slot.activity_progress,
        grading_progress=slot.grading_progress,
        submitted_at=slot.submitted_at,
        stamp=stamp,
        delivered=delivered,
        again=slot.tries > 0 or slot.sent_version > 0,
        tries=slot.tries,
        queued_at=slot.queued_at,
    )


def settle(session: Db, one: Claimed, verdict: Verdict, now: datetime, jitter: float) -> bool:
    """Record what sending came to; False when the lease is no longer ours, so that a late worker marks nothing.

    `sent_version` becomes the version that was claimed: a score that came in meanwhile is still to be sent.
    """
    values: dict[str, object] = {"lease": "", "lease_until": None, "reason": verdict.reason}
    if verdict.kind in {"sent", "kept"}:
        values |= {"sent_version": one.version, "state": verdict.kind, "tries": 0, "delivered_at": now}
    elif verdict.kind == "restamp":
        values |= {"state": "late", "due_at": now, "stamp": max(one.stamp, verdict.after or one.stamp), "tries": one.tries + 1}
    elif verdict.kind == "parked" or now - one.queued_at > GIVE_UP:
        values |= {"state": "parked"}
    else:
        wait = verdict.wait or BACKOFF.wait(one.tries + 1, jitter)
        values |= {"state": "late", "tries": one.tries + 1, "due_at": now + timedelta(seconds=wait)}
    changed = session.execute(update(GradeSlot).where(_match(one.key), GradeSlot.lease == one.lease).values(**values))
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult


Send = Callable[[Claimed], Verdict]

"""Deliver grades: claim with a lease, send with no transaction open, settle only what is still ours."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, bindparam, case, func, null, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from lms_ext.domain.columns import SCOPE, may_read
from lms_ext.domain.pacing import Rules
from lms_ext.models import GradeColumn, GradeSlot, Link, Person, Space
from lms_ext.models.statements import Statement
from lms_ext.services import columns, lanes, readings
from lms_ext.services.columns import Column
from lms_ext.services.seats import Db

AHEAD = timedelta(minutes=2)
"""A timestamp never runs further ahead of the clock: Moodle would lock later scores out."""
_KEPT_VALUES = 20
_MADE_ELSEWHERE = timedelta(seconds=0.5)
"""How long a score waits before it asks again whether its column is there."""
_ACCOUNT = aliased(Person)
"""The account that goes on with an older one's work: the platform knows the person by its name now."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A slot's newest score, ours to send until the lease ends."""

    key: tuple[int, int, int, int, str]
    """Platform, space, link, person, and the key of the column."""
    lease: str
    version: int
    column: Column
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
    """Not the first try of the slot's first score."""
    arrived: bool
    """An earlier score of the slot surely arrived."""
    tries: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What sending came to."""

    kind: Literal["sent", "kept", "retry", "restamp", "parked"]
    """``kept``: the platform's own grade stays; ``restamp``: again, later than theirs."""
    reason: str = ""
    platform: Literal["up", "complains", "down", "unasked"] = "up"
    """What the answer says of the platform as a whole; ``unasked`` when there was none."""
    wait: float = 0.0
    """Seconds the platform asked us to wait."""
    after: datetime | None = None
    """For ``restamp``: the time of the score that the platform holds."""
    relink: str = ""
    """Where the column was found or made, when it was not where we thought."""
    gone: bool = False
    """A column that we made is no longer there."""


def take(session: Db, platform_id: int, room: int, rules: Rules, now: datetime) -> list[Claimed]:
    """Claim of a platform's due scores what its pace and our `room` allow; none while another worker is choosing."""
    pace = lanes.enter(session, platform_id, rules, now)
    allowed = pace.allowance(room, now) if pace else 0
    if pace is None or not allowed:
        return []
    claimed = claim(session, platform_id, now, limit=allowed, rules=rules, fresh=pace.down_since is not None)
    if claimed:
        lanes.keep(session, platform_id, pace.spent(len(claimed), rules, now))
    return claimed


def claim(
    session: Db, platform_id: int, now: datetime, *, limit: int = 10, rules: Rules | None = None, fresh: bool = False
) -> list[Claimed]:
    """Lease a platform's due slots, oldest first; each gets the timestamp it will be sent with.

    `fresh` prefers scores that have not failed yet: the probe of a platform must not be one that fails by its own fault.
    """
    if fresh:
        first = _due(session, platform_id, now, limit, GradeSlot.state == "queued")
        rows = first or _due(session, platform_id, now, limit)
    else:
        rows = _due(session, platform_id, now, limit)
    lease_until = now + (rules or Rules()).lease
    claimed = []
    for slot, link, space, sub, made in rows:
        column = _column(slot, link, space, made)
        fault = _unsendable(slot, link, column, made)
        if fault:
            slot.state, slot.reason = "parked", fault
            continue
        stamp = _next_stamp(slot)
        if stamp > now + AHEAD:
            slot.due_at = stamp - AHEAD
            continue
        if not column.url and made is not None:
            wanted = columns.take(session, made, link, now)
            if wanted is None:
                slot.due_at = now + _MADE_ELSEWHERE
                continue
            column = replace(column, wanted=wanted)
        claimed.append(_lease(slot, column, sub, stamp, lease_until))
    session.flush()
    return claimed


def _due(session: Db, platform_id: int, now: datetime, limit: int, *more: ColumnElement[bool]) -> list[Any]:
    query = (
        select(GradeSlot, Link, Space, func.coalesce(_ACCOUNT.sub, Person.sub), GradeColumn)
        .join(
            Link,
            and_(Link.platform_id == GradeSlot.platform_id, Link.space_id == GradeSlot.space_id, Link.id == GradeSlot.link_id),
        )
        .join(Space, and_(Space.platform_id == GradeSlot.platform_id, Space.id == GradeSlot.space_id))
        .join(Person, and_(Person.platform_id == GradeSlot.platform_id, Person.id == GradeSlot.person_id))
        .outerjoin(
            GradeColumn,
            and_(GradeColumn.platform_id == GradeSlot.platform_id, GradeColumn.space_id == GradeSlot.space_id,
                 GradeColumn.link_id == GradeSlot.link_id, GradeColumn.key == GradeSlot.column_key),
        )
        .outerjoin(_ACCOUNT, and_(_ACCOUNT.platform_id == GradeSlot.platform_id, _ACCOUNT.work_of == GradeSlot.person_id))
        .where(
            GradeSlot.platform_id == platform_id,
            GradeSlot.sent_version < GradeSlot.version,
            GradeSlot.state != "parked",
            GradeSlot.due_at <= now,
            or_(GradeSlot.lease_until.is_(None), GradeSlot.lease_until < now),
            *more,
        )
        .order_by(GradeSlot.due_at)
        .limit(limit)
        .with_for_update(of=GradeSlot, skip_locked=True)
    )  # fmt: skip
    return list(session.execute(query.execution_options(populate_existing=True)).all())


def _column(slot: GradeSlot, link: Link, space: Space, made: GradeColumn | None) -> Column:
    url = link.lineitem_url if not slot.column_key else made.url if made else ""
    resource, tag = (made.resource_id, made.tag) if made and made.label else (link.activity_ref, "")
    scopes = tuple(space.ags_scopes.split())
    return Column(url, space.lineitems_url, scopes, link.resource_link_id, resource, tag, own=not slot.column_key)


def _unsendable(slot: GradeSlot, link: Link, column: Column, made: GradeColumn | None) -> str:
    if made is not None and made.gone:
        return "column-gone"
    if link.lineitem_url and not slot.column_key:
        return "" if link.may_score else "no-scope"
    return "" if (column.url or column.may_search) and SCOPE + "score" in column.scopes else "no-column"


def _next_stamp(slot: GradeSlot) -> datetime:
    """Give the second the score was made, or a later one than was tried: Moodle refuses a score of the same second."""
    stamp = slot.queued_at.replace(microsecond=0)
    return stamp if slot.stamp is None or stamp > slot.stamp else slot.stamp + timedelta(seconds=1)


def _lease(slot: GradeSlot, column: Column, sub: str, stamp: datetime, until: datetime) -> Claimed:
    before = tuple(float(one) for one in slot.delivered.split(";") if one)
    slot.stamp, slot.lease, slot.lease_until = stamp, secrets.token_hex(8), until
    if slot.given is not None and slot.given not in before[:1]:
        # noted before it is sent: when the answer is lost, the platform may hold it all the same
        slot.delivered = ";".join(str(each) for each in (slot.given, *before)[:_KEPT_VALUES])
    return Claimed(
        key=(slot.platform_id, slot.space_id, slot.link_id, slot.person_id, slot.column_key),
        lease=slot.lease,
        version=slot.version,
        column=column,
        sub=sub,
        given=slot.given,
        maximum=slot.maximum,
        comment=slot.comment,
        activity_progress=slot.activity_progress,
        grading_progress=slot.grading_progress,
        submitted_at=slot.submitted_at,
        stamp=stamp,
        delivered=before,
        again=slot.tries > 0 or slot.sent_version > 0,
        arrived=slot.sent_version > 0,
        tries=slot.tries,
        queued_at=slot.queued_at,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """A score that was tried; `jitter` in 0..1 spreads its wait."""

    claimed: Claimed
    verdict: Verdict
    jitter: float = 1.0


def settle_all(session: Db, results: Iterable[Result], rules: Rules, now: datetime) -> list[Result]:
    """Record what sending came to, and what it tells of each platform; give those that were still ours."""
    ordered = sorted(results, key=lambda one: one.claimed.key)  # all lock rows in one order
    ours = [one for one in ordered if settle(session, one, rules, now)]
    for platform_id in sorted({one.claimed.key[0] for one in ordered}):
        lanes.tell(session, platform_id, [one.verdict for one in ordered if one.claimed.key[0] == platform_id], rules, now)
    return ours


def settle(session: Db, result: Result, rules: Rules, now: datetime) -> bool:
    """Record what sending came to; False when the lease is no longer ours, so that a late worker marks nothing.

    `sent_version` becomes the version that was claimed: a score that came in meanwhile is still to be sent.
    """
    one, verdict = result.claimed, result.verdict
    where = {f"at_{name}": value for name, value in zip(_KEY, one.key, strict=True)}
    values = dict.fromkeys(_MAY_STAY) | _outcome(result, rules, now)
    ours = _SETTLE.one(session, where | {"at_lease": one.lease, "at_version": one.version} | values) is not None
    if ours and (verdict.relink or verdict.gone or one.column.wanted):
        # an answer that was lost may still arrive there: what it made must be found, not made twice
        again_from = now + columns.LOST if one.column.wanted and verdict.kind == "retry" and not verdict.relink else None
        columns.settle(
            session, one.key[:3], one.key[4], was=one.column.url, found=verdict.relink, gone=verdict.gone, again_from=again_from
        )
    if ours and verdict.kind in {"kept", "parked"} and (verdict.relink or one.column.url) and may_read(one.column.scopes):
        readings.ask(session, one.key[:3], one.key[4], now + readings.SETTLES, soon=False)
    return ours


_KEY = ("platform_id", "space_id", "link_id", "person_id", "column_key")
_MAY_STAY = ("sent_version", "tries", "delivered_at", "due_at", "stamp")
"""What an outcome leaves as it is when it says nothing of it."""


def _settle_statement(_dialect: str) -> ReturningUpdate[Any]:
    table: Any = GradeSlot.__table__
    slot = table.c
    state, reason = bindparam("state", type_=slot.state.type), bindparam("reason", type_=slot.reason.type)
    # a newer score than the one that was tried waits on; "late" it is anyway
    newest = or_(state == "late", slot.version == bindparam("at_version", type_=slot.version.type))
    stays = {name: func.coalesce(bindparam(name, type_=slot[name].type), slot[name]) for name in _MAY_STAY}
    return (
        update(table)
        .where(*(slot[name] == bindparam(f"at_{name}", type_=slot[name].type) for name in _KEY))
        .where(slot.lease == bindparam("at_lease", type_=slot.lease.type))
        .values(
            lease="", lease_until=null(), state=case((newest, state), else_="queued"), reason=case((newest, reason), else_=""),
            **stays,
        )
        .returning(slot.version)
    )  # fmt: skip


_SETTLE = Statement(_settle_statement)


def _outcome(result: Result, rules: Rules, now: datetime) -> dict[str, Any]:
    one, verdict = result.claimed, result.verdict
    values: dict[str, Any] = {"reason": verdict.reason}
    if verdict.kind in {"sent", "kept"}:
        return values | {"sent_version": one.version, "state": verdict.kind, "tries": 0, "delivered_at": now}
    if verdict.kind == "parked":
        return values | {"state": "parked"}
    if now - one.queued_at > rules.give_up:
        return {"state": "parked", "reason": "gave-up"}
    values |= {"state": "late", "tries": one.tries + 1}
    asked = min(verdict.wait, rules.longest_pause.total_seconds())
    wait = max(asked, rules.backoff.wait(one.tries + 1, result.jitter))
    if verdict.kind == "restamp":
        values["stamp"] = max(one.stamp, verdict.after or one.stamp)
        wait = 0.0 if one.tries < 2 else wait  # at once, but never in a tight circle
    elif verdict.platform == "down":
        wait = min(wait, rules.probe.total_seconds())  # the lane waits, not each score: see `lanes.wake`
    elif verdict.platform == "complains" and asked:
        wait = asked
    return values | {"due_at": now + timedelta(seconds=wait)}

"""Attempts: begin, hand in, count. The submission and its place in the grade outbox are one commit, made by the caller."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from lms_ext.domain.access import Actor
from lms_ext.domain.activities import Activity, Answer, Entries, Outcome, Work
from lms_ext.domain.activity_types import ActivityType, ScoredUnit
from lms_ext.domain.events import SubmissionRecorded
from lms_ext.domain.people import Role
from lms_ext.domain.texts import Text
from lms_ext.models import Attempt, Submission
from lms_ext.models.statements import Statement
from lms_ext.services import drafting, scoring
from lms_ext.services.seats import Db, LinkInfo

log = structlog.get_logger(__name__)


def _having(*names: str) -> Sequence[Any]:
    return [getattr(Attempt, name) == bindparam(name) for name in names]


_ROW = select(Attempt.__table__)
_ATTEMPTS = Statement(
    lambda _: _ROW.where(*_having("platform_id", "space_id", "link_id", "activity_ref", "person_id")).order_by(Attempt.number)
)
_ATTEMPT = Statement(lambda _: _ROW.where(*_having("platform_id", "space_id", "id")))
_LOCKED = (
    select(Attempt).where(*_having("platform_id", "space_id", "id")).with_for_update().execution_options(populate_existing=True)
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What happened to a handing-in."""

    attempt: Attempt
    submission: Submission | None = None
    event: SubmissionRecorded | None = None
    """None when this was a repeat of a submission we have."""
    missing: Text | None = None
    """Why it cannot be handed in yet; nothing was recorded."""
    doubt: Text | None = None
    """What the person may have overlooked; nothing was recorded, they were not sure yet."""
    closed: bool = False
    mismatch: bool = False
    """The same page was posted before with other content."""


def attempts(session: Db, actor: Actor, link_id: int, ref: str, person_id: int | None = None) -> Sequence[Attempt]:
    """List a person's attempts at an activity through a link, oldest first; to read, changes to them are not stored."""
    sought = {
        "platform_id": actor.platform_id,
        "space_id": actor.space_id,
        "link_id": link_id,
        "activity_ref": ref,
        "person_id": person_id or actor.person_id,
    }
    session.flush()
    return _ATTEMPTS.rows(session, sought)


def may_begin(done: Sequence[Attempt], activity: Activity, kind: ActivityType) -> bool:
    """Tell whether another attempt may begin after `done`."""
    if not done:
        return True
    if done[-1].status in drafting.OPEN or kind.wants.entries != Entries.ATTEMPTS:
        return False
    return activity.attempts is None or len(done) < activity.attempts


def begin(
    session: Db, actor: Actor, link: LinkInfo, activity: Activity, snapshot: str, kind: ActivityType, number: int, now: datetime
) -> Attempt:
    """Begin attempt `number`; when another tab was faster, give the attempt it began."""
    seed = secrets.randbits(62)
    attempt = Attempt(
        platform_id=actor.platform_id,
        space_id=actor.space_id,
        link_id=link.id,
        activity_ref=activity.ref,
        person_id=actor.person_id,
        number=number,
        snapshot_hash=snapshot,
        seed=seed,
        state=kind.start(activity.config, seed),
        graded=actor.role == Role.LEARNER,
        started_at=now,
    )
    try:
        with session.begin_nested():
            session.add(attempt)
    except IntegrityError:
        return next(one for one in attempts(session, actor, link.id, activity.ref) if one.number == number)
    return attempt


def find(session: Db, actor: Actor, attempt_id: int) -> Attempt | None:
    """Read an attempt of this space; to read, changes to it are not stored (see `locked`)."""
    session.flush()
    found: Attempt | None = _ATTEMPT.one(session, _key(actor, attempt_id))
    return found


def locked(session: Db, actor: Actor, attempt_id: int) -> Attempt | None:
    """Read an attempt of this space for changing it; others wait until our commit."""
    return session.execute(_LOCKED, _key(actor, attempt_id)).scalar_one_or_none()


def _key(actor: Actor, attempt_id: int) -> dict[str, int]:
    return {"platform_id": actor.platform_id, "space_id": actor.space_id, "id": attempt_id}


def submissions(session: Db, attempt: Attempt) -> Sequence[Submission]:
    """List an attempt's submissions, oldest first."""
    return (
        session.execute(
            select(Submission)
            .where(
                Submission.platform_id == attempt.platform_id,
                Submission.space_id == attempt.space_id,
                Submission.attempt_id == attempt.id,
            )
            .order_by(Submission.revision)
        )
        .scalars()
        .all()
    )


def work_of(attempt: Attempt, answer: Answer, previous: Answer | None = None, *, more: bool = False) -> Work:
    """Put together what a plugin may know of an attempt."""
    return Work(attempt.state, answer, frozenset(attempt.checked), previous, more)


def stored_answer(submission: Submission) -> Answer:
    """Give the answer of a submission."""
    return {name: tuple(values) for name, values in submission.answer.items()}


def stored_outcome(submission: Submission) -> Outcome:
    """Give the outcome of a submission as it was graded."""
    return Outcome(submission.fraction, needs_marking=submission.needs_marking, detail=submission.detail)


def submit(
    session: Db,
    attempt: Attempt,
    link: LinkInfo,
    activity: Activity,
    kind: ActivityType,
    client_key: str,
    now: datetime,
    *,
    sure: bool = True,
) -> Receipt:
    """Hand in the drafts of an attempt that `locked` gave; without `sure` only when the type has no doubts.

    Grading is the plugin's; whatever it does, the work is stored: when it raises or answers nonsense a teacher will mark it.
    """
    answer = drafting.answer(drafting.stored(session, attempt))
    before = submissions(session, attempt)
    same_key = next((one for one in before if one.client_key == client_key), None)
    if same_key:
        return Receipt(attempt, same_key, mismatch=stored_answer(same_key) != answer and attempt.status in drafting.OPEN)
    if attempt.status not in drafting.OPEN:
        return Receipt(attempt, before[-1] if before else None, closed=True)
    work = work_of(attempt, answer)
    missing = lacking(kind, activity, work)
    if missing:
        return Receipt(attempt, missing=missing)
    doubt = None if sure else doubted(kind, activity, work)
    if doubt:
        return Receipt(attempt, doubt=doubt)
    outcome, fault = grade(kind, activity, work)
    submission = _record(session, attempt, answer, outcome, fault, client_key, now)
    if outcome.complete:
        attempt.status = "submitted"
        attempt.submitted_at = now
    if outcome.complete or kind.wants.entries == Entries.ONGOING:
        # work done step by step counts as it grows, so that who stops half-way has what was done
        attempt.fraction = None if outcome.needs_marking else outcome.fraction
        if attempt.fraction is not None:
            words = scoring.describe(activity, attempt)
            scoring.enqueue(session, attempt, link, activity, words, now, complete=outcome.complete)
            scoring.enqueue_units(session, attempt, link, activity, _earned(kind, activity, outcome), now)
    session.flush()
    event = SubmissionRecorded(
        attempt.platform_id, attempt.space_id, attempt.id, activity.ref, attempt.revision, outcome.needs_marking
    )
    return Receipt(attempt, submission, event)


def _record(
    session: Db, attempt: Attempt, answer: Answer, outcome: Outcome, fault: str, client_key: str, now: datetime
) -> Submission:
    attempt.revision += 1
    submission = Submission(
        platform_id=attempt.platform_id,
        space_id=attempt.space_id,
        attempt_id=attempt.id,
        revision=attempt.revision,
        client_key=client_key,
        answer={name: list(values) for name, values in answer.items()},
        fraction=outcome.fraction,
        needs_marking=outcome.needs_marking,
        detail=dict(outcome.detail),
        fault=fault,
        submitted_at=now,
    )
    session.add(submission)
    return submission


def _earned(kind: ActivityType, activity: Activity, outcome: Outcome) -> list[tuple[ScoredUnit, float]]:
    """Give the units that have a score."""
    try:
        declared = kind.units(activity.config) if outcome.units else ()
    except Exception:  # a plugin's fault costs the columns of units, never the work
        log.exception("plugin.failed", plugin=kind.name, method="units")
        return []
    return [(one, outcome.units[one.id]) for one in declared if one.is_fit and one.id in outcome.units]


def lacking(kind: ActivityType, activity: Activity, work: Work) -> Text | None:
    """Say what keeps the work from being handed in, None when nothing does."""
    try:
        return kind.ready(activity.config, work)
    except Exception:  # a plugin's fault must not keep a person from handing in
        log.exception("plugin.failed", plugin=kind.name, method="ready")
        return None


def doubted(kind: ActivityType, activity: Activity, work: Work) -> Text | None:
    """Say what a person may have overlooked, None when nothing."""
    try:
        return kind.doubts(activity.config, work)
    except Exception:  # as in `lacking`
        log.exception("plugin.failed", plugin=kind.name, method="doubts")
        return None


def grade(kind: ActivityType, activity: Activity, work: Work) -> tuple[Outcome, str]:
    """Let the plugin grade; (outcome, "") or (a teacher must mark it, why)."""
    try:
        outcome = kind.grade(activity.config, work)
        fault = outcome.fault() or ""
    except Exception as error:
        log.exception("plugin.failed", plugin=kind.name, method="grade")
        return Outcome(None, needs_marking=True), type(error).__name__
    return (Outcome(None, needs_marking=True), fault) if fault else (outcome, "")


def check_part(session: Db, attempt: Attempt, kind: ActivityType, activity: Activity, part: str) -> bool:
    """Lock a part for its feedback; False when the activity has no such part."""
    fields = kind.fields(activity.config, attempt.state)
    if part not in {field.part for field in fields.values()}:
        return False
    if part not in attempt.checked:
        attempt.checked = [*attempt.checked, part]
    session.flush()
    return True


def press(kind: ActivityType, activity: Activity, attempt: Attempt, answer: Answer, pressed: Mapping[str, str]) -> Answer:
    """Apply a pressed button of the activity's own."""
    for name, value in pressed.items():
        answer = kind.apply(activity.config, work_of(attempt, answer), name, value)
    return answer

"""A teacher marks work or returns it for revision; teacher and learner talk about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms_ext.domain.access import Actor
from lms_ext.domain.activities import Activity
from lms_ext.domain.texts import storable
from lms_ext.models import Attempt, Comment, Mark, Person
from lms_ext.services import scoring
from lms_ext.services.attempting import submissions
from lms_ext.services.seats import Db, LinkInfo

COMMENT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Decision:
    """What a teacher decided on one submission."""

    revision: int
    """The submission the teacher was looking at."""
    marks: Mapping[str, Sequence[str]]
    points: float | None
    """Given directly, for an activity without a rubric."""
    comment: str
    returned: bool
    nothing_seen: bool = False
    """The teacher said that no indicator shows: a rubric without a tick means 0 only then, else it was forgotten."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the talk."""

    author_id: int
    """0 when the author's data was erased."""
    author: str
    body: str
    at: datetime


def fraction_of(decision: Decision, activity: Activity, maximum: int) -> float | None:
    """Give the fraction a decision means, or None while something is unmarked; outside 0..1 when the points are."""
    if activity.rubric:
        return activity.rubric.fraction({key: tuple(value) for key, value in decision.marks.items()})
    if decision.points is None or maximum == 0:
        return None
    return decision.points / maximum


def decide(
    session: Db, actor: Actor, attempt: Attempt, link: LinkInfo, activity: Activity, decision: Decision, now: datetime
) -> str:
    """Record a decision on an attempt that `attempting.locked` gave; "" or the code of what stands in the way."""
    sent = submissions(session, attempt)
    if not sent or attempt.status not in {"submitted", "marked"}:
        return "nothing-to-mark"
    if sent[-1].revision != decision.revision:
        return "newer-submission"
    fraction = None if decision.returned else fraction_of(decision, activity, scoring.maximum(link, activity) or 100)
    trouble = _trouble(decision, activity, fraction)
    if trouble:
        return trouble
    session.add(
        Mark(
            platform_id=attempt.platform_id,
            space_id=attempt.space_id,
            attempt_id=attempt.id,
            submission_id=sent[-1].id,
            marker_id=actor.person_id,
            returned=decision.returned,
            marks={key: list(value) for key, value in decision.marks.items()},
            fraction=fraction,
            created_at=now,
        )
    )
    say(session, actor, attempt, decision.comment, now)
    if decision.returned:
        attempt.status = "returned"
    else:
        attempt.status = "marked"
        attempt.fraction = fraction
        comment = storable(decision.comment).strip()[:500] or f"Dinilai pengajar, kiriman ke-{decision.revision}."
        scoring.enqueue(session, attempt, link, activity, comment, now)
        scoring.enqueue_aspects(session, attempt, link, activity, decision.marks, now)
    session.flush()
    return ""


def _trouble(decision: Decision, activity: Activity, fraction: float | None) -> str:
    """Give the code of what a teacher has probably not meant, or ""."""
    if decision.returned:
        return "" if decision.comment.strip() else "say-why"
    if fraction is None:
        return "unmarked"
    if activity.rubric and not any(decision.marks.values()) and not decision.nothing_seen:
        return "nothing-ticked"
    return "" if 0 <= fraction <= 1 else "points-outside"  # 85 of 10 is a slip, not full marks


def say(session: Db, actor: Actor, attempt: Attempt, body: str, now: datetime) -> None:
    """Add a turn to the talk; an empty one is none."""
    body = storable(body).replace("\r\n", "\n").strip()[:COMMENT_LIMIT]
    if body:
        session.add(
            Comment(
                platform_id=attempt.platform_id,
                space_id=attempt.space_id,
                attempt_id=attempt.id,
                author_id=actor.person_id,
                body=body,
                created_at=now,
            )
        )


def latest_mark(session: Db, attempt: Attempt) -> Mark | None:
    """Give the newest decision on an attempt."""
    return session.execute(
        select(Mark)
        .where(Mark.platform_id == attempt.platform_id, Mark.space_id == attempt.space_id, Mark.attempt_id == attempt.id)
        .order_by(Mark.created_at.desc(), Mark.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def thread(session: Db, attempt: Attempt) -> list[Turn]:
    """Give the talk about a work, oldest first."""
    rows = session.execute(
        select(Comment.author_id, Person.name, Comment.body, Comment.created_at)
        .outerjoin(Person, (Person.platform_id == Comment.platform_id) & (Person.id == Comment.author_id))
        .where(
            Comment.platform_id == attempt.platform_id,
            Comment.space_id == attempt.space_id,
            Comment.attempt_id == attempt.id,
        )
        .order_by(Comment.created_at, Comment.id)
    )
    return [Turn(row.author_id, row.name or "", row.body, row.created_at) for row in rows]

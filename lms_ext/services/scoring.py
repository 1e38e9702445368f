"""From attempts and marks to the score that a gradebook should show."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from lms_ext.domain import grading
from lms_ext.domain.activities import Activity, Keep
from lms_ext.domain.columns import ASPECTS, part_key
from lms_ext.domain.texts import pick
from lms_ext.models import Attempt
from lms_ext.services import columns, outbox
from lms_ext.services.seats import Db, LinkInfo

_KEEP_WORDS = {Keep.BEST: "terbaik", Keep.LAST: "terakhir", Keep.FIRST: "pertama", Keep.MEAN: "rerata"}


def maximum(link: LinkInfo, activity: Activity) -> int:
    """Give the score maximum of an activity through a link: the teacher's points, else the author's."""
    return activity.points if link.points is None else link.points


def counted(session: Db, attempt: Attempt, keep: Keep) -> float | None:
    """Give the fraction that counts over all of the person's attempts at this activity through this link."""
    rows = session.execute(
        select(Attempt.id, Attempt.fraction)
        .where(
            Attempt.platform_id == attempt.platform_id,
            Attempt.space_id == attempt.space_id,
            Attempt.link_id == attempt.link_id,
            Attempt.activity_ref == attempt.activity_ref,
            Attempt.person_id == attempt.person_id,
        )
        .order_by(Attempt.number)
    )
    fractions = [attempt.fraction if row.id == attempt.id else row.fraction for row in rows]
    return grading.combine([one for one in fractions if one is not None], keep)


def describe(activity: Activity, attempt: Attempt) -> str:
    """Say in the gradebook where the score comes from: Moodle erases its feedback when a score comes without a comment."""
    if attempt.number > 1 or (activity.attempts or 2) > 1:
        return f"Percobaan ke-{attempt.number}; yang dihitung: {_KEEP_WORDS[activity.keep]}."
    return f"Kiriman ke-{attempt.revision}."


def column_of(link: LinkInfo, activity: Activity) -> str:
    """Give the key of the column that an activity's score goes to: the link's own, or one of a pack's."""
    return activity.ref if link.of_pack else ""


def enqueue(
    session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, comment: str, now: datetime, *, complete: bool = True
) -> None:
    """Put the counted score in the outbox, in the caller's transaction. Teachers and test users are never graded,
    nor is an activity that stands in the course only as part of a pack where the LMS lets us make no columns.

    `complete` False says that the work goes on and the score will grow.
    """
    points = maximum(link, activity)
    if not attempt.graded or points == 0 or (link.of_pack and not link.makes_columns):
        return
    fraction = counted(session, attempt, activity.keep)
    if fraction is None:
        return
    if link.makes_columns and not link.has_column:
        _want(session, attempt, activity, column_of(link, activity), pick(activity.title, "id"), points, now)
    progress = "Completed" if complete else "InProgress"
    _put(session, attempt, column_of(link, activity), grading.points(fraction, points), points, comment, progress, now)


def enqueue_aspects(
    session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, marks: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Put the levels of a rubric's aspects in the outbox, each for its own column, where a teacher wants that.

    Only those of the attempt that counts: beside a whole of another attempt they would tell two stories.
    """
    wanted = activity.rubric is not None and link.has(ASPECTS) and link.makes_columns and attempt.graded
    if not wanted or maximum(link, activity) == 0:
        return
    if activity.keep != Keep.MEAN and counted(session, attempt, activity.keep) != attempt.fraction:
        return
    assert activity.rubric is not None  # wanted
    given = {key: tuple(value) for key, value in marks.items()}
    for aspect in activity.rubric.aspects:
        level = activity.rubric.level(aspect, given)
        if level is None:
            continue
        key = part_key(activity.ref, aspect.id)
        label = f"{pick(activity.title, 'id')}: {pick(aspect.title, 'id')}"
        _want(session, attempt, activity, key, label, aspect.maximum, now)
        words = f"{pick(aspect.title, 'id')}: {level} dari {aspect.maximum}."
        _put(session, attempt, key, float(level), aspect.maximum, words, "Completed", now)


def _want(session: Db, attempt: Attempt, activity: Activity, key: str, label: str, points: int, now: datetime) -> None:
    link = (attempt.platform_id, attempt.space_id, attempt.link_id)
    resource = key or activity.ref
    columns.want(session, link, key, label=label, maximum=points, resource_id=resource, tag=activity.type, now=now)


def _put(session: Db, attempt: Attempt, key: str, given: float, points: int, comment: str, progress: str, now: datetime) -> None:
    outbox.enqueue(
        session,
        platform_id=attempt.platform_id,
        space_id=attempt.space_id,
        link_id=attempt.link_id,
        person_id=attempt.person_id,
        column=key,
        given=given,
        maximum=points,
        comment=comment,
        activity_progress=progress,
        grading_progress="FullyGraded",
        submitted_at=attempt.submitted_at,
        now=now,
    )

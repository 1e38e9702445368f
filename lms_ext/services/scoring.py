"""From attempts and marks to the score that a gradebook should show."""

from datetime import datetime

from sqlalchemy import select

from lms_ext.domain import grading
from lms_ext.domain.activities import Activity, Keep
from lms_ext.models import Attempt
from lms_ext.services import outbox
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


def enqueue(
    session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, comment: str, now: datetime, *, complete: bool = True
) -> None:
    """Put the counted score in the outbox, in the caller's transaction. Teachers and test users are never graded,
    nor is an activity that stands in the course only as part of a pack.

    `complete` False says that the work goes on and the score will grow.
    """
    points = maximum(link, activity)
    if not attempt.graded or points == 0 or link.of_pack:
        return
    fraction = counted(session, attempt, activity.keep)
    if fraction is None:
        return
    outbox.enqueue(
        session,
        platform_id=attempt.platform_id,
        space_id=attempt.space_id,
        link_id=link.id,
        person_id=attempt.person_id,
        given=grading.points(fraction, points),
        maximum=points,
        comment=comment,
        activity_progress="Completed" if complete else "InProgress",
        grading_progress="FullyGraded",
        submitted_at=attempt.submitted_at,
        now=now,
    )

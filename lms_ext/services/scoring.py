"""From attempts and marks to the score that a gradebook should show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms_ext.domain import grading
from lms_ext.domain.activities import Activity, Keep
from lms_ext.domain.activity_types import ScoredUnit
from lms_ext.domain.columns import ASPECTS, UNITS, part_key, unit_key
from lms_ext.domain.texts import Text, pick
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
        _want(session, attempt, link, activity, column_of(link, activity), pick(activity.title, link.language), points, now)
    progress = "Completed" if complete else "InProgress"
    _put(session, attempt, column_of(link, activity), grading.points(fraction, points), points, comment, progress, now)


def enqueue_aspects(
    session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, marks: Mapping[str, Sequence[str]], now: datetime
) -> None:
    """Put the levels of a rubric's aspects in the outbox, each for its own column, where a teacher wants that.

    Only those of the attempt that counts: beside a whole of another attempt they would tell two stories.
    """
    if activity.rubric is None or not _parts_count(session, attempt, link, activity, ASPECTS):
        return
    given = {key: tuple(value) for key, value in marks.items()}
    for aspect in activity.rubric.aspects:
        level = activity.rubric.level(aspect, given)
        if level is None:
            continue
        part = _Part(part_key(activity.ref, aspect.id), aspect.title, float(level), aspect.maximum)
        _put_part(session, attempt, link, activity, part, now)


def enqueue_units(
    session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, earned: Sequence[tuple[ScoredUnit, float]], now: datetime
) -> None:
    """Put the fractions that units of an activity earned in the outbox, each for its own column, where a teacher wants that.

    As with aspects only those of the attempt that counts. One that stands there already is not sent again: work that is handed
    in step by step brings all earlier units along each time.
    """
    if not earned or not _parts_count(session, attempt, link, activity, UNITS):
        return
    there = outbox.scores_of(session, (attempt.platform_id, attempt.space_id, attempt.link_id), attempt.person_id)
    for unit, fraction in earned:
        given = grading.points(fraction, unit.maximum)
        part = _Part(unit_key(activity.ref, unit.id), unit.title, given, unit.maximum)
        if there.get(part.key) != (part.given, part.maximum):
            _put_part(session, attempt, link, activity, part, now)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part of an activity earned, for the column of `key`."""

    key: str
    title: Text
    given: float
    maximum: int


def _parts_count(session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, option: str) -> bool:
    """Tell whether the parts of an attempt belong in columns: those of another attempt than the whole tell another story."""
    if not (link.has(option) and link.makes_columns and attempt.graded) or maximum(link, activity) == 0:
        return False
    return activity.keep == Keep.MEAN or counted(session, attempt, activity.keep) == attempt.fraction


def _put_part(session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, part: _Part, now: datetime) -> None:
    title = pick(part.title, link.language)
    label = f"{pick(activity.title, link.language)}: {title}"
    _want(session, attempt, link, activity, part.key, label, part.maximum, now)
    words = f"{title}: {part.given:g} dari {part.maximum}."
    _put(session, attempt, part.key, part.given, part.maximum, words, "Completed", now)


def _want(
    session: Db, attempt: Attempt, link: LinkInfo, activity: Activity, key: str, label: str, points: int, now: datetime
) -> None:
    columns.want(
        session, (attempt.platform_id, attempt.space_id, attempt.link_id), key, label=label, maximum=points,
        resource_id=key or activity.ref, tag=activity.type, now=now, releases_at=link.releases_at,
    )  # fmt: skip


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

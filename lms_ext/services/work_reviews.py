"""Submission review: from a gradebook column and a person to the piece of work that the gradebook wants shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from lms_ext.domain import grading
from lms_ext.domain.activities import Keep
from lms_ext.domain.columns import whole
from lms_ext.domain.launches import Launch
from lms_ext.domain.people import Role
from lms_ext.domain.refusals import Refused
from lms_ext.models import Attempt, GradeColumn, Link, Person
from lms_ext.models.statements import Runs
from lms_ext.services.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Target:
    """What to show; without an attempt, the person's own page of the activity."""

    link_id: int
    activity_id: str
    attempt_id: int | None


def find(session: Runs, launch: Launch, space_id: int, catalog: Catalog) -> Target:
    """Find the work that a submission review asks for; Refused when it is not there or not this person's to see."""
    teaches = launch.role == Role.TEACHER
    if not teaches and launch.review_of != launch.person.sub:
        raise Refused("review-not-yours")
    here = (launch.platform_id, space_id)
    link_id, ref = _column(session, here, launch.ags.lineitem)
    activity_id = ref.partition("/")[2]
    if not activity_id:
        raise Refused("review-no-column")
    if not teaches:
        return Target(link_id, activity_id, None)
    rows = _handed_in(session, here, _holder(session, here, link_id, ref), ref, launch.review_of)
    found = catalog.activity(session, ref)
    shown = _shown(rows, found[1].keep if found else Keep.LAST)
    if shown is None:
        raise Refused("review-no-work")
    return Target(link_id, activity_id, shown)


def _column(session: Runs, here: tuple[int, int], url: str) -> tuple[int, str]:
    """Give link and activity of a gradebook column.

    Those that we made come first: where one is a link's only column, the platform names it as the link's own.
    """
    made = session.execute(
        select(GradeColumn.link_id, GradeColumn.key)
        .where(GradeColumn.platform_id == here[0], GradeColumn.space_id == here[1], GradeColumn.url == url)
        .limit(1)
    ).one_or_none()
    if url and made:
        return int(made.link_id), whole(made.key)
    own = session.execute(
        select(Link.id, Link.activity_ref)
        .where(Link.platform_id == here[0], Link.space_id == here[1], Link.lineitem_url == url)
        .order_by(Link.created_at, Link.id)
        .limit(1)
    ).one_or_none()
    if not url or own is None:
        raise Refused("review-no-column")
    return int(own.id), str(own.activity_ref)


def _holder(session: Runs, here: tuple[int, int], link_id: int, ref: str) -> int:
    """Give the link that work of a pack's activity belongs to: see `seats.adopt`."""
    of_pack = session.execute(
        select(Link.id).where(Link.platform_id == here[0], Link.space_id == here[1], Link.id == link_id, Link.activity_ref != ref)
    ).one_or_none()
    if of_pack is None:
        return link_id
    found = session.execute(
        select(Link.id)
        .where(Link.platform_id == here[0], Link.space_id == here[1], Link.activity_ref == ref)
        .order_by(Link.created_at, Link.id)
        .limit(1)
    ).scalar_one_or_none()
    return link_id if found is None else int(found)


def _handed_in(session: Runs, here: tuple[int, int], link_id: int, ref: str, sub: str) -> Sequence[Any]:
    return session.execute(
        select(Attempt.id, Attempt.status, Attempt.fraction)
        .join(
            Person,
            (Person.platform_id == Attempt.platform_id) & (func.coalesce(Person.work_of, Person.id) == Attempt.person_id),
        )
        .where(
            Attempt.platform_id == here[0],
            Attempt.space_id == here[1],
            Attempt.link_id == link_id,
            Attempt.activity_ref == ref,
            Attempt.revision > 0,
            Person.sub == sub,
        )
        .order_by(Attempt.number)
    ).all()


def _shown(rows: Sequence[Any], keep: Keep) -> int | None:
    """Choose an attempt: the newest that waits for its mark, else the one whose score counts, else the newest."""
    waiting = [row for row in rows if row.status == "submitted" and row.fraction is None]
    if waiting or not rows:
        return waiting[-1].id if waiting else None
    counted = grading.combine([row.fraction for row in rows if row.fraction is not None], keep)
    fit = [row for row in rows if counted is not None and row.fraction == counted]
    return (fit or rows)[-1].id  # type: ignore[no-any-return]  # a row's column

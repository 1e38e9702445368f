"""A small class for tests: a platform, a course, people, a link, and an activity."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lms_ext.api import ActivityType
from lms_ext.domain.access import Actor
from lms_ext.domain.activities import Activity, Keep
from lms_ext.domain.people import Role
from lms_ext.models import Attempt, Link, Member, Person, Platform, Space, db
from lms_ext.services import attempting, outbox
from lms_ext.services.seats import LinkInfo
from tests.support.sum_plugin import Sum

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@dataclass
class Classroom:
    """One learner at one link; `actor` is the learner."""

    actor: Actor
    link: LinkInfo
    activity: Activity
    kind: ActivityType
    snapshot: str = "0" * 64

    def begin(self, number: int = 1) -> Attempt:
        """Begin an attempt and commit."""
        attempt = attempting.begin(db.session, self.actor, self.link, self.activity, self.snapshot, self.kind, number, NOON)
        db.session.commit()
        return attempt


def activity(**more: Any) -> Activity:
    """Give a sum of 2 and 3 for 10 points, three attempts."""
    values: dict[str, Any] = {"attempts": 3, "keep": Keep.BEST} | more
    return Activity("demo", "sum", "sum", {"id": "Jumlah"}, None, 10, {"first": 2, "second": 3}, **values)


def classroom(*, role: Role = Role.LEARNER, **more: Any) -> Classroom:
    """Store a platform, a space, a person and a link; needs an application context."""
    platform = Platform(
        issuer="https://lms.example", client_id="c1", name="LMS", auth_login_url="https://lms.example/auth",
        auth_token_url="https://lms.example/token", jwks_url="https://lms.example/jwks",
    )  # fmt: skip
    db.session.add(platform)
    db.session.flush()
    space = Space(platform_id=platform.id, deployment_id="1", context_id="7", title="Kelas F")
    person = Person(platform_id=platform.id, sub="42", name="Sri Wahyuni")
    db.session.add_all([space, person])
    db.session.flush()
    link = Link(platform_id=platform.id, space_id=space.id, resource_link_id="9", activity_ref="demo/sum",
                lineitem_url="https://lms.example/li/1", may_score=True)  # fmt: skip
    db.session.add_all([link, Member(platform_id=platform.id, space_id=space.id, person_id=person.id, role=role.value)])
    db.session.commit()
    actor = Actor(platform.id, space.id, person.id, role)
    return Classroom(actor, LinkInfo(link.id, "", "demo/sum", None, has_column=True), activity(**more), Sum())


def with_a_grade(submitted_at: datetime, queued_at: datetime) -> Classroom:
    """Give a course with one grade of 7 out of 10 on its way since `queued_at`."""
    made = classroom()
    outbox.enqueue(
        db.session, platform_id=made.actor.platform_id, space_id=made.actor.space_id, link_id=made.link.id,
        person_id=made.actor.person_id, given=7.0, maximum=10, comment="", activity_progress="Completed",
        grading_progress="FullyGraded", submitted_at=submitted_at, now=queued_at,
    )  # fmt: skip
    db.session.commit()
    return made

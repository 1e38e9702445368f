"""A small class for tests: a platform, a course, people, a link, and an activity type as a third party would write it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from lms_ext.api import ActivityType, Entries, Field, FieldKind, Json, Outcome, Sample, Strict, Wants, Work, text
from lms_ext.domain.access import Actor
from lms_ext.domain.activities import Activity, Keep
from lms_ext.domain.people import Role
from lms_ext.models import Attempt, Link, Member, Person, Platform, Space, db
from lms_ext.services import attempting
from lms_ext.services.seats import LinkInfo

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


class SumConfig(Strict):
    """Two numbers to add."""

    first = fields.Integer(required=True)
    second = fields.Integer(required=True)


class Sum(ActivityType):
    """Add two numbers; a note is free."""

    name = "sum"
    title = text("Penjumlahan", "Sum")
    config_schema = SumConfig
    wants = Wants(entries=Entries.ATTEMPTS)
    attempt_template = review_template = "sum/none.html"

    def fields(self, config: Any, state: Mapping[str, Json]) -> Mapping[str, Field]:
        return {
            "total": Field(FieldKind.TEXT, limit=10),
            "note": Field(FieldKind.TEXT),
            "sure": Field(FieldKind.ONE, frozenset("yn")),
        }

    def view(self, config: Any, work: Work) -> dict[str, Any]:
        return {"first": config["first"], "second": config["second"]}

    def grade(self, config: Any, work: Work) -> Outcome:
        if work.one("note") == "crash":
            raise RuntimeError("a fault of the plugin")
        if work.one("note") == "nonsense":
            return Outcome(float("nan"))
        return Outcome(1.0 if work.one("total") == str(config["first"] + config["second"]) else 0.0)

    def review(self, config: Any, work: Work, outcome: Outcome) -> dict[str, Any]:
        return {"total": work.one("total")}

    def samples(self, config: Any, state: Mapping[str, Json]) -> Iterable[Sample]:
        return [Sample({"total": (str(config["first"] + config["second"]),)}, 1.0)]


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

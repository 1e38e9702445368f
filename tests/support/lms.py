"""A practice LMS that is registered with the application under test, over real sockets, with a link and learners."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms_ext.lti import tool_keys
from lms_ext.models import GradeSlot, Link, Person, Platform, Space, db, utcnow
from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.claims import AGS_SCOPES, item_url, items_url, outer_id
from lms_ext.sandbox.people import Person as Account
from lms_ext.sandbox.practice import Practice, ToolSetup
from lms_ext.sandbox.settings import SandboxSettings
from lms_ext.services import outbox
from lms_ext.web.tool import new_session, tool
from tests.support.servers import free_port
from tests.support.visitor import served


@dataclass
class Lms:
    """The LMS and what the tool knows of it."""

    practice: Practice
    sandbox: Flask
    platform_id: int
    space_id: int
    link_id: int
    column: int
    people: dict[str, int]
    """Ids in the tool by ids in the LMS."""
    tokens: list[str] = field(default_factory=list)
    """Every access token that was given."""

    def __post_init__(self) -> None:
        new_token = self.practice.new_token

        def counted(scopes: list[str]) -> str:
            self.tokens.append(new_token(scopes))
            return self.tokens[-1]

        self.practice.new_token = counted  # type: ignore[method-assign]  # only looks on

    def score(self, person: str, given: float, now: Any = None, *, column: str = "") -> None:
        """Queue a score as handing in does, and commit."""
        now = now or utcnow()
        outbox.enqueue(
            db.session, platform_id=self.platform_id, space_id=self.space_id, link_id=self.link_id,
            person_id=self.people[person], given=given, maximum=100, comment="Kiriman ke-1.", activity_progress="Completed",
            grading_progress="FullyGraded", submitted_at=now, now=now, column=column,
        )  # fmt: skip
        db.session.commit()

    def grade(self, person: str) -> dict[str, Any] | None:
        """Give what the gradebook holds."""
        return self.practice.course.grade(self.column, person)

    def held(self, person: str) -> float | None:
        """Give the score that the gradebook holds."""
        row = self.grade(person)
        return row["score"] if row else None

    def slot(self, person: str, column: str = "") -> GradeSlot:
        """Give a person's place in the outbox, as committed."""
        db.session.rollback()
        db.session.expire_all()
        found = db.session.get(GradeSlot, (self.platform_id, self.space_id, self.link_id, self.people[person], column))
        assert found
        db.session.expunge(found)
        db.session.rollback()  # an open transaction would keep the workers of SQLite from writing
        return found


@contextmanager
def lms_maker(app: Flask) -> Iterator[Callable[..., Lms]]:
    """Make practice LMSs on ports of their own; the tool's key set is served for their token requests."""
    with ExitStack() as stack:
        port = free_port()
        stack.enter_context(served(app, port))
        tool_keys.ensure_key(new_session, tool().sealer, utcnow())

        def make(profile: str = "moodle", learners: int = 3) -> Lms:
            lms_port = free_port()
            url = f"http://127.0.0.1:{lms_port}"
            sandbox = create_sandbox(SandboxSettings(url=url, tool_url="", profile=profile, client_id=f"c{lms_port}"))
            practice: Practice = sandbox.extensions["practice"]
            practice.set_tool(ToolSetup.at(f"http://127.0.0.1:{port}"))
            stack.enter_context(served(sandbox, lms_port))
            return _stored(practice, sandbox, profile, learners)

        yield make


def _stored(practice: Practice, sandbox: Flask, profile: str, learners: int) -> Lms:
    link = practice.add_activity("Jumlah", "demo/sum", maximum=100)
    found = practice.course.link(link)
    assert found
    assert found.column_id
    given = practice.registration()
    platform = Platform(
        issuer=given["issuer"], client_id=given["client_id"], name=profile, product=profile, jwks_url=given["jwks_url"],
        auth_login_url=given["auth_login_url"], auth_token_url=given["auth_token_url"],
    )  # fmt: skip
    db.session.add(platform)
    db.session.flush()
    space = Space(platform_id=platform.id, deployment_id="1", context_id="7", lineitems_url=items_url(practice),
                  ags_scopes=" ".join(sorted(AGS_SCOPES)))  # fmt: skip
    db.session.add(space)
    db.session.flush()
    row = Link(platform_id=platform.id, space_id=space.id, resource_link_id=outer_id(practice, "link", str(link)),
               activity_ref="demo/sum", lineitem_url=item_url(practice, found.column_id), may_score=True)  # fmt: skip
    db.session.add(row)
    for number in range(learners):
        practice.add_person(Account(str(1000 + number), f"Murid {1000 + number}"))
    lms = Lms(practice, sandbox, platform.id, space.id, row.id, found.column_id, {})
    db.session.flush()
    lms.link_id = row.id
    add_people(lms, [str(1000 + number) for number in range(learners)])
    tool().lti.registry.forget()
    return lms


def add_people(lms: Lms, ids: list[str]) -> None:
    """Let people of the LMS be known to the tool."""
    rows = {one: Person(platform_id=lms.platform_id, sub=outer_id(lms.practice, "person", one)) for one in ids}
    db.session.add_all(rows.values())
    db.session.flush()
    lms.people |= {one: row.id for one, row in rows.items()}
    db.session.commit()


def until(check: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something to become true; AssertionError with the outbox when it does not."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            db.session.rollback()
            rows = db.session.execute(select(GradeSlot.state, GradeSlot.reason, GradeSlot.tries)).all()
            raise AssertionError([row for row in rows if row.state != "sent"][:5])
        time.sleep(0.02)

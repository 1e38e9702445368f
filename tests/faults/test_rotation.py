"""Both sides change their keys in the middle of launches and scores, over real sockets, and nobody is refused."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask, Response, request
from sqlalchemy import func, select, update

from lms_ext.lti.tool_keys import rotate_when_due
from lms_ext.models import GradeSlot, LaunchSession, Link, Person, PlatformKeySet, ToolKey, db, utcnow
from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.claims import outer_id
from lms_ext.sandbox.keys import ToolKeys
from lms_ext.sandbox.people import Person as Account
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.settings import SandboxSettings
from lms_ext.services import outbox, platforms
from lms_ext.web.tool import new_session, tool
from tests.faults.conftest import QUICK
from tests.journeys.test_activity import document, publish
from tests.support import sum_plugin
from tests.support.apps import entered
from tests.support.databases import test_settings
from tests.support.lms import until
from tests.support.servers import free_port
from tests.support.visitor import Visitor, served

LEARNERS = 200
AGED = timedelta(days=100)


@dataclass
class Stage:
    """Tool and LMS, and what the LMS answered to the tool's service calls."""

    app: Flask
    lms: Practice
    target: str
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    signed: list[str] = field(default_factory=list)
    """Ids of the tool's keys, in the order in which the LMS saw them used."""

    def launch_and_score(self, person: str) -> int:
        """Open the activity in a browser of its own, then earn points; gives the status of the page."""
        base = self.lms.settings.url
        visitor = Visitor()
        hint = self.lms.new_hint({"kind": "link", "link": 1, "person": person, "name": person})
        login = {"iss": self.lms.issuer, "client_id": self.lms.settings.client_id, "lti_message_hint": hint,
                 "login_hint": outer_id(self.lms, "person", person), "target_link_uri": self.target}  # fmt: skip
        page = visitor.post(self.lms.tool.login_url, login)
        while page.url.startswith(base):
            page = visitor.submit(page)
        with self.app.app_context():
            sub = outer_id(self.lms, "person", person)
            who = db.session.execute(select(Person.platform_id, Person.id).where(Person.sub == sub)).one()
            link = db.session.execute(select(Link.space_id, Link.id)).one()
            outbox.enqueue(
                db.session, platform_id=who[0], space_id=link[0], link_id=link[1], person_id=who[1], given=7.0, maximum=10,
                comment="", activity_progress="Completed", grading_progress="FullyGraded", submitted_at=utcnow(), now=utcnow(),
            )  # fmt: skip
            db.session.commit()
            tool().wake_worker()
        return page.status


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    tool_port, lms_port = free_port(), free_port()
    tool_url = f"http://localhost:{tool_port}"
    sandbox = create_sandbox(
        SandboxSettings(url=f"http://127.0.0.1:{lms_port}", tool_url=tool_url, links=(("Jumlah", "demo/sum"),), token_seconds=2,
                        launch_limit=300)
    )  # fmt: skip
    with entered(test_settings(database_url, public_url=tool_url), sum=sum_plugin) as app:
        stage = Stage(app, sandbox.extensions["practice"], f"{tool_url}/lti/launch?activity=demo/sum")

        @sandbox.after_request
        def _look(response: Response) -> Response:
            if request.path == "/lti/token":
                stage.signed.append(jwt.get_unverified_header(request.form["client_assertion"])["kid"])
            if request.path == "/lti/token" or request.path.endswith("/scores"):
                stage.answers[request.path.rpartition("/")[2], response.status_code] += 1
            return response

        publish(document())
        platforms.save(db.session, stage.lms.registration(), allow_http=True)
        db.session.commit()
        with served(app, tool_port), served(sandbox, lms_port):
            yield stage
    stage.lms.store.close()


@pytest.fixture
def worker(stage: Stage) -> Iterator[None]:
    from lms_ext.worker import Worker

    stop = threading.Event()
    running = [threading.Thread(target=Worker(stage.app, QUICK).run, args=(stop,)) for _ in range(2)]
    for one in running:
        one.start()
    yield
    stop.set()
    for one in running:
        one.join()


def change(*statements: Any) -> None:
    for one in statements:
        db.session.execute(one)
    db.session.commit()


def our_key_grows_old_and_the_schedule_publishes_the_next(stage: Stage) -> None:
    change(update(ToolKey).values(signs_from=utcnow() - AGED))
    assert rotate_when_due(new_session, tool().sealer, 90, utcnow())


def two_days_pass(stage: Stage) -> None:
    """The LMS, which looks at our keys once a day and never in between, has looked; the new key may sign."""
    stage.lms.tool_keys = ToolKeys(86_400, curious=False)
    newest = db.session.execute(select(func.max(ToolKey.signs_from))).scalar_one()
    change(update(ToolKey).where(ToolKey.signs_from == newest).values(signs_from=utcnow()))
    tool().lti.signer._until = 0.0  # a process looks once a minute


def the_lms_signs_with_a_new_key(stage: Stage) -> None:
    stage.lms.keys.rotate()
    change(update(PlatformKeySet).values(attempted_at=utcnow() - timedelta(seconds=31)))  # the tool asks once in 30 s


STEPS: dict[int, Callable[[Stage], None]] = {
    50: our_key_grows_old_and_the_schedule_publishes_the_next,
    100: two_days_pass,
    130: the_lms_signs_with_a_new_key,
}


@pytest.mark.usefixtures("worker")
def test_both_sides_rotate_during_200_launches_and_200_scores_and_none_fails(stage: Stage) -> None:
    people = [str(1000 + number) for number in range(LEARNERS)]
    for one in people:
        stage.lms.add_person(Account(one, f"Murid {one}"))
    stage.lms.tool_keys = ToolKeys(86_400, curious=False)
    statuses = [stage.launch_and_score(people[0])]
    until(lambda: stage.answers["scores", 200] > 0)

    def one(number: int) -> int:
        if number in STEPS:
            with stage.app.app_context():
                STEPS[number](stage)
        return stage.launch_and_score(people[number])

    with ThreadPoolExecutor(6) as pool:
        statuses += pool.map(one, range(1, LEARNERS))
    assert statuses == [200] * LEARNERS
    until(lambda: _count(GradeSlot.state == "sent") == LEARNERS)
    assert db.session.execute(select(func.count()).select_from(LaunchSession)).scalar_one() == LEARNERS
    assert stage.answers["scores", 200] >= LEARNERS
    assert {kind for kind in stage.answers if kind[1] >= 400} <= {("scores", 401)}, "only a token that ran out on its way"
    assert len(dict.fromkeys(stage.signed)) == 2, "the old key signed, then the new one"
    theirs = {token["header"]["kid"] for message in stage.lms.messages.newest(500) for token in message["tokens"]}
    assert len(theirs - set(stage.signed)) == 2


def _count(condition: Any) -> int:
    db.session.rollback()
    number: int = db.session.execute(select(func.count()).select_from(GradeSlot).where(condition)).scalar_one()
    db.session.rollback()
    return number


def test_workers_rotate_a_key_that_is_due_by_themselves_once(stage: Stage, request: pytest.FixtureRequest) -> None:
    tool().lti.signer.sign({"a": 1})
    change(update(ToolKey).values(signs_from=utcnow() - AGED))
    request.getfixturevalue("worker")

    def keys() -> int:
        number: int = db.session.execute(select(func.count()).select_from(ToolKey)).scalar_one()
        db.session.rollback()
        return number

    until(lambda: keys() == 2)

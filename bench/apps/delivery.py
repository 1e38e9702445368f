"""Grade delivery by one worker in this process: prints CPU milliseconds per score, the whole of it and the HTTP part alone."""

import json
import sys
import threading
import time
from typing import Any

from sqlalchemy import select

from bench.apps.tool import make
from bench.platform import CLIENT
from lms_ext.api import hookimpl
from lms_ext.domain.events import GradeDelivered
from lms_ext.domain.pacing import Rules
from lms_ext.models import Link, Person, Platform, Space, db, utcnow
from lms_ext.services import delivering, outbox
from lms_ext.web.tool import tool
from lms_ext.worker import Worker

_FAST = Rules(first_rate=2_000.0, highest_rate=2_000.0)


def _seed(issuer: str, course: str, count: int) -> int:
    """Queue scores of new people of a new course; gives the platform."""
    platform = db.session.execute(select(Platform).where(Platform.issuer == issuer, Platform.client_id == CLIENT)).scalar_one()
    space = Space(platform_id=platform.id, deployment_id="1", context_id=course)
    db.session.add(space)
    db.session.flush()
    link = Link(platform_id=platform.id, space_id=space.id, resource_link_id=course, may_score=True,
                lineitem_url=f"{issuer}/lineitems/1")  # fmt: skip
    people = [Person(platform_id=platform.id, sub=f"{course}-{number}") for number in range(count)]
    db.session.add_all([link, *people])
    db.session.flush()
    for person in people:
        outbox.enqueue(
            db.session, platform_id=platform.id, space_id=space.id, link_id=link.id, person_id=person.id, given=8.0, maximum=10,
            comment="Kiriman ke-1.", activity_progress="Completed", grading_progress="FullyGraded", submitted_at=utcnow(),
            now=utcnow(),
        )  # fmt: skip
    db.session.commit()
    return platform.id


class _Counter:
    """A plugin that waits for a number of delivered grades."""

    def __init__(self) -> None:
        self.left = 0
        self.done = threading.Event()

    @hookimpl
    def on_grade_delivered(self, event: GradeDelivered) -> None:
        self.left -= event.state == "sent"
        if self.left <= 0:
            self.done.set()


def _http_part(worker: Worker, claimed: delivering.Claimed, count: int) -> float:
    platform = tool().lti.registry.all()[claimed.key[0]]
    worker._send(platform, claimed)  # noqa: SLF001 - the part of a delivery that talks to the platform; this call warms the token
    began = time.process_time()
    for _ in range(count):
        assert worker._send(platform, claimed).kind == "sent"  # noqa: SLF001 - as above
    return (time.process_time() - began) * 1000 / count


def _whole(worker: Worker, counter: _Counter, count: int) -> float:
    """Run the worker as in production until `count` queued scores are delivered."""
    counter.left = count
    counter.done.clear()
    stop = threading.Event()
    running = threading.Thread(target=worker.run, args=(stop,))
    began = time.process_time()
    running.start()
    arrived = counter.done.wait(120)
    spent = time.process_time() - began
    stop.set()
    running.join()
    if not arrived:
        raise RuntimeError(f"{counter.left} of {count} scores were not delivered")
    return spent * 1000 / count


def measure(issuer: str, count: int, rounds: int) -> dict[str, Any]:
    """Deliver `rounds` times `count` scores to one platform; gives CPU milliseconds per score, one of each a round.

    `whole` is all that the worker's process uses. The rate is set beyond what it reaches: its work counts, not its waiting.
    """
    app = make()
    whole, http = [], []
    with app.app_context():
        counter = _Counter()
        tool().plugins.add("bench-counter", counter)
        platform_id = _seed(issuer, "delivery", 1)
        claimed = delivering.take(db.session, platform_id, 1, _FAST, utcnow())
        db.session.commit()
        first = Worker(app, _FAST)
        for number in range(rounds):
            http.append(_http_part(first, claimed[0], count))
            _seed(issuer, f"delivery-{number}", count)
            db.session.remove()
            whole.append(_whole(Worker(app, _FAST), counter, count))
        first.close()
    return {"whole": whole, "http": http}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))

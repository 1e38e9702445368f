"""Grade delivery by one worker in this process: prints CPU milliseconds per score, the whole of it and the HTTP part alone."""

import json
import sys
import time
from typing import Any

from sqlalchemy import select

from bench.apps.tool import make
from bench.platform import CLIENT
from lms_ext.models import Link, Person, Platform, Space, db, utcnow
from lms_ext.services import delivering, outbox
from lms_ext.web.tool import tool
from lms_ext.worker import Worker


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


def _http_part(worker: Worker, claimed: delivering.Claimed, count: int) -> float:
    platform = tool().lti.registry.all()[claimed.key[0]]
    worker._send(platform, claimed)  # noqa: SLF001 - the part of a delivery that talks to the platform; this call warms the token
    began = time.process_time()
    for _ in range(count):
        assert worker._send(platform, claimed).kind == "sent"  # noqa: SLF001 - as above
    return (time.process_time() - began) * 1000 / count


def measure(issuer: str, count: int, rounds: int) -> dict[str, Any]:
    """Deliver `rounds` times `count` scores; gives milliseconds per score, one of each a round."""
    app = make()
    whole, http = [], []
    with app.app_context():
        worker = Worker(app)
        platform_id = _seed(issuer, "delivery", 1)
        claimed = delivering.claim(db.session, platform_id, utcnow())
        db.session.commit()
        for number in range(rounds):
            http.append(_http_part(worker, claimed[0], count))
            db.session.rollback()
            _seed(issuer, f"delivery-{number}", count)
            began, done = time.process_time(), 0
            while done < count:
                done += worker.once()
            whole.append((time.process_time() - began) * 1000 / count)
        worker.close()
    return {"whole": whole, "http": http}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))

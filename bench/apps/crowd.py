"""Grades for many platforms, some of which hang: prints seconds until the others have theirs, beside those and alone."""

import json
import socket
import sys
import threading
import time
from contextlib import suppress

from sqlalchemy import delete, func, select

from bench.apps.tool import make
from bench.processes import free_port
from lms_ext.models import DeliveryLane, GradeSlot, Link, Person, Platform, Space, db, utcnow
from lms_ext.services import outbox
from lms_ext.web.tool import tool
from lms_ext.worker import Worker


class _Deaf:
    """A server that takes every connection and never says a word."""

    def __init__(self) -> None:
        self.port = free_port()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=1024)
        self._held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                self._held.append(self._listener.accept()[0])


def _platforms(issuer: str, deaf: str, count: int, hanging: int) -> list[int]:
    """Register `count` platforms, the last `hanging` of which never answer; gives their ids."""
    rows = []
    for number in range(count):
        base = deaf if number >= count - hanging else issuer
        rows.append(
            Platform(issuer=issuer, client_id=f"crowd-{number}", name=f"LMS {number}", product="moodle", jwks_url=f"{base}/jwks",
                     auth_login_url=f"{base}/auth", auth_token_url=f"{base}/token")
        )  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        space = Space(platform_id=row.id, deployment_id="1", context_id="crowd")
        db.session.add(space)
        db.session.flush()
        base = row.auth_token_url.removesuffix("/token")
        db.session.add(Link(platform_id=row.id, space_id=space.id, resource_link_id="crowd", may_score=True,
                            lineitem_url=f"{base}/lineitems/1"))  # fmt: skip
    db.session.commit()
    return [row.id for row in rows]


def _queue(platforms: list[int], each: int) -> None:
    """Queue `each` scores for every one of these platforms, nothing else."""
    db.session.execute(delete(GradeSlot))
    db.session.execute(delete(DeliveryLane))
    for platform_id in platforms:
        link = db.session.execute(select(Link).where(Link.platform_id == platform_id)).scalar_one()
        people = [Person(platform_id=platform_id, sub=f"{time.monotonic_ns()}-{number}") for number in range(each)]
        db.session.add_all(people)
        db.session.flush()
        for person in people:
            outbox.enqueue(
                db.session, platform_id=platform_id, space_id=link.space_id, link_id=link.id, person_id=person.id, given=8.0,
                maximum=10, comment="Kiriman ke-1.", activity_progress="Completed", grading_progress="FullyGraded",
                submitted_at=utcnow(), now=utcnow(),
            )  # fmt: skip
    db.session.commit()


def _deliver(awaited: int) -> float:
    """Run one worker under the rules of production; gives seconds until so many scores were sent."""
    worker, stop = Worker(tool_app), threading.Event()
    running = threading.Thread(target=worker.run, args=(stop,), daemon=True)
    sent = select(func.count()).select_from(GradeSlot).where(GradeSlot.state == "sent")
    db.session.remove()
    began = time.perf_counter()
    running.start()
    while time.perf_counter() - began < 600:
        found = db.session.execute(sent).scalar_one()
        db.session.remove()
        if found >= awaited:
            taken = time.perf_counter() - began
            stop.set()
            running.join()
            return taken
        time.sleep(0.1)
    raise RuntimeError(f"{awaited} scores were not delivered within ten minutes")


def measure(issuer: str, count: int, hanging: int, each: int) -> dict[str, float]:
    """Deliver `each` scores to the platforms that answer: alone, then beside those that hang, then alone again."""
    deaf = _Deaf()
    with tool_app.app_context():
        ids = _platforms(issuer, f"http://127.0.0.1:{deaf.port}", count, hanging)
        tool().lti.registry.forget()
        well, taken = ids[: count - hanging], []
        for platforms in (well, ids, well):
            _queue(platforms, each)
            taken.append(_deliver(len(well) * each))
    return {"alone": (taken[0] + taken[2]) / 2, "beside": taken[1], "scores": len(well) * each}


tool_app = make()

if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], *map(int, sys.argv[2:5]))))

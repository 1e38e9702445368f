"""Two admins at the same moment: one link makes one admin, and two owners cannot remove each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import select

from lms_ext.domain.admins import CONSOLE, AdminRole
from lms_ext.domain.refusals import Refused
from lms_ext.models import Admin, db, utcnow
from lms_ext.services import admin_invites, admins, registering, shared_pace
from lms_ext.services.admins import Rights
from tests.support.admins import make_admin


def at_once(app: Flask, *works: Callable[[], object]) -> list[object]:
    """Do things in threads that begin together, each in its own transaction; gives results or codes of refusals."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        with app.app_context():
            start.wait(20)
            try:
                done = work()
                db.session.commit()
            except Refused as error:
                db.session.rollback()
                return error.refusal.code
            finally:
                db.session.remove()
            return done

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_two_owners_cannot_remove_each_other(app: Flask) -> None:
    for turn in range(3):
        one, other = (make_admin(f"{name}{turn}") for name in ("satu", "dua"))
        for left in db.session.execute(select(Admin).where(Admin.id.not_in([one, other]))).scalars():
            left.disabled_at = utcnow()
        db.session.commit()
        db.session.remove()
        done = at_once(app, lambda: bool(admins.disable(db.session, CONSOLE, one, utcnow())),  # noqa: B023 - called at once
                       lambda: bool(admins.disable(db.session, CONSOLE, other, utcnow())))  # noqa: B023  # fmt: skip
        assert sorted(map(str, done)) == ["True", "admin-last-owner"]
        assert admins.has_owner(db.session)


def test_one_link_makes_one_admin(app: Flask) -> None:
    token = admin_invites.invite(db.session, CONSOLE, "", "", Rights(AdminRole.OWNER), utcnow())
    db.session.commit()
    db.session.remove()

    def accept(login: str) -> Callable[[], object]:
        return lambda: admin_invites.accept(db.session, token, login, login, "rumah kebun angin timur", utcnow()).login

    done = at_once(app, accept("satu"), accept("dua"), accept("tiga"))
    assert list(map(str, done)).count("invite-over") == 2
    assert len(db.session.execute(select(Admin)).all()) == 1


def test_tries_at_once_are_all_counted(app: Flask) -> None:
    counted = [shared_pace.Counted(key, shared_pace.Pace(5, 60)) for key in ("b", "a")]
    db.session.remove()
    waits = at_once(app, *[lambda: shared_pace.take(db.session, counted, utcnow())] * 8)
    assert waits.count(0) == 5


def test_one_invitation_is_held_by_one_registration(app: Flask) -> None:
    """Two tabs of an LMS would else register twice, and the second would take the first one's place."""
    for _ in range(3):
        _, secret = registering.invite(db.session, utcnow())
        db.session.commit()
        db.session.remove()
        held = at_once(app, *[lambda: bool(registering.hold(db.session, secret, utcnow()).id)] * 4)  # noqa: B023 - called at once
        assert sorted(map(str, held)) == ["True", *["invite-busy"] * 3]

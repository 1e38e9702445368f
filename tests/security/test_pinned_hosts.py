"""Tokens for a platform's services go to hosts of its registration only, whatever a signed message or a stored row says (A8)."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms_ext.domain import hosts
from lms_ext.domain.admins import AdminRole
from lms_ext.domain.quirks import Quirks
from lms_ext.lti.pins import pinned
from lms_ext.lti.quirks.blackboard import Blackboard
from lms_ext.lti.quirks.brightspace import Brightspace
from lms_ext.lti.quirks.canvas import Canvas
from lms_ext.lti.quirks.moodle import Moodle
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tokens import ForeignHost, Tokens
from lms_ext.models import (
    AskedHost,
    GradeColumn,
    GradeSlot,
    Link,
    NoticeService,
    Person,
    Platform,
    Roster,
    Space,
    db,
    utcnow,
)
from lms_ext.services import outbox, platform_hosts, platforms, readings
from lms_ext.web import checking
from lms_ext.web.tool import new_session, tool
from lms_ext.worker import Worker
from tests.faults.conftest import QUICK
from tests.support.admins import signed_in
from tests.support.answers import Answers, answering
from tests.support.lms import Lms, lms_maker, until
from tests.support.platform import key_server, launch, register

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
NOTICES = "https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice"
SCOPES = [f"https://purl.imsglobal.org/spec/lti-ags/scope/{one}" for one in ("score", "lineitem", "result.readonly")]


@pytest.fixture
def worker(app: Flask) -> Iterator[Worker]:
    one = Worker(app, QUICK)
    yield one
    one.close()


@pytest.fixture
def lms(app: Flask) -> Iterator[Answers]:
    """Give the registered LMS's token endpoint."""
    with answering() as server:
        server.json("/token", {"access_token": "rahasia", "expires_in": 3600})
        yield server


@pytest.fixture
def other() -> Iterator[Answers]:
    """Give a host that no registration names; it would take anything."""
    with answering() as server:
        for path in ("/items", "/results", "/groups"):
            server.json(path, [])
        server.json("/members", {"members": []})
        server.json("/notices", {"notice_handlers": []})
        yield server


@pytest.fixture
def platform(lms: Answers) -> Iterator[Platform]:
    with key_server() as server:
        one = register(server)
        one.auth_token_url = f"{lms.url}/token"
        db.session.commit()
        yield one


def services(host: str) -> dict[str, Any]:
    """Give the claims of a launch that names services there."""
    return {
        AGS: {"scope": SCOPES, "lineitem": f"{host}/items/1", "lineitems": f"{host}/items"},
        NRPS: {"context_memberships_url": f"{host}/members", "service_versions": ["2.0"]},
        GROUPS: {"context_groups_url": f"{host}/groups", "scope": ["https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"],
                 "service_versions": ["1.0"]},
        NOTICES: {"platform_notification_service_url": f"{host}/notices", "service_versions": ["1.0"],
                  "scope": ["https://purl.imsglobal.org/spec/lti/scope/noticehandlers"]},
    }  # fmt: skip


def ask_for_everything(platform_id: int) -> None:
    """Queue a score, and have results, class list and notices be due."""
    link = db.session.execute(select(Link)).scalar_one()
    person = db.session.execute(select(Person)).scalar_one()
    now = utcnow() - timedelta(seconds=1)
    outbox.enqueue(
        db.session, platform_id=platform_id, space_id=link.space_id, link_id=link.id, person_id=person.id, given=7.0, maximum=10,
        comment="", activity_progress="Completed", grading_progress="FullyGraded", submitted_at=now, now=now,
    )  # fmt: skip
    readings.ask(db.session, (platform_id, link.space_id, link.id), "", now)
    db.session.commit()


def work(worker: Worker) -> None:
    worker.once()
    db.session.execute(update(GradeColumn).values(read_due_at=utcnow() - timedelta(seconds=1)))
    db.session.commit()
    for one in worker._columns:
        one._look_at = 0.0
    worker.once()
    with worker._app.app_context():
        worker._rosters.once()
        worker.tell_services()


def standing() -> dict[str, str]:
    """Give why each service waits."""
    db.session.rollback()
    found = {
        "grade": db.session.execute(select(GradeSlot.state.concat(" ").concat(GradeSlot.reason))).scalar_one(),
        "results": db.session.execute(select(GradeColumn.read_trouble)).scalar_one(),
        "members": db.session.execute(select(Roster.trouble)).scalar_one(),
        "notices": db.session.execute(select(NoticeService.last_error)).scalar_one(),
    }
    db.session.rollback()
    return found


def test_a_signed_launch_that_names_services_elsewhere_opens_and_no_token_leaves(
    client: FlaskClient, platform: Platform, lms: Answers, other: Answers, worker: Worker
) -> None:
    platform_id = platform.id
    assert launch(client, **services(other.url)).status_code == 303, "the learner is not kept out"
    ask_for_everything(platform_id)
    work(worker)
    assert other.asked == []
    assert lms.asked == [], "nor was a token asked for"
    assert standing() == {
        "grade": "parked foreign-host", "results": "foreign-host", "members": "foreign-host", "notices": "foreign-host"
    }  # fmt: skip
    assert [(one.host, one.status) for one in platform_hosts.asked(db.session, platform_id)] == [(other.url, "pending")]
    db.session.rollback()
    checks = {one.name: one for one in checking.run(db.session.get_one(Platform, platform_id))}
    assert other.asked == []
    assert other.url in checks["lineitems"].fact["en"]
    assert checks["roster"].remedy
    assert "Other addresses" in checks["roster"].remedy["en"]


def test_one_click_lets_everything_that_waited_go_there(
    app: Flask, client: FlaskClient, platform: Platform, other: Answers, worker: Worker
) -> None:
    platform_id = platform.id
    launch(client, **services(other.url))
    ask_for_everything(platform_id)
    work(worker)
    auditor, admin = signed_in(app, AdminRole.AUDITOR), signed_in(app)
    assert "Alamat menunggu" in admin.get("/admin/platforms").text
    page = admin.get(f"/admin/platforms/{platform_id}").text
    assert other.url in page
    assert "Izinkan hanya bila alamat itu milik LMS ini" in page
    with app.app_context():  # a request in this test's context would keep its language
        admin.get("/language/en")
    with app.app_context():
        page = admin.get(f"/admin/platforms/{platform_id}").text
    assert "Allow it only if the host belongs" in page
    admin.get(f"/admin/platforms/{platform_id}")
    assert 'value="active"' not in auditor.get(f"/admin/platforms/{platform_id}").text
    here = f"/admin/platforms/{platform_id}/hosts"
    for status in ("active", "disabled"):
        assert admin.post(here, host="https://never.named", status=status).status_code == 404
    assert admin.post(here, host=other.url, status="maybe").status_code == 400
    assert auditor.post(here, host=other.url, status="active").status_code == 403
    assert admin.post(here, host=other.url, status="active").status_code == 303
    work(worker)
    asked = {path.partition("?")[0]: headers for _, path, headers, _ in other.asked}
    assert set(asked) >= {"/items/1/scores", "/items/1/results", "/members", "/notices"}
    assert {headers["Authorization"] for headers in asked.values()} == {"Bearer rahasia"}
    assert db.session.get_one(Platform, platform_id).other_hosts == other.url
    assert platform_hosts.asked(db.session, platform_id) == []


def test_what_an_admin_leaves_out_stays_out_and_asks_no_more(
    app: Flask, client: FlaskClient, platform: Platform, other: Answers, worker: Worker
) -> None:
    platform_id = platform.id
    launch(client, **services(other.url))
    ask_for_everything(platform_id)
    work(worker)
    admin = signed_in(app)
    assert admin.post(f"/admin/platforms/{platform_id}/hosts", host=other.url, status="disabled").status_code == 303
    assert "Alamat menunggu" not in admin.get("/admin/platforms").text
    admin.post(f"/admin/grades/{platform_id}/resend", reason="foreign-host")
    work(worker)
    assert other.asked == []
    assert standing()["grade"] == "parked foreign-host", "kept, and not lost"
    assert [one.status for one in platform_hosts.asked(db.session, platform_id)] == ["disabled"]


@pytest.fixture
def make(app: Flask) -> Iterator[Callable[..., Lms]]:
    with lms_maker(app) as maker:
        yield maker


def test_a_grade_of_a_school_s_own_address_arrives_once_it_is_listed(
    app: Flask, make: Callable[..., Lms], worker: Worker
) -> None:
    """The practice LMS answers at two names, as Canvas does at a school's."""
    one = make(learners=1)
    url = db.session.get_one(Platform, one.platform_id).issuer
    school = url.replace("127.0.0.1", "localhost")
    link = db.session.get_one(Link, (one.platform_id, one.space_id, one.link_id))
    link.lineitem_url = link.lineitem_url.replace(url, school)
    db.session.commit()
    one.score("1000", 8.0)
    worker.once()
    assert (one.slot("1000").reason, one.held("1000")) == ("foreign-host", None)
    admin = signed_in(app)
    here = f"/admin/platforms/{one.platform_id}/settings"
    assert admin.post(here, name="LMS", other_hosts=f"https://*.sekolah.sch.id\n{school}/").status_code == 303
    until(lambda: bool(worker.once()) or one.held("1000") is not None)
    assert one.held("1000") == 8.0
    assert admin.post(here, name="LMS", other_hosts="").status_code == 303
    tool().lti.registry.forget()
    one.score("1000", 9.0)
    worker.once()
    assert (one.slot("1000").reason, one.held("1000")) == ("foreign-host", 8.0), "what was taken off the list counts at once"


def test_the_list_is_checked_and_what_was_typed_stays(app: Flask, platform: Platform) -> None:
    platform_id = platform.id
    admin = signed_in(app)
    here = f"/admin/platforms/{platform_id}"
    for language, said in (("id", "jangan terlalu luas"), ("en", "nothing too wide")):
        with app.app_context():
            admin.get(f"/language/{language}")
        tool().lti.registry.forget()
        with app.app_context():
            answer = admin.post(f"{here}/settings", name="Nama baru", other_hosts="https://baik.example, https://*.sch.id")
        assert answer.status_code == 422
        assert said in answer.text
        assert "https://baik.example, https://*.sch.id" in answer.text
        assert 'value="Nama baru"' in answer.text
    many = " ".join(f"https://h{number}.example" for number in range(31))
    assert admin.post(f"{here}/settings", other_hosts=many).status_code == 422
    assert db.session.get_one(Platform, platform_id).other_hosts == ""
    db.session.rollback()
    assert re.search(r"frame-ancestors [^;]*", admin.get(here).headers["Content-Security-Policy"])
    given = {"issuer": "https://x.example", "client_id": "c9", "auth_login_url": "https://x.example/a",
             "auth_token_url": "https://x.example/t", "jwks_url": "https://x.example/j"}  # fmt: skip
    with pytest.raises(platforms.BadPlatform, match="other_hosts"):
        platforms.save(db.session, given | {"other_hosts": ["http://x.example"]}, allow_http=False)
    saved = platforms.save(db.session, given | {"other_hosts": ["https://Y.example:443/"]}, allow_http=False)
    assert saved.platform.other_hosts == "https://y.example"


def test_a_host_that_an_admin_just_allowed_is_allowed_in_processes_that_know_the_platform_from_before(platform: Platform) -> None:
    before, elsewhere = tool().lti.registry.all()[platform.id], "https://canvas.sekolah.sch.id/api"
    tokens = Tokens(tool().lti.outbound, tool().lti.signer, new_session)
    for _ in range(2):  # it is noted once
        with pytest.raises(ForeignHost):
            tokens.check_host(before, Quirks(), elsewhere)
    db.session.rollback()
    assert [one.host for one in platform_hosts.asked(db.session, platform.id)] == ["https://canvas.sekolah.sch.id"]
    platform_hosts.change(db.session, platform, "https://*.sekolah.sch.id", utcnow())
    db.session.commit()
    assert not before.other_hosts
    tokens.check_host(before, Quirks(), elsewhere)


def test_a_full_list_takes_no_more_and_a_host_that_it_does_not_cover_waits_on(app: Flask, platform: Platform) -> None:
    platform_id, waits = platform.id, "https://satu.lagi.example"
    platform_hosts.note(db.session, platform_id, waits, utcnow())
    db.session.commit()
    admin = signed_in(app)
    here = f"/admin/platforms/{platform_id}"
    full = " ".join(f"https://h{number}.example" for number in range(hosts.MOST))
    assert admin.post(f"{here}/settings", name="LMS", other_hosts=full).status_code == 303
    refused = admin.post(f"{here}/hosts", host=waits, status="active")
    assert (refused.status_code, f"h29.example {waits}" in refused.text) == (422, True)
    db.session.rollback()
    assert db.session.get_one(Platform, platform_id).other_hosts == full
    assert [(one.host, one.status) for one in platform_hosts.asked(db.session, platform_id)] == [(waits, "pending")]
    db.session.rollback()


def test_a_platform_cannot_fill_the_page_with_hosts(platform: Platform) -> None:
    for number in range(200):
        if not platform_hosts.is_noted(db.session, platform.id, f"https://h{number}.example"):
            platform_hosts.note(db.session, platform.id, f"https://h{number}.example", utcnow())
    assert len(db.session.execute(select(AskedHost)).scalars().all()) == 50


CANVAS = ("https://canvas.instructure.com", "https://sso.canvaslms.com/api/lti/authorize_redirect",
          "https://sso.canvaslms.com/login/oauth2/token",
          "https://sso.canvaslms.com/api/lti/security/jwks")  # fmt: skip
BLACKBOARD = ("https://blackboard.com", "https://developer.blackboard.com/api/v1/gateway/oidcauth",
              "https://developer.blackboard.com/api/v1/gateway/oauth2/jwttoken",
              "https://developer.blackboard.com/jwks.json")  # fmt: skip
BRIGHTSPACE = ("https://elearning.kampus.ac.id", "https://elearning.kampus.ac.id/d2l/lti/authenticate",
               "https://auth.brightspace.com/core/connect/token",
               "https://elearning.kampus.ac.id/d2l/.well-known/jwks")  # fmt: skip
MOODLE = tuple(f"https://moodle.sekolah.sch.id{one}" for one in ("", "/auth.php", "/token.php", "/certs.php"))
OWN = tuple(f"https://canvas.kampus.ac.id{one}" for one in ("", "/auth", "/token", "/jwks"))


def known(named: tuple[str, ...], listed: str = "") -> KnownPlatform:
    issuer, login, token, jwks = named
    return KnownPlatform(1, issuer, "c", "LMS", "", "active", login, token, "", jwks, listed, {})


@pytest.mark.parametrize(
    ("named", "quirks", "listed", "url", "fit"),
    [
        (CANVAS, Canvas(), "", "https://sekolah.instructure.com/api/lti/courses/1/line_items/2", True),
        (CANVAS, Canvas(), "", "https://canvas.sekolah.sch.id/api/lti/courses/1/line_items", False),
        (CANVAS, Canvas(), "https://canvas.sekolah.sch.id", "https://canvas.sekolah.sch.id/api/lti/courses/1/line_items", True),
        (CANVAS, Canvas(), "https://*.sekolah.sch.id", "https://canvas.sekolah.sch.id/api", True),
        (CANVAS, Canvas(), "https://*.sekolah.sch.id", "https://sekolah.sch.id/api", False),
        (CANVAS, Canvas(), "https://*.sekolah.sch.id", "https://jahatsekolah.sch.id/api", False),
        (CANVAS, Canvas(), "", "https://instructure.com.evil.example/", False),
        (CANVAS, Canvas(), "", "https://evilinstructure.com/", False),
        (CANVAS, Canvas(), "", "http://sekolah.instructure.com/", False),
        (CANVAS, Canvas(), "", "https://sekolah.instructure.com:8443/", False),
        (OWN, Canvas(), "", "https://canvas.kampus.ac.id:443/api", True),
        (OWN, Canvas(), "", "https://orang-lain.instructure.com/api", False),
        (BLACKBOARD, Blackboard(), "", "https://kampus.blackboard.com/learn/api/v1/lti/courses/_1/lineItems", True),
        (BLACKBOARD, Blackboard(), "", "https://bb.kampus.ac.id/learn/api", False),
        (BRIGHTSPACE, Brightspace(), "", "https://elearning.kampus.ac.id/d2l/api/lti/ags/2.0/x", True),
        (BRIGHTSPACE, Brightspace(), "", "https://api.brightspace.com/x", True),
        (MOODLE, Moodle(), "", "https://moodle.sekolah.sch.id/mod/lti/services.php/7/lineitems?type_id=1", True),
        (MOODLE, Moodle(), "", "https://MOODLE.sekolah.sch.id/x", True),
        (MOODLE, Quirks(), "", "https://evil.example/x", False),
        (MOODLE, Quirks(), "", "https://moodle.sekolah.sch.id@evil.example/x", False),
        (MOODLE, Quirks(), "", "https://u:p@moodle.sekolah.sch.id/x", False),
        (MOODLE, Quirks(), "", "https://moodle.sekolah.sch.id\\@evil.example/x", False),
        (MOODLE, Quirks(), "", "https://moodle.sekolah.sch.id\\.evil.example/x", False),
        (MOODLE, Quirks(), "", "//moodle.sekolah.sch.id/x", False),
        (MOODLE, Quirks(), "", "https://moodle.sekolah.sch.id:99999/x", False),
        (MOODLE, Quirks(), "", "", False),
    ],
)
def test_which_hosts_are_an_lms_s_own(named: tuple[str, ...], quirks: Quirks, listed: str, url: str, *, fit: bool) -> None:
    assert pinned(known(named, listed), quirks, url) is fit


@pytest.mark.parametrize("written", ["", "x", "https://", "https://*", "https://*.id", "https://*.sch.id", "https://a.example/x",
                                     "https://a b", "javascript:x", "https://a.example;x", "https://*.*.example", "https://a..b",
                                     "https://u@a.example",
                                     "https://a.example:99999", "http://a.example", "https://é.example"])  # fmt: skip
def test_what_is_no_host_is_not_listed(written: str) -> None:
    assert hosts.listed(written, allow_http=False) == ""


def test_an_address_that_is_none_is_told_as_such(app: Flask, platform: Platform, other: Answers, worker: Worker) -> None:
    del app
    space = Space(platform_id=platform.id, deployment_id="1", context_id="7", ags_scopes=" ".join(SCOPES))
    person = Person(platform_id=platform.id, sub="42")
    db.session.add_all([space, person])
    db.session.flush()
    db.session.add(Link(platform_id=platform.id, space_id=space.id, resource_link_id="9", may_score=True,
                        lineitem_url=other.url.replace("://", "://u:p@")))  # fmt: skip
    db.session.commit()
    ask_for_everything(platform.id)
    worker.once()
    db.session.rollback()
    assert db.session.execute(select(GradeSlot.reason)).scalar_one() == "bad-address"
    assert db.session.execute(select(AskedHost)).first() is None
    db.session.execute(update(GradeSlot).values(state="sent"))
    assert other.asked == []

"""Addresses that a launch does not lead to, and activities that are gone: each is a clear refusal, and nothing changes by it."""

# ruff: noqa: F811 - fixtures of another file

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms_ext.models import Attempt, GradeColumn, LaunchSession, Link, db, utcnow
from lms_ext.web.tool import tool
from tests.journeys.test_choosing import TEACHER, Teacher, activity, app, link_launch, publish  # noqa: F401 - fixtures
from tests.support.pages import read
from tests.support.platform import KeyServer

HTTPS = "https://localhost"
RETURN = "https://lms.example/course/7"


def told(client: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    """Open a page, or send a form; gives status and code of the refusal."""
    answer = client.post(address, data=form, base_url=HTTPS) if form else client.get(address, base_url=HTTPS)
    found = re.search(r"([a-z-]+) · [0-9A-F]{4}-[0-9A-F]{4}", answer.text)
    return answer.status_code, found[1] if found else ""


def csrf(client: FlaskClient, address: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(address, base_url=HTTPS).text)
    assert found
    return found[1]


def test_a_launch_to_choose_has_no_activity(app: Flask, keys: KeyServer) -> None:
    client = app.test_client()
    teacher = Teacher(client, keys)
    home = teacher.url.removesuffix("/choose")
    landed = client.get(home, base_url=HTTPS)
    assert (landed.status_code, landed.headers["Location"]) == (303, f"{home}/choose")
    assert told(client, f"{home}/home") == (404, "not-chosen")
    assert told(client, f"{home}/a/sum") == (404, "not-found")
    assert told(client, f"{home}/copied", csrf=teacher.button("Tambahkan")["value"], source="") == (404, "not-chosen")
    assert told(client, f"{home}/copied", source="")[0] == 403


def test_a_link_opens_its_own_activity_only(client: FlaskClient, keys: KeyServer) -> None:
    home = link_launch(client, roles=["Learner"], activity="demo/sum")
    assert told(client, f"{home}/a/sum") == (200, "")
    assert told(client, f"{home}/a/refleksi") == (404, "not-found")
    assert told(client, f"{home}/home") == (404, "not-found"), "the link is no pack's"


def test_an_activity_that_the_author_took_out_is_gone_and_its_work_stays(client: FlaskClient, keys: KeyServer) -> None:
    home = link_launch(client, roles=["Learner"], activity="demo")
    assert told(client, f"{home}/a/sum") == (200, "")
    publish("demo", activity("refleksi", "Refleksi"))
    assert told(client, f"{home}/a/sum") == (404, "activity-gone")
    db.session.rollback()
    assert db.session.scalars(select(Attempt.activity_ref)).all() == ["demo/sum"]


def test_an_activity_whose_plugin_is_out_is_unavailable(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    home = link_launch(client, roles=["Learner"], activity="demo/sum")
    assert told(client, f"{home}/a/sum") == (200, "")
    tool().plugins.strict = False
    tool().plugins.quarantine("sum", "it misbehaved")
    assert told(client, f"{home}/a/sum")[1] == "activity-unavailable"
    db.session.rollback()
    assert db.session.scalars(select(Attempt.activity_ref)).all() == ["demo/sum"]


def test_a_teacher_may_leave_a_link_that_opens_nothing_as_it_is(client: FlaskClient, keys: KeyServer) -> None:
    home = link_launch(client, roles=TEACHER, activity="demo/old")
    token = csrf(client, home)
    back = client.post(f"{home}/choose/cancel", data={"csrf": token}, base_url=HTTPS)
    assert (back.status_code, back.headers["Location"]) == (303, RETURN)
    db.session.rollback()
    assert db.session.scalars(select(Link.activity_ref)).all() == ["demo/old"]


def test_times_that_nobody_can_read_are_told(app: Flask, keys: KeyServer) -> None:
    teacher = Teacher(app.test_client(), keys)
    for times in ({"starts": "besok"}, {"starts": "2026-12-02T08:00", "ends": "2026-12-01T08:00"}):
        refused = teacher.post("demo/sum", **times)
        assert refused.status_code == 422, times
        assert read(refused.text).all("input", name="starts")[0]["value"] == times["starts"], "what was typed stays"
    assert teacher.post("demo/sum", starts="2026-12-01T08:00", ends="2026-12-02T08:00").status_code == 200


def test_a_whole_pack_is_previewed_by_what_is_in_it(app: Flask, keys: KeyServer) -> None:
    teacher = Teacher(app.test_client(), keys)
    listed, shown = teacher.page.words, teacher.get("?show=demo").words
    assert "Seperti dilihat peserta" not in shown
    assert shown.count("Refleksi soal-soal") == listed.count("Refleksi soal-soal") + 1


def test_a_new_tab_is_for_the_page_that_asks_and_while_the_session_lasts(client: FlaskClient, keys: KeyServer) -> None:
    home = link_launch(client, roles=["Learner"], activity="demo/sum")
    framed = client.get(home, base_url=HTTPS, headers={"Sec-Fetch-Dest": "iframe"}).text
    found = re.search(r'name="pass" value="([^"]+)"', framed)
    assert found
    other = client.application.test_client()

    def open_tab(site: str, **form: str) -> tuple[int, str]:
        answer = other.post(f"{home}/tab", data=form, base_url=HTTPS, headers={"Sec-Fetch-Site": site})
        return answer.status_code, answer.headers.get("Location", "")

    assert open_tab("cross-site", **{"pass": found[1], "next": home})[0] == 403
    assert open_tab("same-origin", **{"pass": found[1][:-4], "next": home})[0] == 403
    assert open_tab("same-origin", **{"pass": found[1], "next": "https://evil.example/"}) == (303, home)
    assert open_tab("same-origin", **{"pass": found[1], "next": f"{home}/a/sum"}) == (303, f"{home}/a/sum")
    assert told(other, f"{home}/a/sum") == (200, "")
    db.session.execute(update(LaunchSession).values(expires_at=utcnow()))
    db.session.commit()
    assert open_tab("same-origin", **{"pass": found[1], "next": home})[0] == 401


def test_grades_are_read_only_where_the_lms_lets_us(client: FlaskClient, keys: KeyServer) -> None:
    home = link_launch(client, roles=TEACHER, activity="demo/sum")
    page = f"{home}/a/sum/class"
    asked = client.post(f"{page}/read", data={"csrf": csrf(client, f"{home}/a/sum")}, base_url=HTTPS)
    assert asked.headers["Location"] == f"{page}?read=1"
    db.session.rollback()
    assert db.session.scalars(select(GradeColumn.read_due_at)).all() == [], "there is no gradebook to read"


@pytest.mark.parametrize("ref", ["0-0-zzzzzzzzzzzzz", "zzzzzzz-1-1", "1-1", "1-1-1-1"])
def test_an_address_that_no_launch_can_have_is_no_page(client: FlaskClient, ref: str) -> None:
    assert client.get(f"/l/{ref}", base_url=HTTPS).status_code == 404

"""A teacher chooses activities from the LMS, without scripts; the LMS checks our signature and launches what was chosen."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms_ext.models import Link, db
from lms_ext.models.base import utcnow
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services import publishing
from lms_ext.settings import Settings
from lms_ext.web.tool import tool
from tests.support import sum_plugin
from tests.support.apps import entered
from tests.support.pages import Element, press, read
from tests.support.platform import KeyServer, begin, claims, launch, post, token
from tests.support.sum_plugin import CRASH

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
RETURN = "https://lms.example/return?course=7"
TEACHER = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]


def activity(name: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": "sum", "title": {"id": title}, "points": 10, "attempts": 2,
            "config": {"first": 2, "second": 3}} | more  # fmt: skip


def publish(pack_id: str, *activities: dict[str, Any]) -> None:
    content = {"format": 1, "id": pack_id, "version": "1.0.0", "title": {"id": f"Paket {pack_id}"}, "language": "id",
               "licence": "CC0", "authors": ["T"],
               "units": [{"id": "u1", "title": {"id": "Unit"}, "activities": list(activities)}]}  # fmt: skip
    pack = pack_from_document(content, tool().plugins.activity_types)
    publishing.publish(db.session, pack, {}, utcnow())
    db.session.commit()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with entered(settings, sum=sum_plugin) as app:
        publish(
            "demo",
            activity("sum", "Jumlah", summary={"id": "Menghitung bersama"}, experience="mengaplikasi"),
            activity("refleksi", "Refleksi soal-soal", points=0, tags=["prinsip:bermakna", "dimensi:kreativitas"]),
        )
        publish("lain", activity("jumat", "Kegiatan Jum'at"))
        yield app


class Teacher:
    """A browser without scripts in a deep linking launch."""

    def __init__(self, client: FlaskClient, keys: KeyServer, **settings: Any) -> None:
        asked = {"deep_link_return_url": RETURN, "accept_types": ["ltiResourceLink"],
                 "accept_presentation_document_targets": ["iframe", "window"]} | settings  # fmt: skip
        self.client = client
        answer = launch(client, message_type="LtiDeepLinkingRequest", roles=TEACHER, resource_link=...,
                        **{DL + "deep_linking_settings": asked})  # fmt: skip
        assert answer.status_code == 303, answer.text
        self.url = answer.headers["Location"]
        self.page = self.get()

    def get(self, query: str = "") -> Element:
        answer = self.client.get(f"{self.url}{query}", base_url="https://localhost")
        assert answer.status_code == 200, answer.text
        return read(answer.text)

    def do(self, button: Element, **filled: Any) -> TestResponse:
        sent = press(self.page, button, **filled)
        if sent.method == "get":
            return self.client.get(f"{sent.url}?{urlencode(sent.fields)}", base_url="https://localhost")
        data: dict[str, list[str]] = {}
        for name, value in sent.fields:
            data.setdefault(name, []).append(value)
        return self.client.post(sent.url, data=data, base_url="https://localhost")

    def go(self, button: Element, **filled: Any) -> None:
        answer = self.do(button, **filled)
        assert answer.status_code == 200, answer.text
        self.page = read(answer.text)

    def button(self, words: str) -> Element:
        return next(one for one in self.page.all("button") if one.words == words)

    def post(self, *refs: str, path: str = "", **more: str) -> TestResponse:
        csrf = self.button("Tambahkan")["value"]
        return self.client.post(self.url + path, data={"csrf": csrf, "pick": list(refs), **more}, base_url="https://localhost")

    def titles(self) -> list[str]:
        return [one.one("strong").words for one in self.page.all("button", name="show") if one.all("strong")]


def sent_token(client: FlaskClient, answer: TestResponse) -> dict[str, Any]:
    """Read what the page would post, as the LMS reads it: with our published keys."""
    assert answer.status_code == 200, answer.text
    form = read(answer.text).one("form")
    assert form["method"] == "post"
    written = form.one("input", name="JWT")["value"]
    header = jwt.get_unverified_header(written)
    published = client.get("/lti/jwks").json["keys"]
    key = next(jwt.PyJWK(one) for one in published if one["kid"] == header["kid"])
    assert header["alg"] == "RS256"
    return dict(jwt.decode(written, key, algorithms=["RS256"], audience="https://lms.example", issuer="c1"))


@pytest.fixture
def teacher(client: FlaskClient, keys: KeyServer) -> Teacher:
    return Teacher(client, keys)


def test_what_is_chosen_reaches_the_lms_signed_and_launches_with_the_chosen_points(teacher: Teacher, client: FlaskClient) -> None:
    answer = teacher.do(teacher.button("Tambahkan"), tick=("demo/sum", "demo/refleksi", "lain"), **{"p.demo/sum": "80"})
    body = sent_token(client, answer)
    assert read(answer.text).one("form")["action"] == RETURN
    assert read(answer.text).one("form").all("button")
    assert "form-action https://lms.example;" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert body["exp"] - body["iat"] == 600
    assert body["nonce"]
    assert (body[LTI + "deployment_id"], body[LTI + "version"]) == ("1", "1.3.0")
    assert body[LTI + "message_type"] == "LtiDeepLinkingResponse"
    assert DL + "data" not in body
    first, second, whole = sorted(body[DL + "content_items"], key=lambda one: one["url"], reverse=True)[0:3]
    by_ref = {one["custom"]["activity"]: one for one in (first, second, whole)}
    graded, ungraded, pack = by_ref["demo/sum"], by_ref["demo/refleksi"], by_ref["lain"]
    assert {one["type"] for one in by_ref.values()} == {"ltiResourceLink"}
    column = graded["lineItem"]
    assert (column["label"], column["scoreMaximum"], column["resourceId"], column["tag"]) == ("Jumlah", 80, "demo/sum", "sum")
    assert graded["url"].startswith(column["submissionReview"]["url"])
    assert column["gradesReleased"]
    assert graded["custom"]["submission_end"] == "$ResourceLink.submission.endDateTime"
    assert not {"available", "submission"} & graded.keys()
    uuid = graded["custom"]["link_uuid"]  # in both places: one LMS forgets parameters, another addresses
    assert graded["url"] == f"http://localhost:8000/lti/launch?activity=demo/sum&link={uuid}"
    assert (graded["title"], graded["text"], graded["custom"]["points"]) == ("Jumlah", "Menghitung bersama", "80")
    assert "lineItem" not in ungraded
    assert ungraded["custom"]["points"] == "0"
    assert "points" not in pack["custom"]
    assert pack["url"].partition("&")[0].endswith("?activity=lain")
    assert {"iframe", "window"} <= graded.keys()
    assert len({one["custom"]["link_uuid"] for one in by_ref.values()}) == 3

    custom = graded["custom"]
    begun = begin(client, target_link_uri=graded["url"])
    for points in (None, "1"):  # the second launch of the same link changes nothing
        later = begin(client, target_link_uri=graded["url"]) if points else begun
        told = claims(later.nonce, custom=custom | ({"points": points} if points else {}), target_link_uri=graded["url"])
        assert post(client, state=later.state, id_token=token(told)).status_code == 303
    link = db.session.execute(select(Link)).scalar_one()
    assert (link.activity_ref, link.points) == ("demo/sum", 80)


def test_searching_filtering_and_previewing_keep_the_ticks_and_points(teacher: Teacher, client: FlaskClient) -> None:
    teacher.go(teacher.button("Cari"), tick=("lain/jumat",), q="REFLEKSINYA", **{"p.lain/jumat": "55"})
    assert teacher.titles() == ["Kegiatan Jum'at", "Refleksi soal-soal"]  # what is ticked stands first
    teacher.go(teacher.page.one("button", name="show", value="demo/refleksi"))
    assert "2 + 3" in teacher.page.one("fieldset", class_="picker-work").words
    assert teacher.page.one("fieldset", class_="picker-work")["disabled"]
    teacher.go(next(one for one in teacher.page.all("button") if one.words == "Pilih ini"))
    body = sent_token(client, teacher.do(teacher.button("Tambahkan")))
    points = {one["custom"]["activity"]: one["custom"]["points"] for one in body[DL + "content_items"]}
    assert points == {"lain/jumat": "55", "demo/refleksi": "0"}


def test_words_and_tags_find_what_they_should(teacher: Teacher) -> None:
    for query, titles in [
        ("q=soal+soal", ["Refleksi soal-soal"]),
        ("q=jumat", ["Kegiatan Jum'at"]),
        ("tag=dimensi:kreativitas", ["Refleksi soal-soal"]),
        ("tag=pengalaman:mengaplikasi", ["Jumlah"]),
        ("kind=pack", ["Seluruh paket, lewat beranda kursus"] * 2),
        ("pack=lain&kind=sum", ["Kegiatan Jum'at"]),
        ("q=tidakada", []),
    ]:
        teacher.page = teacher.get(f"?{query}")
        assert teacher.titles() == titles, query
    teacher.page = teacher.get("?q=refleski")
    assert teacher.button("Cari “refleksi”")["value"] == "refleksi"


def test_a_selection_is_answered_once(teacher: Teacher, client: FlaskClient) -> None:
    assert teacher.post("demo/sum").status_code == 200
    for again in (teacher.post("demo/sum"), teacher.post(path="/cancel"), client.get(teacher.url, base_url="https://localhost")):
        assert again.status_code == 409
        assert "already-answered" in again.text
        assert "JWT" not in again.text


def test_cancelling_sends_no_items_and_a_message(client: FlaskClient, keys: KeyServer) -> None:
    teacher = Teacher(client, keys, data="op=321&v=\"'<x>")
    body = sent_token(client, teacher.do(teacher.button("Batal"), tick=("demo/sum",)))
    assert body[DL + "content_items"] == []
    assert body[DL + "msg"] == "Tidak ada yang ditambahkan."
    assert body[DL + "data"] == "op=321&v=\"'<x>"


@pytest.mark.parametrize("refs", [("demo/none",), ("foreign/sum",), ("demo/sum", "x"), ("../etc",), ("demo/",)])
def test_only_what_is_published_can_be_sent(teacher: Teacher, client: FlaskClient, refs: tuple[str, ...]) -> None:
    answer = teacher.post(*refs)
    assert answer.status_code == 400
    assert "selection-not-offered" in answer.text
    assert teacher.post("demo/sum").status_code == 200  # the launch can still be answered


def test_one_choice_where_the_place_takes_one(client: FlaskClient, keys: KeyServer) -> None:
    teacher = Teacher(
        client, keys, accept_multiple="false", accept_lineitem=False, data=None, accept_presentation_document_targets=["embed"]
    )
    assert {one["type"] for one in teacher.page.all("input", name="pick")} == {"radio"}
    assert not teacher.page.all("input", name="p.demo/sum")
    refused = teacher.post("demo/sum", "lain")
    assert refused.status_code == 400
    assert "selection-too-many" in refused.text
    (item,) = sent_token(client, teacher.post("demo/sum"))[DL + "content_items"]
    assert not {"lineItem", "iframe", "window"} & item.keys()
    assert item["custom"]["activity"] == "demo/sum"


@pytest.mark.parametrize("written", ["0", "101", "7.5", "-1", "x", "1e1", "٣"])
def test_points_that_no_gradebook_takes_are_named_beside_the_field(teacher: Teacher, client: FlaskClient, written: str) -> None:
    answer = teacher.do(teacher.button("Tambahkan"), tick=("demo/sum",), **{"p.demo/sum": written})
    assert answer.status_code == 422
    teacher.page = read(answer.text)
    box = teacher.page.one("input", name="p.demo/sum")
    assert box["aria-invalid"] == "true"
    assert box["value"] == written
    assert "1 sampai 100" in teacher.page.one("p", class_="error").words
    (item,) = sent_token(client, teacher.do(teacher.button("Tambahkan"), **{"p.demo/sum": "100"}))[DL + "content_items"]
    assert item["lineItem"]["scoreMaximum"] == 100


def test_nothing_chosen_asks_again(teacher: Teacher) -> None:
    answer = teacher.do(teacher.button("Tambahkan"))
    assert answer.status_code == 422
    assert "Belum ada yang dipilih." in answer.text


def test_a_return_address_cannot_carry_markup_or_another_place(client: FlaskClient, keys: KeyServer) -> None:
    evil = 'https://lms.example/r?"><script>alert(1)</script>'
    teacher = Teacher(client, keys, deep_link_return_url=evil)
    answer = teacher.post("demo/sum")
    page = read(answer.text)
    assert page.one("form")["action"] == evil
    assert all(one["src"].startswith("/static/js/") and not one.words for one in page.all("script"))
    for bad in ("https://lms.example;script-src/", "https://a'b.example/", "http://lms.example/", "javascript:alert(1)"):
        asked = {
            "deep_link_return_url": bad,
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["window"],
        }
        refused = launch(client, message_type="LtiDeepLinkingRequest", roles=TEACHER, **{DL + "deep_linking_settings": asked})
        assert refused.status_code == 400, bad
        assert "selection-no-return" in refused.text


def test_no_one_else_can_answer(teacher: Teacher, client: FlaskClient, keys: KeyServer) -> None:
    stranger = client.application.test_client()
    assert stranger.post(teacher.url, data={"pick": "demo/sum"}, base_url="https://localhost").status_code == 401
    forged = client.post(teacher.url, data={"pick": "demo/sum", "csrf": "0" * 32}, base_url="https://localhost")
    assert forged.status_code == 403
    other = client.application.test_client()
    learner = launch(other, sub="43").headers["Location"]
    assert other.get(f"{learner}/choose", base_url="https://localhost").status_code == 403
    assert teacher.post("demo/sum").status_code == 200


def link_launch(client: FlaskClient, *, roles: list[str], **custom: str) -> str:
    begun = begin(client, target_link_uri="http://localhost:8000/lti/launch")
    told = claims(begun.nonce, roles=roles, target_link_uri="http://localhost:8000/lti/launch", custom=custom, sub=roles[0][-9:],
                  launch_presentation={"return_url": "https://lms.example/course/7"})  # fmt: skip
    answer = post(client, state=begun.state, id_token=token(told))
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(("ref", "code"), [("", "not-chosen"), ("demo/old", "activity-gone"), ("gone", "activity-gone")])
def test_a_link_that_opens_nothing_is_mended_by_a_teacher(app: Flask, keys: KeyServer, ref: str, code: str) -> None:
    learners, teachers = app.test_client(), app.test_client()
    home = link_launch(learners, roles=["Learner"], activity=ref)
    refused = learners.get(home, base_url="https://localhost")
    assert refused.status_code == 404
    assert code in refused.text
    assert read(refused.text).one("a", href="https://lms.example/course/7")
    assert learners.get(f"{home}/choose", base_url="https://localhost").status_code == 403

    home = link_launch(teachers, roles=TEACHER, activity=ref)
    offered = teachers.get(home, base_url="https://localhost")
    assert offered.status_code == 404
    page = read(offered.text)
    assert {one["type"] for one in page.all("input", name="pick")} == {"radio"}
    use = next(one for one in page.all("button") if one.words == "Pakai untuk tautan ini")
    sent = press(page, use, tick=("demo/sum",), **{"p.demo/sum": "25"})
    bound = teachers.post(sent.url, data=dict(sent.fields), base_url="https://localhost")
    assert (bound.status_code, bound.headers["Location"]) == (303, home)
    assert "2 + 3" in learners.get(link_launch(learners, roles=["Learner"], activity=ref), base_url="https://localhost").text
    link = db.session.execute(select(Link)).scalar_one()
    assert (link.activity_ref, link.points) == ("demo/sum", 25)
    again = teachers.post(sent.url, data=dict(sent.fields), base_url="https://localhost")
    assert again.status_code == 409  # a link that works is not changed behind people's backs


def test_a_session_that_is_over_shows_the_way_back_to_its_own_browser_only(client: FlaskClient, keys: KeyServer) -> None:
    home = link_launch(client, roles=["Learner"], activity="demo/sum")
    link_launch(client, roles=TEACHER, activity="demo/sum")  # another person in the same browser ends the first session
    over = client.get(home, base_url="https://localhost")
    assert over.status_code == 401
    assert read(over.text).one("a", href="https://lms.example/course/7")["target"] == "_top"
    stranger = client.application.test_client().get(home, base_url="https://localhost")
    assert stranger.status_code == 401
    assert "lms.example" not in stranger.text
    asked = client.get(home, base_url="https://localhost", headers={"Accept": "application/json"})
    assert json.loads(asked.text)["return_url"] == "https://lms.example/course/7"


def test_choosing_anew_in_the_lms_counts_and_a_mended_link_stays_mended(client: FlaskClient, keys: KeyServer) -> None:
    def opened(**custom: str) -> tuple[str, int | None]:
        link_launch(client, roles=TEACHER, **custom)
        db.session.rollback()
        link = db.session.execute(select(Link)).scalar_one()
        return link.activity_ref, link.points

    assert opened(activity="demo/old", points="7") == ("demo/old", 7)
    home = link_launch(client, roles=TEACHER, activity="demo/old", points="7")
    page = read(client.get(home, base_url="https://localhost").text)
    use = next(one for one in page.all("button") if one.words == "Pakai untuk tautan ini")
    sent = press(page, use, tick=("demo/refleksi",))
    assert client.post(sent.url, data=dict(sent.fields), base_url="https://localhost").status_code == 303
    assert opened(activity="demo/old", points="7") == ("demo/refleksi", None)
    assert opened() == ("demo/refleksi", None)
    assert opened(activity="lain/jumat", points="60") == ("lain/jumat", 60)
    assert opened(activity="lain/jumat", points="x") == ("lain/jumat", 60)


@pytest.mark.parametrize("points", ["101", "-1", "7.5", "1000", "", "$Points", "٣"])
def test_points_that_are_nonsense_leave_the_authors(client: FlaskClient, keys: KeyServer, points: str) -> None:
    link_launch(client, roles=TEACHER, activity="demo/sum", points=points)
    assert db.session.execute(select(Link.points)).scalar_one() is None


def test_of_two_answers_at_once_one_reaches_the_lms(app: Flask, keys: KeyServer) -> None:
    teacher = Teacher(app.test_client(), keys)
    csrf = teacher.button("Tambahkan")["value"]
    cookies = "; ".join(f"{one.key}={one.value}" for one in teacher.client._cookies.values())
    db.session.remove()

    def answer(_: int) -> TestResponse:
        browser = app.test_client(use_cookies=False)
        form = {"csrf": csrf, "pick": "demo/sum"}
        return browser.post(teacher.url, data=form, base_url="https://localhost", headers={"Cookie": cookies})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(answer, range(4)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409]
    assert sum('name="JWT"' in one.text for one in answers) == 1


def test_a_plugin_that_cannot_preview_can_still_be_chosen(teacher: Teacher, client: FlaskClient) -> None:
    publish("rusak", activity("crash", "Rusak"))
    teacher.page = teacher.get("?show=rusak/crash&pick=rusak/crash")
    assert "Seperti dilihat peserta" in teacher.page.words
    publish("rusak", activity("crash", "Rusak", config={"first": CRASH, "second": 3}))
    teacher.page = teacher.get("?show=rusak/crash&pick=rusak/crash")
    assert "Pratinjau tidak dapat dibuat." in teacher.page.words
    (item,) = sent_token(client, teacher.do(teacher.button("Tambahkan")))[DL + "content_items"]
    assert item["custom"]["activity"] == "rusak/crash"

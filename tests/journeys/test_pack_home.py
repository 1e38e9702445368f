"""A link to a whole pack: a learner's home with one next step, a teacher's view of the class."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_ext.settings import Settings
from tests.browser.content import publish_course
from tests.support import sum_plugin
from tests.support.apps import application
from tests.support.pages import read
from tests.support.platform import KeyServer, key_server, launch, register

TEACHER = ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]
PACK = "http://localhost:8000/lti/launch?activity=demo"
HTTPS = "https://localhost"


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with application(settings, sum=sum_plugin) as app:
        with app.app_context():
            publish_course()
        yield app


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    with key_server() as server:
        with app.app_context():
            register(server)
        yield server


def land(client: FlaskClient, **changes: object) -> str:
    from tests.support.platform import begin, claims, post, token

    begun = begin(client, target_link_uri=PACK)
    answer = post(client, state=begun.state, id_token=token(claims(begun.nonce, target_link_uri=PACK, **changes)))
    return answer.headers["Location"]


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address, base_url=HTTPS)
    assert answer.status_code == 200, answer.text
    return answer.text


def hand_in(client: FlaskClient, home: str, activity: str, total: str) -> None:
    form = {one["name"]: one["value"] for one in read(page(client, f"{home}/a/{activity}")).all("input")}
    sent = {name: form[name] for name in ("csrf", "attempt", "client_key", "tab", "revs")} | {"total": total, "action": "submit"}
    assert client.post(f"{home}/a/{activity}/submit", data=sent, base_url=HTTPS).status_code == 303


def test_a_learner_always_sees_one_next_step(client: FlaskClient, keys: KeyServer) -> None:
    home = land(client)
    first = page(client, home)
    assert "Selamat datang, Sri" in first
    assert "Mulai dari sini" in first
    assert f'class="btn" href="{home}/a/sum"' in first
    assert "0 dari 2 langkah" in first
    hand_in(client, home, "sum", "5")
    second = page(client, home)
    assert "Langkah berikutnya" in second
    assert "Dinilai 10" in second
    assert f'class="btn" href="{home}/a/baca"' in second
    assert "1 dari 2 langkah" in second
    for activity in ("baca", "terap", "refleksi"):
        hand_in(client, home, activity, "4")
    last = page(client, home)
    assert "Semua langkah sudah terkumpul." in last
    assert "Dinilai 0" in last
    assert "Selesai" in last  # no points: done, not marked
    assert f'href="{home}/home"' in page(client, f"{home}/a/sum")


def test_a_class_page_calls_work_without_points_done_and_not_marked(client: FlaskClient, app: Flask, keys: KeyServer) -> None:
    home = land(client)
    for activity in ("sum", "baca"):
        hand_in(client, home, activity, "5")
    other = app.test_client()
    teacher = land(other, sub="7", roles=TEACHER)
    pages = {one: page(other, f"{teacher}/a/{one}/class") for one in ("sum", "baca")}
    assert {one: ("Dinilai" in text, "Selesai" in text) for one, text in pages.items()} == {
        "sum": (True, False), "baca": (False, True),
    }  # fmt: skip


def test_a_teacher_sees_the_class_first_and_may_try(client: FlaskClient, app: Flask, keys: KeyServer) -> None:
    hand_in(client, land(client), "sum", "5")
    other = app.test_client()
    home = land(other, sub="7", roles=TEACHER)
    overview = page(other, home)
    assert "1 peserta sudah membuka kursus ini dari LMS." in overview
    assert f'href="{home}/a/sum/class"' in overview
    assert "Anda mencoba sebagai peserta." in page(other, f"{home}/home")
    hand_in(other, home, "terap", "5")
    assert "1 peserta" in page(other, home)  # a teacher's own try is no participant's


def test_a_learner_cannot_see_the_class(client: FlaskClient, keys: KeyServer) -> None:
    home = land(client)
    assert client.get(f"{home}/a/sum/class", base_url=HTTPS).status_code == 403


def test_a_teacher_at_an_activity_lands_on_the_class(client: FlaskClient, keys: KeyServer) -> None:
    home = launch(client, roles=TEACHER).headers["Location"]
    text = page(client, home)
    assert "Coba sebagai peserta" in text
    assert "Belum ada peserta di sini" in text

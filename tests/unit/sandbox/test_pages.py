"""The rooms, in both languages, for each person."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.settings import SandboxSettings
from tests.unit.sandbox.conftest import Tool

ROOMS = [
    "/",
    "/course",
    "/course/links/1",
    "/course/choose",
    "/grades",
    "/grades/1/19",
    "/messages",
    "/members",
    "/faults",
    "/tool",
]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(("language", "banner"), [("id", "Ini bukan LMS sungguhan"), ("en", "This is not a real LMS")])
def test_every_room_says_that_it_is_practice(browser: FlaskClient, room: str, language: str, banner: str) -> None:
    answer = browser.get(f"{room}?lang={language}")
    assert (answer.status_code, f'lang="{language}"' in answer.text) == (200, True)
    assert banner in answer.text
    assert "style=" not in answer.text
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("profile", "says"),
    [("moodle", "Alamat pendaftaran alat"), ("canvas", "dengan alamatnya sendiri"), ("openedx", "tidak mengenal pendaftaran")],
)
def test_the_register_page_says_how_the_imitated_lms_registers_tools(
    browser: FlaskClient, lms: Practice, profile: str, says: str
) -> None:
    lms.set_profile(profile)
    assert says in browser.get("/tool/register").text
    unknown = browser.get("/lti/openid-configuration", headers={"Authorization": "Bearer none"})
    assert unknown.status_code == {"moodle": 200, "canvas": 401, "openedx": 404}[profile]


def test_the_language_is_kept(browser: FlaskClient) -> None:
    browser.post("/language", data={"lang": "en", "back": "/grades"})
    assert "Grade room" in browser.get("/grades").text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_going_back_stays_here(browser: FlaskClient, back: str) -> None:
    assert browser.post("/acting", data={"person": "19", "back": back}).headers["Location"] == "/"


def test_a_message_opens_with_its_claims(tool: Tool) -> None:
    tool.score("19", 88, 1)
    page = tool.client.get("/messages?lang=id").text
    assert "Nilai diterima: 88, Sri Wahyuni, Jumlah" in page
    newest = tool.lms.messages.newest()
    assert "88" in tool.client.get(f"/messages/{newest[0]['id']}").text
    assert "lms-latihan-1" in tool.client.get(f"/messages/{newest[1]['id']}").text
    assert tool.client.get("/messages/999").status_code == 404


def test_the_teacher_writes_an_own_grade_and_learners_see_only_theirs(lms: Practice, browser: FlaskClient) -> None:
    assert browser.post("/grades/1/19", data={"score": "72,5", "comment": "Baik."}).status_code == 303
    grade = lms.course.grade(1, "19")
    assert grade is not None
    assert (grade["score"], grade["given_by"]) == (72.5, "Wulan Prameswari")
    for wrong in ("banyak", "101", "-1", "nan"):
        assert browser.post("/grades/1/19", data={"score": wrong}).status_code == 400
    browser.post("/acting", data={"person": "20"})
    assert "Sri Wahyuni</th>" not in browser.get("/grades").text
    assert browser.get("/grades/1/19").status_code == 404
    assert browser.post("/grades/1/20", data={"score": "100"}).status_code == 403


def test_the_tool_is_set_up_from_one_address(lms: Practice, browser: FlaskClient) -> None:
    page = browser.post("/tool", data={"do": "fill", "base_url": "https://alat.example/"}).text
    assert 'value="https://alat.example/lti/login"' in page
    assert lms.tool.login_url == "http://localhost:8000/lti/login"
    form = {"do": "save", "login_url": "https://alat.example/l", "launch_url": "https://alat.example/m", "jwks_url": "salah"}
    assert browser.post("/tool", data=form).status_code == 400
    assert browser.post("/tool", data=form | {"jwks_url": "https://alat.example/k"}).status_code == 303
    assert lms.tool.launch_url == "https://alat.example/m"
    assert "https://alat.example" in browser.get("/").headers["Content-Security-Policy"]


def test_what_is_in_a_file_survives_a_restart_and_a_new_tool_address_is_followed(tmp_path: Path) -> None:
    def begin(tool_url: str) -> Practice:
        settings = SandboxSettings(tool_url=tool_url, database=str(tmp_path / "lms.db"), links=(("Jumlah", "demo/sum"),))
        found: Practice = create_sandbox(settings).extensions["practice"]
        return found

    first = begin("http://localhost:8000")
    first.course.write_own(1, "19", 80, "", "Wulan")
    first.set_profile("moodle")
    kid = first.keys.public()["keys"][0]["kid"]
    first.store.close()
    second = begin("http://localhost:8001")
    grade = second.course.grade(1, "19")
    assert grade is not None
    assert (grade["score"], second.profile.name, len(second.course.links())) == (80, "moodle", 1)
    assert second.keys.public()["keys"][0]["kid"] == kid
    assert second.tool.login_url == "http://localhost:8001/lti/login"
    second.store.close()


def test_people_join_and_leave_by_hand_and_learners_may_only_look(browser: FlaskClient, lms: Practice) -> None:
    assert browser.post("/members", data={"person": "11", "status": "Deleted"}).status_code == 303
    assert browser.post("/members", data={"name": "  Zainab   Pohan "}).status_code == 303
    page = browser.get("/members").text
    assert "Zainab Pohan" in page
    assert "Sudah keluar</span>" in page
    assert "Kelompok 1" in page
    assert browser.post("/members", data={"person": "11", "status": "Elsewhere"}).status_code == 404
    browser.post("/acting", data={"person": "12"})
    assert browser.post("/members", data={"person": "13", "status": "Deleted"}).status_code == 403
    assert "Keluarkan" not in browser.get("/members").text
    assert lms.members.statuses()["11"] == "Deleted"


def test_work_is_shown_from_columns_that_offer_it_and_columns_are_removed_by_staff_only(
    lms: Practice, browser: FlaskClient
) -> None:
    assert browser.get("/grades/1/19/review").status_code == 404
    column = lms.course.add_column("Jurnal", 10, review={"reviewableStatus": ["Submitted"]})
    assert browser.get(f"/grades/{column}/99/review").status_code == 404
    assert browser.get(f"/grades/{column}/19/review").status_code == 200
    browser.post("/acting", data={"person": "20"})
    assert browser.get(f"/grades/{column}/19/review").status_code == 404
    assert browser.post(f"/grades/{column}/remove").status_code == 403
    browser.post("/acting", data={"person": "3"})
    assert browser.post(f"/grades/{column}/remove").status_code == 303
    assert lms.course.column(column) is None

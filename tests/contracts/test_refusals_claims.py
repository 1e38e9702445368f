"""Messages that are refused although they are genuine: rows 46 to 65."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lms_ext.domain.refusals import refusal
from lms_ext.models import Link, db
from tests.contracts.refusing import AGS, BACK, TEACHER, Step, check_refused, left_behind, with_claims, with_token
from tests.support.platform import LTI, KeyServer, begin, claims, launch, post, token

ROWS: list[tuple[str, Step, str]] = [
    ("46", with_claims(version="1.2.0"), "version-wrong"),
    ("46 missing", with_claims(version=...), "version-wrong"),
    ("47", with_claims(message_type=...), "type-missing"),
    ("48", with_claims(message_type="LtiStartProctoring"), "type-unsupported"),
    ("48 list", with_claims(message_type=["x"]), "type-unsupported"),
    ("49", with_token(lambda nonce: token(_bare(nonce))), "type-missing"),
    ("50", with_claims(deployment_id=...), "deployment-missing"),
    ("51", with_claims(deployment_id="2"), "deployment-unknown"),
    ("51 blocked", with_claims(deployment_id="blocked"), "deployment-blocked"),
    ("52 number", with_claims(deployment_id=1), "deployment-malformed"),
    ("52 empty", with_claims(deployment_id=""), "deployment-malformed"),
    ("52 long", with_claims(deployment_id="1" * 256), "deployment-malformed"),
    ("53", with_claims(sub=...), "person-missing"),
    ("54 empty", with_claims(sub=""), "person-malformed"),
    ("54 number", with_claims(sub=42), "person-malformed"),
    ("54 long", with_claims(sub="4" * 256), "person-malformed"),
    ("55", with_claims(roles=...), "roles-missing"),
    ("56 text", with_claims(roles="Learner"), "roles-malformed"),
    ("56 numbers", with_claims(roles=[1]), "roles-malformed"),
    ("56 many", with_claims(roles=["Learner"] * 101), "roles-malformed"),
    ("57", with_claims(resource_link=...), "link-missing"),
    ("58 null", with_claims(resource_link=None), "link-malformed"),
    ("58 text", with_claims(resource_link="9"), "link-malformed"),
    ("58 list", with_claims(resource_link=["9"]), "link-malformed"),
    ("58 no id", with_claims(resource_link={"title": "x"}), "link-malformed"),
    ("58 empty id", with_claims(resource_link={"id": ""}), "link-malformed"),
    ("58 null id", with_claims(resource_link={"id": None}), "link-malformed"),
    ("58 number", with_claims(resource_link={"id": 9}), "link-malformed"),
    ("58 control", with_claims(resource_link={"id": "9\n"}), "link-malformed"),
    ("58 long", with_claims(resource_link={"id": "9" * 256}), "link-malformed"),
    ("59 missing", with_claims(target_link_uri=...), "target-elsewhere"),
    ("59 other", with_claims(target_link_uri="http://localhost:8000/other"), "target-elsewhere"),
    ("59 off host", with_claims(target_link_uri="https://evil.example/lti/launch"), "target-elsewhere"),
    ("61 context", with_claims(context=["7"]), "claim-malformed"),
    ("61 custom", with_claims(custom="x"), "claim-malformed"),
    ("61 lis", with_claims(lis=["x"]), "claim-malformed"),
    ("61 ags", with_claims(**{AGS: "x"}), "claim-malformed"),
]


def _bare(nonce: str) -> dict[str, Any]:
    """A genuine token that is no LTI message at all."""
    told = claims(nonce)
    return {name: value for name, value in told.items() if not name.startswith(LTI)} | {"name": "badltilaunch"}


@pytest.mark.parametrize(("row", "step", "code"), ROWS, ids=[row for row, _, _ in ROWS])
def test_wrong_claims_are_refused(client: FlaskClient, keys: KeyServer, row: str, step: Step, code: str) -> None:
    check_refused(client, step, code)


@pytest.mark.parametrize("code", ["deployment-unknown", "person-missing", "target-elsewhere"])
def test_a_refused_message_offers_the_way_back(client: FlaskClient, keys: KeyServer, code: str) -> None:
    changes: dict[str, dict[str, Any]] = {
        "deployment-unknown": {"deployment_id": "2"},
        "person-missing": {"sub": ...},
        "target-elsewhere": {"target_link_uri": "http://localhost:8000/other"},
    }
    page = check_refused(client, with_claims(launch_presentation={"return_url": BACK}, **changes[code]), code)
    assert f'href="{BACK}"' in page.text


def test_row_60_of_several_faults_the_first_is_told_and_all_are_logged(client: FlaskClient, keys: KeyServer) -> None:
    step = with_claims(aud=..., sub=..., deployment_id=..., roles=...)
    check_refused(client, step, "aud-missing")
    check_refused(client, with_claims(iss=..., aud=..., sub=..., deployment_id=..., roles=...), "wrong-launch")
    with capture_logs() as logged:
        step(client)
    (line,) = [one for one in logged if one["event"] == "refused"]
    assert line["missing"] == ["aud", "sub", LTI + "deployment_id", LTI + "roles"]
    assert "Sri" not in str(logged)


def opened(client: FlaskClient, *, roles: list[str], path: str = "", **changes: Any) -> TestResponse:
    """Launch, then open a page under the launch."""
    target = "http://localhost:8000/lti/launch"
    begun = begin(client, target_link_uri=target)
    told = claims(begun.nonce, roles=roles, target_link_uri=target, launch_presentation={"return_url": BACK}, **changes)
    answer = post(client, state=begun.state, id_token=token(told))
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["Location"] + path, base_url="https://localhost")


@pytest.mark.parametrize("ref", ["gone/sum", "gone", "../etc", "x" * 300])
def test_row_64_what_is_gone_is_told_and_a_teacher_may_choose_again(client: FlaskClient, keys: KeyServer, ref: str) -> None:
    told = opened(client, roles=["Learner"], custom={"activity": ref})
    expected = refusal("activity-gone")
    assert (told.status_code, told.headers["Cache-Control"]) == (404, "no-store")
    assert re.search(r"activity-gone · [0-9A-F]{4}-[0-9A-F]{4}", told.text)
    assert all(expected.message[language] in told.text for language in ("id", "en"))
    assert f'href="{BACK}"' in told.text
    teacher = opened(client, roles=TEACHER, custom={"activity": ref}, sub="43")
    assert teacher.status_code == 404
    assert expected.title["id"] in teacher.text
    assert "/choose" in teacher.text


@pytest.mark.parametrize("roles", [["Learner"], [""], ["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]])
@pytest.mark.parametrize("path", ["/a/sum/class", "/choose"])
def test_row_65_only_course_teachers_open_teachers_pages(
    client: FlaskClient, keys: KeyServer, roles: list[str], path: str
) -> None:
    answer = opened(client, roles=roles, path=path, custom={"activity": "demo/sum"})
    before = left_behind()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (403, "no-store")
    expected = refusal("forbidden")
    assert "forbidden · " in answer.text
    assert all(expected.message[language].replace("'", "&#39;") in answer.text for language in ("id", "en"))
    assert f'href="{BACK}"' in answer.text
    assert left_behind() == before


def test_row_62_a_custom_value_that_was_not_filled_in_is_absent(client: FlaskClient, keys: KeyServer) -> None:
    answer = opened(client, roles=["Learner"], custom={"activity": "$ResourceLink.unknown", "points": "$Nothing"})
    assert "not-chosen · " in answer.text
    link = db.session.execute(select(Link)).scalar_one()
    assert (link.activity_ref, link.points) == ("", None)


def test_claims_of_wrong_types_never_end_in_a_fault(client: FlaskClient, keys: KeyServer) -> None:
    ours = ["deployment_id", "roles", "resource_link", "context", "custom", "launch_presentation", "lis", "target_link_uri",
            "version"]  # fmt: skip
    for name in [*(LTI + one for one in ours), "sub", "name", "email", AGS]:
        for value in (None, True, 0, 1.5, "", "x", [], [None], {}, {"id": []}, {"id": "9", "title": 5}):
            answer = launch(client, **{name: value})
            assert answer.status_code < 500, (name, value, answer.text)

"""Data privacy launches: those that are refused (row 73 and its neighbours), and who reaches whose data."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.contracts.refusing import BACK, TEACHER, Step, check_refused, with_claims
from tests.support.platform import KeyServer, launch

ADMIN = ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"]
KIND = "LtiDataPrivacyLaunchRequest"


def privacy(**changes: Any) -> Step:
    """Ask for personal data; of nobody else, in no course and at no link, unless told otherwise."""
    return with_claims(**({"message_type": KIND, "context": ..., "resource_link": ..., "roles": ADMIN} | changes))


ROWS: list[tuple[str, Step, str]] = [
    ("73 context", privacy(context={"id": "7"}), "privacy-in-course"),
    ("73 link", privacy(resource_link={"id": "9"}), "privacy-in-course"),
    ("73 learner for another", privacy(roles=["Learner"], for_user={"user_id": "43"}), "privacy-not-admin"),
    ("73 teacher for another", privacy(roles=TEACHER, for_user={"user_id": "43"}), "privacy-not-admin"),
    ("73 admin of a course only", privacy(roles=["Administrator"], for_user={"user_id": "43"}), "privacy-not-admin"),
    ("73 nobody for another", privacy(roles=[], for_user={"user_id": "43"}), "privacy-not-admin"),
    ("73 user text", privacy(for_user="43"), "privacy-person-malformed"),
    ("73 user empty", privacy(for_user={}), "privacy-person-malformed"),
    ("73 user number", privacy(for_user={"user_id": 43}), "privacy-person-malformed"),
    ("73 user too long", privacy(for_user={"user_id": "4" * 256}), "privacy-person-malformed"),
    ("73 no sub", privacy(sub=...), "person-missing"),
    ("73 no roles", privacy(roles=...), "roles-missing"),
    ("73 other type", privacy(message_type="PrivacyLaunchRequest"), "type-unsupported"),
    ("73 target", privacy(target_link_uri="https://evil.example/"), "target-elsewhere"),
]


@pytest.mark.parametrize(("row", "step", "code"), ROWS, ids=[row for row, _, _ in ROWS])
def test_wrong_privacy_launches_are_refused(client: FlaskClient, keys: KeyServer, row: str, step: Step, code: str) -> None:
    check_refused(client, step, code)


def opened(client: FlaskClient, **changes: Any) -> str:
    answer = privacy(launch_presentation={"return_url": BACK}, **changes)(client)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"].endswith("/privacy")
    return client.get(answer.headers["Location"], base_url="https://localhost").text


@pytest.mark.parametrize("kind", [KIND, "DataPrivacyLaunchRequest"])
@pytest.mark.parametrize("claim", [..., {"user_id": "42"}, {"id": "42"}], ids=["none", "user_id", "id of the draft"])
def test_everyone_reaches_their_own_data_under_both_names_of_the_message(
    client: FlaskClient, keys: KeyServer, kind: str, claim: Any
) -> None:
    launch(client, name="Sri", email="sri@murid.example")
    page = opened(client, message_type=kind, roles=["Learner"], for_user=claim, name="Sri", email="sri@murid.example")
    assert "Yang disimpan alat ini tentang Anda" in page
    assert "sri@murid.example" in page
    assert f'href="{BACK}"' in page


def test_an_admin_of_the_lms_reaches_anybody_of_it_and_nobody_of_another(client: FlaskClient, keys: KeyServer) -> None:
    launch(client, sub="43", name="Budi Santoso")
    assert "Budi Santoso" in opened(client, sub="1", name="Admin", for_user={"user_id": "43"})
    for stranger in ("44", "1.43", "43 "):
        page = opened(client, sub="1", name="Admin", for_user={"user_id": stranger})
        assert "Tidak ada data tentang orang ini" in page
        assert "Budi" not in page
        assert '<form method="post"' not in page

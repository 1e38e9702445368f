"""Accounts of LTI 1.1: the LMS proposes, an admin joins or parts, nobody's work is lost or given to somebody else."""

# ruff: noqa: F811 - fixtures of another file

from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms_ext.cli import main
from lms_ext.domain.admins import AdminRole
from lms_ext.models import AuditEntry, GradeSlot, MigrationProposal, OldConsumer, Person, db, utcnow
from lms_ext.services import delivering, legacy, personal_data
from tests.contracts.test_query_counts import at_most, counted
from tests.journeys.test_activity import AGS, COLUMN, Learner, app  # noqa: F401 - fixtures
from tests.support.admins import signed_in
from tests.support.platform import LTI, KeyServer, begin, claims, post, token

OLD = LTI + "lti1p1"
SECRET = "my-lti11-secret"


def claim(user: str = "42", **more: str) -> dict[str, Any]:
    return {OLD: {"user_id": user, "oauth_consumer_key": "k11", **more}}


def cli(*arguments: str, given: str = "") -> str:
    db.session.remove()
    done = CliRunner().invoke(main, ["migration", *arguments], input=given, catch_exceptions=False)
    db.session.remove()
    return done.output


def people() -> dict[str, Person]:
    db.session.remove()
    found = {one.sub: one for one in db.session.execute(select(Person)).scalars()}
    db.session.expunge_all()
    db.session.remove()
    return found


def handed_in(client: FlaskClient, **claimed: Any) -> Learner:
    learner = Learner(client, **claimed)
    assert learner.send(learner.get(), total="5", action="submit").status_code == 303
    return learner


def test_the_signature_is_that_of_the_specifications_example() -> None:
    """https://www.imsglobal.org/spec/lti/v1p3/migr, with the value that Canvas, Sakai and Tsugi test against."""
    signed = "179248902&689302&https://lmsvendor.com&PM48OJSfGDTAzAo&1551290856&172we8671fd8z"
    assert legacy.signature(SECRET, signed) == "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps="


def test_an_account_goes_on_with_its_older_work_once_an_admin_says_so(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    handed_in(client, email="sri@sekolah.example")
    assert "rahasia" not in cli("secret", "1", "k11", "--secret", "rahasia-lama").replace("Tersimpan", "")
    assert "rahasia-lama" not in db.session.execute(select(OldConsumer.secret)).scalar_one()
    db.session.remove()

    other = app.test_client()
    begun = begin(other)
    body = claims(begun.nonce, sub="new-42", name="Sri", email="sri@sekolah.example", **{AGS: COLUMN}, **claim())
    signed = f"k11&1&https://lms.example&c1&{body['exp']}&{begun.nonce}"
    body[OLD]["oauth_consumer_key_sign"] = legacy.signature("rahasia-lama", signed)
    assert post(other, state=begun.state, id_token=token(body)).status_code == 303
    two = people()
    assert (two["new-42"].old_sub, two["new-42"].work_of) == ("42", None), "the same address joins nobody"
    page = Learner(other, sub="new-42", **claim()).get()
    assert "Jawaban: 5" not in page

    listed = cli("list")
    assert "ada pekerjaan lama" in listed
    assert "\tterbukti" in listed
    key = f"1:{two['new-42'].id}"
    assert "Digabung" in cli("approve", key)
    again = Learner(other, sub="new-42", **claim())
    assert "Jawaban: 5" in again.get()
    assert {sub: one.sub for sub, one in people().items()} == {"42": "42", "new-42": "new-42"}, "both accounts stay"

    # the grade of the old work goes out under the name by which the LMS knows the person now
    db.session.execute(update(GradeSlot).values(due_at=utcnow()))
    db.session.commit()
    (claimed,) = delivering.claim(db.session, 1, utcnow())
    assert claimed.sub == "new-42"
    db.session.rollback()

    begun = begin(other)
    with counted() as seen:
        body = claims(begun.nonce, sub="new-42", **{AGS: COLUMN}, **claim())
        assert post(other, state=begun.state, id_token=token(body)).status_code == 303
    at_most(3, seen)

    assert "Dipisah" in cli("refuse", key)
    assert "Jawaban: 5" not in Learner(other, sub="new-42", **claim()).get()


def test_what_would_hide_work_is_refused(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    handed_in(client)
    handed_in(app.test_client(), sub="new-42", **claim())
    key = f"1:{people()['new-42'].id}"
    assert "Kedua akun sudah mengumpulkan" in cli("approve", key)
    assert people()["new-42"].work_of is None
    Learner(app.test_client(), sub="other", **claim("nobody"))
    assert "tidak ada yang perlu digabung" in cli("approve", f"1:{people()['other'].id}")
    assert "Usulan tidak ada" in cli("approve", "1:99") or "Muat ulang" in cli("approve", "1:99")
    assert "misalnya 1:42" in cli("approve", "abc")


def test_two_accounts_never_share_one_persons_work(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    handed_in(client)
    for sub in ("a", "b"):
        Learner(app.test_client(), sub=sub, **claim())
    assert "Digabung" in cli("approve", f"1:{people()['a'].id}")
    assert "sudah digabung" in cli("approve", f"1:{people()['b'].id}")
    assert people()["b"].work_of is None


def test_open_pages_end_when_accounts_are_joined_or_parted(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    """They would show, and write into, the work of before."""
    old = handed_in(client)
    new, stranger = (Learner(app.test_client(), sub=sub, **claim("42" if sub == "new-42" else "7")) for sub in ("new-42", "x"))

    def open_pages() -> list[int]:
        pages = [one.client.get(f"{one.home}/a/sum", base_url="https://localhost").status_code for one in (old, new, stranger)]
        db.session.remove()
        return pages

    assert open_pages() == [200, 200, 200]
    key = f"1:{people()['new-42'].id}"
    assert "Digabung" in cli("approve", key)
    assert open_pages() == [401, 401, 200]
    new = Learner(app.test_client(), sub="new-42", **claim())
    assert open_pages() == [401, 200, 200]
    assert "Dipisah" in cli("refuse", key)
    assert open_pages() == [401, 401, 200]


@pytest.mark.parametrize(
    "wrong",
    [{"user_id": 42}, {"user_id": ""}, {"user_id": "x" * 256}, {"user_id": None}, {}, {"user_id": "a\x00b"},
     {"user_id": "42", "oauth_consumer_key": 7, "oauth_consumer_key_sign": ["a"], "resource_link_id": {}}],
)  # fmt: skip
def test_a_nonsense_claim_stops_nobody(client: FlaskClient, keys: KeyServer, wrong: dict[str, Any]) -> None:
    Learner(client, **{OLD: wrong})
    proposed = db.session.execute(select(MigrationProposal)).all()
    assert proposed == []
    db.session.rollback()


def test_an_unsigned_claim_is_shown_as_not_proven(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    """Canvas signs with a nonce that it does not send (canvas-lms#2287): a wrong signature hides nothing from the admin."""
    cli("secret", "1", "k11", given="rahasia-lama\n")
    Learner(client, sub="new-42", **claim(oauth_consumer_key_sign="AAAA"))
    assert "tidak terbukti" in cli("list", "--platform", "1")
    assert "Dilupakan" in cli("secret", "1", "k11", "--forget")
    assert "Tidak ada LMS 9" in cli("secret", "9", "k11", "--secret", "x")
    assert "No secret is stored for k11" in cli("secret", "1", "k11", "--forget")
    assert "No proposals" in cli("list", "--state", "refused")
    assert "Write it as in the list" in cli("approve", "42")


def test_the_old_name_of_a_link_leads_to_its_settings(client: FlaskClient, keys: KeyServer) -> None:
    from lms_ext.models import Link

    Learner(client, resource_link={"id": "old-9", "title": "Jumlah"})
    db.session.execute(update(Link).values(points=40))
    db.session.commit()
    Learner(client, resource_link={"id": "new-9", "title": "Jumlah"}, **claim(resource_link_id="old-9"))
    found = dict(db.session.execute(select(Link.resource_link_id, Link.points)).all())  # type: ignore[arg-type]  # rows of two
    assert found == {"old-9": 40, "new-9": 40}
    db.session.rollback()


def test_an_admin_joins_and_parts_accounts_in_the_page(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    handed_in(client)
    Learner(app.test_client(), sub="new-42", **claim())
    person = people()["new-42"].id
    browser = signed_in(app, AdminRole.OWNER)
    page = browser.get("/admin/migration")
    assert "Tidak terbukti" in page.text
    assert browser.post("/admin/migration/1/secret", consumer_key="k11").status_code == 422
    assert browser.post("/admin/migration/1/secret", consumer_key="k11", secret="rahasia-lama").status_code == 303
    assert "rahasia-lama" not in browser.get("/admin/migration").text
    assert browser.post("/admin/migration/1/secret", consumer_key="k11", do="forget").status_code == 303
    browser.get("/admin/migration")
    assert browser.post(f"/admin/migration/1/accounts/{person}", join="1").status_code == 303
    assert people()["new-42"].work_of == people()["42"].id
    assert "Gabungkan" not in browser.get("/admin/migration?state=approved").text
    assert browser.post(f"/admin/migration/1/accounts/{person}", join="0").status_code == 303
    assert people()["new-42"].work_of is None
    acts = db.session.execute(select(AuditEntry.action).order_by(AuditEntry.id)).scalars().all()
    assert {"migration.secret", "migration.approve", "migration.refuse"} <= set(acts)
    assert browser.post("/admin/migration/1/accounts/99", join="1").status_code == 404


def test_who_went_on_with_erased_work_begins_anew(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    handed_in(client)
    other = app.test_client()
    Learner(other, sub="new-42", **claim())
    assert "Digabung" in cli("approve", f"1:{people()['new-42'].id}")
    personal_data.erase(db.session, 1, people()["42"].id, "admin", utcnow())
    db.session.commit()
    assert people()["new-42"].work_of is None
    assert "Jawaban: 5" not in Learner(other, sub="new-42", **claim()).get()

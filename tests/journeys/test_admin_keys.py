"""An owner changes the signing key by hand: calmly, and at once when the old one leaked."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms_ext.domain.admins import AdminRole
from lms_ext.models import AuditEntry, db
from tests.support.admins import signed_in


def published(client: FlaskClient) -> list[str]:
    return [one["kid"] for one in client.get("/lti/jwks").json["keys"]]


def test_a_key_is_changed_calmly_or_at_once(app: Flask, client: FlaskClient) -> None:
    owner = signed_in(app)
    assert "Belum ada kunci" in owner.get("/admin/keys").text
    first = published(client)
    assert "Menandatangani" in owner.get("/admin/keys").text
    assert "Ganti dengan tenang" in owner.get("/admin/keys/rotate").text
    answer = owner.post("/admin/keys/rotate", how="usual")
    page = owner.get(answer.headers["Location"]).text
    assert "Kunci baru sudah terbit" in page
    assert page.index("Sudah terbit, belum dipakai") < page.index("Menandatangani<")
    both = published(client)
    assert len(both) == 2
    assert set(first) < set(both)
    owner.get("/admin/keys/rotate")
    page = owner.get(owner.post("/admin/keys/rotate", how="leaked").headers["Location"]).text
    assert page.count("Berakhir<") == 2
    last = published(client)
    assert len(last) == 1
    assert not set(last) & set(both)
    told = db.session.execute(select(AuditEntry.action).where(AuditEntry.action.startswith("key.")).order_by(AuditEntry.id))
    assert set(told.scalars()) == {"key.rotate", "key.withdraw"}


def test_others_read_but_do_not_change(app: Flask) -> None:
    auditor = signed_in(app, AdminRole.AUDITOR)
    page = auditor.get("/admin/keys")
    assert page.status_code == 200
    assert "Kunci baru" not in page.text
    assert auditor.get("/admin/keys/rotate").status_code == 403

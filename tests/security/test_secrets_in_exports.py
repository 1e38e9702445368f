"""What is handed out of the tool, exports and reports for helpers, holds no secret, even where an LMS repeats ours (A26)."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from lms_ext.cli import main
from lms_ext.domain.admins import CONSOLE, AdminRole
from lms_ext.lti.tool_keys import ensure_key
from lms_ext.models import Admin, Person, Platform, ServiceToken, Space, ToolKey, db, utcnow
from lms_ext.services import admin_invites, legacy, registering, second_factor
from lms_ext.services.admins import Rights
from lms_ext.web.tool import new_session, tool
from tests.journeys.test_activity import Learner, app  # noqa: F401 - fixtures
from tests.journeys.test_personal_data import SRI, both, person_id  # noqa: F401 - a fixture
from tests.support.admins import HTTPS, AdminBrowser, signed_in
from tests.support.answers import Answers, Given, answering

# ruff: noqa: F811 - fixtures of another file
TOKEN, CONSUMER = "kenari-token-layanan.x-1", "kenari-rahasia-lti-1.1"


class Echo(dict[str, Given]):
    """Refuses everything and repeats all that it was sent, as LMSs in debugging do."""

    def __init__(self, lms: Answers) -> None:
        super().__init__(lms.given)
        self.lms = lms

    def get(self, path: str, default: Any = None) -> Any:
        kept = super().get(path)
        if kept is not None:
            return kept
        _, _, headers, body = self.lms.asked[-1]
        words = f"Rejected {headers.get('Authorization', '')} {body.decode()}".replace("&", " ")
        return Given(json.dumps({"error": words}).encode(), 403, {"Content-Type": "application/json"})


@pytest.fixture
def echo() -> Iterator[Answers]:
    with answering() as lms:
        lms.given = Echo(lms)
        yield lms


def canaries(learner: Learner) -> list[str]:
    """Put every kind of secret into its place; gives what must be seen nowhere."""
    ensure_key(new_session, tool().sealer, utcnow())
    platform = db.session.execute(select(Platform)).scalar_one()
    admin, secret = db.session.execute(select(Admin)).scalar_one(), second_factor.new_secret()
    codes = second_factor.turn_on(db.session, tool().sealer, admin, secret, 0)
    db.session.add(ServiceToken(platform_id=platform.id, scope="x", token=TOKEN, expires_at=utcnow()))
    legacy.add_consumer(db.session, tool().sealer, platform.id, "kunci", CONSUMER, utcnow())
    _, for_lms = registering.invite(db.session, utcnow(), name="Moodle baru")
    for_admin = admin_invites.invite(db.session, CONSOLE, "baru@bgtk.example", "", Rights(AdminRole.AUDITOR), utcnow())
    db.session.commit()
    pem = db.session.execute(select(ToolKey.private_pem)).scalar_one()
    sealed, password = db.session.execute(select(Admin.totp_sealed, Admin.password_hash)).one()
    configured = tool().settings
    cookies = [one.value for one in learner.client._cookies.values() if len(one.value) > 15]
    db.session.remove()
    assert len(cookies) >= 2, "a session's and the browser's own"
    return [configured.secret_key, *configured.seal_keys, secret, *codes, TOKEN, CONSUMER, for_lms, for_admin, "PRIVATE KEY",
            pem[-40:], sealed[-40:], password[-30:], *cookies]  # fmt: skip


def unpacked(made: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(made)) as whole:
        for name in whole.namelist():
            yield name.encode()
            yield whole.read(name)


def test_no_export_or_list_holds_a_secret(app: Flask, both: Learner, tmp_path: Any) -> None:
    owner = signed_in(app)
    secrets = canaries(both)
    run, me = CliRunner(), person_id(SRI)
    home = f"/admin/people/1/{me}"
    owner.get(home)
    by_page = owner.client.post(f"{home}/export", data={"csrf": owner.csrf}, base_url=HTTPS)
    db.session.remove()
    file = tmp_path / "sri.zip"
    assert run.invoke(main, ["person", "export", "1", str(me), "--to", str(file)]).exit_code == 0
    said = [*unpacked(by_page.data), *unpacked(file.read_bytes())]
    assert any(SRI["name"].encode() in one for one in said), "the exports do hold what they are for"
    for command in ("person find Sri", "platform list", "admin list", "key list", "grades list", "plugin list", "pack list",
                    "migration list"):  # fmt: skip
        answer = run.invoke(main, command.split())
        said.append(answer.output.encode())
        db.session.remove()
    for secret in secrets:
        assert not any(secret.encode() in one for one in said), secret


@pytest.mark.parametrize("gives_token", [True, False], ids=["services repeat", "token endpoint repeats"])
def test_no_report_for_helpers_repeats_a_token(app: Flask, both: Learner, echo: Answers, *, gives_token: bool) -> None:
    owner = signed_in(app)
    secrets = canaries(both)
    if gives_token:
        echo.given["/token"] = Given(json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode())
    echo.given["/jwks"] = Given(b'{"keys": []}')
    db.session.execute(update(Platform).values(auth_token_url=f"{echo.url}/token", jwks_url=f"{echo.url}/jwks"))
    db.session.execute(update(Space).values(lineitems_url=f"{echo.url}/items", nrps_url=f"{echo.url}/members"))
    db.session.commit()
    tool().lti.registry.forget()
    said = [CliRunner().invoke(main, ["doctor", "1", "--lang", language]).output for language in ("id", "en")]
    db.session.remove()
    said += checked(owner)
    assert any("Rejected" in one for one in said), "its words are told"
    assertion = next(body.decode() for method, path, _, body in echo.asked if path == "/token").partition("client_assertion=")[2]
    assert assertion.startswith("eyJ")
    sent = assertion.partition("&")[0].split(".")
    for secret in [*secrets, *sent]:
        assert not any(secret in one for one in said), secret


def checked(owner: AdminBrowser) -> list[str]:
    owner.get("/admin/platforms/1")
    assert owner.post("/admin/platforms/1/check").status_code == 303
    page = owner.get("/admin/platforms/1").text
    assert "Salin laporan untuk bantuan" in page
    return [page, str(db.session.execute(select(Person.name)).all())]

"""Secrets of the tool and words of people never leave it: not in pages, errors, logs or what the doctor says."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms_ext import logs
from lms_ext.lti.tool_keys import ensure_key, make_key
from lms_ext.models import Admin, Platform, ServiceToken, ToolKey, db, utcnow
from lms_ext.services import second_factor
from lms_ext.web import checking
from lms_ext.web.tool import new_session, tool
from tests.security.test_admin_walker import address, rules
from tests.support.admins import HTTPS, AdminBrowser, signed_in
from tests.support.platform import KeyServer, begin, claims, launch, post, token

TOKEN, ANSWER = "kenari-token-layanan", "kenari-jawaban"


@pytest.fixture
def owner(app: Flask) -> AdminBrowser:
    """Give an owner's browser, in an application with a page that falls over all secrets."""

    def falls() -> str:
        raise RuntimeError(" ".join(app.config["CANARIES"]))

    logs.configure()
    app.add_url_rule("/jatuh", view_func=falls)
    return signed_in(app)


def canaries(app: Flask, platform_id: int) -> list[str]:
    """Put every kind of secret into its place; gives what must be seen nowhere."""
    configured = tool().settings
    db.session.rollback()
    ensure_key(new_session, tool().lti.sealer, utcnow())
    admin, secret = db.session.execute(select(Admin)).scalar_one(), second_factor.new_secret()
    codes = second_factor.turn_on(db.session, tool().lti.sealer, admin, secret, 0)
    db.session.add(ServiceToken(platform_id=platform_id, scope="x", token=TOKEN, expires_at=utcnow()))
    db.session.commit()
    stored = db.session.execute(select(ToolKey.private_pem)).scalar_one()
    sealed_totp = db.session.execute(select(Admin.totp_sealed)).scalar_one()
    password = db.session.execute(select(Admin.password_hash)).scalar_one()
    db.session.remove()
    assert "PRIVATE KEY" not in stored  # sealed at rest
    assert secret not in sealed_totp
    found = [configured.secret_key, *configured.seal_keys, secret, *codes, TOKEN, "PRIVATE KEY", stored[-40:], sealed_totp[-40:]]
    return [*found, password[-30:]]


def test_no_page_error_line_or_finding_tells_a_secret(
    app: Flask, owner: AdminBrowser, keys: KeyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    platform_id = db.session.execute(select(Platform.id)).scalar_one()
    secrets = canaries(app, platform_id)
    said: list[str] = []
    walked = 0
    for method, rule in rules(app):
        if method == "GET" and rule.endpoint != "admin_openid.finish":
            answer = owner.client.get(address(rule, platform_id), base_url=HTTPS)
            said += [answer.text, str(answer.headers)]
            walked += answer.status_code == 200
            db.session.remove()
    assert walked > 12
    visitor = app.test_client()
    opened = launch(visitor, custom={"activity": "demo/kerja"})
    for path in (opened.headers["Location"], "/health", "/lti/jwks", "/lti/canvas.json", "/", "/tidak-ada"):
        said.append(visitor.get(path, base_url=HTTPS).text)
    published = json.loads(visitor.get("/lti/jwks", base_url=HTTPS).text)["keys"]
    assert published
    assert not any({"d", "p", "q", "dp", "dq", "qi"} & one.keys() for one in published)

    app.config["CANARIES"] = secrets
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    fault = visitor.get("/jatuh", base_url=HTTPS)
    assert fault.status_code == 500
    found = db.session.get_one(Platform, platform_id)
    said += [fault.text, *(str(one) for one in checking.run(found))]
    logged = capsys.readouterr().err
    assert "fault" in logged
    for secret in secrets:
        assert not any(secret in one for one in [*said, logged]), secret


def test_a_new_private_key_does_not_show_itself() -> None:
    key = make_key()
    assert "PRIVATE" not in repr(key)


_HOSTILE = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from(
        ['"}\n{"event": "palsu"}', "a\r\nb", "\u2028{}", "\x1b[2J", "\x00", "%0a{}", '\\"', "\x85x", "${jndi:ldap://x}"]
    ),
)


def test_a_line_of_the_log_is_one_json_object_whatever_is_sent(
    app: Flask, client: FlaskClient, keys: KeyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    lines: list[str] = []

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, derandomize=True)
    @given(hostile=_HOSTILE)
    def sent(hostile: str) -> None:
        begin(client, iss=hostile, login_hint=hostile)
        post(client, error=hostile, state=hostile)
        begun = begin(client)
        post(client, state=begun.state, id_token=token(claims(begun.nonce, message_type=hostile, name=ANSWER)))
        client.get("/lti/register", query_string={"invite": hostile, "openid_configuration": hostile}, base_url=HTTPS)
        client.get("/language/en", query_string={"next": hostile}, base_url=HTTPS)
        body = {"iss": "https://lms.example", "aud": hostile, "jti": hostile}
        client.post("/lti/notices", json={"notices": [{"jwt": token(body)}]}, base_url=HTTPS)
        lines.extend(line for line in capsys.readouterr().err.split("\n") if line)

    sent()
    assert len(lines) > 100
    for line in lines:
        told = json.loads(line)
        assert told["event"] != "palsu"
        assert line.isascii()
        assert not any(ord(one) < 32 for one in line)
        assert ANSWER not in line

"""Texts of platforms, people and packs are shown as texts in the admin pages, whoever wrote them."""

from html.parser import HTMLParser

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from lms_ext.models import Person, Platform, db, utcnow
from lms_ext.models.admins import AuditEntry
from tests.security.conftest import publish
from tests.security.test_admin_walker import address, rules
from tests.support.admins import HTTPS, signed_in
from tests.support.platform import KeyServer, begin, claims, launch, post, token
from tests.support.published import INSTRUCTOR

MARK = "<img src=x onerror=alert(1)>"
EVIL = f"'\"></textarea></title></script>{MARK}{{{{7*7}}}}"


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("src") == "x" or any(name.startswith("on") or name == "style" for name in given):
            self.bad.append(self.get_starttag_text() or tag)
        if any((value or "").lower().startswith("javascript:") for value in given.values()):
            self.bad.append(self.get_starttag_text() or tag)


def test_no_text_becomes_markup_in_an_admin_page(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    launch(client, name=EVIL, context={"id": "7", "title": EVIL}, resource_link={"id": "9", "title": EVIL}, sub="8")
    launch(client, deployment_id=EVIL[:200], lti_deployment_id=None)
    begin(client, iss=EVIL)
    begun = begin(client)
    post(client, state=begun.state, id_token=token(claims(begun.nonce, message_type=EVIL, **INSTRUCTOR)))
    post(client, error=EVIL, state=EVIL)
    db.session.rollback()
    publish("jahat", {"id": "a", "type": "sum", "title": {"id": EVIL}, "points": 1, "config": {"first": 1, "second": 1}})
    db.session.execute(update(Platform).values(name=EVIL, product=EVIL[:50], issuer=EVIL, client_id=EVIL, auth_login_url=EVIL))
    db.session.execute(update(Person).values(name=EVIL))
    platform = db.session.query(Platform).one()
    db.session.add(AuditEntry(at=utcnow(), actor=EVIL, action="session.begin", object=EVIL, detail={"way": EVIL}))
    db.session.commit()
    platform_id = platform.id
    db.session.remove()
    owner = signed_in(app)
    shown = 0
    for method, rule in rules(app):
        if method != "GET" or rule.endpoint == "admin_openid.finish":
            continue
        answer = owner.client.get(address(rule, platform_id), base_url=HTTPS)
        db.session.remove()
        assert answer.status_code < 500, rule
        assert _Tags(answer.text).bad == [], rule
        assert MARK not in answer.text, rule
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        shown += "onerror=alert(1)" in answer.text
    assert shown >= 4, shown

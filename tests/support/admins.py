"""Admins for tests: made and signed in by the services; `AdminBrowser.sign_in` uses the page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms_ext.domain.admins import CONSOLE, AdminRole
from lms_ext.models import Admin, db, utcnow
from lms_ext.services import admin_sessions, admins, passwords
from lms_ext.web.sessions import hashed, new_secret

HTTPS = "https://localhost"
PASSWORD = "kuda lari pagi sekali"


@dataclass
class AdminBrowser:
    """A browser without scripts, at the admin pages; knows the form token of the page it saw last."""

    client: FlaskClient
    csrf: str = ""
    login: str = ""

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self._seen(self.client.get(path, base_url=HTTPS, **more))

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form with its token; a list sends a field several times."""
        return self._seen(self.client.post(path, data={"csrf": self.csrf, **form}, base_url=HTTPS))

    def _seen(self, answer: TestResponse) -> TestResponse:
        db.session.remove()
        found = re.search(r'name="csrf" value="([^"]*)"', answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
        """Send the sign-in form."""
        self.get("/admin/sign-in")
        return self.post("/admin/sign-in", login=login, password=password, **more)


@cache
def _kept() -> str:
    """Hash the password once: that it takes long is the point of it."""
    return passwords.hashed(PASSWORD)


def make_admin(login: str, role: AdminRole = AdminRole.OWNER, platforms: Iterable[int] = ()) -> int:
    """Store an admin with the password `PASSWORD`; gives the id."""
    rights = admins.Rights(role, frozenset(platforms))
    made = admins.create(db.session, CONSOLE, login, f"Admin {login.partition('@')[0]}", rights)
    made.password_hash = _kept()
    db.session.commit()
    return made.id


def signed_in(app: Flask, role: AdminRole = AdminRole.OWNER, platforms: Iterable[int] = (), login: str = "") -> AdminBrowser:
    """Make an admin and a browser they are signed in with; needs an application context. A platform admin needs `platforms`."""
    login = login or f"{role.value}@bgtk.example"
    made = db.session.get(Admin, make_admin(login, role, platforms))
    assert made
    browser, secret = AdminBrowser(app.test_client(), login=login), new_secret()
    admin_sessions.begin(db.session, made, hashed(secret), utcnow())
    db.session.commit()
    browser.client.set_cookie("__Host-lxa", secret, domain="localhost", path="/", secure=True, httponly=True)
    browser.get("/admin/system")
    return browser

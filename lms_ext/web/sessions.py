"""Launch sessions in the browser: the URL names the launch, a cookie on that URL's path proves the browser.

Each launch has its own cookie under its own path, so tabs never fight and no request carries another launch's secret.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from flask import Flask, Request, Response, current_app, request
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from lms_ext.web.masks import masked, unmasked

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SECRET_COOKIE = "__Secure-lx"  # noqa: S105 - a name, not a secret
BROWSER_COOKIE = "__Host-lxb"
"""Tells browsers apart, not people: another person's launch in the same browser ends the earlier person's sessions."""
_COOKIE_TEXT = re.compile(r"[A-Za-z0-9_/-]+")


@dataclass(frozen=True, slots=True)
class LaunchRef:
    """The public name of a launch: platform, space and id, so that every look-up names its shard."""

    platform_id: int
    space_id: int
    id: int

    def __str__(self) -> str:
        """Write as three base-36 numbers."""
        return "-".join(_base36(one) for one in (self.platform_id, self.space_id, self.id))

    @property
    def path(self) -> str:
        """Give the path under which all pages of this launch live."""
        return f"/l/{self}"


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits


class LaunchRefConverter(BaseConverter):
    """``<launch:ref>`` in routes; anything malformed is no route at all (404)."""

    regex = r"[0-9a-z]{1,13}-[0-9a-z]{1,13}-[0-9a-z]{1,13}"

    def to_python(self, value: str) -> LaunchRef:
        numbers = [int(part, 36) for part in value.split("-")]
        if (
            max(numbers) >= 1 << 63 or numbers[0] >= 1 << 31
        ):  # the columns hold no larger ones, nor would a database look for them
            raise ValidationError
        return LaunchRef(*numbers)


class IdConverter(IntegerConverter):
    """``<id:…>`` in routes: a whole number that an id column can hold; anything else is no route (404)."""

    regex = r"\d{1,19}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=(1 << 63) - 1)


def read_id(written: str) -> int | None:
    """Read an id that came in a form; None when it is none."""
    fits = written.isdecimal() and len(written) <= 19 and int(written) < 1 << 63
    return int(written) if fits else None


def new_secret() -> str:
    """Make a secret of 128 bits."""
    return secrets.token_urlsafe(16)


def hashed(secret: str) -> str:
    """Give what the database keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def set_cookie(response: Response, name: str, value: str, *, path: str, seconds: int) -> None:
    """Set a cookie that works inside another site's frame: Secure, HttpOnly, SameSite=None and Partitioned.

    Written here because Werkzeug adds an Expires for browsers of the last century, for the price of a database statement.
    """
    if not _COOKIE_TEXT.fullmatch(f"{name}{value}{path}"):
        raise ValueError("this cookie would need quoting")
    line = f"{name}={value}; Secure; HttpOnly; Max-Age={seconds}; Path={path}; SameSite=None; Partitioned"
    response.headers.add("Set-Cookie", line)


def csrf_token(secret: str) -> str:
    """Derive the form token of a launch from its cookie's secret, masked; a page of another launch cannot know it."""
    return masked(derived(f"csrf:{secret}")[:16])


def csrf_fits(secret: str) -> bool:
    """Check the token that a form field or the X-CSRF-Token header brought."""
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    return hmac.compare_digest(unmasked(given), derived(f"csrf:{secret}")[:16])


class _NoFlaskSession(SessionInterface):
    """Launch sessions live in the database; Flask's own signed cookie is neither read nor written."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        del app, request
        return None

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:  # pragma: no cover - none is ever opened
        del app, session, response


def draft_seal(platform_id: int, space_id: int, attempt_id: int, person_id: int) -> str:
    """Derive the key that seals what one person's attempt leaves on a device, masked; no other person's page carries it."""
    return masked(derived(f"draft:{platform_id}:{space_id}:{attempt_id}:{person_id}"))


def derived(about: str) -> bytes:
    """Derive 32 secret bytes for one purpose from the application's key."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, about.encode(), hashlib.sha256).digest()


def register(app: Flask) -> None:
    """Teach the application the ``<launch:…>`` and ``<id:…>`` converters."""
    app.session_interface = _NoFlaskSession()
    app.url_map.converters |= {"launch": LaunchRefConverter, "id": IdConverter}

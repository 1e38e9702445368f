"""The admin's cookie: first a browser's mere secret, which forms are bound to; after sign-in, always a new one, the session's."""

from flask import Response, request

from lms_ext.web import sessions
from lms_ext.web.tool import tool

_NAME = "lxa"


def is_secure() -> bool:
    """Tell whether this browser talks https to the tool; over http (only ever on this machine) Secure cookies may be dropped."""
    return tool().settings.public_url.startswith("https:") or request.is_secure


def _name(name: str) -> str:
    return f"__Host-{name}" if is_secure() else name


def set_cookie(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie that no script reads and no other site's form or frame brings along; by default until the browser closes."""
    response.set_cookie(_name(name), value, max_age=seconds, path="/", secure=is_secure(), httponly=True, samesite="Lax")


def get_cookie(name: str) -> str:
    """Give a cookie of `set_cookie`, "" when it did not come."""
    return request.cookies.get(_name(name), "")


def secret() -> str:
    """Give the secret in the browser's cookie, "" for none."""
    return get_cookie(_NAME)


def keep_secret(response: Response, value: str) -> None:
    """Give the browser its secret."""
    set_cookie(response, _NAME, value)


def drop_secret(response: Response) -> None:
    """Take the browser's secret away."""
    set_cookie(response, _NAME, "", seconds=0)


def secret_hash() -> str:
    """Give what the database keeps of the browser's secret, "" for none."""
    return sessions.hashed(secret()) if secret() else ""

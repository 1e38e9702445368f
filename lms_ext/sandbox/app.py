"""`create_sandbox`: the practice LMS as an application of its own."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from lms_ext.sandbox import (
    ags,
    browser_storage,
    copy_pages,
    deep_linking,
    fault_pages,
    grade_pages,
    i18n,
    member_pages,
    notices,
    nrps,
    oidc,
    pages,
    register_pages,
    registration,
    setup_pages,
)
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.services import practice
from lms_ext.sandbox.settings import SandboxSettings

_FROM_ELSEWHERE = ("oidc.", "ags.", "nrps.", "deep_linking.", "notices.", "registration.", "fault_pages.order")
"""Views that the tool or another process calls; all others take forms of our own pages only."""


def create_sandbox(settings: SandboxSettings | None = None) -> Flask:
    """Build the practice LMS; its state is at ``app.extensions["practice"]``."""
    settings = settings or SandboxSettings()
    app = Flask("lms_ext.sandbox", static_url_path="/static")
    lms = Practice(settings)
    if not lms.store.get("secret"):
        lms.store.put("secret", secrets.token_urlsafe(32))
    app.config.update(
        SECRET_KEY=lms.store.get("secret"), SESSION_COOKIE_NAME="lx_practice", SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=1024 * 1024,
    )  # fmt: skip
    app.extensions["practice"] = lms
    i18n.register(app)
    for module in (
        oidc, ags, nrps, notices, deep_linking, browser_storage, registration,
        pages, copy_pages, grade_pages, member_pages, setup_pages, register_pages, fault_pages,
    ):  # fmt: skip
        app.register_blueprint(module.bp)
    app.before_request(_only_ours)
    app.after_request(_guard)
    return app


def _only_ours() -> Response | None:
    """Refuse forms that other sites post to our pages."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or (request.endpoint or "").startswith(_FROM_ELSEWHERE):
        return None
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return Response("Formulir ini harus dikirim dari LMS Latihan. / Send this form from the practice LMS.", 403)
    return None


def _guard(response: Response) -> Response:
    tool = practice().tool
    addresses = [urlsplit(one) for one in (tool.login_url, tool.launch_url, tool.deep_linking_url)]
    tools = {f"{one.scheme}://{one.netloc}" for one in addresses if one.netloc}
    more = str(g.get("more_frames", ""))
    elsewhere = " ".join(sorted(tools | ({more} if more else set())))
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
        "frame-ancestors 'self'; "
        f"frame-src 'self' {elsewhere}; form-action 'self' {elsewhere}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response

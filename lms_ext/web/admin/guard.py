"""The one door to the admin pages. Every view behind it is closed until it passes:

- an admin is signed in, unless the view is marked `open_to_strangers`;
- the role fits: by default all roles may GET; a write with ``platform_id`` in its address is for owners and the platform's own
  admins, any other write for owners alone. `allow(*roles)` on a view says otherwise;
- ``platform_id`` in the address is in the admin's scope and exists, else there is no such page;
- a write brings the form token (``csrf`` field or X-CSRF-Token header).

A view then asks `here()` who it is. What a page lists must be narrowed to `here().within` by the view.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.admins import EVERYONE, KEEPERS, OWNERS, AdminActor, AdminRole
from lms_ext.domain.refusals import Refused
from lms_ext.models import Platform, db, engine, utcnow
from lms_ext.services import admin_sessions, audit
from lms_ext.services.admin_sessions import SignedIn
from lms_ext.web import sessions
from lms_ext.web.admin import cookies
from lms_ext.web.errors import wants_json

View = TypeVar("View", bound=Callable[..., Any])
_BEYOND = 1 << 31
"""No column of platforms' numbers holds it."""
_OPEN, _ROLES, _LARGEST = "admin_open", "admin_roles", "admin_largest"


@dataclass(frozen=True, slots=True)
class Here:
    """The admin at a page, proven and allowed."""

    signed_in: SignedIn
    now: datetime

    @property
    def actor(self) -> AdminActor:
        """Give who acts, for use cases."""
        return self.signed_in.actor

    @property
    def name(self) -> str:
        """Give the admin's name, the login when there is none."""
        return self.signed_in.name or self.actor.login

    @property
    def is_owner(self) -> bool:
        """Tell whether this admin may do everything."""
        return self.actor.role is AdminRole.OWNER

    @property
    def may_write(self) -> bool:
        """Tell whether pages should show buttons that change something."""
        return self.actor.role is not AdminRole.AUDITOR

    @property
    def within(self) -> frozenset[int] | None:
        """Give the platforms that lists must be narrowed to; None for all."""
        return self.actor.platform_ids if self.actor.role is AdminRole.PLATFORM else None


def open_to_strangers(view: View) -> View:
    """Let a view be reached without being signed in; its writes still need the form token."""
    setattr(view, _OPEN, True)
    return view


def allow(*roles: AdminRole) -> Callable[[View], View]:
    """Let these roles, and no others, reach a view with every method."""

    def mark(view: View) -> View:
        setattr(view, _ROLES, frozenset(roles))
        return view

    return mark


def takes(largest: int) -> Callable[[View], View]:
    """Let a view receive forms of so many bytes, once the admin is known; others have the application's own limit."""

    def mark(view: View) -> View:
        setattr(view, _LARGEST, largest)
        return view

    return mark


def _let_in() -> BaseResponse | None:
    """Let a request in, or answer it here."""
    if request.url_rule is None:
        return None  # there is no such page, whoever asks
    view = current_app.view_functions[request.url_rule.endpoint]
    writes = request.method not in {"GET", "HEAD"}
    now = utcnow()
    if not writes:
        engine.begin_reading(db.session)
    found = admin_sessions.find(db.session, cookies.secret_hash(), now) if cookies.secret() else None
    g.admin_here = Here(found, now) if found else None
    is_open = getattr(view, _OPEN, False)
    if found is None and not is_open:
        return _to_sign_in(writes=writes)
    if found is not None and (largest := getattr(view, _LARGEST, None)):
        _check_rights(found.actor, view, writes=writes)  # before anything large is read
        request.max_content_length = largest
    if writes and not (cookies.secret() and sessions.csrf_fits(cookies.secret())):
        raise Refused("admin-form-expired")
    if found is not None:
        if not is_open:
            _check_rights(found.actor, view, writes=writes)
        if found.is_due:
            _note_use(found, now, writes=writes)
    return None


def _check_rights(actor: AdminActor, view: Callable[..., Any], *, writes: bool) -> None:
    platform_id = (request.view_args or {}).get("platform_id")
    if platform_id is not None and (
        platform_id >= _BEYOND or not actor.sees(platform_id) or db.session.get(Platform, platform_id) is None
    ):
        raise Refused("admin-not-found")
    usual = EVERYONE if not writes else OWNERS if platform_id is None else KEEPERS
    if actor.role not in getattr(view, _ROLES, usual):
        raise Refused("admin-forbidden")


def _note_use(found: SignedIn, now: datetime, *, writes: bool) -> None:
    """Note once a minute that the session is in use, in a transaction of its own."""
    engine.begin_writing(db.session)
    admin_sessions.note(db.session, found.secret_hash, now)
    db.session.commit()
    db.session.remove()
    if not writes:
        engine.begin_reading(db.session)


def _to_sign_in(*, writes: bool) -> BaseResponse:
    if writes or wants_json():
        raise Refused("admin-session-over")
    path = request.full_path.rstrip("?")
    return redirect(f"{url_for('admin_signing_in.form')}?{urlencode({'next': path})}", 303)


def here() -> Here:
    """Give the admin at this page; only views behind the door may ask."""
    found: Here | None = g.get("admin_here")
    if found is None:
        raise Refused("admin-session-over")
    return found


def platform() -> Platform:
    """Give the platform that the address names; the door has checked that it is this admin's to see."""
    return db.session.get_one(Platform, (request.view_args or {})["platform_id"])


def note(action: str, about: str = "", *, platform_id: int = 0, **detail: Any) -> None:
    """Write an act of the admin at this page to the audit log, in the running transaction; see `services.audit.write`."""
    audit.write(db.session, here().actor, action, about, platform_id=platform_id, **detail)


def csrf() -> str:
    """Give the form token of this browser's secret."""
    return sessions.csrf_token(cookies.secret()) if cookies.secret() else ""


def page(template: str, *, status: int = 200, **context: object) -> Response:
    """Make an admin page; templates also get what `known_to_pages` gives."""
    return make_response(render_template(template, **context), status)


def known_to_pages() -> dict[str, object]:
    """Give the templates behind the door `here` (None for strangers), `csrf`, and `ok`, the code of what was just done."""
    if "admin_here" not in g:
        return {}
    return {"here": g.admin_here, "csrf": csrf(), "ok": request.args.get("ok", "")}


def done(endpoint: str, ok: str = "", **values: Any) -> BaseResponse:
    """Go on to a page after a write; `ok` is the code of the sentence that it shows."""
    if ok:
        values["ok"] = ok
    return redirect(url_for(endpoint, **values), 303)


def _keep_private(response: Response) -> Response:
    """Keep no admin page anywhere, let nobody frame one."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Frame-Options"] = "DENY"
    return response


def register(app: Flask) -> None:
    """Stand before every address under /admin, whichever blueprint it is of."""
    app.context_processor(known_to_pages)

    @app.before_request
    def _door() -> BaseResponse | None:
        return _let_in() if _is_inside() else None

    @app.after_request
    def _leaving(response: Response) -> Response:
        return _keep_private(response) if _is_inside() else response


def _is_inside() -> bool:
    rule = request.url_rule.rule if request.url_rule else request.path
    return rule == "/admin" or rule.startswith("/admin/")

"""Sessions where the browser keeps no cookie at all: the page itself carries the launch's secret.

In an LMS's frame some browsers keep nothing, Partitioned cookie or not. There a launch is proven through the LMS's own storage
(see ``storage.js``), and what the cookie does is done by the form token: in a carried page it holds the launch's secret, masked
anew in every answer, and the choice of language and theme, which have no cookie either. Forms bring it in the hidden field that
they have anyway, autosave in the header that it sends anyway; both are POST or PUT, so it never stands in an address, where
history, logs and Referer would keep it.

What is asked by GET (links, reload, going back, searching) becomes a POST to ``<launch>/carry`` with token and wanted page, which
the door below turns into that very GET before any view sees it: views know nothing of it. A script sends links and searches that
way; a GET that comes without anything (reload, back, a link pressed before the script came) gets the page "session over", whose
script asks the LMS's storage for the token. Redirects become a small page that posts itself.

Why not otherwise: ``window.name`` stays when the frame goes to another site, which could read it; addresses leak; a service
worker and every storage of our own are denied together with the cookies; a page that fetches and rewrites itself loses what
browsers do for pages (scripts that start once, focus, scrolling, back). Platform storage is kept apart for each tool, and the LMS
that holds it can open launches of its people anyway, so it learns nothing new.

The scripts speak LTI Client Side postMessages with LTI postMessage Storage. Platforms that built on its drafts know longer names
only, so both generations are said, unless ``lti.capabilities`` tells which. Keys and values go to the exact origin of the
platform's authorisation endpoint, to the frame that it named, and answers are believed from that origin only, under their own
message_id; what an LMS can do at all is no secret and may be asked of any. The LMS's page, or the frame in it that keeps things,
may still be loading or be slow, and what is posted before it listens is lost: so it is asked every half second for 20 s. After
2.5 s the page shows what it has to say without an answer, e.g. the new tab; an answer that comes later still goes on.

The same checks as with the cookie hold: the secret is compared with the stored hash, it ends with the session, another person's
launch in the same browser (known by a key in the platform's storage) ends it. As a token travels in a form, another site could
post its own to put a person into a session that is not theirs: only what browsers call same-origin (Sec-Fetch-Site, which no page
can forge) is taken.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from zlib import crc32

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from lms_ext.domain.hosts import origin
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.state import State
from lms_ext.web import framing
from lms_ext.web.masks import masked, unmasked
from lms_ext.web.sessions import LaunchRef, csrf_token
from lms_ext.web.tool import tool

_FOUND, _HOME = "lms_ext.carried", "lms_ext.carried_home"
_DOOR = re.compile(r"(/l/[0-9a-z]{1,13}-[0-9a-z]{1,13}-[0-9a-z]{1,13})/carry")
_MOST = 8_192
_QUERY = "%&=+/?:@!$'()*,;"
_SECRET_BYTES = 16
_SECRET = re.compile(r"[A-Za-z0-9_-]{22}")
_LANGUAGES = ("", "id", "en")
_THEMES = ("", "light", "dark")
_PROOFS, _SEATS = 64, 24
"""Slots in a platform's storage, used in turn: some platforms keep no more than 4,096 letters for a tool."""
_BROWSER_KEY, _LOOK_KEY = "lx.b", "lx.l"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a page carries: a launch's secret, and how its reader wants pages ("" follows launch and device)."""

    secret: str
    language: str = ""
    theme: str = ""

    @property
    def token(self) -> str:
        """Write it down, masked anew."""
        look = _LANGUAGES.index(self.language) * len(_THEMES) + _THEMES.index(self.theme)
        return masked(base64.urlsafe_b64decode(f"{self.secret}==") + bytes([look]))

    @property
    def look(self) -> str:
        """Write language and theme as platform storage keeps them for the next launch."""
        return f"{self.language}.{self.theme}"

    def looking(self, written: str) -> "Carried":
        """Take over a kept look; what is none changes nothing."""
        language, _, theme = written.partition(".")
        fits = language in _LANGUAGES and theme in _THEMES
        return replace(self, language=language, theme=theme) if fits else self


@dataclass(frozen=True, slots=True)
class Rescue:
    """A form that a page's script fills from the platform's storage and sends; the page stays as it is when that fails."""

    action: str
    origin: str
    target: str = ""
    """The frame that keeps the storage, as the platform named it; "" to ask for it."""
    fields: Mapping[str, str] = field(default_factory=dict)
    get: Mapping[str, str] = field(default_factory=dict)
    """Field to key."""
    need: str = ""
    """The field without which nothing is sent."""
    put: tuple[tuple[str, str | None], ...] = ()

    @property
    def wishes(self) -> str:
        """Write for the script what to get and to put."""
        return json.dumps({"get": dict(self.get), "put": self.put}, separators=(",", ":"))


def read(token: str) -> Carried | None:
    """Read a token; None when it is none (the token of a page with a cookie is shorter)."""
    raw = unmasked(token)
    if len(raw) != _SECRET_BYTES + 1 or raw[-1] >= len(_LANGUAGES) * len(_THEMES):
        return None
    language, theme = divmod(raw[-1], len(_THEMES))
    secret = base64.urlsafe_b64encode(raw[:-1]).rstrip(b"=").decode()
    return Carried(secret, _LANGUAGES[language], _THEMES[theme])


def from_our_page(environ: Mapping[str, Any]) -> bool:
    """Tell whether a page of this very site sent a request, as browsers say it."""
    return bool(environ.get("HTTP_SEC_FETCH_SITE") == "same-origin")


def carried() -> Carried | None:
    """Give what the page that sent this request carried; None for a session with a cookie, or from another site."""
    environ = request.environ
    if _FOUND not in environ:
        environ[_FOUND] = None
        if request.method in {"POST", "PUT"} and request.path.startswith("/l/") and from_our_page(environ):
            environ[_FOUND] = read(_sent_token())
    found: Carried | None = environ[_FOUND]
    return found


def _sent_token() -> str:
    try:
        return request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    except HTTPException:  # a body that is too large is refused where it is used
        return ""


def change_look(**chosen: str) -> bool:
    """Keep another language or theme in what is carried; False when a cookie has to."""
    found = carried()
    if found is None:
        return False
    request.environ[_FOUND] = replace(found, **chosen)
    g.look_changed = True
    return True


def form_token(secret: str) -> str:
    """Give the token of a page's forms: without a cookie it carries the session."""
    found = carried()
    return found.token if found and found.secret == secret else csrf_token(secret)


def proves(secret: str) -> bool:
    """Tell whether the token of a form proves that a page of this launch sent it, because it holds the secret itself."""
    found = carried()
    return found is not None and found.secret == secret


def proof_key(state_id: str) -> str:
    """Name the place of a login's proof in the platform's storage."""
    return f"lx.p.{crc32(state_id.encode()) % _PROOFS}"


def _seat_key(home: str) -> str:
    return f"lx.s.{crc32(home.encode()) % _SEATS}"


def launch_rescue(form: Mapping[str, str], state: State, platform: KnownPlatform) -> Rescue:
    """Give the form that brings the same launch again, with the proof that the platform kept for this browser."""
    return Rescue(
        "/lti/launch", origin(platform.auth_login_url), state.storage,
        fields={"state": form.get("state", ""), "id_token": form.get("id_token", "")},
        get={"proof": proof_key(state.id), "browser": _BROWSER_KEY, "look": _LOOK_KEY}, need="proof",
    )  # fmt: skip


def session_rescue(ref: LaunchRef, platform: KnownPlatform | None) -> Rescue | None:
    """Give the form that opens the page that was asked for, with the token that the platform kept; None when there is none."""
    if platform is None or request.method != "GET" or request.headers.get("Sec-Fetch-Dest") != "iframe":
        return None
    return Rescue(
        f"{ref.path}/carry", origin(platform.auth_login_url), "_parent",
        fields={"next": _asked_for()}, get={"csrf": _seat_key(ref.path)}, need="csrf",
    )  # fmt: skip


def _asked_for() -> str:
    return request.full_path.rstrip("?")


def known_browser(form: Mapping[str, str]) -> str:
    """Give the key by which the platform's storage knows this browser; "" when it is new there."""
    given = form.get("browser", "")
    return given if _SECRET.fullmatch(given) else ""


def open_carried(ref: LaunchRef, page: str, secret: str, new_browser: str, state: State) -> Response:
    """Go on to the first page of a launch that was proven without cookies; the platform keeps token and browser key."""
    one = Carried(secret).looking(request.form.get("look", ""))
    put: list[tuple[str, str | None]] = [(_seat_key(ref.path), one.token), (proof_key(state.id), None)]
    if new_browser:
        put.append((_BROWSER_KEY, new_browser))
    fields = {"csrf": one.token, "next": page}
    rescue = Rescue(f"{ref.path}/carry", _platform_origin(ref.platform_id), state.storage, fields, put=tuple(put))
    return _page(make_response(), rescue)


def _page(response: Response, rescue: Rescue) -> Response:
    """Put the small page that posts itself in the place of a redirect."""
    response.headers.pop("Location", None)
    response.status_code = 200
    response.set_data(render_template("pages/carry.html", rescue=rescue))
    response.content_type = "text/html; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _go_on(response: Response) -> Response:
    """Let a redirect inside a carried session carry it on, and no cache keep what a page carries."""
    found = carried()
    if found is None:
        return response
    response.headers["Cache-Control"] = "no-store"
    if not 300 <= response.status_code < 400:
        return response
    home = request.environ.get(_HOME) or "/".join(request.path.split("/")[:3])
    parts = urlsplit(response.location or "")
    if parts.netloc or not _inside(parts.path, home):
        return response
    put = ((_seat_key(home), found.token), (_LOOK_KEY, found.look)) if g.pop("look_changed", None) else ()
    asked = f"{parts.path}?{parts.query}" if parts.query else parts.path
    action = f"{home}/carry#{parts.fragment}" if parts.fragment else f"{home}/carry"
    platform_id = int(home.removeprefix("/l/").partition("-")[0], 36)
    fields = {"csrf": found.token, "next": asked}
    framing.allow_platform_id(platform_id)
    return _page(response, Rescue(action, _platform_origin(platform_id), "_parent", fields, put=put))


def _inside(path: str, home: str) -> bool:
    return path == home or path.startswith((f"{home}/", "/language/", "/theme/"))


def _platform_origin(platform_id: int) -> str:
    platform = tool().lti.registry.all().get(platform_id)
    return origin(platform.auth_login_url) if platform else ""


class Door:
    """WSGI: a POST to ``<launch>/carry`` becomes the GET of the page that its form names, in the session that it carries."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        found = _DOOR.fullmatch(environ.get("PATH_INFO", ""))
        if found and environ["REQUEST_METHOD"] == "POST":
            environ = _meant(environ, found[1])
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer


def _meant(environ: dict[str, Any], home: str) -> dict[str, Any]:
    length = environ.get("CONTENT_LENGTH") or "0"
    body = environ["wsgi.input"].read(min(int(length), _MOST)) if length.isdecimal() else b""
    form = dict(parse_qsl(body.decode("ascii", "replace")))
    found = read(form.get("csrf", "")) if from_our_page(environ) else None
    path, _, query = form.get("next", "").partition("?")
    query = quote(query, safe=_QUERY)  # a server hands on no other letters
    path = unquote(path) if _inside(path, home) else home
    return environ | {
        "REQUEST_METHOD": "GET", "PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": query, "CONTENT_LENGTH": "0",
        "CONTENT_TYPE": "", "wsgi.input": BytesIO(), _FOUND: found, _HOME: home,
    }  # fmt: skip


def register(app: Flask) -> None:
    """Open the door, carry redirects on, and give carried pages what their script needs."""
    app.wsgi_app = Door(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented way to add a middleware
    app.after_request(_go_on)

    @app.context_processor
    def _carry() -> dict[str, str]:
        found = carried()
        if found is None:
            return {}
        home = request.environ.get(_HOME)
        given = {"carry": found.token, "carry_home": home or "/".join(request.path.split("/")[:3])}
        return given | ({"carry_page": _asked_for()} if home else {})

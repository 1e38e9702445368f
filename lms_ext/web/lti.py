"""The LTI routes: login initiation, launch, then a redirect to the page that the URL names."""

from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.incoming import Asked
from lms_ext.domain.launches import MessageType
from lms_ext.domain.refusals import Refused
from lms_ext.models import db, engine, utcnow
from lms_ext.services import launching
from lms_ext.services.launching import Opened
from lms_ext.web import messages, sessions
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

_FIRST_PAGE = {MessageType.DEEP_LINKING: "/choose", MessageType.PRIVACY: "/privacy"}
bp = Blueprint("lti", __name__, url_prefix="/lti")
_TEST_COOKIE = "lxt"


@bp.before_request
def _frame() -> None:
    """Let any LMS frame these pages: they hold nobody's data."""
    g.frame_ancestors = "*"


@bp.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _sent_on(url: str, status: int) -> Response:
    """Redirect without the page for browsers that do not follow: every launch passes here twice."""
    return Response(status=status, headers={"Location": url})


@bp.route("/login", methods=["GET", "POST"])
def login() -> BaseResponse:
    """Start OpenID Connect; nothing is written."""
    engine.reads_only()
    given = (request.form if request.method == "POST" else request.args).to_dict(flat=False)
    start = tool().lti.begin_login(given, utcnow())
    response: Response
    if request.headers.get("Sec-Fetch-Dest") == "iframe" and sessions.BROWSER_COOKIE not in request.cookies:
        # A frame of a browser we have not seen: see on this page whether cookies work, before a single-use launch is spent.
        again = urlencode({name: values[0] for name, values in given.items()})
        page = render_template("pages/launch_check.html", auth_url=start.url, restart_url=f"/lti/login?{again}")
        response = make_response(page)
        response.set_cookie(_TEST_COOKIE, "1", max_age=600, path="/lti", secure=True, samesite="None", partitioned=True)
    else:
        response = _sent_on(start.url, 302)
    seconds = tool().settings.state_minutes * 60
    sessions.set_cookie(response, start.state.cookie, start.proof, path="/lti/launch", seconds=seconds)
    return response


@bp.get("/jwks")
def jwks() -> Response:
    """Publish our keys; platforms may keep them for an hour."""
    response = jsonify(tool().lti.key_set(utcnow()))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@bp.post("/launch")
def launch() -> BaseResponse:
    """Prove the launch, open a session, and go on to its page."""
    if request.files:
        raise Refused("token-too-large")
    now = utcnow()
    gateway = tool().lti
    told = gateway.read_launch(request.form, request.cookies, now, in_frame=request.headers.get("Sec-Fetch-Dest") == "iframe")
    g.return_url = told.return_url
    if isinstance(told, Asked):
        return messages.answer(told)
    browser = request.cookies.get(sessions.BROWSER_COOKIE, "")
    secret, new_browser = sessions.new_secret(), sessions.new_secret()
    with db.engine.begin() as transaction:  # no objects are needed, and a session costs as much as two statements
        opened = launching.open_session(
            transaction,
            told,
            secret_hash=sessions.hashed(secret),
            browser_hash=sessions.hashed(browser or new_browser),
            known_browser=bool(browser),
            hours=tool().settings.session_hours,
            now=now,
            catalog=tool().catalog,
        )
    ref = LaunchRef(opened.platform_id, opened.space_id, opened.id)
    response = _sent_on(_landing(ref, told.message_type, opened), 303)
    # A day longer than the session: a page that says it is over can still show the way back to the course.
    seconds = (tool().settings.session_hours + 24) * 3600
    sessions.set_cookie(response, sessions.SECRET_COOKIE, secret, path=ref.path, seconds=seconds)
    if not browser:
        sessions.set_cookie(response, sessions.BROWSER_COOKIE, new_browser, path="/", seconds=180 * 86_400)
    return response


def _landing(ref: LaunchRef, kind: MessageType, opened: Opened) -> str:
    target = opened.target
    if target is not None:
        work = "" if target.attempt_id is None else f"/work/{target.attempt_id}"
        return f"{ref.path}/a/{target.activity_id}{work}"
    return ref.path + _FIRST_PAGE.get(kind, "")

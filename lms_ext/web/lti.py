"""The LTI routes: login initiation, launch, then a redirect to the page that the URL names."""

from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from lms_ext.domain.hosts import origin
from lms_ext.domain.incoming import Asked
from lms_ext.domain.launches import Launch, MessageType
from lms_ext.domain.refusals import Refused
from lms_ext.lti.gateway import Begun, ProofMissing
from lms_ext.models import db, engine, utcnow
from lms_ext.services import launching
from lms_ext.services.launching import Opened
from lms_ext.web import carrying, framing, messages, sessions
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool

_FIRST_PAGE = {MessageType.DEEP_LINKING: "/choose", MessageType.PRIVACY: "/privacy"}
bp = Blueprint("lti", __name__, url_prefix="/lti")
_TEST_COOKIE = "lxt"


@bp.before_request
def _frame() -> None:
    """Let any LMS frame these pages until it is known which one it is: they hold nobody's data."""
    g.frame_ancestors = framing.ANYWHERE


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
    new_here = _in_frame() and sessions.BROWSER_COOKIE not in request.cookies
    start = tool().lti.begin_login(given, utcnow(), may_store=new_here)

    def again() -> str:
        return "/lti/login?" + urlencode({name: values[0] for name, values in given.items()})

    tool().logins.enter(start.platform.id, request.cookies.get(sessions.BROWSER_COOKIE, ""), again)
    framing.allow_platform(start.platform)
    response: Response
    if new_here:
        # A frame of a browser we have not seen: see on this page whether cookies work, before a single-use launch is spent.
        page = render_template(
            "pages/launch_check.html",
            start=start,
            storage_origin=origin(start.platform.auth_login_url),
            proof_key=carrying.proof_key(start.state.id),
            restart_url=again(),
        )
        response = make_response(page)
        response.set_cookie(_TEST_COOKIE, "1", max_age=600, path="/lti", secure=True, samesite="None", partitioned=True)
    else:
        response = _sent_on(start.url, 302)
    seconds = tool().settings.state_minutes * 60
    sessions.set_cookie(response, start.state.cookie, start.proof, path="/lti/launch", seconds=seconds)
    return response


def _in_frame() -> bool:
    return request.headers.get("Sec-Fetch-Dest") == "iframe"


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
    begun = tool().lti.begun(request.form, now)
    tool().launches.enter(begun.platform.id, request.cookies.get(sessions.BROWSER_COOKIE, ""), lambda: begun.restart_url)
    stored_proof = request.form.get("proof", "") if carrying.from_our_page(request.environ) else ""
    told = _proven(begun, stored_proof, now)
    g.return_url = told.return_url
    if isinstance(told, Asked):
        return messages.answer(told)
    kept = carrying.known_browser(request.form) if stored_proof else ""
    browser = request.cookies.get(sessions.BROWSER_COOKIE, "") or kept
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
    page = _landing(ref, told.message_type, opened)
    if stored_proof:
        framing.allow_platform_id(told.platform_id)
        return carrying.open_carried(ref, page, secret, "" if browser else new_browser, begun.state)
    response = _sent_on(page, 303)
    # A day longer than the session: a page that says it is over can still show the way back to the course.
    seconds = (tool().settings.session_hours + 24) * 3600
    sessions.set_cookie(response, sessions.SECRET_COOKIE, secret, path=ref.path, seconds=seconds)
    if not browser:
        sessions.set_cookie(response, sessions.BROWSER_COOKIE, new_browser, path="/", seconds=180 * 86_400)
    return response


def _proven(begun: Begun, stored_proof: str, now: datetime) -> Launch | Asked:
    """Read the launch; where the cookie with its proof is missing, the refusal's page may fetch what the LMS keeps for us."""
    try:
        return tool().lti.read_launch(begun, request.form, request.cookies, now, in_frame=_in_frame(), stored_proof=stored_proof)
    except ProofMissing as missing:
        if missing.state.storage and _in_frame() and "proof" not in request.form:
            missing.context["rescue"] = carrying.launch_rescue(request.form, missing.state, missing.platform)
        raise


def _landing(ref: LaunchRef, kind: MessageType, opened: Opened) -> str:
    target = opened.target
    if target is not None:
        work = "" if target.attempt_id is None else f"/works/{target.attempt_id}"
        return f"{ref.path}/a/{target.activity_id}{work}"
    return ref.path + _FIRST_PAGE.get(kind, "")

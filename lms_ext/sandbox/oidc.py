"""How the practice LMS opens the tool: login initiation, authentication request, id_token; and its key set and tokens."""

from typing import Any
from urllib.parse import urlencode

import jwt
from flask import Blueprint, Response, g, jsonify, make_response, render_template, request

from lms_ext.sandbox import browser_storage, claims
from lms_ext.sandbox.course import COURSE_ID
from lms_ext.sandbox.i18n import locale
from lms_ext.sandbox.keys import ToolKeysError
from lms_ext.sandbox.messages import N_, Message, decoded, masked
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.services import Problem, practice, service, words

bp = Blueprint("oidc", __name__, url_prefix="/lti")
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_KINDS = {
    "link": "LtiResourceLinkRequest", "deep-linking": "LtiDeepLinkingRequest", "review": "LtiSubmissionReviewRequest",
    "privacy": "LtiDataPrivacyLaunchRequest",
}  # fmt: skip
SCOPES = (*claims.AGS_SCOPES, claims.NRPS_SCOPE, claims.GS_SCOPE, claims.PNS_SCOPE)


def start_login(lms: Practice, body: dict[str, Any], target: str) -> Response:
    """Begin a launch: a page that sends the login initiation to the tool, or a redirect where the LMS uses GET."""
    hint = lms.new_hint(body)
    profile = lms.profile
    fields = {
        "iss": lms.issuer,
        "target_link_uri": target,
        "login_hint": claims.outer_id(lms, "person", body["person"]),
        "lti_message_hint": hint,
        "lti_deployment_id": profile.deployment_id,
        **profile.login_extra,
        **browser_storage.announced(lms),
    }
    if profile.sends_client_id:
        fields["client_id"] = lms.client_id
    url = lms.tool.login_url
    lms.messages.add(
        Message(
            N_("Pembukaan dimulai untuk %(name)s"), {"name": body["name"]}, incoming=False,
            line=f"{profile.login_method} {url}",
            request="\n".join(f"{name}: {value}" for name, value in masked(fields).items()),
        )
    )  # fmt: skip
    if profile.login_method == "GET":
        joint = "&" if "?" in url else "?"
        return Response(status=302, headers={"Location": f"{url}{joint}{urlencode(fields)}"})
    return make_response(render_template("submit.html", url=url, fields=fields))


@bp.route("/auth", methods=["GET", "POST"])
@service("auth")
def auth() -> Response:
    """Answer the tool's authentication request with an id_token, posted by the browser."""
    lms = practice()
    given = request.values.to_dict()
    if given.get("redirect_uri") != lms.tool.launch_url:
        raise Problem(400, "redirect_uri is not the one that is registered")
    wrong = _wrong(lms, given)
    state = given.get("state", "")
    if wrong:
        g.log_reason = wrong[1]
        words(N_("Pembukaan ditolak: %(reason)s"), reason=wrong[1])
        return _post({"error": wrong[0], "error_description": wrong[1], "state": state})
    body = lms.peek_hint(given.get("lti_message_hint", ""))
    person = lms.person(body["person"]) if body else None
    if body is None or person is None or claims.outer_id(lms, "person", person.id) != given["login_hint"]:
        return _post({"error": "login_required", "error_description": "login_hint or lti_message_hint unknown", "state": state})
    if lms.take_hint(given["lti_message_hint"]) is None:
        raise Problem(404, "this launch was used already: open the activity from the course again")
    token_claims = _claims(lms, body, person, given["nonce"])
    token = lms.keys.sign(token_claims)
    lms.messages.add(
        Message(
            N_("Pembukaan dikirim untuk %(name)s"), {"name": person.name}, incoming=False,
            line=f"id_token {len(token) / 1024:.1f} KB · POST {lms.tool.launch_url}",
            tokens=[{"name": "id_token", **decoded(token)}],
        )
    )  # fmt: skip
    return _post({"id_token": token, "state": state, **browser_storage.announced(lms)})


def _wrong(lms: Practice, given: dict[str, str]) -> tuple[str, str] | None:
    wanted = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
    for name, value in wanted.items():
        if given.get(name) != value:
            code = {"scope": "invalid_scope", "response_type": "unsupported_response_type"}.get(name, "invalid_request")
            return code, f"{name} must be {value}"
    if given.get("client_id") != lms.client_id:
        return "unauthorized_client", "client_id is not the one that is registered"
    for name in ("nonce", "login_hint"):
        if not given.get(name):
            return "invalid_request", f"{name} is missing"
    if "repost" in given and lms.profile.name == "moodle":
        return "invalid_request", "repost is Moodle's own and must not come back"  # openwebwork/webwork2#2982
    return None


def _claims(lms: Practice, body: dict[str, Any], person: Any, nonce: str) -> dict[str, Any]:
    if body["kind"] == "review":
        return _review_claims(lms, body, person, nonce)
    kind = _KINDS[body["kind"]]
    link = lms.course.link(body["link"]) if body["kind"] == "link" else None
    room = lms.course.room(body.get("course", COURSE_ID) if link is None else link.course)
    if room is None or (link is None and body["kind"] == "link"):
        raise Problem(404, "the link is gone from the course")
    found = claims.base_claims(lms, person, nonce, kind, locale=locale(), frame=bool(body.get("frame")), room=room)
    if body["kind"] == "privacy":
        return claims.privacy_claims(lms, found, lms.person(body["about"]) or person)
    if link is None:
        return found | claims.deep_linking_claims(lms, body["data"], body["return_url"])
    return found | claims.resource_link_claims(lms, person, link)


def _review_claims(lms: Practice, body: dict[str, Any], person: Any, nonce: str) -> dict[str, Any]:
    column, learner = lms.course.column(body["column"]), lms.person(body["learner"])
    room = lms.course.room(column["course"]) if column else None
    if column is None or room is None or learner is None or not column["review"]:
        raise Problem(404, "the column or the learner is gone")
    kind = _KINDS["review"]
    found = claims.base_claims(lms, person, nonce, kind, locale=locale(), frame=bool(body.get("frame")), room=room)
    return found | claims.review_claims(lms, column, learner)


def _post(fields: dict[str, str]) -> Response:
    return make_response(render_template("submit.html", url=practice().tool.launch_url, fields=fields))


@bp.get("/jwks")
@service("jwks")
def jwks() -> Response:
    """Publish the LMS's keys."""
    return jsonify(practice().keys.public())


@bp.post("/token")
@service("token")
def access_token() -> Response:
    """Give an access token for a client assertion signed by the tool."""
    lms = practice()
    form = request.form
    if form.get("grant_type") != "client_credentials":
        return _token_refusal("unsupported_grant_type", "grant_type must be client_credentials")
    if form.get("client_assertion_type") != _ASSERTION:
        return _token_refusal("invalid_request", f"client_assertion_type must be {_ASSERTION}")
    wrong = _assertion_fault(lms, form.get("client_assertion", ""))
    if wrong:
        return _token_refusal("invalid_client", wrong)
    asked = form.get("scope", "").split()
    granted = [one for one in asked if one in SCOPES and lms.grants("scopes", one)]
    if not granted:
        return _token_refusal("invalid_scope", "none of the scopes is known")
    words(N_("Token layanan diberikan"))
    body = {"access_token": lms.new_token(granted), "expires_in": lms.settings.token_seconds, "scope": " ".join(granted)}
    answer = jsonify(body | {"token_type": "bearer"})
    answer.headers["Content-Type"] = lms.profile.token_type
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _assertion_fault(lms: Practice, assertion: str) -> str:
    """Give what is wrong with a client assertion; "" when it proves the tool."""
    audience = {f"{lms.settings.url.rstrip('/')}/lti/token"}
    if lms.profile.token_audience:
        audience = {lms.profile.token_audience}
    ours = lms.client_id
    try:
        key = lms.tool_keys.key(lms.tool.jwks_url, assertion)
        body = jwt.decode(
            assertion, key, algorithms=["RS256"], audience=audience, issuer=ours, leeway=60,
            options={"require": ["exp", "iat", "jti", "sub", "aud", "iss"]},
        )  # fmt: skip
    except (jwt.PyJWTError, ToolKeysError) as error:
        return str(error)
    if body["sub"] != ours:
        return "sub must be the client id"
    if not lms.first_use(body["jti"], float(body["exp"]) + 60):
        return "this jti was used before"
    return ""


def _token_refusal(code: str, text: str) -> Response:
    words(N_("Token layanan ditolak: %(reason)s"), reason=text)
    answer = jsonify(error=code, error_description=text)
    answer.status_code = 401 if code == "invalid_client" else 400
    return answer

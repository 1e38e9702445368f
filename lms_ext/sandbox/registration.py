"""Dynamic Registration 1.0, the LMS's side: its configuration, and a tool that registers itself with a token, as at Moodle."""

import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
from flask import Blueprint, Response, jsonify, request

from lms_ext.sandbox.messages import N_
from lms_ext.sandbox.oidc import SCOPES
from lms_ext.sandbox.practice import Practice, ToolSetup
from lms_ext.sandbox.services import Problem, practice, service, words

bp = Blueprint("registration", __name__, url_prefix="/lti")
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_CLAIMS = ("iss", "sub", "aud", "name", "given_name", "family_name", "email")
_LIFE = 3600
MESSAGES = ("LtiResourceLinkRequest", "LtiDeepLinkingRequest", "LtiDataPrivacyLaunchRequest")


class Refusal(Exception):
    """A registration is refused: in plain text, as at Moodle."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def configuration_url(lms: Practice) -> str:
    """Give the address that the tool reads first."""
    return f"{lms.settings.url.rstrip('/')}/lti/openid-configuration"


def new_token(lms: Practice, *, update: bool) -> str:
    """Make a registration token for an hour; its subject is the client id that the tool will have."""
    now = int(lms.now())
    client_id = lms.client_id if update else secrets.token_hex(8)
    scope = "reg-update" if update else "reg"
    times = {"iat": now, "exp": now + _LIFE}
    return lms.keys.sign({"sub": client_id, "scope": scope, "iss": lms.settings.url, "jti": secrets.token_hex(8), **times})


@bp.get("/openid-configuration")
@service("openid-configuration")
def configuration() -> Response:
    """Say what this LMS is and where its services are."""
    lms = practice()
    if not lms.profile.registers:
        raise Problem(404, "tools do not register themselves here")
    if lms.profile.private_configuration:
        _bearer(lms)
    base = f"{lms.settings.url.rstrip('/')}/lti"
    found: dict[str, Any] = {
        "issuer": lms.settings.url,
        "authorization_endpoint": f"{base}/auth",
        "token_endpoint": f"{base}/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "jwks_uri": f"{base}/jwks",
        "registration_endpoint": f"{base}/openid-registration",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": list(_CLAIMS),
        _PLATFORM: {
            "product_family_code": lms.profile.family or "lms-latihan",
            "version": lms.profile.version,
            "messages_supported": [{"type": one} for one in MESSAGES],
            "variables": ["CourseSection.title", "ResourceLink.id", "User.id", *lms.profile.variables],
        },
    }
    if lms.profile.account:
        found[_PLATFORM]["https://canvas.instructure.com/lti/account_name"] = lms.profile.account
    if lms.profile.token_audience:
        found["authorization_server"] = lms.profile.token_audience
    return jsonify(found)


@bp.post("/openid-registration")
@service("registration")
def register() -> Response:
    """Take a tool's metadata; it waits until the admin of the LMS activates it."""
    lms = practice()
    try:
        claims = _token(lms)
        tool = _tool(lms, request.get_data())
    except Refusal as refusal:
        words(N_("Pendaftaran alat ditolak: %(reason)s"), reason=str(refusal))
        if refusal.status == 404:  # Moodle answers a bad token with its own page
            return Response("<!doctype html><title>Galat | LMS Latihan</title><p>Tidak ditemukan</p>", 404, mimetype="text/html")
        return Response(str(refusal), refusal.status, mimetype="text/plain")
    update = claims["scope"] == "reg-update"
    if not lms.first_use(f"registration {claims['jti']}", time.time() + _LIFE):
        return Response("token_already_used", 401, mimetype="text/plain")
    body = tool | {"client_id": claims["sub"], "pending": not update}
    lms.store.put("registered", body)
    if update:
        activate(lms)
    words(N_("Alat terdaftar: %(name)s"), name=tool["name"])
    answer: dict[str, Any] = json.loads(request.get_data())
    answer |= {"client_id": claims["sub"], "scope": " ".join(tool["scopes"])}
    answer[TOOL] |= {"deployment_id": lms.profile.deployment_id}
    return jsonify(answer)


def _bearer(lms: Practice) -> None:
    try:
        _token(lms)
    except Refusal as refusal:
        raise Problem(401, str(refusal)) from refusal


def _token(lms: Practice) -> dict[str, Any]:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Refusal(404, "no registration token")
    try:
        claims = lms.keys.verify(token)
    except jwt.PyJWTError as error:
        raise Refusal(404, str(error)) from error
    if claims.get("scope") not in {"reg", "reg-update"}:
        raise Refusal(404, "this token is for something else")
    return claims


def _tool(lms: Practice, raw: bytes) -> dict[str, Any]:
    """Read the metadata; refuse in the words of Moodle's openid-registration.php."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Refusal(404, "not JSON") from error
    if not isinstance(body, dict):
        raise Refusal(404, "not an object")
    if "id_token" not in body.get("response_types", []):
        raise Refusal(400, "missing_response_type_id_token")
    for name in ("initiate_login_uri", "client_name", "jwks_uri"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refusal(400, f"missing_{name}")
    redirects = body.get("redirect_uris")
    if not isinstance(redirects, list) or not redirects:
        raise Refusal(400, "missing_redirect_uris")
    if body.get("token_endpoint_auth_method") != "private_key_jwt":
        raise Refusal(400, "only private_key_jwt is supported")
    told = body.get(TOOL)
    if not isinstance(told, dict) or not told.get("domain"):
        raise Refusal(400, "missing_domain")
    target = told.get("target_link_uri") or f"https://{told['domain']}"
    if urlsplit(target).netloc != told["domain"]:
        raise Refusal(400, "domain_targetlinkuri_mismatch")
    types = [one.get("type") for one in told.get("messages", [])]
    asked = body.get("scope", "").split()
    return {
        "name": body["client_name"],
        "login_url": body["initiate_login_uri"],
        "launch_url": redirects[0],
        "jwks_url": body["jwks_uri"],
        "deep_linking_url": target if "LtiDeepLinkingRequest" in types else "",
        "scopes": [one for one in asked if one in SCOPES],
        "claims": [one for one in told.get("claims", []) if one in _CLAIMS],
        "deep_linking": "LtiDeepLinkingRequest" in types,
        "custom": {name: value for name, value in told.get("custom_parameters", {}).items() if isinstance(value, str)},
        "update_of": lms.tool.login_url,
    }


def activate(lms: Practice) -> bool:
    """Use the tool that registered itself from now on; False when none waits or did."""
    body = lms.store.get("registered")
    if not body:
        return False
    lms.set_tool(ToolSetup(body["login_url"], body["launch_url"], body["jwks_url"], body["deep_linking_url"]))
    lms.grant(body["client_id"], body["scopes"], body["claims"])
    lms.set_custom(body.get("custom", {}))
    lms.store.put("registered", body | {"pending": False})
    return True

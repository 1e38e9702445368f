"""What a refused message says of itself, for an admin who looks for the fault: never the token, a person, a state or a nonce."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lms_ext.domain.texts import storable
from lms_ext.lti.claims import LTI
from lms_ext.lti.message import TOKEN_LIMIT

_LONGEST = 200
_FORM = {"issuer": "iss", "client_id": "client_id", "deployment_id": "lti_deployment_id", "error": "error"}
_HEAD = {"alg": "alg", "kid": "kid"}
_BODY = {"issuer": "iss", "audience": "aud", "party": "azp", "deployment_id": LTI + "deployment_id",
         "message": LTI + "message_type", "version": LTI + "version"}  # fmt: skip
_TIMES = {"issued": "iat", "expires": "exp"}


def outline(form: Mapping[str, str]) -> dict[str, str]:
    """Read the few claims that tell why a login or launch was refused; nothing of it is proven, all of it is short text."""
    found = _some(_FORM, form)
    token = form.get("id_token", "")
    parts = token.split(".") if len(token) <= TOKEN_LIMIT else []
    if len(parts) == 3:
        body = _part(parts[1])
        found |= _some(_HEAD, _part(parts[0])) | _some(_BODY, body)
        found |= {name: moment for name, key in _TIMES.items() if (moment := _moment(body.get(key)))}
    return found


def _part(text: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _some(names: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, key in names.items() if (text := _text(given.get(key)))}


def _text(value: object) -> str:
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value[:5] if isinstance(one, str))
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return "".join(one if one.isprintable() else "?" for one in storable(str(value)[:_LONGEST]))


def _moment(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e11:
        return ""
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

"""The tool's side of Dynamic Registration 1.0: read an LMS's configuration, say what we are, take what it calls us."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import lms_ext.domain.registration_refusals  # noqa: F401 - declares the refusals raised here
from lms_ext.domain import hosts
from lms_ext.domain.offers import OfferedMessage
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import storable
from lms_ext.lti.claims import fit_address
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.registration_answers import answer_code, said
from lms_ext.lti.tokens import read_json
from lms_ext.lti.tool_configuration import TOOL_CONFIGURATION, Addresses, Wishes, registration_body
from lms_ext.plugin_host import PluginHost
from lms_ext.settings import Settings

PLATFORM_CONFIGURATION = "https://purl.imsglobal.org/spec/lti-platform-configuration"
_LIMIT = 131_072
"""Bytes of a configuration; Canvas, which lists all its variables, sends 20,000."""
_LONGEST_URL = 2000
_LONGEST_TOKEN = 8000
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")
_NEEDED = {
    "response_types_supported": "id_token",
    "id_token_signing_alg_values_supported": "RS256",
    "token_endpoint_auth_methods_supported": "private_key_jwt",
}


@dataclass(frozen=True, slots=True)
class LmsConfiguration:
    """What an LMS says of itself, looked at."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    registration_endpoint: str
    token_audience: str
    product: str
    """Product family code as the LMS writes it; "" when it does not say."""
    version: str
    account: str
    """Name of the school or site, where the LMS tells it."""
    quirks: Quirks
    messages: tuple[OfferedMessage, ...]
    """What of our messages the LMS knows."""
    scopes: frozenset[str] | None
    claims: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Registered:
    """What an LMS calls us from now on."""

    client_id: str
    deployment_id: str = ""


class Registrar:
    """Talks to LMSs that register the tool; every failure is a Refused with a sentence."""

    def __init__(self, settings: Settings, plugins: PluginHost, outbound: Outbound) -> None:
        self._loopback = settings.allow_loopback
        self._plugins = plugins
        self._outbound = outbound
        self.addresses = Addresses.of(settings.public_url)

    def read(self, url: str, token: str) -> LmsConfiguration:
        """Fetch and check the configuration at `url`, which the LMS gave together with its registration token."""
        if not url:
            raise Refused("registration-from-lms")
        if len(url) > _LONGEST_URL or len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable():
            raise Refused("registration-url-bad")
        self._check_address(url)
        answer = self._ask("GET", url, token, None)
        if 300 <= answer.status < 400:
            raise Refused("registration-redirect")
        if answer.status in {401, 403}:
            raise Refused("registration-token-refused", context={"said": said(answer, token)}, status=answer.status)
        document = read_json(answer)
        if answer.status != 200 or not isinstance(document, dict):
            raise Refused("registration-not-config", context={"said": said(answer, token)}, status=answer.status)
        return self._checked(url, document)

    def _check_address(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            plain = parts.scheme == "http" and bool(parts.hostname)
        except ValueError:
            raise Refused("registration-url-bad") from None
        if fit_address(url, allow_loopback=self._loopback):
            return
        if plain and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            raise Refused("registration-not-https")
        raise Refused("registration-address" if parts.scheme in {"http", "https"} and parts.hostname else "registration-url-bad")

    def _ask(self, method: str, url: str, token: str, body: bytes | None) -> Answer:
        headers = {"Accept": "application/json"}
        if token:  # Canvas shows its configuration to holders of the token only
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            return self._outbound.request(method, url, headers=headers, body=body, limit=_LIMIT)
        except OutboundError as error:
            code = "registration-url-bad" if error.code == "bad-url" else f"registration-{error.code}"
            raise Refused(code, host=urlsplit(url).hostname) from error

    def _checked(self, url: str, document: Mapping[str, Any]) -> LmsConfiguration:
        issuer = document.get("issuer")
        endpoints = {name: document.get(name) for name in _ENDPOINTS}
        texts = [issuer, *endpoints.values()]
        if not all(isinstance(one, str) and 0 < len(one) <= _LONGEST_URL for one in texts) or len(str(issuer)) > 500:
            raise Refused("registration-not-config", missing=[name for name, one in endpoints.items() if not one])
        for name, needed in _NEEDED.items():
            offered = document.get(name)
            if isinstance(offered, list) and needed not in offered:
                raise Refused("registration-unsupported", lacks=needed)
        platform = document.get(PLATFORM_CONFIGURATION)
        platform = platform if isinstance(platform, dict) else {}
        product = _short(platform.get("product_family_code"), 50)
        info = PlatformInfo(str(issuer), product)
        quirks: Quirks = self._plugins.choose("choose_quirks", Quirks(), platform=info)
        self._check_hosts(url, str(issuer), [str(one) for one in endpoints.values()], quirks)
        audience = document.get("authorization_server")
        return LmsConfiguration(
            issuer=str(issuer),
            **{name: str(one) for name, one in endpoints.items()},
            token_audience=audience if isinstance(audience, str) and audience.startswith("https://") else "",
            product=product,
            version=_short(platform.get("version"), 40),
            account=_short(platform.get("https://canvas.instructure.com/lti/account_name"), 200),
            quirks=quirks,
            messages=self._known_messages(platform.get("messages_supported")),
            scopes=_names(document.get("scopes_supported")),
            claims=_names(document.get("claims_supported")),
        )

    def _check_hosts(self, url: str, issuer: str, endpoints: list[str], quirks: Quirks) -> None:
        """The configuration comes from the issuer, and all it names is there or at the product's vendor."""
        for one in (issuer, *endpoints):
            if not fit_address(one, allow_loopback=self._loopback):
                raise Refused("registration-endpoint-elsewhere", host=_host(one))
        home = _host(issuer)
        vendor = _of_vendor(home, quirks)
        if _host(url) != home and not (vendor and _of_vendor(_host(url), quirks)):
            raise Refused("registration-issuer-differs", host=_host(url))
        for one in endpoints:
            if _host(one) != home and not _of_vendor(_host(one), quirks):
                raise Refused("registration-endpoint-elsewhere", host=_host(one))

    def _known_messages(self, supported: Any) -> tuple[OfferedMessage, ...]:
        listed = supported if isinstance(supported, list) else []
        types = {str(one.get("type")) for one in listed if isinstance(one, dict)}
        return tuple(one for one in self._plugins.messages if not types or one.type in types)

    def body(self, lms: LmsConfiguration, wishes: Wishes) -> dict[str, Any]:
        """Give the client metadata as this LMS takes it."""
        body = registration_body(self.addresses, lms.messages, wishes, scopes=lms.scopes, claims=lms.claims)
        return dict(lms.quirks.registration(body))

    def register(self, lms: LmsConfiguration, wishes: Wishes, token: str) -> Registered:
        """Ask the LMS to register us."""
        body = json.dumps(self.body(lms, wishes)).encode()
        answer = self._ask("POST", lms.registration_endpoint, token, body)
        if not 200 <= answer.status < 300:
            raise Refused(answer_code(answer), context={"said": said(answer, token)}, status=answer.status)
        given = read_json(answer)
        client_id = given.get("client_id") if isinstance(given, dict) else None
        client_id = str(client_id) if isinstance(client_id, int) and not isinstance(client_id, bool) else client_id
        if not isinstance(client_id, str) or not _fit_id(client_id):
            raise Refused("registration-answer-unreadable", context={"said": said(answer, token)}, status=answer.status)
        told = given.get(TOOL_CONFIGURATION)
        deployment = told.get("deployment_id") if isinstance(told, dict) else None
        deployment = str(deployment) if isinstance(deployment, (str, int)) else ""
        return Registered(client_id, deployment if _fit_id(deployment) else "")


def _fit_id(written: str) -> bool:
    return 0 < len(written) <= 255 and written.isprintable()


def _short(value: Any, limit: int) -> str:
    return re.sub(r"\s+", " ", storable(value)).strip()[:limit] if isinstance(value, str) else ""


def _names(value: Any) -> frozenset[str] | None:
    """Read a list of names; None when there is none, which is not the same as an empty wish."""
    names = frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
    return names or None


def _host(url: str) -> str:
    """Give host and port, so that another program on the same machine is another site."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ""
    return f"{(parts.hostname or '').lower()}:{port}"


def _of_vendor(host: str, quirks: Quirks) -> bool:
    name, _, port = host.rpartition(":")
    return port == "443" and hosts.of_vendor(name, quirks.hosts)

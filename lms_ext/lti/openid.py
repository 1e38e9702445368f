"""Admins who sign in with an account elsewhere, by OpenID Connect (authorization code with PKCE): what is sent and believed.

It stands beside LTI because it goes out by the same guarded door. Authlib would do the same, but keeps its state in Flask's
session, which this tool has not, and opens connections of its own past that door; PyJWT, here already, checks the token.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import jwt
import structlog

from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import text
from lms_ext.lti.http import Outbound, OutboundError
from lms_ext.settings import Settings

log = structlog.get_logger(__name__)

_ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures of a key pair only: "none" and shared secrets prove nothing here."""
_KEPT = 3600.0
_RETRY = 30.0
_LEEWAY = 60
_OLDEST = 600
_ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_GOOGLE = "https://accounts.google.com"
_PAGE = "admin/message.html"

declare("oidc-off", 404, text("Halaman tidak ada", "There is no such page"),
        text("Masuk dengan akun luar tidak diaktifkan di alat ini.", "Signing in with an outside account is off here."),
        _PAGE)  # fmt: skip
declare("oidc-unreachable", 503, text("Layanan akun tidak menjawab", "The account service does not answer"),
        text("Coba lagi sebentar lagi, atau masuk dengan kata sandi.", "Try again in a moment, or sign in with a password."),
        _PAGE)  # fmt: skip
declare("oidc-failed", 403, text("Akun tidak dapat dipastikan", "The account could not be confirmed"),
        text("Jawaban layanan akun tidak dapat dipercaya atau sudah terlalu lama. Mulai lagi dari halaman masuk.",
             "The account service's answer cannot be trusted or is too old. Begin again from the sign-in page."),
        _PAGE)  # fmt: skip
declare("oidc-cancelled", 403, text("Masuk dibatalkan", "Sign-in was cancelled"),
        text("Anda membatalkan, atau layanan akun menolak. Mulai lagi dari halaman masuk.",
             "You cancelled, or the account service refused. Begin again from the sign-in page."), _PAGE)  # fmt: skip
declare("oidc-unverified", 403, text("Alamat surel belum terverifikasi", "The e-mail address is not verified"),
        text("Verifikasi alamat surel di layanan akun Anda dahulu.", "Verify the address with your account service first."),
        _PAGE)  # fmt: skip
declare("oidc-domain", 403, text("Akun ini bukan dari lembaga yang diizinkan", "Not an account of an allowed organisation"),
        text("Pakai akun lembaga Anda, misalnya belajar.id atau madrasah.", "Use your organisation's account."),
        _PAGE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, by the word of the provider."""

    issuer: str
    subject: str
    email: str
    """In small letters; "" when the provider has not verified one."""
    name: str
    signed_in_at: float = 0.0
    """When the provider last asked the person to prove who they are, in seconds; 0.0 when it does not say."""


def challenge(verifier: str) -> str:
    """Give what PKCE sends ahead of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class _Kept:
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    at: float = 0.0
    tried_at: float = -_RETRY


class Provider:
    """The one provider that the settings name."""

    def __init__(self, settings: Settings, outbound: Outbound) -> None:
        self.issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._secret = settings.oidc_client_secret
        self._domains = frozenset(settings.oidc_domains)
        self._outbound = outbound
        self._kept = _Kept()
        self._lock = threading.Lock()

    def begin(self, *, state: str, nonce: str, verifier: str, redirect_uri: str, again: bool = False) -> str:
        """Give the address to send the browser to; `again` asks who is signed in there to sign in once more."""
        query = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": redirect_uri, "scope": "openid email profile",
            "state": state, "nonce": nonce, "code_challenge": challenge(verifier), "code_challenge_method": "S256",
            "prompt": "select_account",
        }  # fmt: skip
        if again:  # the claim is asked for by name as well: Google tells the time only so
            query |= {"prompt": "login", "max_age": "0", "claims": '{"id_token":{"auth_time":{"essential":true}}}'}
        if len(self._domains) == 1 and self.issuer == _GOOGLE:
            query["hd"] = next(iter(self._domains))
        address: str = self._metadata()["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def finish(self, code: str, *, nonce: str, verifier: str, redirect_uri: str, now: datetime) -> Identity:
        """Trade the code for a token and believe what it proves; raise Refused for anything else."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        ways = self._metadata().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if not isinstance(ways, list) or "client_secret_basic" in ways:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
        answer = self._ask("POST", self._metadata()["token_endpoint"], headers, urlencode(form).encode())
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise Refused("oidc-failed", why="no id_token")
        return self._identity(self._claims(token, nonce, now))

    def _claims(self, token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
            found: dict[str, Any] = jwt.decode(
                token, self._key(kid), algorithms=_ALGORITHMS, audience=self._client_id, issuer=self.issuer, leeway=_LEEWAY,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise Refused("oidc-failed", why=type(error).__name__) from error
        party, listed = found.get("azp"), found["aud"]
        fits = (
            isinstance(found.get("nonce"), str)
            and hmac.compare_digest(found["nonce"].encode(), nonce.encode())
            and (party == self._client_id if isinstance(listed, list) and len(listed) > 1 else party in (None, self._client_id))
            and isinstance(found["iat"], (int, float))
            and found["iat"] > now.timestamp() - _OLDEST
        )
        if not fits:
            raise Refused("oidc-failed", why="nonce, azp or age")
        return found

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        email = claims.get("email")
        verified = claims.get("email_verified") in (True, "true") and isinstance(email, str)
        address = str(email).strip().casefold() if verified else ""
        if self._domains:
            self._check_domain(claims.get("hd"), address)
        name = claims.get("name")
        at = claims.get("auth_time")
        moment = float(at) if isinstance(at, (int, float)) and not isinstance(at, bool) and 0 < at < 1e11 else 0.0
        return Identity(self.issuer, str(claims["sub"])[:255], address, name[:200] if isinstance(name, str) else "", moment)

    def _check_domain(self, hosted: Any, address: str) -> None:
        """Let only accounts of the allowed organisations pass.

        At Google anybody may open an account with an address of any domain; only ``hd`` says that the organisation manages it.
        """
        if not address:
            raise Refused("oidc-unverified")
        domain = hosted.casefold() if isinstance(hosted, str) else "" if self.issuer == _GOOGLE else address.rpartition("@")[2]
        if domain not in self._domains:
            raise Refused("oidc-domain")

    def _metadata(self) -> dict[str, Any]:
        if not self._kept.metadata or time.monotonic() - self._kept.at > _KEPT:
            self._refresh()
        if not self._kept.metadata:
            raise Refused("oidc-unreachable")
        return self._kept.metadata

    def _key(self, kid: str) -> jwt.PyJWK:
        self._metadata()
        if kid not in self._kept.keys:
            self._refresh()
        if kid not in self._kept.keys:
            raise Refused("oidc-failed", why="key unknown")
        return self._kept.keys[kid]

    def _refresh(self) -> None:
        """Read the provider's description and keys, at most twice a minute; what was read last stays good meanwhile."""
        with self._lock:
            kept = self._kept
            if time.monotonic() - kept.tried_at < _RETRY:
                return
            kept.tried_at = time.monotonic()
            try:
                metadata = self._description()
                kept.keys = _usable(self._ask("GET", metadata["jwks_uri"], {}).get("keys"))
                kept.metadata, kept.at = metadata, time.monotonic()
            except Refused as error:
                log.warning("oidc.not_read", error=type(error).__name__)

    def _description(self) -> dict[str, Any]:
        found = self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration", {})
        if found.get("issuer") != self.issuer:
            raise Refused("oidc-unreachable", why="another issuer")
        if not all(isinstance(found.get(one), str) for one in _ADDRESSES):
            raise Refused("oidc-unreachable", why="no address")
        return found

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> dict[str, Any]:
        try:
            answer = self._outbound.request(method, url, headers=headers, body=body)
            found = json.loads(answer.body)
        except (OutboundError, ValueError, RecursionError) as error:
            raise Refused("oidc-unreachable", why=type(error).__name__) from error
        if answer.status != 200 or not isinstance(found, dict):
            raise Refused("oidc-failed" if answer.status in {400, 401} else "oidc-unreachable", status=answer.status)
        return found


def _usable(keys: Any) -> dict[str, jwt.PyJWK]:
    """Give the keys that can check signatures, by kid; one broken key does not take the good ones beside it away."""
    found = {}
    for one in keys if isinstance(keys, list) else []:
        if isinstance(one, dict) and one.get("kty") in ("RSA", "EC") and one.get("use", "sig") == "sig":
            try:
                found[str(one.get("kid", ""))] = jwt.PyJWK(one)
            except (jwt.PyJWTError, ValueError, TypeError):
                log.info("oidc.key_unusable")
    return found

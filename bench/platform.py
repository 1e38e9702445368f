"""The platform's side: one key, Moodle-like tokens, and a server for keys, access tokens and scores that counts its callers."""

import base64
import json
import secrets
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_SCOPES = "https://purl.imsglobal.org/spec/lti-ags/scope/"
_ROLES = "http://purl.imsglobal.org/vocab/lis/v2/"
CLIENT, DEPLOYMENT, KID = "bench-client", "1", "bench-key"


def b64(raw: bytes) -> str:
    """Encode as in a JWT."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Key:
    """The platform's key, kept in a file so that the server process publishes the same one."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        key = load_pem_private_key(file.read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key

    def jwks(self) -> bytes:
        """Give the public key set."""
        numbers = self._key.public_key().public_numbers()
        one = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": KID, "e": b64(numbers.e.to_bytes(3, "big")),
               "n": b64(numbers.n.to_bytes(256, "big"))}  # fmt: skip
        return json.dumps({"keys": [one]}).encode()

    def token(self, body: dict[str, Any]) -> str:
        """Sign an id_token."""
        head = b64(json.dumps({"typ": "JWT", "alg": "RS256", "kid": KID}).encode())
        signed = f"{head}.{b64(json.dumps(body).encode())}"
        return f"{signed}.{b64(self._key.sign(signed.encode(), PKCS1v15(), SHA256()))}"


def claims(issuer: str, learner: int, nonce: str, target: str) -> dict[str, Any]:
    """Give a learner's launch with what Moodle sends, about 2.6 kB; forty learners share a course."""
    now, course = int(time.time()), learner // 40
    return {
        "iss": issuer, "aud": CLIENT, "azp": CLIENT, "sub": f"user-{learner}", "iat": now, "exp": now + 60, "nonce": nonce,
        "name": name(learner), "given_name": "Murid", "family_name": f"Nomor{learner}",
        "email": f"murid{learner}@example.invalid", "locale": "id",
        LTI + "deployment_id": DEPLOYMENT, LTI + "target_link_uri": target, LTI + "version": "1.3.0",
        LTI + "message_type": "LtiResourceLinkRequest",
        LTI + "roles": [_ROLES + one for one in ("membership#Learner", "institution/person#Student", "system/person#User")],
        LTI + "context": {"id": f"course-{course}", "label": f"K{course}", "title": f"Kelas {course}",
                          "type": [_ROLES + "course#CourseSection"]},
        LTI + "resource_link": {"id": f"link-{course}", "title": "Kuis pekan ini", "description": ""},
        LTI + "tool_platform": {"guid": "bench.example.invalid", "product_family_code": "moodle", "version": "2026041200",
                                "name": "Bench", "description": "Benchmark platform"},
        LTI + "launch_presentation": {"locale": "id", "document_target": "iframe",
                                      "return_url": issuer + "/return?course=5&launch_container=3&instanceid=8"},
        LTI + "ext": {"user_username": f"murid{learner}", "lms": "moodle-2"},
        LTI + "lis": {"person_sourcedid": "", "course_section_sourcedid": ""},
        LTI + "custom": {"context_memberships_url": issuer + "/members/1", "quiz_id": f"{course}", "attempts": "3"},
        AGS: {"scope": [_SCOPES + one for one in ("lineitem", "result.readonly", "score")],
              "lineitems": issuer + "/lineitems", "lineitem": f"{issuer}/lineitems/{course}"},
        NRPS: {"context_memberships_url": issuer + "/members/1", "service_versions": ["1.0", "2.0"]},
    }  # fmt: skip


def name(learner: int) -> str:
    """Give the name that the first page of some tools shows."""
    return f"Murid Nomor{learner}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    calls: ClassVar[Counter[str]] = Counter()
    key_set = b""

    def _answer(self, body: bytes, status: int = 200) -> None:
        head = (f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nCache-Control: max-age=3600\r\n"
                f"Content-Length: {len(body)}\r\n\r\n")  # fmt: skip
        self.wfile.write(head.encode() + body)

    def do_GET(self) -> None:
        if self.path == "/calls":
            self._answer(json.dumps(sum(self.calls.values())).encode())
            return
        self.calls[self.path] += 1
        self._answer(self.key_set if self.path == "/jwks" else b"[]")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.calls[self.path] += 1
        if self.path == "/token":
            token = {"access_token": secrets.token_hex(20), "token_type": "Bearer", "expires_in": 3600}
            self._answer(json.dumps(token).encode())
        else:
            self._answer(b"{}", 200 if self.headers.get("Authorization", "").startswith("Bearer ") else 401)

    def log_message(self, *args: object) -> None:
        del args


if __name__ == "__main__":
    _Handler.key_set = Key(Path(sys.argv[1])).jwks()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), _Handler).serve_forever()

"""The least a safe launch can do in Flask: verify, look at state, nonce and parties, store one session, show a page.

Also the least an autosave can do: one request and one upsert. It has no language, roles, courses, grades or error pages.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import time
import urllib.request
from typing import Any
from urllib.parse import urlencode

import psycopg
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask, Response, jsonify, make_response, redirect, render_template, request

from bench.platform import AGS, CLIENT, DEPLOYMENT, LTI

_SECRET = b"only-for-the-benchmark"
_ISSUER, _PUBLIC, _DATABASE = (os.environ[name] for name in ("BENCH_ISSUER", "BENCH_PUBLIC", "BENCH_DATABASE"))
_QUESTIONS = int(os.environ.get("BENCH_QUESTIONS", "10"))
_POSTGRES = _DATABASE.startswith("host=")
_MARK = "%s" if _POSTGRES else "?"
_SESSION = "id text primary key, nonce text unique, sub text, course text, data text, at double precision"
_TABLES = (
    f"create table if not exists session ({_SESSION})",
    "create table if not exists draft (id text primary key, value text, rev integer)",
)
_keys: dict[str, RSAPublicKey] = {}
app = Flask(__name__)


def _connect() -> Any:
    if _POSTGRES:
        connection: Any = psycopg.connect(_DATABASE, autocommit=True)
    else:
        # as durable as the tool: WAL, and every commit on the disk
        connection = sqlite3.connect(_DATABASE, isolation_level=None, timeout=10)
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")
    for table in _TABLES:
        connection.execute(table)
    return connection


_database = _connect()


def _decoded(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _key(kid: str) -> RSAPublicKey:
    if kid not in _keys:
        with urllib.request.urlopen(f"{_ISSUER}/jwks") as answer:
            for one in json.load(answer)["keys"]:
                exponent, modulus = (int.from_bytes(_decoded(one[name].encode()), "big") for name in "en")
                _keys[one["kid"]] = RSAPublicNumbers(exponent, modulus).public_key()
    return _keys[kid]


def _seal(text: str) -> str:
    return hmac.digest(_SECRET, text.encode(), "sha256").hex()


@app.get("/hello")
def hello() -> str:
    return "hello"


@app.get("/lti/login")
def login() -> Any:
    state, nonce = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    query = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none",
             "client_id": CLIENT, "redirect_uri": f"{_PUBLIC}/lti/launch", "login_hint": request.args["login_hint"],
             "lti_message_hint": request.args.get("lti_message_hint", ""), "state": state, "nonce": nonce}  # fmt: skip
    response = redirect(f"{_ISSUER}/auth?{urlencode(query)}")
    response.set_cookie("__Host-s", f"{nonce}.{_seal(state + nonce)}", secure=True, httponly=True, samesite="None")
    return response


@app.post("/lti/launch")
def launch() -> Any:
    token, state = request.form["id_token"].encode(), request.form["state"]
    nonce, _, seal = request.cookies["__Host-s"].partition(".")
    if not hmac.compare_digest(seal, _seal(state + nonce)):
        return "state", 400
    signed, _, signature = token.rpartition(b".")
    head, _, body = signed.partition(b".")
    header = json.loads(_decoded(head))
    if header["alg"] != "RS256":
        return "alg", 400
    _key(header["kid"]).verify(_decoded(signature), signed, PKCS1v15(), SHA256())
    told = json.loads(_decoded(body))
    parties = (told["iss"], told["aud"], told["nonce"], told[LTI + "deployment_id"])
    if parties != (_ISSUER, CLIENT, nonce, DEPLOYMENT) or told["exp"] < time.time():
        return "claims", 400
    session = secrets.token_urlsafe(18)
    row = (hashlib.sha256(session.encode()).hexdigest(), nonce, told["sub"], told[LTI + "context"]["id"],
           json.dumps({"name": told["name"], "ags": told[AGS]}), time.time())  # fmt: skip
    _database.execute(f"insert into session values ({', '.join([_MARK] * 6)})", row)  # noqa: S608 - only marks are put in
    page = render_template(
        "page.html", title=told[LTI + "resource_link"]["title"], name=told["name"], course=told[LTI + "context"]["title"],
        sid=session, questions=_QUESTIONS,
    )  # fmt: skip
    response = make_response(page)
    response.set_cookie("__Host-sid", session, secure=True, httponly=True, samesite="None", partitioned=True)
    return response


@app.put("/draft/<name>")
def draft(name: str) -> Response:
    value = json.dumps(request.get_json()["value"])
    statement = (
        f"insert into draft values ({_MARK}, {_MARK}, 1)"  # noqa: S608 - only marks are put in
        " on conflict (id) do update set value = excluded.value, rev = draft.rev + 1 returning rev"
    )
    rev = _database.execute(statement, (name, value)).fetchone()[0]
    return jsonify({"saved": {name: {"rev": rev}}})

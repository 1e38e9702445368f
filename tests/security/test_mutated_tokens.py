"""Twenty thousand tokens that are nearly right, at the launch address: each is refused, none breaks anything (A5).

The suite tries a thousand; ``FULL_FAULTS=1`` tries all. The mutants are the same in every run.
"""

import hashlib
import hmac
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms_ext.models import LaunchSession, Person, UsedState, db
from lms_ext.web.throttle import Crowd, Shares, Throttle
from lms_ext.web.tool import tool
from tests.support.platform import KEY, LTI, OTHER_KEY, KeyServer, b64, begin, claims, jwk, post, token

MANY = 20_000 if os.environ.get("FULL_FAULTS") else 1_000
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
ODD: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, 10**30, "", " ", "k1\x00", "../../etc/passwd", "k" * 5000, "\ud800", "🙂", [], ["k1"], [[[]]],
    {}, {"a": {"b": []}}, "none", "None", "nOnE", "HS256", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 ", "dir",
]  # fmt: skip
HEADERS = ("alg", "kid", "typ", "cty", "crit", "jku", "jwk", "x5u", "x5c", "x5t", "b64", "enc", "zip", "p2c", "epk")
Mutation = Callable[[random.Random, str, dict[str, Any]], str]


def signed(head: Any, body: Any, key: Any = KEY) -> str:
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(body).encode())}"
    return f"{text}.{b64(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def flipped(rand: random.Random, whole: str, _body: dict[str, Any]) -> str:
    """Change one to four letters anywhere."""
    letters = list(whole)
    for _ in range(rand.randint(1, 4)):
        letters[rand.randrange(len(letters))] = chr(rand.choice([rand.randint(33, 126), rand.randint(1, 0x2FF), 0x1F600]))
    return "".join(letters)


def cut(rand: random.Random, whole: str, _body: dict[str, Any]) -> str:
    """Leave a piece out, or have one twice."""
    start, end = sorted(rand.randrange(len(whole) + 1) for _ in range(2))
    return whole[:start] + whole[end:] if rand.random() < 0.6 else whole[:end] + whole[start:]


def shuffled(rand: random.Random, whole: str, _body: dict[str, Any]) -> str:
    """Take the segments in another order or number."""
    parts = whole.split(".")
    return ".".join(rand.choice([*parts, "", "e30", "W10", "bnVsbA", "AA", "=", "*"]) for _ in range(rand.randint(0, 6)))


def respelled(rand: random.Random, whole: str, _body: dict[str, Any]) -> str:
    """Write a segment in another way that many readers take for the same."""
    parts = whole.split(".")
    at = rand.randrange(3)
    last = parts[at][-1]
    near = chr(ord(last) + rand.choice([-1, 1]))
    ways = [parts[at] + "=", parts[at] + "==", parts[at][:-1] + near, parts[at].replace("-", "+"), parts[at].replace("_", "/"),
            parts[at] + "\n", " " + parts[at], parts[at] + "A", parts[at] + "%00"]  # fmt: skip
    parts[at] = rand.choice(ways)
    return ".".join(parts)


def other_header(rand: random.Random, whole: str, body: dict[str, Any]) -> str:
    """Change the header and keep the signature, or sign with a key that the platform does not have."""
    head: dict[str, Any] = {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    for _ in range(rand.randint(1, 4)):
        name = rand.choice(HEADERS)
        if rand.random() < 0.3:
            head.pop(name, None)
        else:
            head[name] = rand.choice([*ODD, jwk(OTHER_KEY, "k1"), "http://127.0.0.1:1/jwks", ["exp"]])
    if rand.random() < 0.5:
        return signed(head, body, OTHER_KEY)
    _, claimed, signature = whole.split(".")
    return f"{b64(json.dumps(head).encode())}.{claimed}.{signature}"


def other_algorithm(rand: random.Random, _whole: str, body: dict[str, Any]) -> str:
    """Sign with the right key, or with what everybody knows of it, and name another algorithm."""
    named = rand.choice([one for one in ODD if one != "RS256"])
    head = {"alg": named, "kid": rand.choice(["k1", *ODD]), "typ": "JWT"}
    text = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(body).encode())}"
    secret = rand.choice([PEM, PEM.strip(), b"", b"k1", json.dumps(jwk(KEY, "k1")).encode()])
    ways = [b64(hmac.digest(secret, text.encode(), hashlib.sha256)), "", b64(KEY.sign(text.encode(), PKCS1v15(), SHA256()))]
    return f"{text}.{rand.choice(ways)}"


def other_claims(rand: random.Random, whole: str, body: dict[str, Any]) -> str:
    """Change claims and keep the signature."""
    changed = dict(body)
    for _ in range(rand.randint(1, 5)):
        name = rand.choice([*body, "azp", "nbf", LTI + "custom", LTI + "launch_presentation"])
        if rand.random() < 0.3:
            changed.pop(name, None)
        else:
            changed[name] = rand.choice(ODD)
    head, _, signature = whole.split(".")
    claimed = b64(json.dumps(changed).encode())
    return f"{head}.{claimed}.{signature if changed != body else ''}"


def no_object(rand: random.Random, whole: str, _body: dict[str, Any]) -> str:
    """Sign properly what is no set of claims, or is none that could be read."""
    raw = rand.choice([json.dumps(rand.choice([one for one in ODD if one != {}])).encode(), b"{", b"\xff\xfe", b"[" * 50_000,
                       b'{"a":' * 9_000, b"{}", b'{"exp":NaN}', b'{"exp":1e999,"iat":1}', b'{"iss":"x","iss":"y"}'])  # fmt: skip
    head = b64(raw) if rand.random() < 0.3 else whole.split(".", maxsplit=1)[0]
    text = f"{head}.{b64(raw)}"
    return f"{text}.{b64(KEY.sign(text.encode(), PKCS1v15(), SHA256()))}"


MUTATIONS: list[Mutation] = [
    flipped, flipped, cut, shuffled, respelled, other_header, other_header, other_algorithm, other_claims, no_object,
]  # fmt: skip


def unlimited(crowd: Crowd) -> None:
    """Let as many come as the test sends: what is refused for its number would prove nothing of the tokens."""
    crowd._shares = Shares(capacity=10**9, seconds=10)
    crowd._networks = crowd._browsers = Throttle(per_minute=1e9, burst=10**9)


@pytest.mark.timeout(3_600 if MANY > 1_000 else 300)
def test_every_mutant_is_refused_and_none_breaks_anything(app: Flask, client: FlaskClient, keys: KeyServer) -> None:
    unlimited(tool().launches)
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    began = time.monotonic()
    rand = random.Random(20261130)
    ends: Counter[str] = Counter()
    for number in range(MANY):
        if number % 1_000 == 0:  # a login lives for minutes only
            begun = begin(client)
            body = claims(begun.nonce)
            whole = token(body)
        mutant = MUTATIONS[number % len(MUTATIONS)](rand, whole, body)
        if mutant == whole:
            continue
        answer = post(client, state=begun.state, id_token=mutant)
        assert 400 <= answer.status_code < 500, (answer.status_code, mutant, answer.text)
        ends[answer.get_json()["code"]] += 1
    assert {"token-unreadable", "signature-wrong", "kid-missing", "key-unknown", "token-missing"} <= set(ends), ends
    assert ends["signature-wrong"] > MANY / 5, ends  # enough of them come as far as the signature
    assert "crowded" not in ends
    most = 2 + (time.monotonic() - began) // 30
    assert keys.hits <= most, "no header made us fetch anything but the key set, anew for unknown names once in 30 seconds"
    db.session.rollback()
    for table in (LaunchSession, Person, UsedState):
        assert db.session.execute(select(func.count()).select_from(table)).scalar_one() == 0, table
    db.session.rollback()
    assert post(client, state=begun.state, id_token=whole).status_code == 303, "and the one that is right passes"

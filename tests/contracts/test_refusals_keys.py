"""A platform's key set that cannot be used (F10), row 30: told as 503, never kept, and mended by itself."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms_ext.models import PlatformKeySet, db
from tests.contracts.refusing import check_refused, with_claims, with_header, with_token
from tests.support.platform import KEY, KeyServer, claims, jwk, key_server, launch, register, token

WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)
GOOD = json.dumps({"keys": [jwk(KEY, "k1")]}).encode()
BROKEN = {"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "e": "AQAB", "n": "!!!"}


def sets(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


BODIES = {
    "json error": b'{"error": "down"}',
    "not json": b"<html>",
    "no keys": b'{"keys": []}',
    "keys null": b'{"keys": null}',
    "list": b"[]",
    "null": b"null",
    "broken number": sets(BROKEN),
    "no number": sets({"kty": "RSA", "kid": "k1"}),
    "number not text": sets({**BROKEN, "n": 5}),
    "keys of text": sets("k1"),
    "encryption key": sets(jwk(KEY, "k1", use="enc")),
    "other algorithm": sets(jwk(KEY, "k1", alg="RS512")),
    "weak": sets(jwk(WEAK, "k1")),
    "huge": b"x" * 300_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_row_30_a_key_set_that_cannot_be_used_is_told_and_not_kept(client: FlaskClient, body: bytes) -> None:
    with key_server(body) as server:
        register(server)
        key = WEAK if body == BODIES["weak"] else KEY
        check_refused(client, with_token(lambda nonce: token(claims(nonce), key=key)), "keys-unreadable")
        heals(client, server)


@pytest.mark.parametrize("status", [204, 301, 404, 500, 503])
def test_row_30_only_200_is_a_key_set(client: FlaskClient, status: int) -> None:
    with key_server(b"" if status == 204 else GOOD) as server:
        server.status = status
        register(server)
        check_refused(client, with_claims(), "keys-unreadable")
        server.status = 200
        heals(client, server)


def heals(client: FlaskClient, server: KeyServer) -> None:
    """Nothing of the bad answer was kept; half a minute later the good one is read."""
    db.session.rollback()
    assert db.session.execute(select(PlatformKeySet.jwks)).scalar_one() is None
    db.session.rollback()
    server.body = GOOD
    a_minute_passes()
    assert launch(client).status_code == 303


def a_minute_passes() -> None:
    tried = db.session.execute(select(PlatformKeySet.attempted_at)).scalar_one()
    assert tried is not None
    db.session.execute(update(PlatformKeySet).values(attempted_at=tried - timedelta(minutes=1)))
    db.session.commit()


def test_row_30_a_platform_that_is_down_is_told_as_such(client: FlaskClient) -> None:
    with key_server() as server:
        register(server)
    check_refused(client, with_claims(), "keys-unreadable")


def test_a_broken_key_does_not_take_the_good_ones_away(client: FlaskClient) -> None:
    with key_server(sets({**BROKEN, "kid": "k0"}, jwk(KEY, "k1"))) as server:
        register(server)
        assert launch(client).status_code == 303


def test_a_good_key_set_outlives_a_bad_answer(client: FlaskClient, keys: KeyServer) -> None:
    assert launch(client).status_code == 303
    a_minute_passes()
    keys.body = b'{"error": "down"}'
    check_refused(client, with_header(kid="new"), "key-unknown")
    assert keys.hits == 2
    assert launch(client).status_code == 303


def test_a_warm_launch_asks_the_platform_nothing(client: FlaskClient, keys: KeyServer) -> None:
    for _ in range(3):
        assert launch(client).status_code == 303
    assert keys.hits == 1


def test_unknown_kids_cause_one_more_request_in_half_a_minute(client: FlaskClient, keys: KeyServer) -> None:
    assert launch(client).status_code == 303
    for number in range(5):
        with_header(kid=f"made-up-{number}")(client)
    assert keys.hits == 1  # the first fetch was less than 30 s ago
    a_minute_passes()
    for number in range(5):
        with_header(kid=f"made-up-{number}")(client)
    assert keys.hits == 2
    assert launch(client).status_code == 303

"""Tokens that are refused: rows 21 to 45, but for the platform's key set (row 30), which has a file of its own."""

import io
import json
from time import time

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.contracts.refusing import Step, check_refused, with_claims, with_header, with_token
from tests.support.platform import KEY, OTHER_KEY, KeyServer, b64, begin, claims, jwk, post, token


def tampered(nonce: str) -> str:
    head, _, signature = token(claims(nonce)).split(".")
    return f"{head}.{b64(json.dumps(claims(nonce, sub='1')).encode())}.{signature}"


def with_file(client: FlaskClient) -> TestResponse:
    begun = begin(client)
    return post(client, state=begun.state, id_token=token(claims(begun.nonce)), work=(io.BytesIO(b"x"), "x.txt"))


NOW = int(time())
ROWS: list[tuple[str, Step, str]] = [
    ("21 parts", with_token(lambda _: "a.b"), "token-unreadable"),
    ("21 base64", with_token(lambda _: "!.!.!"), "token-unreadable"),
    ("21 json", with_token(lambda _: f"{b64(b'{')}.{b64(b'{')}.x"), "token-unreadable"),
    ("22 list", with_token(lambda _: token([])), "token-unreadable"),
    ("22 text", with_token(lambda _: token("x")), "token-unreadable"),
    ("22 null", with_token(lambda _: token(None)), "token-unreadable"),
    ("23 large", with_token(lambda _: "x" * 70_000), "token-too-large"),
    ("23 file", with_file, "token-too-large"),
    ("24", with_token(lambda nonce: token(claims(nonce), header={"alg": "RS256"})), "kid-missing"),
    ("25", with_header(kid="other"), "key-unknown"),
    ("26 key", with_header(key=OTHER_KEY), "signature-wrong"),
    ("26 body", with_token(tampered), "signature-wrong"),
    ("27 none", with_header(alg="none"), "signature-wrong"),
    ("27 hs256", with_header(alg="HS256"), "signature-wrong"),
    ("28", with_header(alg="RS384"), "signature-wrong"),
    ("29", with_header(key=OTHER_KEY, jku="http://127.0.0.1:1/", jwk=jwk(OTHER_KEY, "k1")), "signature-wrong"),
    ("29 crit", with_header(crit=["exp"]), "signature-wrong"),
    ("31", with_claims(iat=11111, exp=22222), "token-expired"),
    ("32 exp", with_claims(exp=...), "token-no-times"),
    ("32 iat", with_claims(iat=...), "token-no-times"),
    ("32 both", with_claims(iat=..., exp=...), "token-no-times"),
    ("34", with_claims(iat=NOW + 6000, exp=NOW + 7000), "clock-skew"),
    ("34 nbf", with_claims(nbf=NOW + 6000), "clock-skew"),
    ("35 iat", with_claims(iat=NOW - 36_000), "token-too-old"),
    ("35 exp", with_claims(exp=NOW + 315_360_000), "token-too-old"),
    ("36 text", with_claims(exp="9999999999"), "token-malformed"),
    ("36 boolean", with_claims(exp=True), "token-malformed"),
    ("36 list", with_claims(iat=[1]), "token-malformed"),
    ("36 infinity", with_claims(exp=float("inf")), "token-malformed"),
    ("37 other", with_claims(iss="https://other.example"), "wrong-launch"),
    ("37 registered", with_claims(iss="https://two.example"), "wrong-launch"),
    ("38", with_claims(aud=...), "aud-missing"),
    ("39 other", with_claims(aud="c2"), "aud-wrong"),
    ("39 empty", with_claims(aud=[]), "aud-wrong"),
    ("39 object", with_claims(aud={"c1": 1}), "aud-wrong"),
    ("40", with_claims(aud=["c1", "c2"]), "azp-missing"),
    ("41", with_claims(azp="c2"), "aud-wrong"),
    ("43 missing", with_claims(nonce=...), "state-unknown"),
    ("43 list", with_claims(nonce=["x"]), "state-unknown"),
    ("45", with_token(lambda _: token(claims("of-another-state"))), "wrong-launch"),
]


@pytest.mark.parametrize(("row", "step", "code"), ROWS, ids=[row for row, _, _ in ROWS])
def test_wrong_tokens_are_refused(client: FlaskClient, keys: KeyServer, row: str, step: Step, code: str) -> None:
    check_refused(client, step, code)
    assert keys.hits <= 1  # no header of a token makes us fetch anything


def test_row_45_a_nonce_of_another_real_state_is_refused(client: FlaskClient, keys: KeyServer) -> None:
    def step(browser: FlaskClient) -> TestResponse:
        first, second = begin(browser), begin(browser)
        return post(browser, state=first.state, id_token=token(claims(second.nonce), key=KEY))

    check_refused(client, step, "wrong-launch")


def test_only_a_proven_message_offers_its_way_back(client: FlaskClient, keys: KeyServer) -> None:
    back = {"return_url": "https://lms.example/course/7"}
    proven = check_refused(client, with_claims(launch_presentation=back, exp=11111, iat=11110), "token-expired")
    assert 'href="https://lms.example/course/7"' in proven.text
    forged = with_token(lambda nonce: token(claims(nonce, launch_presentation=back), key=OTHER_KEY))
    assert "course/7" not in check_refused(client, forged, "signature-wrong").text
    unfit = with_claims(launch_presentation={"return_url": "javascript:alert(1)"}, roles=...)
    assert "javascript:" not in check_refused(client, unfit, "roles-missing").text

"""Our own keys: what we publish verifies what we sign, before, during and after a rotation."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import jwt
from flask import Flask
from flask.testing import FlaskClient

from lms_ext.lti.tool_keys import Signer, make_key, rotate_when_due
from lms_ext.models import db, utcnow
from lms_ext.services import tool_keys
from lms_ext.web.tool import new_session, tool


def verifies(client: FlaskClient, token: str) -> bool:
    kid = jwt.get_unverified_header(token)["kid"]
    keys = {one["kid"]: one for one in client.get("/lti/jwks").json["keys"]}
    return jwt.decode(token, jwt.PyJWK(keys[kid]), algorithms=["RS256"]) == {"a": 1}


def test_the_published_key_verifies_our_signature(client: FlaskClient) -> None:
    assert verifies(client, Signer(new_session, tool().sealer).sign({"a": 1}))
    keys = client.get("/lti/jwks").json["keys"]
    assert len(keys) == 1
    assert not {"d", "p", "q"} & set(keys[0])


def test_a_new_key_is_published_first_and_signs_later(app: Flask, client: FlaskClient) -> None:
    old = Signer(new_session, tool().sealer).sign({"a": 1})
    new = make_key()
    tool_keys.add(db.session, tool().sealer, new, utcnow())
    db.session.commit()
    assert {one["kid"] for one in client.get("/lti/jwks").json["keys"]} == {"first", new.kid}
    meanwhile = Signer(new_session, tool().sealer).sign({"a": 1})
    assert jwt.get_unverified_header(meanwhile)["kid"] == "first"
    assert verifies(client, old)
    later = tool_keys.signing(db.session, utcnow() + timedelta(hours=50))
    assert later is not None
    assert later.kid == new.kid
    long_after = [one.kid for one in tool_keys.published(db.session, utcnow() + timedelta(days=10))]
    assert long_after == [new.kid]


NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


def keys_at(now: datetime) -> dict[str, str]:
    found = tool_keys.every(db.session)
    return {one.kid: tool_keys.stage(one, found, now) for one in found}


def test_by_schedule_a_key_is_followed_in_time_and_its_private_half_goes(app: Flask) -> None:
    days = timedelta(days=1)
    tool_keys.add(db.session, tool().sealer, make_key("a"), NOON, at_once=True)
    db.session.commit()
    assert rotate_when_due(new_session, tool().sealer, 0, NOON + 999 * days) == "", "0 days: by hand only"
    assert rotate_when_due(new_session, tool().sealer, 90, NOON + 87 * days) == ""
    assert tool_keys.next_due(db.session, 90) == NOON + 88 * days
    db.session.rollback()
    b = rotate_when_due(new_session, tool().sealer, 90, NOON + 88 * days)
    assert b
    assert keys_at(NOON + 89 * days) == {b: "waiting", "a": "signing"}
    assert keys_at(NOON + 90 * days) == {b: "signing", "a": "fading"}
    assert keys_at(NOON + 97 * days) == {b: "signing", "a": "ended"}
    db.session.rollback()
    for day, left in ((90, {"a", b}), (92, {b})):
        rotate_when_due(new_session, tool().sealer, 90, NOON + day * days)
        assert {one.kid for one in tool_keys.every(db.session) if one.private_pem} == left, day
        db.session.rollback()
    rotate_when_due(new_session, tool().sealer, 90, NOON + 500 * days)
    db.session.expire_all()
    assert "a" not in keys_at(NOON)


def test_of_many_workers_one_makes_the_new_key(app: Flask) -> None:
    tool_keys.add(db.session, tool().sealer, make_key("a"), NOON, at_once=True)
    db.session.commit()
    begin = threading.Barrier(6)

    def one(_number: int) -> str:
        with app.app_context():
            begin.wait(20)
            return rotate_when_due(new_session, tool().sealer, 90, NOON + timedelta(days=200))

    with ThreadPoolExecutor(6) as pool:
        made = [kid for kid in pool.map(one, range(6)) if kid]
    assert len(made) == 1
    assert set(keys_at(NOON)) == {"a", made[0]}


def test_a_key_that_leaked_is_withdrawn_at_once(app: Flask, client: FlaskClient) -> None:
    Signer(new_session, tool().sealer).sign({"a": 1})
    tool_keys.add(db.session, tool().sealer, make_key("b"), utcnow(), withdraw=True)
    db.session.commit()
    assert [one["kid"] for one in client.get("/lti/jwks").json["keys"]] == ["b"]
    assert verifies(client, Signer(new_session, tool().sealer).sign({"a": 1}))


def test_a_rotation_before_any_key_was_needed_leaves_nobody_waiting(app: Flask, client: FlaskClient) -> None:
    tool_keys.add(db.session, tool().sealer, make_key(), utcnow(), at_once=False)
    db.session.commit()
    assert verifies(client, Signer(new_session, tool().sealer).sign({"a": 1}))

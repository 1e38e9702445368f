"""Our own keys: what we publish verifies what we sign, before, during and after a rotation."""

from datetime import timedelta

import jwt
from flask import Flask
from flask.testing import FlaskClient

from lms_ext.lti.tool_keys import Signer, make_key
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
    tool_keys.add(db.session, tool().sealer, new, utcnow(), at_once=False)
    db.session.commit()
    assert {one["kid"] for one in client.get("/lti/jwks").json["keys"]} == {"first", new.kid}
    meanwhile = Signer(new_session, tool().sealer).sign({"a": 1})
    assert jwt.get_unverified_header(meanwhile)["kid"] == "first"
    assert verifies(client, old)
    later = tool_keys.signing(db.session, utcnow() + timedelta(hours=2))
    assert later is not None
    assert later.kid == new.kid
    long_after = [one.kid for one in tool_keys.published(db.session, utcnow() + timedelta(days=8))]
    assert long_after == [new.kid]


def test_a_rotation_before_any_key_was_needed_leaves_nobody_waiting(app: Flask, client: FlaskClient) -> None:
    tool_keys.add(db.session, tool().sealer, make_key(), utcnow(), at_once=False)
    db.session.commit()
    assert verifies(client, Signer(new_session, tool().sealer).sign({"a": 1}))

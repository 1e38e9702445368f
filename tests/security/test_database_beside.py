"""What a request looks up beside its own transaction, and what fails when its answer is made ready."""

import json
from typing import Any

from flask import Response
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from lms_ext import logs
from lms_ext.lti.keyset import KeyRing
from lms_ext.lti.tool_keys import Signer
from lms_ext.models import db, engine, utcnow
from lms_ext.web.tool import new_session, tool
from tests.support.platform import KeyServer
from tests.support.published import Visitor


def test_what_is_looked_up_beside_a_transaction_that_writes_does_not_wait_for_it(client: FlaskClient, keys: KeyServer) -> None:
    """Platforms and keys are read again every few seconds, in a session of their own, whatever the request has open by then.

    On SQLite a second writer would wait for the first, which waits for it: ten seconds, then a fault.
    """
    Visitor(client).get()
    lti, now = tool().lti, utcnow()
    claims = {"sub": "x"}
    db.session.remove()  # as at the end of a request
    lti.signer.sign(claims)  # the first key is made where nothing else is open
    engine.may_write()
    db.session.execute(text("UPDATE person SET name = name"))
    lti.registry.forget()
    platform = lti.registry.all().popitem()[1]
    assert platform.issuer == "https://lms.example"
    assert Signer(new_session, lti.sealer).sign(claims)
    assert KeyRing(lti.outbound, new_session).key(platform, "k1", now)
    assert lti.key_set(now)["keys"]
    assert engine._writing.get(), "the caller goes on as it was"
    db.session.commit()


def test_a_fault_after_the_view_is_logged_and_answered_like_any_other(client: FlaskClient, capsys: Any) -> None:
    logs.configure()
    faults: list[Exception] = [OperationalError("SELECT", {}, Exception())]

    @client.application.after_request
    def _fails(response: Response) -> Response:
        if faults:  # the page that says so comes by here as well
            raise faults.pop(0)
        return response

    busy = client.get("/", headers={"Accept": "application/json"})
    assert (busy.status_code, busy.json["code"], busy.headers["Retry-After"]) == (503, "busy", "5")
    faults.append(ValueError("words of a person"))
    fault = client.get("/", headers={"Accept": "application/json"})
    assert (fault.status_code, fault.json["code"]) == (500, "fault")
    logged = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    assert {"database.away", "fault"} <= {one["event"] for one in logged}
    assert any("_fails" in place for one in logged for place in one.get("where", []))

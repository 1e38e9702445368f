"""What platforms answer, read without trusting it: waits, grades there, tokens, columns, keys."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
from flask import Flask
from sqlalchemy.dialects import sqlite

from lms_ext.domain.quirks import Quirks
from lms_ext.lti.ags import retry_after
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.keyset import lifetime
from lms_ext.lti.paging import linked, next_page
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tokens import TokenRefused, Tokens, read_json
from lms_ext.models import ServiceToken, db, utcnow
from lms_ext.models.base import UtcDateTime
from lms_ext.web.tool import new_session, tool
from tests.support.platform import key_server, register
from tests.support.servers import listening

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 25 Nov 2026 12:00:30 GMT", 30.0),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0.0),
        ("Wed, 25 Nov 2026 12:00:30", 30.0),
        ("besok", 0.0),
        ("", 0.0),
        ("9" * 400, 3600.0),
        (f"Wed, 25 Nov {'9' * 30} 12:00:00 GMT", 0.0),
    ],
)
def test_how_long_to_wait_is_read_in_both_forms(header: str, seconds: float) -> None:
    assert retry_after(Answer(429, {"retry-after": header}, b""), NOON) == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_nothing(body: bytes) -> None:
    assert read_json(Answer(200, {}, body)) is None


def test_the_next_page_is_followed_on_the_same_host_only() -> None:
    page = "https://lms.example/lineitems?limit=5"
    assert (
        next_page('<https://lms.example/lineitems?page=2&amp;a=b>; rel="next"', page)
        == "https://lms.example/lineitems?page=2&a=b"
    )
    assert next_page('</lineitems?page=2>; rel="prev", <?page=3>; rel=next', page) == "https://lms.example/lineitems?page=3"
    assert next_page('<https://elsewhere.example/?page=2>; rel="next"', page) == ""
    assert next_page("", page) == ""
    assert next_page('<http://[>; rel="next"', page) == ""
    assert linked('<http://[>; rel="differences"', page, "differences") == "http://["


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("max-age=7200", 3600), ("no-store", 300), ("public, MAX-AGE=1", 300), ("max-age=banyak", 1800), ("", 1800)],
)
def test_how_long_keys_are_kept(header: str, seconds: int) -> None:
    assert lifetime(header) == seconds


def test_a_time_without_zone_never_reaches_the_database() -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 11, 25), sqlite.dialect())


@pytest.mark.parametrize("host", ["tidak-ada.invalid", "a" * 70 + ".example", "xn--\u2603"])
def test_a_host_that_cannot_be_found_is_unreachable(host: str) -> None:
    with pytest.raises(OutboundError) as refused:
        Outbound(connect=1).request("GET", f"https://{host}/")
    assert refused.value.code in {"unreachable", "bad-url"}


@contextmanager
def token_server(answer: bytes, status: int = 200, *, seconds: float = 0) -> Iterator[tuple[KnownPlatform, list[str]]]:
    """Run a registered platform whose token endpoint gives one answer; gives it and the requests it had."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.path)
            time.sleep(seconds)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with listening(Handler) as address, key_server() as keys:
        register(keys).auth_token_url = f"{address}/token"
        db.session.commit()
        (known,) = tool().lti.registry.by_issuer("https://lms.example")
        yield known, asked


def tokens() -> Tokens:
    return Tokens(tool().lti.outbound, tool().lti.signer, new_session)


@pytest.mark.parametrize(("answer", "status"), [(b"{}", 200), (b"[1]", 200), (b'{"access_token": "a"}', 400), (b"<html>", 500)])
def test_no_token_is_a_refusal(app: Flask, answer: bytes, status: int) -> None:
    with token_server(answer, status) as (known, _), pytest.raises(TokenRefused, match=str(status)):
        tokens().get(known, Quirks(), ("a",))


def test_threads_that_waited_for_a_refusal_do_not_ask_again(app: Flask) -> None:
    with token_server(b"{}", 400, seconds=0.4) as (known, asked):
        one, refused = tokens(), list[TokenRefused]()

        def ask() -> None:
            with app.app_context():
                try:
                    one.get(known, Quirks(), ("a",))
                except TokenRefused as error:
                    refused.append(error)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 3
        assert len(asked) == 1


def test_a_token_that_another_process_asks_for_is_waited_for_and_not_asked_again(app: Flask) -> None:
    with token_server(b'{"access_token": "a", "expires_in": 3600}') as (known, asked):
        soon = utcnow() + timedelta(seconds=0.3)
        db.session.add(ServiceToken(platform_id=known.id, scope="a", token="", expires_at=utcnow(), renewing_until=soon))
        db.session.commit()
        with pytest.raises(TokenRefused, match="elsewhere"):
            tokens().get(known, Quirks(), ("a",))
        assert asked == []
        assert tokens().get(known, Quirks(), ("a",)) == "a"
        assert tokens().get(known, Quirks(), ("a",)) == "a", "from the database"
        assert len(asked) == 1

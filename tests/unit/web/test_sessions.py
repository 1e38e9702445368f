"""Cookies and addresses of launches."""

import pytest
from flask import Flask, Response, url_for

from lms_ext.web import sessions
from lms_ext.web.sessions import LaunchRef


@pytest.mark.parametrize(("name", "value", "path"), [("lx", "a b", "/l/1-1-1"), ("lx", "a", "/l/1;x"), ("lx=", "a", "/")])
def test_a_cookie_that_would_need_quoting_is_a_fault_of_ours(name: str, value: str, path: str) -> None:
    with pytest.raises(ValueError, match="quoting"):
        sessions.set_cookie(Response(), name, value, path=path, seconds=60)


def test_the_address_of_a_launch_is_written_as_it_is_read(app: Flask) -> None:
    ref = LaunchRef(1, 36**6 + 7, (1 << 63) - 1)
    with app.test_request_context():
        address = url_for("landing.land", ref=ref)
    assert address == ref.path
    assert app.url_map.bind("localhost").match(address) == ("landing.land", {"ref": ref})

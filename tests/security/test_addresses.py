"""No way of writing an address sends a person elsewhere: sign-in, language and theme, the launch's target, the way back."""

from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.admins import PASSWORD, AdminBrowser, make_admin
from tests.support.platform import KeyServer, begin, claims, launch, post, token

HTTPS = "https://localhost"
ELSEWHERE = [
    "https://evil.example/", "http://evil.example/", "//evil.example/", "///evil.example/", "////evil.example",
    "/\\evil.example/",
    "\\\\evil.example/", "\\/evil.example/", "/\\/evil.example", "/\t/evil.example/", "/\n/evil.example/", "\t//evil.example/",
    "https://[2606:4700::1111]evil.example/",
    " //evil.example/", "\x00//evil.example/", "/%2fevil.example/", "/%2f%2fevil.example/", "/%5cevil.example/",
    "%2f%2fevil.example/",
    "https:evil.example/", "https:/evil.example/", "https:///evil.example/", "HTTPS://evil.example/", "hTtPs:\\\\evil.example/",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", "data:text/html,<b>1</b>",
    "vbscript:x", "blob:https://localhost/x", "file:///etc/passwd", "http://localhost:8000@evil.example/",
    "http://localhost:8000:x@evil.example/", "http://localhost:8000.evil.example/", "http://localhost:8000\\@evil.example/",
    "http://localhost:8000%2f@evil.example/", "http://localhost:80000/", "https://localhost:8000/", "http://loc\u0430lhost:8000/",
    "http://localhost\u3002evil.example/", "http://localhost:8000\r\nSet-Cookie: x=1", "/\u2028/evil.example",
    "/static/../..//evil.example", "/l/1-1-1/../../../..//evil.example/", "/admin/../../\\evil.example", "?next=//evil.example",
    "#//evil.example", "@evil.example", ".evil.example", "http://[::1]evil.example/", "http://[evil.example/",
]  # fmt: skip


def lands(base: str, location: str) -> str:
    """Give the host a browser goes to: it drops tabs and line breaks, and takes a backslash for a slash."""
    seen = "".join(one for one in location.strip("\x00\x01 ") if one not in "\t\r\n").replace("\\", "/")
    return urlsplit(urljoin(base, seen)).netloc


class _Addresses(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "action", "formaction"}]


@pytest.mark.parametrize("way", ["/language/en", "/theme/dark"])
def test_a_choice_leads_back_to_our_own_pages(client: FlaskClient, way: str) -> None:
    for where in ELSEWHERE:
        for written in (where, quote(where), where.partition("://")[2]):
            answer = client.get(way, query_string={"next": written}, base_url=HTTPS)
            assert answer.status_code == 303
            assert lands(HTTPS, answer.headers["Location"]) == "localhost", written
            assert "Set-Cookie: x" not in str(answer.headers)


def test_a_sign_in_leads_to_the_admin_pages(app: Flask) -> None:
    make_admin("ibu@bgtk.example")
    browser = AdminBrowser(app.test_client())
    for where in ELSEWHERE:
        page = browser.get("/admin/sign-in", query_string={"next": where})
        assert 'name="next" value="/admin"' in page.text, where
    answer = browser.sign_in("ibu@bgtk.example", PASSWORD, next="/\\evil.example")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")


def test_no_target_takes_a_launch_elsewhere(client: FlaskClient, keys: KeyServer) -> None:
    for where in ELSEWHERE:
        begun = begin(client, target_link_uri=where)
        assert begun.response.status_code == 400, where
        honest = begin(client)  # the signed target is looked at as well
        answer = post(client, state=honest.state, id_token=token(claims(honest.nonce, target_link_uri=where)))
        assert answer.status_code in {400, 401}, where
        assert "Location" not in answer.headers


def test_the_way_back_is_a_plain_https_address(client: FlaskClient, keys: KeyServer) -> None:
    plain = {"https://evil.example/", "HTTPS://evil.example/"}  # a signed address of the platform's choosing
    for where in ELSEWHERE:
        opened = launch(client, custom={"activity": "demo/kerja"}, launch_presentation={"return_url": where})
        page = client.get(opened.headers["Location"], base_url=HTTPS)
        refused = launch(client, message_type="Nothing", launch_presentation={"return_url": where})
        for answer in (page, refused):
            found = _Addresses(answer.text).found
            assert found
            outside = {one for one in found if lands(HTTPS, one) != "localhost"}
            assert outside <= ({where} if where in plain or where == "https://localhost:8000/" else set()), (where, outside)
            assert not any(one.partition(":")[0].strip().lower() in {"javascript", "data", "vbscript"} for one in found)
            policy = answer.headers["Content-Security-Policy"]
            assert "\n" not in policy
            assert "evil" not in policy or where in plain, (where, policy)

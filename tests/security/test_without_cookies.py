"""A launch whose proof the LMS kept is held to the rules of one with a cookie: row 19, and what another site could try."""

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from lms_ext.models import LaunchSession, Platform, db
from lms_ext.web import carrying
from lms_ext.web.carrying import Carried
from lms_ext.web.masks import masked
from lms_ext.web.tool import tool
from tests.contracts.refusing import check_refused, left_behind
from tests.support.platform import KeyServer, claims, login_params, post, token
from tests.support.published import INSTRUCTOR

HTTPS = "https://localhost"
FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
OURS = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}
TARGET = "http://localhost:8000/lti/launch?activity=demo/kerja"


@dataclass
class Begun:
    """A login whose page a browser without cookies shows."""

    state: str
    nonce: str
    proof: str
    page: TestResponse


def blocked(client: FlaskClient) -> FlaskClient:
    """Give a browser that keeps nothing."""
    return client.application.test_client(use_cookies=False)


def begin(client: FlaskClient, **changes: Any) -> Begun:
    given = login_params(**{"lti_storage_target": "_parent", "target_link_uri": TARGET} | changes)
    page = client.get("/lti/login", query_string=given, base_url=HTTPS, headers=FRAME)
    text = html.unescape(page.text)
    found = [re.search(one, text) for one in (r"[?&]state=([^&\"]+)", r"[?&]nonce=([^&\"]+)", r'data-proof="([^"]+)"')]
    assert all(found), text
    state, nonce, proof = (one[1] for one in found if one)
    return Begun(state, nonce, proof, page)


def answer(client: FlaskClient, begun: Begun, headers: dict[str, str] = OURS, **form: str) -> TestResponse:
    body = claims(begun.nonce, target_link_uri=TARGET, custom={"activity": "demo/kerja"})
    sent = {"state": begun.state, "id_token": token(body), **form}
    return client.post("/lti/launch", data=sent, base_url=HTTPS, headers=headers)


def opened(client: FlaskClient) -> tuple[str, str]:
    """Launch; give the launch's home and the token that its pages carry."""
    begun = begin(client)
    return carried(answer(client, begun, proof=begun.proof))


def carried(page: TestResponse) -> tuple[str, str]:
    """Read a launch's home and the token that its pages carry."""
    assert page.status_code == 200, page.text
    found = re.search(r'action="(/l/[^"]+)/carry"', page.text), re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found[0]
    assert found[1]
    return found[0][1], html.unescape(found[1][1])


def carry(client: FlaskClient, home: str, token: str, page: str, headers: dict[str, str] = OURS) -> TestResponse:
    return client.post(f"{home}/carry", data={"csrf": token, "next": page}, base_url=HTTPS, headers=headers)


def test_the_page_of_a_login_tells_the_script_where_the_platform_may_keep_the_proof(client: FlaskClient, keys: KeyServer) -> None:
    begun = begin(blocked(client))
    assert 'data-origin="https://lms.example"' in begun.page.text
    assert 'data-target="_parent"' in begun.page.text
    assert begun.page.headers["Cache-Control"] == "no-store"
    odd = begin(blocked(client), lti_storage_target="a b<c>")
    assert 'data-target=""' in odd.page.text


def test_row_19_what_the_platform_does_not_keep_proves_nothing(client: FlaskClient, keys: KeyServer) -> None:
    other = begin(blocked(client))

    def wrong(proof: str, headers: dict[str, str] = OURS) -> Any:
        def step(browser: FlaskClient) -> TestResponse:
            without = blocked(browser)
            without.environ_base.update(browser.environ_base)
            begun = begin(without)
            return answer(without, begun, headers, proof=proof or begun.proof)

        return step

    for step in (wrong("made-up"), wrong(other.proof), wrong("", FRAME), wrong("", {"Sec-Fetch-Dest": "iframe"})):
        page = check_refused(client, step, "cookie-blocked")
        assert "id_token" not in page.text, "nothing asks the platform a second time"


def test_the_first_answer_of_a_blocked_browser_asks_the_platform_and_uses_nothing_up(
    client: FlaskClient, keys: KeyServer
) -> None:
    browser, before = blocked(client), left_behind()
    begun = begin(browser)
    page = answer(browser, begun, FRAME)
    assert (page.status_code, page.headers["Cache-Control"]) == (401, "no-store")
    assert "cookie-blocked · " in page.text, "what is shown when the platform keeps nothing"
    assert 'data-need="proof"' in page.text
    assert left_behind() == before
    asked = browser.post(
        "/lti/launch",
        data={"state": begun.state, "id_token": "x.y.z"},
        base_url=HTTPS,
        headers=FRAME | {"Accept": "application/json"},
    )
    assert "x.y.z" not in asked.text

    assert answer(browser, begun, proof=begun.proof).status_code == 200
    again = answer(browser, begun, proof=begun.proof)
    assert (again.status_code, "already-used · " in again.text) == (401, True)


def test_outside_a_frame_no_token_comes_back_in_a_page(client: FlaskClient, keys: KeyServer) -> None:
    browser = blocked(client)
    page = post(browser, state=begin(browser).state, id_token="x.y.z")
    assert page.status_code == 401
    assert "x.y.z" not in page.text


def test_a_carried_page_is_let_in_by_its_token_alone_and_from_our_pages_only(client: FlaskClient, keys: KeyServer) -> None:
    browser = blocked(client)
    home, token = opened(browser)
    page = carry(browser, home, token, f"{home}/a/kerja")
    assert (page.status_code, 'name="attempt"' in page.text) == (200, True)
    assert "Set-Cookie" not in page.headers
    tokens = set(re.findall(r'name="csrf" value="([^"]+)"', page.text))
    assert tokens
    assert token not in tokens, "masked anew"
    found = re.search(r'name="attempt" value="(\d+)"', page.text)
    assert found
    form = {
        "csrf": tokens.pop(),
        "attempt": found[1],
        "client_key": "k",
        "tab": "t",
        "revs": "{}",
        "note": "Halo",
        "action": "save",
    }
    for headers in (FRAME, {"Sec-Fetch-Dest": "iframe"}):
        assert browser.post(f"{home}/a/kerja/submit", data=form, base_url=HTTPS, headers=headers).status_code == 401
        assert carry(browser, home, token, f"{home}/a/kerja", headers).status_code == 401
    sent = browser.post(f"{home}/a/kerja/submit", data=form, base_url=HTTPS, headers=OURS)
    assert (sent.status_code, f'action="{home}/carry"' in sent.text) == (200, True), "a redirect is carried on"
    assert "Halo" in carry(browser, home, token, f"{home}/a/kerja").text

    bare = browser.get(f"{home}/a/kerja", base_url=HTTPS, headers=FRAME)
    assert (bare.status_code, 'data-need="csrf"' in bare.text, "Halo" in bare.text) == (401, True, False)


def test_a_carried_session_goes_no_further_than_its_launch(client: FlaskClient, keys: KeyServer) -> None:
    """A teacher at a link that opens nothing goes back to the LMS, whose address takes nothing along."""
    browser, target = blocked(client), "http://localhost:8000/lti/launch"
    begun = begin(browser, target_link_uri=target)
    body = claims(begun.nonce, target_link_uri=target, custom={"activity": "demo/lama"}, roles=INSTRUCTOR["roles"],
                  launch_presentation={"return_url": "https://lms.example/course/7"})  # fmt: skip
    form = {"state": begun.state, "id_token": token(body), "proof": begun.proof}
    home, own = carried(browser.post("/lti/launch", data=form, base_url=HTTPS, headers=OURS))
    offered = carry(browser, home, own, home)
    assert (offered.status_code, "/choose/cancel" in offered.text) == (404, True)
    back = browser.post(f"{home}/choose/cancel", data={"csrf": own}, base_url=HTTPS, headers=OURS)
    assert (back.status_code, back.headers["Location"]) == (303, "https://lms.example/course/7")
    assert back.headers["Cache-Control"] == "no-store"
    assert own not in back.text


def test_a_form_too_large_to_read_carries_nothing(client: FlaskClient, keys: KeyServer) -> None:
    browser = blocked(client)
    home, own = opened(browser)
    form = {"csrf": own, "note": "x" * 600_000}
    refused = browser.post(f"{home}/a/kerja/submit", data=form, base_url=HTTPS, headers=OURS)
    assert refused.status_code in {401, 413}
    assert "x" * 100 not in refused.text
    assert 'name="attempt"' in carry(browser, home, own, home).text, "the session goes on"


def test_a_token_opens_its_own_launch_only_and_ends_with_it(client: FlaskClient, keys: KeyServer) -> None:
    browser = blocked(client)
    home, token = opened(browser)
    other, others = opened(browser)
    assert carry(browser, home, others, home).status_code == 401
    for odd in ("", "x", "e" * 48, masked(b"y" * 17), masked(b"y" * 16), token[:-4]):
        refused = carry(browser, home, odd, home)
        assert refused.status_code == 401, odd
    for page in ("https://evil.example/", "//evil.example/", f"{other}/a/kerja", "/health", "/lti/jwks", "/admin"):
        landed = carry(browser, home, token, page)
        assert 'name="attempt"' in landed.text, "only pages of the launch can be meant"
    db.session.execute(update(LaunchSession).values(expires_at=LaunchSession.created_at))
    db.session.commit()
    over = carry(browser, home, token, home)
    assert (over.status_code, "session-over · " in over.text, "data-need" in over.text) == (401, True, False)


@pytest.mark.parametrize("language", ["", "id", "en"])
@pytest.mark.parametrize("theme", ["", "light", "dark"])
def test_a_token_is_read_as_it_was_written(language: str, theme: str) -> None:
    one = Carried("AAECAwQFBgcICQoLDA0ODw", language, theme)
    assert carrying.read(one.token) == one
    assert Carried(one.secret).looking(one.look) == one


def policy_of(answered: TestResponse) -> str:
    return answered.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]


def test_a_login_may_stand_in_the_frames_of_its_own_platform_only(client: FlaskClient, keys: KeyServer) -> None:
    browser = blocked(client)
    assert policy_of(begin(browser).page) == "https://lms.example"
    refused = answer(browser, begin(browser), FRAME)
    assert policy_of(refused) == "https://lms.example"
    assert policy_of(client.get("/lti/login", base_url=HTTPS)) == "*", "nothing says who asks"
    with client.application.app_context():  # what one answer knew must not reach the next
        assert policy_of(client.get("/", base_url=HTTPS)) == "'none'"

    def change(**values: str) -> None:
        db.session.execute(update(Platform).where(Platform.issuer == "https://lms.example").values(**values))
        db.session.commit()
        tool().lti.registry.forget()

    change(auth_login_url="https://sso.example/auth")
    assert policy_of(begin(browser).page) == "*", "an LMS of many hosts whose hosts nobody listed"
    change(other_hosts="https://*.sekolah.example")
    assert policy_of(begin(browser).page) == "https://*.sekolah.example https://lms.example https://sso.example"
    home, token = opened(browser)
    assert policy_of(carry(browser, home, token, home)) == "https://*.sekolah.example https://lms.example https://sso.example"


@pytest.mark.parametrize("wanted", ["?q=日", "?a=\r\nb", "/%2e%2e/x?\x00", "/\udcff", "?\udcff"])
def test_no_wanted_page_breaks_the_door(client: FlaskClient, keys: KeyServer, wanted: str) -> None:
    """Anybody may post to it."""
    for page in (f"/l/1-1-1{wanted}", f"/language/id?next=/l/1-1-1{wanted}", f"/theme/dark?next={wanted}"):
        body = f"next={quote(page.encode(errors='surrogateescape'))}"
        answer = client.post("/l/1-1-1/carry", data=body, content_type="application/x-www-form-urlencoded", base_url=HTTPS,
                             headers=OURS)  # fmt: skip
        assert answer.status_code in {303, 401, 404}, page

"""Everything that talks to a platform goes out by the one guarded door, and comes back from hostile answers with a reason."""

import ast
import gzip
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import urllib3
from flask import Flask

from lms_ext.domain.quirks import Quirks
from lms_ext.domain.refusals import Refused
from lms_ext.domain.rosters import RosterTrouble
from lms_ext.lti import columns
from lms_ext.lti.http import Outbound, OutboundError
from lms_ext.lti.notices import NoticeDesk
from lms_ext.lti.nrps import Memberships
from lms_ext.lti.openid import Provider
from lms_ext.lti.registration import Registrar
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tokens import Tokens
from lms_ext.lti.tool_configuration import Wishes
from lms_ext.models import Platform, db, utcnow
from lms_ext.services.notices import Service
from lms_ext.services.rosters import Sought
from lms_ext.settings import Settings
from lms_ext.web.tool import new_session, tool
from tests.security.test_outbound import raw_server
from tests.support.answers import Answers, Given, answering

WELL_KNOWN = "/.well-known/openid-configuration"
WAYS_OUT = {"urllib3", "requests", "httpx", "aiohttp", "urllib.request", "http.client", "socket", "ftplib", "smtplib"}


@dataclass
class Stage:
    """A platform whose address ``/x`` answers badly, a canary elsewhere, and the tool's clients."""

    settings: Settings
    lms: Answers
    canary: Answers
    outbound: Outbound
    platform: KnownPlatform

    @property
    def bad(self) -> str:
        return f"{self.lms.url}/x"

    def tokens(self) -> Tokens:
        return Tokens(self.outbound, tool().lti.signer, new_session)


@pytest.fixture
def stage(app: Flask, settings: Settings) -> Iterator[Stage]:
    with answering() as lms, answering() as canary:
        lms.json("/token", {"access_token": "rahasia-token", "expires_in": 3600})
        lms.json("/members", {"members": []})
        row = Platform(issuer=lms.url, client_id="c1", name="LMS", auth_login_url=f"{lms.url}/auth",
                       auth_token_url=f"{lms.url}/token", jwks_url=f"{lms.url}/jwks")  # fmt: skip
        db.session.add(row)
        db.session.commit()
        tool().lti.registry.forget()
        platform = tool().lti.registry.all()[row.id]
        db.session.rollback()
        yield Stage(settings, lms, canary, Outbound(allow_loopback=True, total=0.6), platform)


def _sought(url: str, **more: str) -> Sought:
    known: dict[str, Any] = {"differences_url": "", "groups_url": "", "sets_url": "", "links": ()} | more
    return Sought(platform_id=1, space_id=1, lease="", began_at=utcnow(), url=url, tries=0, **known)


def configuration(stage: Stage) -> None:
    Registrar(stage.settings, tool().plugins, stage.outbound).read(stage.bad, "token-1")


def registration(stage: Stage) -> None:
    told = {name: f"{stage.lms.url}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    stage.lms.json("/config", {"issuer": stage.lms.url, "registration_endpoint": stage.bad, **told})
    registrar = Registrar(stage.settings, tool().plugins, stage.outbound)
    registrar.register(registrar.read(f"{stage.lms.url}/config", ""), Wishes(), "token-1")


def members(stage: Stage) -> None:
    Memberships(stage.outbound, stage.tokens()).fetch(stage.platform, Quirks(), _sought(stage.bad))


def next_members(stage: Stage) -> None:
    stage.lms.given["/members"].headers["Link"] = f'<{stage.bad}>; rel="next"'
    Memberships(stage.outbound, stage.tokens()).fetch(stage.platform, Quirks(), _sought(f"{stage.lms.url}/members"))


def groups(stage: Stage) -> None:
    sought = _sought(f"{stage.lms.url}/members", groups_url=stage.bad)
    found = Memberships(stage.outbound, stage.tokens()).fetch(stage.platform, Quirks(), sought)
    if found.groups is None:  # a list of people is not kept away by its groups
        raise RosterTrouble("unreadable")


def notices(stage: Stage) -> None:
    desk = NoticeDesk(stage.outbound, stage.tokens(), "https://tool.example/lti/notices")
    code = desk.register(stage.platform, Quirks(), Service(stage.platform.id, "1", stage.bad, 0), {"LtiContextCopyNotice"})
    if code:
        raise OutboundError(code)


def discovery(stage: Stage) -> None:
    stage.lms.given[WELL_KNOWN] = stage.lms.given["/x"]
    provider = Provider(replace(stage.settings, oidc_issuer=stage.lms.url, oidc_client_id="c"), stage.outbound)
    provider.begin(state="s", nonce="n", verifier="v", redirect_uri="https://tool.example/admin/oidc")


CALLERS: list[Callable[[Stage], None]] = [configuration, registration, members, next_members, groups, notices, discovery]
BOMB = gzip.compress(b"[" + b" " * 64_000_000)


def hazard(name: str, canary: str) -> Given:
    return {
        "redirect": Given(status=302, headers={"Location": f"{canary}/stolen"}),
        "moved with its method": Given(status=308, headers={"Location": f"{canary}/stolen"}),
        "drip": Given(b"[" + b" " * 200, seconds=20),
        "gzip bomb": Given(BOMB, headers={"Content-Encoding": "gzip"}),
        "huge": Given(b"[" + b" " * 5_000_000),
        "no gzip": Given(b"\x1f\x8bnothing", headers={"Content-Encoding": "gzip"}),
        "deep": Given(b"[" * 100_000),
    }[name]


@pytest.mark.parametrize("name", ["redirect", "moved with its method", "drip", "gzip bomb", "huge", "no gzip", "deep"])
def test_a_hostile_answer_is_given_up_with_a_reason(stage: Stage, name: str) -> None:
    for caller in CALLERS:
        stage.lms.given["/x"] = hazard(name, stage.canary.url)
        began = time.monotonic()
        tracemalloc.start()
        with pytest.raises((Refused, RosterTrouble, OutboundError)):
            caller(stage)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert time.monotonic() - began < 3, caller.__name__
        assert peak < 30_000_000, (caller.__name__, peak)
    assert stage.canary.asked == []


@pytest.mark.parametrize("caller", CALLERS, ids=lambda one: one.__name__)
def test_nobody_reaches_this_machine_unless_that_is_allowed(stage: Stage, caller: Callable[[Stage], None]) -> None:
    stage.outbound = Outbound(total=0.6)
    stage.lms.json("/x", {})
    with pytest.raises((Refused, RosterTrouble, OutboundError)):
        caller(stage)
    assert stage.lms.asked == []


@pytest.mark.parametrize("caller", [members, groups], ids=lambda one: one.__name__)
def test_no_next_page_takes_the_token_to_another_host(stage: Stage, caller: Callable[[Stage], None]) -> None:
    body = b'{"members": [], "groups": []}'
    for elsewhere in (stage.canary.url, stage.canary.url.replace("http://", "//"), stage.canary.url.replace("://", "://u:p@")):
        stage.lms.given["/x"] = Given(body, headers={"Link": f'<{elsewhere}/next>; rel="next"'})
        with pytest.raises(RosterTrouble):
            caller(stage)
    assert stage.canary.asked == []


def test_no_page_of_a_gradebook_takes_the_token_to_another_host(stage: Stage) -> None:
    stage.lms.given["/x"] = Given(b'[{"id": 1}]', headers={"Link": f'<{stage.canary.url}/next>; rel="next"'})
    rows, _ = columns.read_pages(lambda url, _accept: stage.outbound.request("GET", url), stage.bad, columns.CONTAINER)
    assert rows == [{"id": 1}]
    assert stage.canary.asked == []
    assert not columns.same_origin(f"{stage.canary.url}/lineitems/1", stage.bad)


def test_a_name_that_changes_its_address_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [["1.1.1.1"], ["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["::ffff:127.0.0.1"], ["1.1.1.1", "fd00::1"]]
    connected: list[str] = []

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        assert host == "rebind.example"
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in told.pop(0)
        ]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    outbound = Outbound()
    for _ in range(3):  # the address that was looked at is the one that is used
        with pytest.raises(OutboundError) as error:
            outbound.request("GET", "https://rebind.example/x")
        assert error.value.code == "unreachable"
    assert connected == ["1.1.1.1"] * 3
    while told:
        outbound = Outbound()
        with pytest.raises(OutboundError) as error:
            outbound.request("GET", "https://rebind.example/x")
        assert error.value.code == "address"
    assert len(connected) == 3


def test_an_endless_answer_ends() -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")

    with raw_server(endless) as (url, _), pytest.raises(OutboundError) as error:
        Outbound(allow_loopback=True).request("GET", url)
    assert error.value.code == "too-large"


@pytest.mark.parametrize("token", ["a\r\nX-Evil: 1", "a\nb", "rahasia-é", "\u2028", "a\x00b", ""])
def test_a_token_that_is_no_token_is_a_reason_and_no_fault(stage: Stage, token: str) -> None:
    stage.lms.json("/token", {"access_token": token, "expires_in": 3600})
    stage.lms.json("/x", {})
    for caller in (members, notices):
        with pytest.raises((RosterTrouble, OutboundError), match="token-refused"):
            caller(stage)
    assert not any("X-Evil" in headers for _, _, headers, _ in stage.lms.asked)


def test_there_is_no_other_way_out(root: Path) -> None:
    """The practice LMS is another program; the demo, which starts it, and the server's start look for free ports only."""
    found = []
    for file in [*(root / "lms_ext").rglob("*.py"), *(root / "plugins").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
            if any(name == way or name.startswith(f"{way}.") for name in names for way in WAYS_OUT):
                found.append(file.relative_to(root).as_posix())
    assert {one for one in found if not one.startswith("lms_ext/sandbox/")} <= {
        "lms_ext/lti/http.py",
        "lms_ext/cli_demo.py",
        "lms_ext/cli_app.py",
    }

"""A browser that keeps cookies and follows redirects, as behind a TLS proxy; and the walk from login to first page."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from bench import platform
from bench.platform import Key


class Failed(Exception):
    """A server did not answer as a working one does."""


@dataclass
class Answer:
    status: int
    location: str
    body: bytes


@dataclass
class Browser:
    """One person's browser at one server; each request opens a connection, as a sync gunicorn asks for."""

    port: int
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)
    """By path and name."""
    requests: int = 0

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request and keep the cookies that come back."""
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = self.sent(parts.path, headers)
        connection = HTTPConnection("localhost", self.port, timeout=30)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.requests += 1
        self.keep(answer.headers.get_all("Set-Cookie") or [])
        content = self.plain(answer.headers.get("Content-Encoding", ""), content)
        return Answer(answer.status, answer.headers.get("Location", ""), content)

    def keep(self, lines: Iterable[str]) -> None:
        """Keep the cookies that Set-Cookie headers bring."""
        for line in lines:
            pair, *attributes = line.split(";")
            paths = [one.strip()[5:] for one in attributes if one.strip().lower().startswith("path=")]
            name, _, value = pair.partition("=")
            self.cookies[paths[0] if paths else "/", name.strip()] = value

    def sent(self, path: str, headers: dict[str, str]) -> dict[str, str]:
        """Give all headers of a request, as browsers send them."""
        sent = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br", "X-Forwarded-Proto": "https",
                "User-Agent": "bench", **headers}  # fmt: skip
        cookies = [f"{name}={value}" for (under, name), value in self.cookies.items() if path.startswith(under)]
        if cookies:
            sent["Cookie"] = "; ".join(cookies)
        return sent

    @staticmethod
    def plain(coding: str, content: bytes) -> bytes:
        """Decode a body."""
        return gzip.decompress(content) if coding == "gzip" else content

    def post(self, url: str, form: dict[str, str]) -> Answer:
        """Post a form."""
        return self.send("POST", url, urlencode(form).encode(), **{"Content-Type": "application/x-www-form-urlencoded"})


@dataclass
class Way:
    """How to launch one server."""

    port: int
    issuer: str
    login: str = "/lti/login"
    target: str = ""
    cookie_check: str = ""
    """Query that the server's own cookie-check page adds; that page is fetched first."""


@dataclass
class Login:
    """A login under way: what the platform signs, and the browser that waits."""

    learner: int
    browser: Browser
    launch_url: str
    state: str
    nonce: str
    token: str = ""


def begin(way: Way, learner: int, browser: Browser | None = None) -> Login:
    """Go from the LMS to the tool's login and back to the platform."""
    browser = browser or Browser(way.port)
    query = urlencode(
        {"iss": way.issuer, "login_hint": f"user-{learner}", "target_link_uri": way.target, "client_id": platform.CLIENT,
         "lti_message_hint": f'{{"cmid":{learner},"launchid":"l{learner}"}}', "lti_deployment_id": platform.DEPLOYMENT}
    )  # fmt: skip
    if way.cookie_check:
        browser.send("GET", f"{way.login}?{query}")
        query += f"&{way.cookie_check}"
    answer = browser.send("GET", f"{way.login}?{query}")
    if answer.status not in {302, 303} or not answer.location:
        raise Failed(f"login {answer.status} {answer.body[:300]!r}")
    given = {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}
    return Login(learner, browser, given["redirect_uri"], given["state"], given["nonce"])


def sign(way: Way, key: Key, login: Login, *, nonce: str = "", **changes: Any) -> Login:
    """Let the platform sign the launch."""
    body = platform.claims(way.issuer, login.learner, nonce or login.nonce, way.target)
    login.token = key.token(body | changes)
    return login


@dataclass
class Page:
    """A page that was reached."""

    browser: Browser
    url: str
    body: bytes


def finish(login: Login) -> Page:
    """Post the token and follow to the first page; Failed when that is not reached."""
    url = login.launch_url
    answer = login.browser.post(url, {"id_token": login.token, "state": login.state})
    while answer.status in {302, 303}:
        url = urljoin(url, answer.location)
        answer = login.browser.send("GET", url)
    if answer.status != 200 or b"<form" not in answer.body:
        raise Failed(f"launch {answer.status} {answer.body[:300]!r}")
    return Page(login.browser, url, answer.body)


def launch(way: Way, key: Key, learner: int, browser: Browser | None = None) -> Page:
    """Do all of it."""
    return finish(sign(way, key, begin(way, learner, browser)))

"""A browser without scripts for tests over real sockets: cookies by host and path, redirects, forms."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask, port: int, host: str = "127.0.0.1") -> Iterator[None]:
    """Serve an application by threads on a port."""
    server = make_server(host, port, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Page:
    """Where a visit ended."""

    url: str
    status: int
    headers: dict[str, str]
    text: str

    def form(self) -> tuple[str, dict[str, str]]:
        """Give address and hidden fields of the first form."""
        found = re.search(r'<form[^>]*action="([^"]*)"', self.text)
        assert found, self.text[:2000]
        fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', self.text)
        return html.unescape(found[1]), {name: html.unescape(value) for name, value in fields}


@dataclass
class Visitor:
    """Keeps cookies; Secure ones go to loopback too, as browsers have it."""

    cookies: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._send("GET", url, None)

    def post(self, url: str, fields: dict[str, Any]) -> Page:
        """Send a form."""
        return self._send("POST", url, urlencode(fields).encode())

    def submit(self, page: Page) -> Page:
        """Send the first form of a page."""
        url, fields = page.form()
        return self.post(urljoin(page.url, url), fields)

    def _send(self, method: str, url: str, body: bytes | None, hops: int = 10) -> Page:
        assert hops, url
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        headers = {"Host": parts.netloc, "Cookie": self._cookies(parts.hostname or "", parts.path or "/")}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(connection):
            connection.request(method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self._keep(parts.hostname or "", line)
        if answer.status in {301, 302, 303}:
            return self._send("GET", urljoin(url, answer.headers["Location"]), None, hops - 1)
        return Page(url, answer.status, dict(answer.headers), text)

    def _keep(self, host: str, line: str) -> None:
        read: SimpleCookie = SimpleCookie()
        read.load(line.replace("; Partitioned", ""))
        for name, one in read.items():
            self.cookies[(host, one["path"] or "/", name)] = one.value

    def _cookies(self, host: str, path: str) -> str:
        fit = [(name, value) for (where, under, name), value in self.cookies.items() if where == host and path.startswith(under)]
        return "; ".join(f"{name}={value}" for name, value in fit)

"""A server on loopback that answers whatever a test says, and remembers what it was asked."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.servers import listening


@dataclass
class Given:
    """One answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    """An empty ``Date`` leaves that out, which is sent otherwise."""
    seconds: float = 0.0
    """How long it drips: the body comes byte by byte over this time."""


@dataclass
class Answers:
    """Answers by method and path, by path with its query, or by path; `asked` holds (method, path, headers, body)."""

    url: str = ""
    given: dict[str, Given] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def json(self, path: str, document: Any, status: int = 200) -> None:
        self.given[path] = Given(json.dumps(document).encode(), status, {"Content-Type": "application/json"})


@contextmanager
def answering() -> Iterator[Answers]:
    """Run such a server."""
    state = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            state.asked.append((self.command, self.path, dict(self.headers), body))
            bare = self.path.partition("?")[0]
            found = (state.given.get(one) for one in (f"{self.command} {bare}", self.path, bare))
            one = next(filter(None, found), Given(status=404))
            self.send_response_only(one.status)
            for name, value in ({"Date": self.date_time_string()} | one.headers).items():
                if value:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(one.body)))
            self.end_headers()
            try:
                self._write(one)
            except OSError:
                self.close_connection = True

        do_PUT = do_GET  # noqa: N815 - the name is the library's
        do_POST = do_GET  # noqa: N815 - the name is the library's

        def _write(self, one: Given) -> None:
            if not one.seconds:
                self.wfile.write(one.body)
                return
            for byte in one.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(one.seconds / len(one.body))

    with listening(Handler) as address:
        state.url = address
        yield state

"""A gradebook on a real socket with Moodle's rule of the second; it can be told to fail."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt


@dataclass
class Book:
    """What the platform holds and what happened."""

    url: str = ""
    grades: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    faults: list[str] = field(default_factory=list)
    """Taken one by one at each score: 503, 500, 429, 401, 404, 403, html, cut (applied, then no answer)."""
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def gradebook() -> Iterator[Book]:
    """Run a gradebook on loopback."""
    book = Book()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, body: str, kind: str = "application/json") -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **book.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/token":
                assertion = parse_qs(body.decode())["client_assertion"][0]
                claims = jwt.decode(assertion, options={"verify_signature": False})
                assert claims["iss"] == claims["sub"] == "c1"
                book.tokens += 1
                self.answer(200, json.dumps({"access_token": f"t{book.tokens}", "expires_in": 3600}), "text/html")
                return
            fault = book.faults.pop(0) if book.faults else ""
            if self.headers["Authorization"] != f"Bearer t{book.tokens}":
                fault = fault or "401"
            if fault.isdecimal():
                self.answer(int(fault), "[]")
                return
            if not self.score(json.loads(body)):
                self.answer(409, "[]")
            elif fault == "cut":
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                self.answer(200, "<html>" if fault == "html" else "", "text/html")

        def score(self, given: dict[str, Any]) -> bool:
            book.posts.append(given | {"path": self.path})
            held = book.grades.get(given["userId"])
            if held and held["timestamp"] >= given["timestamp"]:
                return False
            book.grades[given["userId"]] = given
            return True

        def do_GET(self) -> None:
            user = parse_qs(urlsplit(self.path).query)["user_id"][0]
            held = book.grades.get(user)
            found = [{"userId": user, "resultScore": held["scoreGiven"], "resultMaximum": held["scoreMaximum"]}] if held else []
            self.answer(200, json.dumps(found))

        def log_message(self, *args: object) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    book.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield book
    finally:
        server.shutdown()
        server.server_close()

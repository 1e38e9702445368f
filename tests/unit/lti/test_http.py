"""The way out of the tool leads only to public https addresses, or to loopback where that is allowed."""

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lms_ext.lti.http import Outbound, OutboundError
from tests.support.platform import key_server


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://[::1]:9/", "https://[::ffff:127.0.0.1]:9/", "https://2130706433:9/",
        "https://10.0.0.1/", "https://169.254.169.254/", "https://192.168.1.1/", "https://0.0.0.0/", "https://100.64.0.1/",
        "ftp://example.com/", "https://user:pw@127.0.0.1/", "https:///x", "https://127.0.0.1:99999/", "//127.0.0.1/",
    ],
)  # fmt: skip
def test_private_and_odd_addresses_are_refused_without_a_connection(url: str) -> None:
    with pytest.raises(OutboundError) as refused:
        Outbound().request("GET", url)
    assert refused.value.code in {"address", "bad-url"}


def test_a_canary_on_loopback_is_never_reached_unless_allowed() -> None:
    with key_server(b"{}") as canary:
        with pytest.raises(OutboundError):
            Outbound().request("GET", canary.url)
        assert canary.hits == 0
        assert Outbound(allow_loopback=True).request("GET", canary.url).body == b"{}"


def test_a_redirect_is_not_followed() -> None:
    with key_server(b"") as target, key_server(b"") as server:
        server.status, server.headers = 302, {"Location": target.url}
        assert Outbound(allow_loopback=True).request("GET", server.url).status == 302
        assert target.hits == 0


def test_a_large_answer_is_cut_off() -> None:
    with key_server(b"x" * 400_000) as server, pytest.raises(OutboundError) as refused:
        Outbound(allow_loopback=True).request("GET", server.url)
    assert refused.value.code == "too-large"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


@pytest.mark.parametrize(
    ("at_once", "dripping"),
    [
        (HEAD, b"x" * 200),
        (b"", HEAD),
        (b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n" * 20),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 40),
    ],
    ids=["body", "status line", "headers", "chunks"],
)
def test_an_answer_that_drips_ends_at_the_total_limit(at_once: bytes, dripping: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            try:
                connection.sendall(at_once)
                for byte in dripping:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    began = time.monotonic()
    with listener, pytest.raises(OutboundError) as refused:
        Outbound(allow_loopback=True, total=0.5).request("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/")
    assert refused.value.code == "timeout"
    assert time.monotonic() - began < 1.5
    thread.join(5)


def test_a_kept_connection_gets_its_whole_time_at_each_request() -> None:
    class Keeping(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            time.sleep(0.2)
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(str(self.client_address[1]).zfill(5).encode())

        def log_message(self, *args: object) -> None:
            del args

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        outbound = Outbound(allow_loopback=True, total=0.8)
        ports = {outbound.request("GET", f"http://127.0.0.1:{server.server_port}/").body for _ in range(6)}
        server.shutdown()
    assert len(ports) == 1

"""The way out: no proxy of the environment sees tokens, and no way to write an address reaches the operator's own network."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import pytest

from lms_ext.lti.http import Outbound, OutboundError


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """Answer each connection with `talk`; gives the address and what was received."""
    got: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                got.append(connection.recv(65_536))
                try:
                    talk(connection)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x", got
    finally:
        listening.close()


def test_no_proxy_of_the_environment_sees_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")) as (url, got):
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert Outbound(allow_loopback=True).request("GET", url, headers={"Authorization": "Bearer t"}).body == b"hi"
        assert got[0].startswith(b"GET /x HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "url",
    ["https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/", "https://[2001:0:a00:1::f5ff:fffe]/",
     "https://[::1]/", "https://[fe80::1]/", "https://[fd00::1]/", "https://[::ffff:169.254.169.254]/", "https://0/",
     "https://0x7f000001/", "https://2130706433/", "https://127.1/", "https://100.64.0.1/", "https://192.0.0.1/",
     "https://224.0.0.1/", "https://0177.0.0.1/", "https://[::10.0.0.1]/", "https://[::ffff:0:10.0.0.1]/"],
)  # fmt: skip
def test_no_way_of_writing_reaches_a_private_address(url: str) -> None:
    with pytest.raises(OutboundError) as error:
        Outbound(connect=0.2, total=0.2).request("GET", url)
    assert error.value.code == "address"


def test_a_host_in_letters_that_no_header_holds_is_no_address() -> None:
    with pytest.raises(OutboundError) as error:
        Outbound(allow_loopback=True, connect=0.2, total=0.2).request("GET", "http://127。0。0。1:1/")
    assert error.value.code == "bad-url"


def test_public_addresses_are_allowed_however_they_are_written() -> None:
    for written in ("1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"):
        assert Outbound()._allowed("https", ip_address(written)), written
        assert not Outbound()._allowed("http", ip_address(written)), written

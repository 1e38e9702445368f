"""A TCP proxy before a web server that cuts answers after a number of bytes: 0, 1, 2 … for one connection after another."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends RST."""


@dataclass
class Proxy:
    """What it does and has done."""

    upstream: int
    url: str = ""
    mode: str = ""
    """"" cuts the answers of either method and then, once all lengths were tried, leaves them as they are; "hangs up",
    "refuses" (RST) and "is silent" answer nothing."""
    calls: Counter[str] = field(default_factory=Counter)
    """By method."""
    cuts: dict[str, list[int]] = field(default_factory=lambda: {"POST": [], "GET": []})
    longest: int = 0
    """Bytes of the longest answer to a POST."""
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            client.settimeout(10)
            if self.mode == "refuses":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self._count("POST")
                return
            request = _request(client)
            method = request.partition(b" ")[0].decode()
            number = self._count(method)
            if self.mode == "is silent":
                self.closing.wait(2)
            if self.mode:
                return
            answer = _short(self._ask(request))
            if method == "POST":
                self.longest = max(self.longest, len(answer))
            client.sendall(answer[:number])
            if number < len(answer):
                self.cuts[method].append(number)
                if number % 2:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)

    def _count(self, method: str) -> int:
        with self.lock:
            self.calls[method] += 1
            return self.calls[method] - 1

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.upstream), timeout=10) as server:
            server.sendall(request)
            return b"".join(iter(lambda: server.recv(65_536), b""))


def _request(client: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        read += client.recv(65_536)
    head, _, body = read.partition(b"\r\n\r\n")
    lines = [one for one in head.split(b"\r\n") if one.lower().startswith(b"content-length:")]
    length = int(lines[0].split(b":")[1]) if lines else 0
    while len(body) < length:
        body += client.recv(65_536)
    return head + b"\r\nConnection: close\r\n\r\n" + body


def _short(answer: bytes) -> bytes:
    """Leave out the headers that mean nothing to us, so that there are fewer places to cut at."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.split(b"\r\n")
    kept = [one for one in headers if one.lower().startswith(b"content-length:")]
    return b"\r\n".join([status, *kept]) + b"\r\n\r\n" + body


@contextmanager
def cutting_proxy(upstream: int) -> Iterator[Proxy]:
    """Run the proxy before a port of this machine."""
    proxy = Proxy(upstream)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    proxy.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=proxy.serve, args=(client,)))
            threads[-1].start()

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.closing.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for one in threads:
            one.join()

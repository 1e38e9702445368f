"""An application on a real socket, in a thread of the test's own process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    def log(self, *args: object) -> None:
        """Say nothing: the application has its own log."""


@contextmanager
def serving(app: Flask, url: str) -> Iterator[None]:
    """Serve at the port of `url` until the block ends."""
    server = make_server("127.0.0.1", urlsplit(url).port or 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()

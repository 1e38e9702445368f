"""Answers are sent compressed: on a slow connection a page arrives in a fourth of the time.

Compressing a page that holds a secret beside something an attacker chose can leak the secret through the length (BREACH).
Against that the form token and the draft seal are masked anew in every answer (`lms_ext.web.masks`), and every compressed page
carries up to a hundred random bytes in the gzip header, so that lengths of single guesses cannot be compared.
"""

import gzip
import secrets
import struct
import zlib
from functools import lru_cache

from flask import Flask, Response, request

_KINDS = frozenset({"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml", "application/json"})
_LEAST = 1024
"""Smaller answers fit one packet anyway."""
_LEVEL = 5
"""Of 9: beyond it pages get slower to make and hardly smaller."""


def register(app: Flask) -> None:
    """Compress what browsers accept compressed."""

    @app.after_request
    def _compress(response: Response) -> Response:
        if response.location or response.mimetype not in _KINDS or "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        if request.method == "HEAD" or response.status_code in {204, 206, 304} or not request.accept_encodings["gzip"]:
            return response
        is_file, response.direct_passthrough = response.direct_passthrough, False
        content = response.get_data()
        if is_file:
            response.close()  # it was read whole: a server whose client hangs up may never come to close it
        if len(content) < _LEAST:
            return response
        kept = request.path.startswith("/static/")
        response.set_data(_static(content) if kept else _page(content))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
        return response


@lru_cache(maxsize=64)
def _static(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _page(content: bytes) -> bytes:
    """Compress with a file name of random length, as the gzip header allows (RFC 1952); decoders skip it."""
    name = secrets.token_hex(50)[: secrets.randbelow(101)]
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name.encode() + b"\0"  # deflate, a name follows, no time, no system
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return head + packer.compress(content) + packer.flush() + struct.pack("<LL", zlib.crc32(content), len(content))

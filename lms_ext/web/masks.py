"""Secrets in pages are masked anew in each answer: the same secret never has the same letters twice, so its letters cannot be
guessed one by one from the length of compressed pages.
"""

import base64
import secrets


def masked(secret: bytes) -> str:
    """Give a random mask and the secret under it, in base64."""
    mask = secrets.token_bytes(len(secret))
    return base64.urlsafe_b64encode(mask + _xor(mask, secret)).decode()


def unmasked(written: str) -> bytes:
    """Give the secret again; b"" when this is no masked secret."""
    try:
        raw = base64.urlsafe_b64decode(written.encode())
    except ValueError:
        return b""
    half = len(raw) // 2
    return _xor(raw[:half], raw[half:]) if len(raw) % 2 == 0 else b""


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))

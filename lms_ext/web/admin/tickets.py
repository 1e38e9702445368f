"""Sealed notes that a browser carries from one step to the next: short-lived, for one purpose, and for this browser only."""

import base64
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from lms_ext.web import sessions
from lms_ext.web.admin import cookies


def _box(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sessions.derived(f"admin-ticket:{purpose}:{cookies.secret_hash()}")))


def write(purpose: str, **facts: Any) -> str:
    """Seal facts for the browser at hand."""
    return _box(purpose).encrypt(json.dumps(facts).encode()).decode().rstrip("=")


def read(purpose: str, ticket: str, seconds: int) -> dict[str, Any] | None:
    """Read a ticket again; None when it is older, of another purpose or of another browser."""
    padded = ticket + "=" * (-len(ticket) % 4)
    try:
        facts: dict[str, Any] = json.loads(_box(purpose).decrypt(padded.encode(), ttl=seconds))
    except (InvalidToken, ValueError):
        return None
    return facts

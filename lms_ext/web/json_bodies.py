"""Bodies in JSON, from anybody."""

from typing import Any

from flask import request


def sent_object() -> dict[str, Any] | None:
    """Give the object that was sent; None for everything else, also for nests too deep to be read."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        return None
    return body if isinstance(body, dict) else None

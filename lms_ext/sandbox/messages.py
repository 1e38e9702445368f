"""The log of what passed between the practice LMS and the tool: in words, with secrets masked."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt

from lms_ext.sandbox.store import Store

_KEPT = 500
_LONGEST = 20_000
_SECRET = ("access_token", "client_assertion", "id_token", "JWT", "authorization", "cookie", "token", "state", "lti_message_hint")
_JWTS = ("client_assertion", "id_token", "JWT")


def N_(words: str) -> str:  # noqa: N802 - the name by which catalogues find marked texts
    """Mark words of the log for the catalogue; they are translated when shown."""
    return words


@dataclass(slots=True)
class Message:
    """One thing that passed; `words` is Indonesian with ``%(name)s`` filled from `args` when shown."""

    words: str
    args: dict[str, Any] = field(default_factory=dict)
    incoming: bool = True
    good: bool = True
    line: str = ""
    """Method, path and status."""
    request: str = ""
    answer: str = ""
    tokens: list[dict[str, Any]] = field(default_factory=list)


def decoded(token: str) -> dict[str, Any]:
    """Give header and claims of a JWT, unproven, for showing."""
    try:
        return {
            "header": jwt.get_unverified_header(token),
            "claims": jwt.decode(token, options={"verify_signature": False}),
        }
    except jwt.PyJWTError:
        return {"header": {}, "claims": {}}


def masked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Hide what would let a reader act as the tool or the LMS."""
    hidden = {name.lower() for name in _SECRET}
    return {name: "•••" if name.lower() in hidden and value else value for name, value in values.items()}


def tokens_in(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Decode the JWTs among form values."""
    return [{"name": name, **decoded(values[name])} for name in _JWTS if isinstance(values.get(name), str)]


def shown(body: bytes | str, kind: str = "") -> str:
    """Write a body for people: JSON indented and masked, other text cut to a readable length."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    try:
        value = json.loads(text)
    except ValueError:
        if text.lstrip()[:9].lower() == "<!doctype":
            return f"HTML, {len(text)}"  # our own page may hold an id_token and the login's state
        return f"{kind}\n{text[:_LONGEST]}".strip()
    if isinstance(value, dict):
        value = masked(value)
    return f"{kind}\n{json.dumps(value, indent=2, ensure_ascii=False)[:_LONGEST]}".strip()


class Messages:
    """The newest messages; older ones are dropped."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, message: Message) -> int:
        """Keep a message."""
        with self._store.lock:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            number = self._store.run("insert into messages (at, body) values (?, ?)", at, json.dumps(asdict(message)))
            self._store.run("delete from messages where id <= ?", number - _KEPT)
        return number

    def newest(self, limit: int = 100) -> list[dict[str, Any]]:
        """Give the newest messages first, each with ``id`` and ``at``."""
        rows = self._store.all("select * from messages order by id desc limit ?", limit)
        return [self._read(row) for row in rows]

    def get(self, number: int) -> dict[str, Any] | None:
        """Give one message."""
        row = self._store.one("select * from messages where id = ?", number)
        return self._read(row) if row else None

    def count(self) -> int:
        """Tell how many are kept."""
        return int((self._store.one("select count(*) as n from messages") or {"n": 0})["n"])

    def clear(self) -> None:
        """Forget all."""
        self._store.run("delete from messages")

    @staticmethod
    def _read(row: dict[str, Any]) -> dict[str, Any]:
        return {"id": row["id"], "at": datetime.fromisoformat(row["at"]), **json.loads(row["body"])}

"""Secrets at rest: sealed with keys from the environment, so that a copy of the database alone opens nothing.

A sealed value is ``sealed:<id of the key>:<Fernet token>``. The token holds what the value is for, so that a sealed value copied
into another row does not open there.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import inspect, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from lms_ext.domain.refusals import Refused, declare
from lms_ext.domain.texts import text
from lms_ext.services.seats import Db

_MARK = "sealed"
_BATCH = 200

declare("seal-lost", 503, text("Kunci segel hilang", "A sealing key is missing"),
        text("Rahasia di basis data tidak dapat dibuka. Admin: kembalikan kunci lama ke LMS_EXT_SEAL_KEYS, setelah yang baru.",
             "A secret in the database cannot be opened. Admin: put the old key back, behind the new one, in LMS_EXT_SEAL_KEYS."),
        "pages/message.html")  # fmt: skip


class SealLost(Refused):
    """None of the keys opens a sealed value."""

    def __init__(self, what: str, key_id: str) -> None:
        super().__init__("seal-lost", what=what, key=key_id)
        self.what = what
        self.key_id = key_id


class Sealer:
    """Seals under the newest of its keys and opens under any."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take Fernet keys, newest first; ValueError when there is none or one is no key."""
        if not keys:
            raise ValueError("no key")
        self._fernet = MultiFernet([Fernet(one) for one in keys])
        self.key_ids = tuple(key_id(one) for one in keys)

    def seal(self, secret: str, what: str) -> str:
        """Seal a text; `what` (e.g. ``tool-key:abc``) must be told again to open it."""
        token = self._fernet.encrypt(f"{what}\0{secret}".encode()).decode()
        return f"{_MARK}:{self.key_ids[0]}:{token}"

    def open(self, sealed: str, what: str) -> str:
        """Open a sealed text; SealLost when no key fits or it was sealed for something else."""
        _, named, token = sealed.split(":", 2) if is_sealed(sealed) else ("", "", "")
        try:
            about, _, secret = self._fernet.decrypt(token).decode().partition("\0")
        except InvalidToken:
            raise SealLost(what, named) from None
        if about != what:
            raise SealLost(what, named)
        return secret


def key_id(key: str) -> str:
    """Name a key without telling it."""
    return hashlib.sha256(b"lms_ext seal\0" + key.strip().encode()).hexdigest()[:8]


def new_key() -> str:
    """Make a key for LMS_EXT_SEAL_KEYS."""
    return Fernet.generate_key().decode()


def is_sealed(value: str) -> bool:
    """Tell a sealed value from a plain one."""
    return value.startswith(f"{_MARK}:") and value.count(":") >= 2


@dataclass(frozen=True, slots=True)
class Tally:
    """What resealing found in one column."""

    name: str
    fresh: int
    """Sealed under the newest key already, or empty."""
    resealed: int
    lost: int
    """No key opens these; they stay as they are."""


class SealedColumn:
    """A text column that holds sealed values; made once per column, which registers it for `reseal`."""

    def __init__(self, column: InstrumentedAttribute[Any], name: str, *, plain_begins: str = "") -> None:
        """Take e.g. ``Admin.totp`` and its name; values that begin with `plain_begins` are older than sealing, read as is."""
        self.column = column
        self.name = name
        self._plain = plain_begins
        self._keys: Sequence[Any] = inspect(column.class_).primary_key
        _COLUMNS[name] = self

    def seal(self, sealer: Sealer, secret: str, *key: object) -> str:
        """Seal a value for the row with this primary key."""
        return sealer.seal(secret, self._what(key))

    def open(self, sealer: Sealer, value: str, *key: object) -> str:
        """Open the value of the row with this primary key; SealLost when that cannot be."""
        return value if self._is_plain(value) else sealer.open(value, self._what(key))

    def _is_plain(self, value: str) -> bool:
        return bool(self._plain) and value.startswith(self._plain)

    def _what(self, key: Sequence[object]) -> str:
        return ":".join([self.name, *map(str, key)])

    def reseal(self, session: Db, sealer: Sealer, done: Callable[[], None]) -> Tally:
        """Seal every value under the newest key; `done` is called after each batch, to commit."""
        found: Counter[str] = Counter()
        after: tuple[Any, ...] | None = None
        more = True
        while more:
            rows = self._batch(session, after)
            for row in rows:
                after = tuple(row[1:])
                found[self._reseal_one(session, sealer, row[0], after)] += 1
            done()
            more = len(rows) == _BATCH
        return Tally(self.name, found["fresh"], found["resealed"], found["lost"])

    def _batch(self, session: Db, after: tuple[Any, ...] | None) -> Sequence[Any]:
        query = select(self.column, *self._keys).order_by(*self._keys).limit(_BATCH)
        if after is not None:
            query = query.where(tuple_(*self._keys) > tuple_(*after))
        return session.execute(query).all()

    def _reseal_one(self, session: Db, sealer: Sealer, value: str | None, key: tuple[Any, ...]) -> str:
        if not value or (is_sealed(value) and value.split(":", 2)[1] == sealer.key_ids[0]):
            return "fresh"
        try:
            sealed = self.seal(sealer, self.open(sealer, value, *key), *key)
        except SealLost:
            return "lost"
        same = [column == part for column, part in zip(self._keys, key, strict=True)]
        # only what was read is replaced: somebody may have written a new secret meanwhile
        session.execute(
            update(self.column.class_).where(*same, self.column == value).values({self.column: sealed}),
            execution_options={"synchronize_session": False},
        )
        return "resealed"


_COLUMNS: dict[str, SealedColumn] = {}


def reseal_all(session: Db, sealer: Sealer, done: Callable[[], None]) -> list[Tally]:
    """Seal everything that registered columns hold under the newest key."""
    return [_COLUMNS[name].reseal(session, sealer, done) for name in sorted(_COLUMNS)]

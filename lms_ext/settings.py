"""Every setting, typed, from the environment. Unsafe production settings are refused with a sentence."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "LMS_EXT_"
_TRUE = {"1", "true", "yes", "on", "ya"}
_LEVELS = {"debug", "info", "warning", "error"}
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
"""Time zones of Indonesia with the abbreviation people write after a time."""
_OBVIOUS = re.compile(
    "change|this|replace|secret|password|kata|sandi|rahasia|ganti|kunci|example|contoh|default|insert|please|your|here|admin|lms|ext"
    "|key|the|dev|test|qwerty|asdf|0123456789|123456789|1234567890|abcdefghijklmnopqrstuvwxyz"
)
_OIDC = ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class SettingsError(ValueError):
    """A setting is missing or unsafe; the message says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """What the operator decides. Names in the environment are these in capitals behind ``LMS_EXT_``."""

    public_url: str = "http://localhost:8000"
    """Address under which browsers reach the tool; https except on loopback."""
    secret_key: str = ""
    """At least 32 characters; signs login states and form tokens."""
    seal_keys: tuple[str, ...] = ()
    """Keys that seal secrets in the database, newest first; all are tried when opening."""
    database_url: str = ""
    """SQLAlchemy URL: ``sqlite:///…`` or ``postgresql+psycopg://…``."""
    plugins: tuple[str, ...] = ("module", "quiz", "journal")
    """Enabled plugins; installed is not enabled."""
    allow_loopback: bool = False
    """Let platforms live on this machine's loopback addresses over http: for demo and tests only."""
    embedded_worker: bool = False
    """Deliver grades by a thread of the web process: for a single process with SQLite."""
    proxies: int = 0
    """How many reverse proxies stand before the tool and set X-Forwarded headers."""
    strict_plugins: bool = False
    """Raise where a plugin would be quarantined: for tests."""
    key_days: int = 90
    """How long one signing key is used before the worker brings the next; 0 for by hand only."""
    session_hours: int = 12
    state_minutes: int = 10
    leeway_seconds: int = 60
    log_level: str = "info"
    """``debug``, ``info``, ``warning`` or ``error``."""
    timezone: str = "Asia/Jakarta"
    """Zone in which times are written: Asia/Jakarta (WIB), Asia/Makassar (WITA) or Asia/Jayapura (WIT)."""
    practice_url: str = ""
    """Address of the practice LMS to show on the front page, set by the demo."""
    oidc_issuer: str = ""
    """OpenID Connect provider at which admins may sign in, e.g. ``https://accounts.google.com``; "" for none."""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = ""
    """What the button calls these accounts, e.g. ``belajar.id``; by default the provider's host."""
    oidc_domains: tuple[str, ...] = ()
    """Organisations whose accounts may sign in, e.g. ``guru.smp.belajar.id``; empty for all that were invited."""
    extra: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read and check; raise SettingsError naming the variable."""
        values = {key.removeprefix(PREFIX).lower(): value for key, value in environ.items() if key.startswith(PREFIX)}
        known: dict[str, object] = {}
        for name in ("public_url", "secret_key", "database_url", "practice_url", "timezone", "log_level", *_OIDC):
            if name in values:
                known[name] = values[name].strip()
        for name in ("allow_loopback", "embedded_worker", "strict_plugins"):
            if name in values:
                known[name] = values[name].strip().lower() in _TRUE
        for name in ("proxies", "key_days", "session_hours", "state_minutes", "leeway_seconds"):
            if name in values:
                known[name] = _whole(name, values[name])
        known["oidc_domains"] = tuple(one.strip().lower() for one in values.get("oidc_domains", "").split(",") if one.strip())
        known["plugins"] = plugin_names(environ)
        known["seal_keys"] = tuple(one.strip() for one in values.get("seal_keys", "").split(",") if one.strip())
        settings = cls(**known)  # type: ignore[arg-type]  # each value was read by the type of its field above
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what would be unsafe or cannot work."""
        parts = urlsplit(self.public_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.rstrip("/") or parts.query:
            raise SettingsError(
                f"{PREFIX}PUBLIC_URL must be an address like https://lti.example.sch.id, not {self.public_url!r}."
            )
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise SettingsError(f"{PREFIX}PUBLIC_URL must be https: browsers send no cookies inside an LMS over http.")
        _check_secret(self.secret_key)
        _check_seal_keys(self.seal_keys)
        if 0 < self.key_days < 7:
            raise SettingsError(f"{PREFIX}KEY_DAYS must be 0 (by hand only) or at least 7: platforms need days to see a new key.")
        if self.timezone not in ZONES:
            raise SettingsError(f"{PREFIX}TIMEZONE must be one of {', '.join(ZONES)}, not {self.timezone!r}.")
        if not self.database_url:
            raise SettingsError(f"{PREFIX}DATABASE_URL is missing, e.g. postgresql+psycopg://user:password@host/lms_ext.")
        if not self.database_url.startswith(("sqlite:", "postgresql+psycopg:")):
            raise SettingsError(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
        if self.log_level not in _LEVELS:
            raise SettingsError(f"{PREFIX}LOG_LEVEL must be one of {', '.join(sorted(_LEVELS))}, not {self.log_level!r}.")
        if self.oidc_issuer:
            _check_oidc(self)
        if self.allow_loopback and parts.hostname not in _LOOPBACK:
            raise SettingsError(f"{PREFIX}ALLOW_LOOPBACK is for demo and tests: {PREFIX}PUBLIC_URL is not on this machine.")

    @property
    def is_sqlite(self) -> bool:
        """Tell whether the embedded database is in use."""
        return self.database_url.startswith("sqlite")


def plugin_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Read which plugins are enabled; all other settings may be missing."""
    named = environ.get(f"{PREFIX}PLUGINS")
    return Settings.plugins if named is None else tuple(one.strip() for one in named.split(",") if one.strip())


def _check_secret(secret: str) -> None:
    fault = "missing or shorter than 32 characters" if len(secret) < 32 else ""
    if not fault and len(set(_OBVIOUS.sub("", secret.lower()))) < 8:
        fault = "easy to guess (a word, or few characters repeated)"
    if fault:
        raise SettingsError(
            f'{PREFIX}SECRET_KEY is {fault}. Make one: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )


def _check_seal_keys(keys: tuple[str, ...]) -> None:
    if not keys:
        raise SettingsError(
            f"{PREFIX}SEAL_KEYS is missing: it seals private keys in the database. Make one with `lms-ext seal key` and keep it "
            "apart from the database and its backups."
        )
    for number, one in enumerate(keys, 1):
        try:
            raw = base64.urlsafe_b64decode(one)
        except ValueError:
            raw = b""
        if len(raw) != 32 or len(set(raw)) < 8:
            raise SettingsError(
                f"{PREFIX}SEAL_KEYS: key {number} is not one that `lms-ext seal key` makes (several are separated by commas, "
                "newest first)."
            )


def _check_oidc(settings: Settings) -> None:
    parts = urlsplit(settings.oidc_issuer)
    if not parts.hostname or (parts.scheme != "https" and not (settings.allow_loopback and parts.hostname in _LOOPBACK)):
        raise SettingsError(f"{PREFIX}OIDC_ISSUER must be an https address such as https://accounts.google.com.")
    for name in ("oidc_client_id", "oidc_client_secret"):
        if not getattr(settings, name):
            raise SettingsError(f"{PREFIX}{name.upper()} is missing: {PREFIX}OIDC_ISSUER needs it.")


def _whole(name: str, value: str) -> int:
    if not value.strip().isdecimal():
        raise SettingsError(f"{PREFIX}{name.upper()} must be a whole number, not {value!r}.")
    return int(value)


def data_folder(name: str) -> Path:
    """Find ``migrations`` or ``course_packs``: inside the wheel, else beside the package in a checkout."""
    package = Path(__file__).parent
    bundled = package / "_bundled" / name
    return bundled if bundled.is_dir() else package.parent / name

"""The practice LMS as one object: its tool, people, course, and what tests and the demo script."""

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms_ext.sandbox.course import Course
from lms_ext.sandbox.faults import Faults
from lms_ext.sandbox.keys import PlatformKeys, ToolKeys
from lms_ext.sandbox.members import Members
from lms_ext.sandbox.messages import Messages
from lms_ext.sandbox.people import PEOPLE, Person
from lms_ext.sandbox.profiles import PROFILES, Profile
from lms_ext.sandbox.settings import SandboxSettings
from lms_ext.sandbox.store import Store

_TOOL_FIELDS = ("login_url", "launch_url", "jwks_url", "deep_linking_url")


class UnknownProfile(ValueError):
    """There is no profile of that name."""


@dataclass(frozen=True, slots=True)
class ToolSetup:
    """What the admin of the LMS typed in about the tool."""

    login_url: str = ""
    launch_url: str = ""
    jwks_url: str = ""
    deep_linking_url: str = ""

    @classmethod
    def at(cls, base: str) -> "ToolSetup":
        """Give the addresses of a tool that lives at `base`."""
        base = base.rstrip("/")
        return cls(f"{base}/lti/login", f"{base}/lti/launch", f"{base}/lti/jwks", f"{base}/lti/launch") if base else cls()


class Practice:
    """State and rules of one practice LMS; at ``app.extensions["practice"]``."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.page_size = 100
        """Most rows of one page of a service."""
        self.store = Store(settings.database)
        self.faults = Faults()
        self.messages = Messages(self.store)
        self.keys = PlatformKeys(self.store)
        self.tool_keys = ToolKeys()
        self.members = Members(self.store)
        self.course = Course(self.store, lambda: self.profile)
        self._seed()

    def _seed(self) -> None:
        """Fill an empty store; in a kept one follow only settings that differ from those of its last start."""
        told = {"profile": self.settings.profile, "tool": self.settings.tool_url}
        before = self.store.get("settings") or {}
        if told["profile"] != before.get("profile"):
            self.set_profile(told["profile"])
        if told["tool"] != before.get("tool"):
            self.set_tool(ToolSetup.at(told["tool"]))
        if not before:
            for person in PEOPLE:
                self.add_person(person)
            self._add_groups()
            for title, activity in self.settings.links:
                self.add_activity(title, activity)
        self.store.put("settings", told)

    def _add_groups(self) -> None:
        learners = [one.id for one in PEOPLE if one.role == "learner"]
        of_talk = self.members.add_set("Kelompok diskusi")
        self.members.add_group("Kelompok 1", learners[:6], set_id=of_talk)
        self.members.add_group("Kelompok 2", learners[6:], set_id=of_talk)

    @property
    def profile(self) -> Profile:
        """Give the LMS that is imitated."""
        return PROFILES[self.store.get("profile")]

    def set_profile(self, name: str) -> None:
        """Imitate another LMS from now on; the tool must be told its registration anew."""
        if name not in PROFILES:
            raise UnknownProfile(f"{name}: {', '.join(PROFILES)}")
        self.store.put("profile", name)

    @property
    def issuer(self) -> str:
        """Give the ``iss`` of tokens.

        A tool that registered itself knows this LMS by its own address, whatever its likes share elsewhere: it has read the
        configuration here, and takes nobody's word for another site.
        """
        return self.settings.url if self.store.get("granted") else self.profile.issuer or self.settings.url

    @property
    def tool(self) -> ToolSetup:
        """Give what is known of the tool."""
        return ToolSetup(**(self.store.get("tool") or {}))

    def set_tool(self, tool: ToolSetup) -> None:
        """Remember where the tool is."""
        self.store.put("tool", {name: getattr(tool, name) for name in _TOOL_FIELDS})

    @property
    def custom(self) -> dict[str, str]:
        """Give the custom parameters of the tool's registration, which every launch carries."""
        found: dict[str, str] = self.store.get("custom") or {}
        return found

    def set_custom(self, custom: Mapping[str, str]) -> None:
        """Remember the custom parameters of the tool's registration."""
        self.store.put("custom", dict(custom))

    @property
    def client_id(self) -> str:
        """Give what this LMS calls the tool: its own setting until a tool registers itself."""
        return str((self.store.get("granted") or {}).get("client_id") or self.settings.client_id)

    def grant(self, client_id: str, scopes: list[str], claims: list[str]) -> None:
        """Remember what a tool that registered itself asked for: it gets no more."""
        self.store.put("granted", {"client_id": client_id, "scopes": scopes, "claims": claims})

    def grants(self, kind: str, name: str) -> bool:
        """Tell whether the tool may have a ``scopes`` or ``claims`` entry; one that was typed in may have all."""
        granted = self.store.get("granted")
        return granted is None or name in granted[kind]

    def registration(self) -> dict[str, Any]:
        """Give what the admin of a tool needs; `lms-ext platform add --file` takes it as JSON."""
        base = self.settings.url.rstrip("/")
        found: dict[str, Any] = {
            "name": f"LMS Latihan ({self.profile.title})",
            "profile": self.profile.name,
            "issuer": self.issuer,
            "client_id": self.client_id,
            "auth_login_url": f"{base}/lti/auth",
            "auth_token_url": f"{base}/lti/token",
            "jwks_url": f"{base}/lti/jwks",
            "deployment_ids": [self.profile.deployment_id],
        }
        if self.profile.token_audience:
            found["token_audience"] = self.profile.token_audience
        return found

    def add_person(self, person: Person) -> None:
        """Enrol somebody, or change who has that id; it counts as a change of membership."""
        values = (person.id, person.name, person.given, person.family, person.email, person.role)
        self.store.run("insert or replace into people values (?, ?, ?, ?, ?, ?)", *values)
        self.members.set_status(person.id, "Active")

    def people(self) -> list[Person]:
        """List everybody, teacher and admin first, learners by name."""
        order = "case role when 'teacher' then 0 when 'admin' then 1 when 'test' then 3 else 2 end, name"
        return [Person(**row) for row in self.store.all(f"select * from people order by {order}")]  # noqa: S608 - a constant

    def person(self, person_id: str) -> Person | None:
        """Find somebody by id."""
        row = self.store.one("select * from people where id = ?", person_id)
        return Person(**row) if row else None

    def add_activity(self, title: str, activity: str, *, maximum: int = 100) -> int:
        """Put a link to an activity of the tool in the course, with a column; gives its id."""
        url = f"{self.tool.launch_url}?activity={activity}"
        return self.course.add_link(title, url, custom={"activity": activity}, maximum=maximum)

    def now(self) -> float:
        """Give the LMS's time, wrong by the ordered skew."""
        return time.time() + self.faults.clock_skew

    def new_hint(self, body: Mapping[str, Any]) -> str:
        """Remember a launch that is about to happen; gives the ``lti_message_hint``."""
        hint = secrets.token_urlsafe(18)
        self.store.run("delete from hints where expires < ?", time.time())
        self.store.run("insert into hints values (?, ?, 0, ?)", hint, json.dumps(dict(body)), time.time() + 86_400)
        return hint

    def take_hint(self, hint: str) -> dict[str, Any] | None:
        """Give the launch of a hint; None when there is none, or it was used and the LMS opens a launch once only."""
        with self.store.lock:
            row = self.store.one("select * from hints where id = ?", hint)
            if row is None or row["expires"] < time.time() or (row["used"] and self.profile.single_use):
                return None
            self.store.run("update hints set used = 1 where id = ?", hint)
        found: dict[str, Any] = json.loads(row["body"])
        return found

    def peek_hint(self, hint: str) -> dict[str, Any] | None:
        """Give the launch of a hint without using it."""
        row = self.store.one("select * from hints where id = ?", hint)
        found: dict[str, Any] | None = json.loads(row["body"]) if row else None
        return found

    def new_token(self, scopes: list[str]) -> str:
        """Make an access token."""
        token = secrets.token_urlsafe(32)
        expires = time.time() + self.settings.token_seconds
        self.store.run("insert into tokens values (?, ?, ?)", _hash(token), " ".join(scopes), expires)
        return token

    def scopes_of(self, token: str) -> list[str] | None:
        """Give what a token allows; None when it is unknown or over."""
        row = self.store.one("select * from tokens where hash = ?", _hash(token))
        return row["scopes"].split() if row and row["expires"] > time.time() else None

    def revoke_tokens(self) -> None:
        """Make every access token worthless."""
        self.store.run("delete from tokens")

    def first_use(self, jti: str, expires: float) -> bool:
        """Tell whether an assertion id is new, and remember it."""
        self.store.run("delete from seen where expires < ?", time.time())
        return bool(self.store.changed("insert or ignore into seen values (?, ?)", jti, expires))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

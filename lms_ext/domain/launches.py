"""A launch: who came, from where, to what. Made by `lms_ext.lti` from a message that was proven genuine."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from lms_ext.domain.columns import read_options
from lms_ext.domain.people import Role
from lms_ext.domain.texts import storable

HISTORY_PARAMETERS = {"resource_link_history": "$ResourceLink.id.history", "context_history": "$Context.id.history"}
"""Custom parameters by which platforms tell what a link and its course were copied from; unknown ones come back as written."""
_LONGEST_HISTORY = 20


class MessageType(enum.StrEnum):
    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
    PRIVACY = "LtiDataPrivacyLaunchRequest"
    """Opens what is held of a person, for them or for an admin of the LMS; of no course and no link."""


@dataclass(frozen=True, slots=True)
class PersonClaims:
    """What the platform tells of a person; only `sub` is needed, every other field may be empty."""

    sub: str
    name: str = ""
    given_name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ContextClaims:
    id: str
    title: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class LinkClaims:
    id: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class AgsClaims:
    """Assignment and Grade Services endpoint; a URL is "" when absent."""

    lineitem: str = ""
    lineitems: str = ""
    scopes: tuple[str, ...] = ()

    @property
    def may_score(self) -> bool:
        """Tell whether scores may be posted to this link's own column."""
        return bool(self.lineitem) and "https://purl.imsglobal.org/spec/lti-ags/scope/score" in self.scopes


@dataclass(frozen=True, slots=True)
class GroupsClaims:
    """Course Groups service; a URL is "" when absent."""

    groups: str = ""
    sets: str = ""


@dataclass(frozen=True, slots=True)
class DeepLinkingSettings:
    return_url: str
    accept_types: tuple[str, ...]
    accept_multiple: bool = True
    accept_lineitem: bool = True
    targets: tuple[str, ...] = ()
    data: str | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """When work through a link begins and is due, by the platform's word and as written when choosing; None where none is set."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    chosen_starts_at: datetime | None = None
    chosen_ends_at: datetime | None = None

    @property
    def told(self) -> str:
        """Write all of it down, to see at the next launch what of it is new."""
        return ",".join(map(_written, (self.starts_at, self.ends_at, self.chosen_starts_at, self.chosen_ends_at)))

    def new_since(self, told: str) -> dict[str, datetime | None]:
        """Give ``starts_at`` and ``ends_at`` as far as they are news: launches repeat them, a teacher may have changed them here.

        `told` is what was told before; "" when this is the first time. An empty word of the platform is none, since many never
        take times over; where it had told a time, it means that there is no time any more.
        """
        before = told.split(",") if told else []
        found: dict[str, datetime | None] = {}
        words = {"starts_at": (self.starts_at, self.chosen_starts_at), "ends_at": (self.ends_at, self.chosen_ends_at)}
        for place, (name, (now, chosen)) in enumerate(words.items()):
            if not before:
                found[name] = now or chosen
            elif _written(now) != before[place]:
                found[name] = now
            elif _written(chosen) != before[place + 2]:
                found[name] = chosen or now
        return found


def _written(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}" if moment else ""


@dataclass(frozen=True, slots=True)
class OldIds:
    """What the platform called person and link under LTI 1.1 (migration claim ``lti1p1``), and how it proves the consumer key."""

    user_id: str
    consumer_key: str = ""
    signature: str = ""
    signed: str = ""
    """The text that `signature` signs, made of this launch's claims."""
    resource_link_id: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    platform_id: int
    deployment_id: str
    message_type: MessageType
    state_id: str
    state_expires_at: datetime
    person: PersonClaims
    role: Role
    target_link_uri: str
    locale: str
    context: ContextClaims | None = None
    link: LinkClaims | None = None
    ags: AgsClaims = AgsClaims()
    nrps_url: str = ""
    notices_url: str = ""
    groups: GroupsClaims = GroupsClaims()
    deep_linking: DeepLinkingSettings | None = None
    old: OldIds | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    for_user: str = ""
    """The LMS's id of the person that a privacy launch is about; "" when it is no such launch."""
    return_url: str = ""
    """https only (http on loopback when allowed); "" when absent or unfit."""
    in_frame: bool = True
    platform_name: str = ""
    dates: Dates | None = None
    """What the platform or the link says of its times; None when neither says anything."""
    review_of: str = ""
    """The platform's id of the person whose work is to be shown (submission review)."""

    @property
    def options(self) -> str:
        """Give what a teacher switched on when choosing."""
        return read_options(self.custom.get("options", ""))

    @property
    def activity_ref(self) -> str:
        """Give the ``pack/activity`` or ``pack`` that the link asks for: custom parameter, else the query of the target.

        Canvas may not send back custom parameters of a deep link (hypothesis/lms), so our links carry it in both places.
        """
        return self.custom.get("activity", "") or self._asked("activity")

    @property
    def stable_id(self) -> str:
        """Give the id under which the link was chosen; copies of a link share it. "" when the link brings none."""
        found = self.custom.get("link_uuid", "") or self._asked("link")
        return found if found.isascii() and found.isalnum() and len(found) <= 64 else ""

    def _asked(self, name: str) -> str:
        return storable(parse_qs(urlsplit(self.target_link_uri).query).get(name, [""])[0])

    @property
    def link_history(self) -> tuple[str, ...]:
        """Give the ids of the links this one was copied from, newest first; its own id under LTI 1.1 is the oldest."""
        found = _history(self.custom.get("resource_link_history", ""))
        old = self.old.resource_link_id if self.old else ""
        return (*found, old) if old and self.link and old != self.link.id else found

    @property
    def context_history(self) -> tuple[str, ...]:
        """Give the ids of the courses this one was copied from, newest first."""
        return _history(self.custom.get("context_history", ""))

    @property
    def points(self) -> int | None:
        """Give the score maximum a teacher set when choosing, 0 for none; None when the link does not say (or says nonsense)."""
        written = self.custom.get("points", "")
        fit = written.isascii() and written.isdecimal() and len(written) <= 3 and int(written) <= 100
        return int(written) if fit else None


def _history(written: str) -> tuple[str, ...]:
    """Read a list as LTI 1.3 writes it: URL-encoded ids with commas between (core specification, B.3)."""
    ids = (storable(unquote(one.strip())) for one in written.split(","))
    return tuple(one for one in ids if one and len(one) <= 255)[:_LONGEST_HISTORY]

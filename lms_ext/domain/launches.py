"""A launch: who came, from where, to what. Made by `lms_ext.lti` from a message that was proven genuine."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from lms_ext.domain.people import Role
from lms_ext.domain.texts import storable


class MessageType(enum.StrEnum):
    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"


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
    groups: GroupsClaims = GroupsClaims()
    deep_linking: DeepLinkingSettings | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    return_url: str = ""
    """https only (http on loopback when allowed); "" when absent or unfit."""
    in_frame: bool = True
    platform_name: str = ""

    @property
    def activity_ref(self) -> str:
        """Give the ``pack/activity`` or ``pack`` that the link asks for: custom parameter, else the query of the target.

        Canvas may not send back custom parameters of a deep link (hypothesis/lms), so our links carry it in both places.
        """
        custom = self.custom.get("activity", "")
        if custom and not custom.startswith("$"):
            return custom
        return storable(parse_qs(urlsplit(self.target_link_uri).query).get("activity", [""])[0])

    @property
    def points(self) -> int | None:
        """Give the score maximum a teacher set when choosing, 0 for none; None when the link does not say (or says nonsense)."""
        written = self.custom.get("points", "")
        fit = written.isascii() and written.isdecimal() and len(written) <= 3 and int(written) <= 100
        return int(written) if fit else None

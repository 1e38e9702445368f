"""Messages of a platform that the host does not answer itself, as their handlers get them: proven, and read only in part."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lms_ext.domain.activities import Json
from lms_ext.domain.launches import ContextClaims
from lms_ext.domain.people import Role


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message or notice that was proven to come from the platform; claims that only identify a person are left out."""

    type: str
    """Message type, e.g. ``LtiEulaRequest``, or notice type, e.g. ``LtiContextCopyNotice``."""
    platform_id: int
    deployment_id: str
    claims: Mapping[str, Json]
    context: ContextClaims | None = None
    role: Role | None = None
    """In the course, for messages of a person; None for notices."""
    locale: str = "id"


@dataclass(frozen=True, slots=True)
class Reply:
    """A page in answer to a person: a template of the plugin with its values, which it sees as ``plugin``."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A person's launch with a message that a plugin answers."""

    message: Incoming
    state_id: str
    state_expires_at: datetime
    return_url: str
    origins: tuple[str, ...]
    """Addresses of the platform, which may frame the page."""


Answers = Callable[[Incoming], Reply]


@dataclass(frozen=True, slots=True)
class NoticeHandler:
    """Who wants to hear notices of one type. `handle` runs once for each notice, in the transaction that marks it as heard."""

    type: str
    handle: Callable[[Incoming], None]

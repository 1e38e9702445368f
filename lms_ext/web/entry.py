"""The one door to everything under a launch: session, access, form token and the activity that the URL names."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, g, request

from lms_ext.domain.access import Access, Action
from lms_ext.domain.activities import Activity
from lms_ext.domain.activity_types import ActivityType
from lms_ext.domain.refusals import Refused
from lms_ext.models import Attempt, db, engine, utcnow
from lms_ext.services.seats import LinkInfo, Seat, find_seat, link_for, return_url_of
from lms_ext.web import carrying, framing, sessions
from lms_ext.web.sessions import LaunchRef
from lms_ext.web.tool import tool


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at a page, proven and allowed."""

    ref: LaunchRef
    seat: Seat
    secret: str
    now: datetime

    def url(self, *parts: str) -> str:
        """Give the address of a page under this launch."""
        return "/".join((self.ref.path, *parts))

    @property
    def csrf(self) -> str:
        """Give this launch's form token."""
        return carrying.form_token(self.secret)


@dataclass(frozen=True, slots=True)
class Place:
    """An activity that a visitor may be at, in the version that applies."""

    visitor: Visitor
    link: LinkInfo
    activity: Activity
    kind: ActivityType
    snapshot: str

    def url(self, *parts: str) -> str:
        """Give the address of a page of this activity."""
        return self.visitor.url("a", self.activity.id, *parts)

    @property
    def home_url(self) -> str:
        """Give the learner's home of the pack that the launch's link opens; "" when the link is to this activity alone."""
        link = self.visitor.seat.link
        return self.visitor.url("home") if link and "/" not in link.activity_ref else ""


def enter(ref: LaunchRef, action: Action) -> Visitor:
    """Let a browser in: cookie or carried page proves the launch, the role allows the action, a write carries the form token."""
    writes = request.method not in {"GET", "HEAD"}
    if not writes:
        engine.begin_reading(db.session)
    found = carrying.carried()
    secret = request.cookies.get(sessions.SECRET_COOKIE, "") or (found.secret if found else "")
    now = utcnow()
    key = (ref.platform_id, ref.space_id, ref.id)
    seat = find_seat(db.session, key, sessions.hashed(secret), now) if secret else None
    if seat is None:
        raise _over(ref, secret)
    g.return_url = seat.return_url
    g.launch_locale, g.launch_ref, g.launch_secret = seat.locale, ref, secret
    framing.allow_seat(seat)
    if writes and not (sessions.csrf_fits(secret) or carrying.proves(secret)):
        raise Refused("form-expired")
    allowed: Access = tool().plugins.choose(
        "choose_access", Access(allowed=False, reason="forbidden"), actor=seat.actor, action=action
    )
    if not allowed.allowed:
        raise Refused(allowed.reason or "forbidden")
    return Visitor(ref, seat, secret, now)


def _over(ref: LaunchRef, secret: str) -> Refused:
    """Say that a session is over, readable in the LMS's frame: it holds no data, only the way back or to a kept session."""
    key = (ref.platform_id, ref.space_id, ref.id)
    platform = tool().lti.registry.all().get(ref.platform_id)
    g.return_url = return_url_of(db.session, key, sessions.hashed(secret)) if secret else ""
    framing.allow_platform(platform)
    rescue = None if secret else carrying.session_rescue(ref, platform)
    return Refused("session-over", context={"rescue": rescue} if rescue else None)


def place(visitor: Visitor, activity_id: str) -> Place:
    """Find the activity: only the link's own, or one of the pack that the link opens; anything else is absent."""
    link = visitor.seat.link
    if link is None or not link.activity_ref:
        raise Refused("not-found")
    pack_id, _, only = link.activity_ref.partition("/")
    ref = f"{pack_id}/{activity_id}"
    if only and only != activity_id:
        raise Refused("not-found")
    found = tool().catalog.activity(db.session, ref, link.snapshot) if link.snapshot else None
    if found is None:
        raise Refused("activity-gone")
    snapshot, activity = found
    return at(visitor, link_for(db.session, visitor.seat, ref), activity, snapshot)


def at(visitor: Visitor, link: LinkInfo, activity: Activity, snapshot: str) -> Place:
    """Join an activity with its type; a type whose plugin is out makes the activity unavailable, work stays stored."""
    kind = tool().plugins.activity_types.get(activity.type)
    if kind is None or activity.config is None:
        raise Refused("activity-unavailable")
    return Place(visitor, link, activity, kind, snapshot)


def pinned(here: Place, attempt: Attempt) -> Place:
    """Give the activity as it was when the attempt began."""
    if attempt.snapshot_hash == here.snapshot:
        return here
    found = tool().catalog.activity(db.session, attempt.activity_ref, attempt.snapshot_hash)
    assert found is not None  # snapshots are never deleted nor changed
    return at(here.visitor, here.link, found[1], found[0])


def keep_private(response: Response) -> Response:
    """Let no cache but the browser's keep a launch's pages, and the browser only after asking."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response

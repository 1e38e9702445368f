"""Names and Role Provisioning Services 2.0, with Course Groups 1.0: a course's people and groups, page by page."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import structlog

from lms_ext.domain.hosts import origin
from lms_ext.domain.people import listed_role
from lms_ext.domain.quirks import Quirks
from lms_ext.domain.rosters import MOST_MEMBERS, MOST_PAGES, Fetched, Group, Listed, RosterTrouble, merged
from lms_ext.domain.texts import storable
from lms_ext.lti.ags import retry_after
from lms_ext.lti.claims import person_claims, read_sub
from lms_ext.lti.http import Answer, Outbound, OutboundError
from lms_ext.lti.paging import linked
from lms_ext.lti.registry import KnownPlatform
from lms_ext.lti.tokens import ForeignHost, TokenRefused, Tokens, read_json, with_token
from lms_ext.models import utcnow
from lms_ext.services.rosters import Sought

_NRPS = ("https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",)
_GS = ("https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly",)
MEMBERS = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_GROUPS = "application/vnd.ims.lti-gs.v1.contextgroupcontainer+json"
_SETS = "application/vnd.ims.lti-gs.v1.contextgroupsetcontainer+json"
_LIMIT = "100"
"""People of a page that we ask for; a platform may give more or fewer."""
_PAGE_BYTES = 4_000_000
_ALL_BYTES = 32_000_000
_SECONDS = 120.0
_STATUSES = {"active": "active", "inactive": "inactive", "deleted": "left"}
_GROUPS_OF_ONE = 200

log = structlog.get_logger(__name__)


class Memberships:
    """Fetches member lists; nothing that a platform answers makes it fail otherwise than with RosterTrouble."""

    def __init__(self, outbound: Outbound, tokens: Tokens, *, seconds: float = _SECONDS) -> None:
        self._outbound = outbound
        self._tokens = tokens
        self._seconds = seconds

    def fetch(self, platform: KnownPlatform, quirks: Quirks, sought: Sought) -> Fetched:
        """Read a list to its end; raise RosterTrouble when any of its pages is not to be had. Groups that fail are left out."""
        lists = _Lists(self._outbound, self._tokens, platform, quirks, time.monotonic() + self._seconds)
        groups = _optional(lambda: lists.groups(sought)) if sought.groups_url else None
        fetched = self._differences(lists, sought) or lists.members(_with(sought.url, _asked(sought)), whole=True)
        links = sought.links if fetched.whole else ()
        at_links = {link: told for link in links if (told := _optional(partial(lists.at_link, sought.url, link))) is not None}
        return replace(fetched, groups=groups, at_links=at_links)

    @staticmethod
    def _differences(lists: "_Lists", sought: Sought) -> Fetched | None:
        """Read what has changed; None when there is no such list (any more), and the whole one must be read."""
        if not sought.differences_url or origin(sought.differences_url) != origin(sought.url):
            return None
        try:
            return lists.members(sought.differences_url, whole=False)
        except RosterTrouble as trouble:
            if trouble.platform != "up":
                raise
            return None


def _optional(read: Callable[[], Any]) -> Any:
    """What is only nice to have must not keep the list itself away."""
    try:
        return read()
    except RosterTrouble as trouble:
        log.warning("roster.part_missing", code=trouble.code)
        return None


def _asked(sought: Sought) -> dict[str, str]:
    return {"limit": _LIMIT, **({"groups": "true"} if sought.groups_url else {})}


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


class _Lists:
    """The lists of one course; all of them share one time and one size."""

    def __init__(self, outbound: Outbound, tokens: Tokens, platform: KnownPlatform, quirks: Quirks, deadline: float) -> None:
        self._outbound = outbound
        self._tokens = tokens
        self._platform = platform
        self._quirks = quirks
        self._deadline = deadline
        self._room = _ALL_BYTES

    def members(self, url: str, *, whole: bool) -> Fetched:
        """Read a membership container."""
        people: list[Listed] = []
        unread: set[str] = set()
        skipped = unknown = 0
        differences = ""
        for body, link, page in self._pages(url, MEMBERS, _NRPS):
            entries = body.get("members")
            if not isinstance(entries, list):
                raise RosterTrouble("unreadable")
            for entry in entries:
                person = _person(entry)
                if person is not None:
                    people.append(person)
                    continue
                skipped += 1
                sub = _sub(entry)
                unread.add(sub)
                unknown += not sub
            if len(people) + skipped > MOST_MEMBERS:
                raise RosterTrouble("too-many")
            # of several pages the first names the earliest moment: what changes while we read is told again
            differences = differences or linked(link, page, "differences")
        if len(differences) > 2000 or origin(differences) != origin(url):
            differences = ""
        return Fetched(merged(people), whole, skipped, frozenset(unread - {""}), unknown, differences)

    def at_link(self, url: str, link: str) -> frozenset[str]:
        """Give the ids of those who may open a resource link."""
        told = self.members(_with(url, {"limit": _LIMIT, "rlid": link}), whole=True)
        if told.unknown or not told.people:
            raise RosterTrouble("unreadable")
        return frozenset(one.sub for one in told.people.values() if one.status == "active") | told.unread

    def groups(self, sought: Sought) -> tuple[Group, ...]:
        """Read the course's groups, each with the name of its set."""
        sets = dict(self._named(sought.sets_url, _SETS, "sets")) if sought.sets_url else {}
        names = {outer_id: _text(entry) for outer_id, entry in sets.items()}
        found = self._named(sought.groups_url, _GROUPS, "groups")
        return tuple(Group(outer_id, _text(entry), names.get(_outer(entry.get("set_id")), "")) for outer_id, entry in found)

    def _named(self, url: str, kind: str, key: str) -> list[tuple[str, dict[str, Any]]]:
        found: dict[str, dict[str, Any]] = {}
        for body, _, _ in self._pages(url, kind, _GS):
            entries = body.get(key)
            if not isinstance(entries, list):
                raise RosterTrouble("unreadable")
            found |= {_outer(one.get("id")): one for one in entries if isinstance(one, dict) and _outer(one.get("id"))}
            if len(found) > MOST_MEMBERS:
                raise RosterTrouble("too-many")
        return list(found.items())

    def _pages(self, url: str, kind: str, scopes: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], str, str]]:
        """Give each page with its ``Link`` header and address, to the last one."""
        seen: set[str] = set()
        while url:
            if url in seen:
                raise RosterTrouble("loop")
            if len(seen) >= MOST_PAGES:
                raise RosterTrouble("too-many")
            seen.add(url)
            answer = self._get(url, kind, scopes)
            body = read_json(answer)
            if not isinstance(body, dict):
                raise RosterTrouble("unreadable")
            link = answer.headers.get("link", "")
            yield body, link, url
            following = linked(link, url, "next")
            if following and origin(following) != origin(url):
                raise RosterTrouble("foreign-page")
            url = following

    def _get(self, url: str, kind: str, scopes: tuple[str, ...]) -> Answer:
        if time.monotonic() > self._deadline:
            raise RosterTrouble("too-slow")
        asking = (self._outbound, self._tokens, self._platform, self._quirks, scopes)
        try:
            answer = with_token(*asking, "GET", url, headers={"Accept": kind}, limit=min(_PAGE_BYTES, self._room))
        except OutboundError as error:
            raise _outbound_trouble(error) from error
        except TokenRefused as error:
            raise RosterTrouble("token-refused") from error
        self._room -= len(answer.body)
        if answer.status != 200:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> RosterTrouble:
        status = answer.status
        if self._quirks.is_rate_limit(status, answer.headers):
            return RosterTrouble("busy", "complains", retry_after(answer, utcnow()))
        if status >= 500 or status in {408, 425}:
            return RosterTrouble("platform-fault", "down")
        codes = {401: "token-refused", 403: "not-allowed", 404: "gone", 410: "gone"}
        return RosterTrouble(codes.get(status, "refused"))


def _outbound_trouble(error: OutboundError) -> RosterTrouble:
    if error.code in {"address", "audience", "bad-url"}:
        return RosterTrouble("bad-address")
    if isinstance(error, ForeignHost):
        return RosterTrouble(error.code, "unasked")
    return RosterTrouble(error.code, "up" if error.code == "too-large" else "down")


def _sub(entry: object) -> str:
    return read_sub(entry.get("user_id")) if isinstance(entry, dict) else ""


def _person(entry: object) -> Listed | None:
    """Read one entry; None for what is none."""
    sub = _sub(entry)
    if not sub or not isinstance(entry, dict):
        return None
    status = entry.get("status", "Active")
    status = _STATUSES.get(status.lower()) if isinstance(status, str) else None
    roles = entry.get("roles", None if status == "active" else [])  # of those who left some platforms tell the id alone
    roles = [roles] if isinstance(roles, str) else roles
    if status is None or not isinstance(roles, list) or len(roles) > 100 or not all(isinstance(one, str) for one in roles):
        return None
    told = person_claims(sub, entry)
    return Listed(sub, told.name, told.email, listed_role(roles), status, _groups_of(entry))


def _groups_of(entry: dict[str, Any]) -> tuple[str, ...] | None:
    told = entry.get("group_enrollments")
    if not isinstance(told, list):
        return None
    ids = (_outer(one.get("group_id")) for one in told[:_GROUPS_OF_ONE] if isinstance(one, dict))
    return tuple(dict.fromkeys(one for one in ids if one))


def _outer(value: object) -> str:
    """Read an id of a group or set; platforms write numbers, too."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return written if isinstance(written, str) and written.isprintable() and len(written) <= 255 else ""


def _text(entry: dict[str, Any]) -> str:
    name = entry.get("name")
    return storable(name).strip()[:300] if isinstance(name, str) else ""

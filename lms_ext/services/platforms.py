"""Registrations: what an admin tells us of an LMS."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import select

from lms_ext.domain.hosts import host_of
from lms_ext.models import Deployment, Platform
from lms_ext.services import platform_hosts
from lms_ext.services.seats import Db

PROFILES = ("", "generic", "moodle", "canvas", "brightspace", "blackboard", "sakai", "openedx")
"""Products whose differences may be chosen; a plugin that knows another goes by the issuer."""


class PlatformSchema(Schema):
    """A registration as an LMS shows it, under the names of the LTI security framework."""

    class Meta:
        unknown = EXCLUDE

    issuer = fields.Url(required=True, schemes={"https", "http"}, require_tld=False, validate=validate.Length(max=500))
    client_id = fields.String(required=True, validate=validate.Length(1, 255))
    name = fields.String(load_default="", validate=validate.Length(max=200))
    profile = fields.String(load_default="", validate=validate.OneOf(PROFILES))
    auth_login_url = fields.Url(required=True, schemes={"https", "http"}, require_tld=False)
    auth_token_url = fields.Url(required=True, schemes={"https", "http"}, require_tld=False)
    jwks_url = fields.Url(required=True, schemes={"https", "http"}, require_tld=False)
    token_audience = fields.String(load_default="", validate=validate.Length(max=2000))
    other_hosts = fields.List(fields.String(), load_default=list)
    deployment_ids = fields.List(fields.String(validate=validate.Length(1, 255)), load_default=list)


class BadPlatform(ValueError):
    """A registration cannot be stored; `faults` says for each field what is wrong."""

    def __init__(self, faults: Mapping[str, Any]) -> None:
        super().__init__(str(dict(faults)))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Saved:
    platform: Platform
    is_new: bool


def save(session: Db, data: Mapping[str, Any], *, allow_http: bool, into: Platform | None = None) -> Saved:
    """Store a registration, or update `into`, or the one with the same issuer and client id; raise BadPlatform."""
    try:
        values: dict[str, Any] = PlatformSchema().load(data)
    except ValidationError as error:
        raise BadPlatform(error.messages_dict) from error
    if not allow_http:
        plain = [name for name in ("auth_login_url", "auth_token_url", "jwks_url") if not values[name].startswith("https:")]
        if plain:
            raise BadPlatform({name: ["must be https"] for name in plain})
    deployments = values.pop("deployment_ids")
    values["product"] = values.pop("profile")
    if "other_hosts" in data:
        values["other_hosts"] = _other_hosts(values["other_hosts"], allow_http=allow_http)
    else:
        del values["other_hosts"]  # what an admin listed stays when a registration is sent again without it
    values["name"] = values["name"] or values["issuer"]
    found = session.execute(
        select(Platform).where(Platform.issuer == values["issuer"], Platform.client_id == values["client_id"])
    ).scalar_one_or_none()
    if into is not None and found is not None and found.id != into.id:
        raise BadPlatform({"client_id": ["is another registration's"]})
    found = into or found
    told = [values[name] for name in ("issuer", "client_id", "auth_token_url", "token_audience")]
    if namesake(session, *told, but=into.id if into else None):
        raise BadPlatform({"client_id": ["another LMS has it where its tokens come from"]})
    platform = found or Platform(**values)
    for name, value in values.items():
        setattr(platform, name, value)
    session.add(platform)
    session.flush()
    for deployment in deployments:
        session.merge(Deployment(platform_id=platform.id, deployment_id=deployment, status="active"))
    session.flush()
    return Saved(platform, is_new=found is None)


def namesake(session: Db, issuer: str, client_id: str, token_url: str, audience: str, *, but: int | None = None) -> bool:
    """Tell whether another LMS (not `but`) knows us by this client id at this place: its tokens would come to who asks."""
    others = select(Platform.auth_token_url, Platform.token_audience).where(
        Platform.client_id == client_id, Platform.issuer != issuer, Platform.status != "pending"
    )
    if but is not None:
        others = others.where(Platform.id != but)
    places = {host_of(token_url), audience} - {""}
    return any(places & {host_of(one.auth_token_url), one.token_audience} for one in session.execute(others))


def _other_hosts(given: Sequence[str], *, allow_http: bool) -> str:
    try:
        return platform_hosts.read_list(" ".join(given), allow_http=allow_http)
    except platform_hosts.BadHosts as error:
        raise BadPlatform(
            {"other_hosts": ["must be at most 30 hosts like https://lms.example or https://*.lms.example"]}
        ) from error


def every(session: Db) -> Sequence[Platform]:
    """List all registrations by name."""
    return session.execute(select(Platform).order_by(Platform.name, Platform.id)).scalars().all()


def within(session: Db, ids: Collection[int] | None) -> Sequence[Platform]:
    """List the registrations among `ids` by name; None for all."""
    return [one for one in every(session) if ids is None or one.id in ids]


def deployments(session: Db, platform: Platform) -> dict[str, str]:
    """Give a platform's deployments with their status."""
    rows = session.execute(select(Deployment).where(Deployment.platform_id == platform.id)).scalars()
    return {one.deployment_id: one.status for one in rows}


def set_status(session: Db, platform_id: int, status: str) -> Platform | None:
    """Make a registration ``active`` or ``disabled``; None when there is none."""
    platform = session.get(Platform, platform_id)
    if platform:
        platform.status = status
        session.flush()
    return platform

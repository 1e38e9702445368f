"""Open a session for a launch that was proven: one transaction, few statements, safe under any race."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from lms_ext.domain.columns import SCOPE
from lms_ext.domain.delivery_reasons import UNTIL_COLUMN
from lms_ext.domain.launches import Launch
from lms_ext.domain.people import Role
from lms_ext.domain.refusals import Refused
from lms_ext.models import GradeColumn, GradeSlot, LaunchSession, Link, Member, Person, Space, UsedState, Visit, new_id
from lms_ext.models.statements import Runs, Statement
from lms_ext.services import copying, legacy, notices, outbox, work_reviews
from lms_ext.services.catalog import Catalog
from lms_ext.services.seats import adopt
from lms_ext.services.upserting import upsert
from lms_ext.services.work_reviews import Target

MARGIN = timedelta(hours=2)
"""Used states outlive every token of their launch: tokens live an hour at most, with a minute of leeway."""


_SESSIONS: Any = LaunchSession.__table__
_USE_STATE = Statement(lambda _: insert(UsedState), keys=("platform_id", "state_id", "expires_at"))
_OPEN = Statement(
    lambda _: insert(LaunchSession),
    keys=(
        "platform_id", "space_id", "id", "secret_hash", "browser_hash", "person_id", "link_id", "role", "locale", "return_url",
        "deep_linking", "about_id", "created_at", "expires_at",
    ),
)  # fmt: skip
_END_OTHERS = Statement(
    lambda _: (
        update(_SESSIONS)
        .where(
            _SESSIONS.c.platform_id == bindparam("platform"),
            _SESSIONS.c.browser_hash == bindparam("browser"),
            _SESSIONS.c.person_id != bindparam("person"),
            _SESSIONS.c.ended_at.is_(None),
        )
        .values(ended_at=bindparam("now"))
    )
)


@dataclass(frozen=True, slots=True)
class Opened:
    """The name of a new launch session."""

    platform_id: int
    space_id: int
    id: int
    target: Target | None = None
    """What a submission review is about."""


def open_session(
    session: Runs,
    launch: Launch,
    *,
    secret_hash: str,
    browser_hash: str,
    known_browser: bool,
    hours: int,
    now: datetime,
    catalog: Catalog,
) -> Opened:
    """Use up the state, note who came from where, and open a session; refuse a state that was used before."""
    use_once(session, launch.platform_id, launch.state_id, launch.state_expires_at + MARGIN)
    known = _known(session, launch, browser_hash)
    space_id, person_id, link_id = _who_and_where(session, launch, known, now)
    target = work_reviews.find(session, launch, space_id, catalog) if launch.review_of else None
    link_id = target.link_id if target else link_id
    if known_browser and (known is None or known.others):
        _end_other_people(session, launch.platform_id, browser_hash, person_id, now)
    opened = Opened(launch.platform_id, space_id, new_id(), target)
    row = {
        "platform_id": launch.platform_id,
        "space_id": space_id,
        "id": opened.id,
        "secret_hash": secret_hash,
        "browser_hash": browser_hash,
        "person_id": person_id,
        "link_id": link_id,
        "role": launch.role.value,
        "locale": launch.locale,
        "return_url": launch.return_url,
        "deep_linking": _settings(launch),
        "about_id": _about(session, launch, person_id) if launch.for_user else None,
        "created_at": now,
        "expires_at": now + timedelta(hours=hours),
    }
    _OPEN.rows(session, row)
    return opened


_PERSON = Statement(
    lambda _: select(Person.id).where(Person.platform_id == bindparam("platform_id"), Person.sub == bindparam("sub"))
)


def _about(session: Runs, launch: Launch, person_id: int) -> int:
    """Give whose data a privacy launch opens; 0 for a person of the LMS who never came here."""
    if launch.for_user == launch.person.sub:
        return person_id
    return _PERSON.value(session, {"platform_id": launch.platform_id, "sub": launch.for_user}) or 0


def use_once(session: Runs, platform_id: int, mark: str, until: datetime) -> None:
    """Use up what may be used once, such as a login state; refused when it was used before. Then the transaction is over."""
    try:
        _USE_STATE.rows(session, {"platform_id": platform_id, "state_id": mark, "expires_at": until})
    except IntegrityError:
        raise Refused("already-used", platform=platform_id) from None


def _settings(launch: Launch) -> dict[str, Any] | None:
    one = launch.deep_linking
    if one is None:
        return None
    return {
        "return_url": one.return_url,
        "accept_types": list(one.accept_types),
        "accept_multiple": one.accept_multiple,
        "accept_lineitem": one.accept_lineitem,
        "targets": list(one.targets),
        "data": one.data,
        "deployment_id": launch.deployment_id,
        "context_id": launch.context.id if launch.context else "",
    }


def context_id(launch: Launch) -> str:
    """Name the course; a launch without one falls into one of 4,096 shares of its platform's people."""
    if launch.context:
        return launch.context.id
    return f"~{int.from_bytes(sha256(launch.person.sub.encode()).digest()[:2], 'big') % 4096}"


def _known(session: Runs, launch: Launch, browser_hash: str) -> Any:
    """Find, in one look, all that is stored of what a launch refers to."""
    sought = {
        "platform_id": launch.platform_id,
        "deployment_id": launch.deployment_id,
        "context_id": context_id(launch),
        "sub": launch.person.sub,
        "link": launch.link.id if launch.link else "",
        "browser": browser_hash,
    }
    return _KNOWN.one(session, sought)


def _who_and_where(session: Runs, launch: Launch, known: Any, now: datetime) -> tuple[int, int, int | None]:
    """Write only what is new or changed. Gives space, person and link ids."""
    space_id = known.space_id if known else None
    person_id = known.person_id if known else None
    told = _told_of_space(launch, known) | {"opened_month": f"{now:%Y-%m}"}
    if space_id is None or known is None or any(getattr(known, name) != value for name, value in told.items()):
        key = {"platform_id": launch.platform_id, "deployment_id": launch.deployment_id, "context_id": context_id(launch)}
        space_id = upsert(session, Space, key, told, created_at=now)
        if known is not None and any(getattr(known, one) != told[one] for one in ("lineitems_url", "ags_scopes")):
            outbox.unpark(session, (launch.platform_id, space_id, None), now, reasons=UNTIL_COLUMN)
        _note_service(session, launch, known, now)
    claims = launch.person
    called = {name: getattr(claims, name) or getattr(known, name, "") or "" for name in ("name", "email")}
    called["old_sub"] = _old_sub(launch, known)
    if person_id is None or any(getattr(known, name) != value for name, value in called.items()):
        key = {"platform_id": launch.platform_id, "sub": claims.sub}
        person_id = upsert(session, Person, key, called, created_at=now)
        if launch.old and (known is None or called["old_sub"] != known.old_sub):
            legacy.propose(session, launch, now)
    if known is None or (known.role, known.member_status) != (launch.role.value, "active"):
        key = {"platform_id": launch.platform_id, "space_id": space_id, "person_id": person_id}
        told_of_member = {"role": launch.role.value, "status": "active", "left_at": None}
        upsert(session, Member, key, told_of_member, has_id=False, created_at=now)
        if known is not None and known.role == Role.TEACHER and launch.role != Role.TEACHER:
            end_teaching(session, key, now)
    link_id = _link(session, launch, known, space_id, now) if launch.link else None
    if link_id is not None and (known is None or known.first_at is None):
        key = {"platform_id": launch.platform_id, "space_id": space_id, "link_id": link_id, "person_id": person_id}
        upsert(session, Visit, key, {}, has_id=False, first_at=now)
    if link_id is not None and known is not None and known.parked:
        outbox.unpark(session, (launch.platform_id, space_id, link_id), now, person_id=person_id)
    return space_id, person_id, link_id


def _old_sub(launch: Launch, known: Any) -> str:
    """Give the name of an account under LTI 1.1 where it was another one."""
    if launch.old is None:
        return known.old_sub or "" if known else ""
    return launch.old.user_id if launch.old.user_id != launch.person.sub else ""


def _note_service(session: Runs, launch: Launch, known: Any, now: datetime) -> None:
    """Note where a deployment takes wishes for notices; a worker goes there."""
    if launch.notices_url and (known is None or launch.notices_url != known.notices_url):
        key = {"platform_id": launch.platform_id, "deployment_id": launch.deployment_id}
        notices.offer(session, key, launch.notices_url, now)


def _told_of_space(launch: Launch, known: Any) -> dict[str, str]:
    """Give what a launch says of its course; what it leaves out stays as it was."""
    told = {
        "title": launch.context.title if launch.context else "",
        # people without a course are put together by chance: no list is theirs
        "nrps_url": launch.nrps_url if launch.context else "",
        "groups_url": launch.groups.groups if launch.context else "",
        "group_sets_url": launch.groups.sets if launch.context else "",
        "lineitems_url": launch.ags.lineitems,
        "notices_url": launch.notices_url,
        "ags_scopes": " ".join(sorted(one for one in launch.ags.scopes if one.startswith(SCOPE)))[:500],
    }
    return {name: value or (getattr(known, name) if known else "") for name, value in told.items()}


_WHOSE = func.coalesce(Person.work_of, Person.id)
"""Under whose id an account's work is kept."""
_OTHERS = (
    exists()
    .where(
        _SESSIONS.c.platform_id == Space.platform_id, _SESSIONS.c.browser_hash == bindparam("browser"),
        _SESSIONS.c.ended_at.is_(None), or_(Person.id.is_(None), _SESSIONS.c.person_id != _WHOSE),
    )
    .correlate(Space, Person)
)  # fmt: skip
"""Whether other people's sessions are open in this browser; only then need any be ended."""
_PARKED = (
    exists()
    .where(
        GradeSlot.platform_id == Space.platform_id, GradeSlot.space_id == Space.id, GradeSlot.link_id == Link.id,
        GradeSlot.person_id == _WHOSE, GradeSlot.state == "parked",
    )
    .correlate(Space, Link, Person)
)  # fmt: skip
"""Whether a grade of theirs at this link waits for a launch, in whichever of its columns."""
_KNOWN = Statement(
    lambda _: (
        select(
            Space.id.label("space_id"), Space.title, Space.nrps_url, Space.groups_url, Space.group_sets_url,
            Space.lineitems_url, Space.ags_scopes, Space.notices_url, Space.origins, Space.opened_month,
            _WHOSE.label("person_id"), Person.name, Person.email, Person.old_sub,
            Member.role, Member.status.label("member_status"), Link.id.label("link_id"), Link.title.label("link_title"),
            Link.lineitem_url, Link.may_score, Link.activity_ref, Link.asked_ref, Link.points, Link.stable_id, Visit.first_at,
            Link.starts_at, Link.ends_at, Link.told_times, _PARKED.label("parked"), _OTHERS.label("others"),
        )
        .select_from(Space)
        .outerjoin(Person, and_(Person.platform_id == Space.platform_id, Person.sub == bindparam("sub")))
        .outerjoin(
            Member,
            and_(Member.platform_id == Space.platform_id, Member.space_id == Space.id, Member.person_id == _WHOSE),
        )
        .outerjoin(
            Link,
            and_(Link.platform_id == Space.platform_id, Link.space_id == Space.id, Link.resource_link_id == bindparam("link")),
        )
        .outerjoin(
            Visit,
            and_(Visit.platform_id == Space.platform_id, Visit.space_id == Space.id, Visit.link_id == Link.id,
                 Visit.person_id == _WHOSE),
        )
        .where(
            Space.platform_id == bindparam("platform_id"),
            Space.deployment_id == bindparam("deployment_id"),
            Space.context_id == bindparam("context_id"),
        )
    )
)  # fmt: skip


def _link(session: Runs, launch: Launch, known: Any, space_id: int, now: datetime) -> int:
    assert launch.link is not None
    told: dict[str, Any] = {
        "title": launch.link.title, "lineitem_url": launch.ags.lineitem, "may_score": launch.ags.may_score
    }  # fmt: skip
    if not launch.ags.lineitem and launch.ags.lineitems and known is not None and known.lineitem_url:
        # the platform names no column but lets us look for one: the one that was found stays until it is gone
        told |= {"lineitem_url": known.lineitem_url, "may_score": known.may_score}
    elif known is not None and launch.ags.lineitem != known.lineitem_url and _is_part(session, launch, space_id, known):
        told |= {"lineitem_url": known.lineitem_url, "may_score": known.may_score}
    if launch.dates is not None and (known is None or launch.dates.told != known.told_times):
        told |= launch.dates.new_since((known.told_times if known else "") or "") | {"told_times": launch.dates.told}
    if known is not None and known.link_id is not None:
        told |= {"stable_id": launch.stable_id or known.stable_id}
        same = all(getattr(known, "link_title" if name == "title" else name) == value for name, value in told.items())
        if same and not _asks_anew(launch, known) and not _brings_points(launch, known):
            return int(known.link_id)
    key = {"platform_id": launch.platform_id, "space_id": space_id, "resource_link_id": launch.link.id}
    asked = launch.activity_ref[:140]
    if known is None or known.link_id is None:
        taken = copying.look(session, launch, (known.origins if known else None) or (), now)
        told |= {"stable_id": launch.stable_id}
        doubt = [list(one) for one in taken.doubt] or None
        settings = {name: value for name, value in taken.settings.items() if name not in told}  # what the platform says counts
        link_id = upsert(session, Link, key, told, created_at=now, asked_ref=asked, copy_doubt=doubt, **settings)
        adopt(session, (launch.platform_id, space_id, link_id), taken.settings["activity_ref"])
        return link_id
    link_id = upsert(session, Link, key, told)
    if (known.lineitem_url, known.may_score) != (told["lineitem_url"], told["may_score"]):
        outbox.unpark(session, (launch.platform_id, space_id, link_id), now, reasons=UNTIL_COLUMN)
    if asked:
        session.execute(
            update(Link)
            .where(Link.platform_id == launch.platform_id, Link.space_id == space_id, Link.id == link_id, Link.asked_ref != asked)
            .values(activity_ref=asked, asked_ref=asked, points=launch.points, options=launch.options)
        )
        adopt(session, (launch.platform_id, space_id, link_id), asked)
    if launch.points is not None:
        session.execute(
            update(Link)
            .where(Link.platform_id == launch.platform_id, Link.space_id == space_id, Link.id == link_id,
                   Link.points.is_(None), Link.activity_ref == asked)
            .values(points=launch.points)
        )  # fmt: skip
    return link_id


def _is_part(session: Runs, launch: Launch, space_id: int, known: Any) -> bool:
    """Tell whether the column that the platform names is one that we made for an aspect: the last that is left of several.

    A whole pack has no score of its own, so what is named there does no harm.
    """
    if known.link_id is None or not launch.ags.lineitem or "/" not in known.activity_ref:
        return False
    found = session.execute(
        select(GradeColumn.key).where(
            GradeColumn.platform_id == launch.platform_id, GradeColumn.space_id == space_id,
            GradeColumn.link_id == known.link_id, GradeColumn.key != "", GradeColumn.url == launch.ags.lineitem,
        )
    )  # fmt: skip
    return found.first() is not None


def _asks_anew(launch: Launch, known: Any) -> bool:
    """A teacher chose something else in the LMS; a link that was mended here keeps what it was given until then."""
    return bool(launch.activity_ref) and launch.activity_ref[:140] != known.asked_ref


def _brings_points(launch: Launch, known: Any) -> bool:
    """Points were set for the activity that the platform names; a link that was given another one keeps its own."""
    return launch.points is not None and known.points is None and known.activity_ref == launch.activity_ref[:140]


def end_teaching(session: Runs, key: dict[str, Any], now: datetime) -> None:
    """End the sessions in which a person still teaches a course that the LMS now opens to them in a lesser role."""
    held = (getattr(LaunchSession, name) == value for name, value in key.items())
    session.execute(
        update(LaunchSession)
        .where(*held, LaunchSession.role == Role.TEACHER.value, LaunchSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _end_other_people(session: Runs, platform_id: int, browser_hash: str, person_id: int, now: datetime) -> None:
    """End the sessions that other people left in this browser: on a shared PC the old tab must not write as them."""
    values = {"platform": platform_id, "browser": browser_hash, "person": person_id, "now": now}
    _END_OTHERS.rows(session, values)

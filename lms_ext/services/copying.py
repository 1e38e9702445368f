"""Course copies: which link an unknown link was copied from, and its settings for the copy. People's work is never copied.

What is known of a copy, best first: the platform names the link it comes from; it brings the id that we gave the link when it
was chosen; it names the course it comes from (in the launch, or in a notice before). Ids of links and courses are unique
within a deployment only, so only our own id is looked for beyond it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.exc import IntegrityError

from lms_ext.domain.access import Actor
from lms_ext.domain.columns import Terms
from lms_ext.domain.launches import Launch
from lms_ext.domain.people import Role
from lms_ext.models import Attempt, Link, Member, Space
from lms_ext.models.statements import Runs
from lms_ext.services.seats import Db, LinkInfo, bind_link

SETTINGS = ("activity_ref", "points", "options")
"""What a copy takes over; copies that differ in it are in doubt."""
_TIMES = ("starts_at", "ends_at")
_OFFERED = 5
_REMEMBERED = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """The settings of a new link, and what to ask a teacher about."""

    settings: Mapping[str, Any]
    doubt: tuple[tuple[int, int], ...] = ()
    """(space, link) of links that differ in settings, each of which it may be a copy of."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link whose settings a teacher may take over; `course` is "" for a course they have not taught."""

    space_id: int
    link_id: int
    course: str
    title: str
    activity_ref: str
    points: int | None
    options: str = ""


_COLUMNS = (Link.space_id, Link.id, Link.title, Link.asked_ref, Link.resource_link_id, Space.context_id, *(
    getattr(Link, name) for name in (*SETTINGS, *_TIMES)
))  # fmt: skip


def _links(platform_id: int) -> Any:
    of_space = and_(Space.platform_id == Link.platform_id, Space.id == Link.space_id)
    return select(*_COLUMNS).join(Space, of_space).where(Link.platform_id == platform_id).order_by(Link.id.desc()).limit(100)


def look(session: Runs, launch: Launch, origins: Sequence[str], now: datetime) -> Taken:
    """Give the settings of a link that is launched for the first time; `origins` are courses that a notice named.

    Without a sign of a copy they are what the launch asks for, and nothing is looked up.
    """
    own = {"activity_ref": launch.activity_ref[:140], "points": launch.points, "options": launch.options}
    for sign, rows in _found(session, launch, origins):
        fit = [row for row in rows if _fits(row, launch)]
        if not fit:
            continue
        if len({_settings_key(row) for row in fit}) > 1:
            log.info("copy.doubt", sign=sign, platform=launch.platform_id, links=len(fit))
            return Taken(own, tuple((row.space_id, row.id) for row in fit[:_OFFERED]))
        log.info("copy.taken", sign=sign, platform=launch.platform_id, source=fit[0].id)
        return Taken({name: getattr(fit[0], name) for name in (*SETTINGS, *_times(fit[0], now))})
    return Taken(own)


def _times(row: Any, now: datetime) -> tuple[str, ...]:
    """Times are taken over where they lie ahead: those of a course that is over would make the whole new class late."""
    return _TIMES if row.ends_at is None or row.ends_at > now else ()


def _fits(row: Any, launch: Launch) -> bool:
    """A copy for which the platform names another activity was chosen anew since: what was set for the old one is over."""
    asked = launch.activity_ref[:140]
    return bool(row.activity_ref) and (not asked or asked in {row.asked_ref, row.activity_ref})


def _settings_key(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in SETTINGS)


def _found(session: Runs, launch: Launch, origins: Sequence[str]) -> Iterator[tuple[str, list[Any]]]:
    """Give what each sign leads to, the surest first."""
    courses = (*launch.context_history, *origins)
    here = Space.deployment_id == launch.deployment_id
    if launch.link_history:
        wanted = launch.link_history
        rows = session.execute(_links(launch.platform_id).where(here, Link.resource_link_id.in_(wanted))).all()
        yield "link-history", _nearest(rows, "resource_link_id", wanted)
    if launch.stable_id:
        rows = session.execute(_links(launch.platform_id).where(Link.stable_id == launch.stable_id)).all()
        yield "stable-id", _nearest(rows, "context_id", courses) or list(rows)
    if courses:
        rows = session.execute(_links(launch.platform_id).where(here, Space.context_id.in_(courses), _named_alike(launch))).all()
        yield "course", _nearest(rows, "context_id", courses)


def _named_alike(launch: Launch) -> Any:
    """A copied course holds a link for the same activity, or, where the platform forgot it, of the same name."""
    if launch.activity_ref:
        return Link.asked_ref == launch.activity_ref[:140]
    return and_(Link.title == (launch.link.title if launch.link else ""), Link.title != "")


def _nearest(rows: Sequence[Any], name: str, order: Sequence[str]) -> list[Any]:
    """Keep the rows of the first id in `order` that has any."""
    for one in order:
        found = [row for row in rows if getattr(row, name) == one]
        if found:
            return found
    return []


def candidates(session: Db, actor: Actor, link: LinkInfo) -> list[Candidate]:
    """Give what a teacher may be asked about: the doubtful, or namesakes of a link that opens nothing in courses they taught.

    Nothing once that was asked, or once work was done at the link.
    """
    if (
        link.copy_doubt == ()
        or (link.copy_doubt is None and (link.activity_ref or not link.title))
        or _has_work(session, actor, link)
    ):
        return []
    if link.copy_doubt is None:
        own_deployment = select(Space.deployment_id).where(Space.platform_id == actor.platform_id, Space.id == actor.space_id)
        wanted = and_(
            Link.title == link.title,
            Link.activity_ref != "",
            _taught(actor),
            Space.deployment_id == own_deployment.scalar_subquery(),
        )
    else:
        wanted = or_(*(and_(Link.space_id == space, Link.id == one) for space, one in link.copy_doubt))
    rows = session.execute(_links(actor.platform_id).add_columns(Space.title.label("course"), _taught(actor).label("taught"))
                           .where(Link.id != link.id, wanted)).all()  # fmt: skip
    offered: dict[tuple[Any, ...], Candidate] = {}
    for row in rows:
        course = row.course if row.taught else ""
        one = Candidate(row.space_id, row.id, course, row.title, row.activity_ref, row.points, row.options)
        offered.setdefault((course, *_settings_key(row)), one)
    return list(offered.values())[:_OFFERED]


def _taught(actor: Actor) -> Any:
    return exists().where(
        Member.platform_id == Link.platform_id, Member.space_id == Link.space_id, Member.person_id == actor.person_id,
        Member.role == Role.TEACHER.value,
    ).correlate(Link)  # fmt: skip


def _has_work(session: Db, actor: Actor, link: LinkInfo) -> bool:
    work = exists().where(
        Attempt.platform_id == actor.platform_id, Attempt.space_id == actor.space_id, Attempt.link_id == link.id,
        Attempt.revision > 0,
    )  # fmt: skip
    return bool(session.execute(select(work)).scalar())


def answer(session: Db, actor: Actor, link: LinkInfo, chosen: Candidate | None) -> None:
    """Take over the chosen settings, or none; it is not asked again."""
    if chosen is not None:
        terms = Terms(link.starts_at, link.ends_at, chosen.options)
        bind_link(session, actor, link.id, chosen.activity_ref, chosen.points, terms)
    session.execute(
        update(Link)
        .where(Link.platform_id == actor.platform_id, Link.space_id == actor.space_id, Link.id == link.id)
        .values(copy_doubt=[])
    )


def note_origins(session: Db, platform_id: int, deployment_id: str, context: tuple[str, str], origins: Sequence[str]) -> None:
    """Remember that a course `(context id, title)` was copied from others; the course may be new to us."""
    key = {"platform_id": platform_id, "deployment_id": deployment_id, "context_id": context[0]}
    query = select(Space).filter_by(**key).with_for_update()
    space = session.execute(query).scalar_one_or_none()
    if space is None:
        try:
            with session.begin_nested():
                space = Space(**key, title=context[1])
                session.add(space)
        except IntegrityError:  # pragma: no cover - somebody launched from there in this very moment
            space = session.execute(query).scalar_one()
    told = [one for one in origins if one != context[0]]
    space.origins = list(dict.fromkeys([*told, *(space.origins or [])]))[:_REMEMBERED]
    session.flush()

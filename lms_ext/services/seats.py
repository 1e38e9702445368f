"""A person at a page: which launch, course, link and role. The one entry to everything a launch may touch."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select, update
from sqlalchemy.orm import Session, scoped_session

from lms_ext.domain.access import Actor
from lms_ext.domain.columns import ENGLISH, Terms, may_make, may_read
from lms_ext.domain.people import Role
from lms_ext.models import Attempt, LaunchSession, Link, Person, Platform, PublishedPack, Space
from lms_ext.models.statements import Runs, Statement

Db = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """A resource link as pages need it."""

    id: int
    title: str
    activity_ref: str
    points: int | None
    has_column: bool
    """The platform gave a gradebook column that we may write."""
    snapshot: str = ""
    """Hash of what is published of the pack that this launch's own link opens; "" when nothing is, or for other links."""
    copy_doubt: tuple[tuple[int, int], ...] | None = None
    """(space, link) of links that it may be a copy of; None when nobody was or need be asked."""
    of_pack: bool = False
    """It opens a whole pack: its activities share it, so no score of one of them may fill its column."""
    makes_columns: bool = False
    """The course lets us make gradebook columns."""
    reads_grades: bool = False
    """The course lets us read its gradebook."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    """When work is due; what comes later is taken and marked as late."""
    options: str = ""
    """Words of `domain.columns.OPTIONS`."""
    releases_at: datetime | None = None
    """When grades that are held are to be shown to learners."""

    @property
    def takes_grades(self) -> bool:
        """Tell whether grades of its work have, or will get, a column in the LMS."""
        return self.has_column or self.makes_columns

    def has(self, option: str) -> bool:
        """Tell whether a teacher switched an option on."""
        return option in self.options.split()

    @property
    def language(self) -> str:
        """Give the language in which columns made for it are named: the one in which a teacher chose it."""
        return "en" if self.has(ENGLISH) else "id"

    def within(self, ref: str) -> "LinkInfo":
        """Give this pack's link as the one that an activity of the pack stands behind."""
        return replace(self, activity_ref=ref, points=None, has_column=False, snapshot="", of_pack=True)

    def is_late(self, moment: datetime | None) -> bool:
        """Tell whether something was handed in after it was due."""
        return moment is not None and self.ends_at is not None and moment > self.ends_at


def info_of(row: Link, beside: LinkInfo) -> LinkInfo:
    """Describe a link that stands in the same course as another."""
    return LinkInfo(
        row.id, row.title, row.activity_ref, row.points, bool(row.lineitem_url) and row.may_score,
        makes_columns=beside.makes_columns, reads_grades=beside.reads_grades,
        starts_at=row.starts_at, ends_at=row.ends_at, options=row.options, releases_at=row.releases_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    actor: Actor
    launch_id: int
    link: LinkInfo | None
    person_name: str
    course_title: str
    platform_name: str
    platform_origins: tuple[str, ...]
    locale: str
    return_url: str
    deep_linking: dict[str, Any] | None
    answered: bool
    about_id: int | None
    """The person whose data a privacy launch opens, 0 for one we do not know; None for other launches."""
    other_hosts: str = ""
    """More hosts of the LMS, whose pages may frame the tool, as an admin listed them."""


_LAUNCH = LaunchSession.__table__.c


def _pack_id(dialect: str) -> Any:
    """Give the pack's part of a link's ``pack/activity``."""
    if dialect == "postgresql":
        return func.split_part(Link.activity_ref, "/", 1)
    return func.substr(Link.activity_ref, 1, func.instr(Link.activity_ref.concat("/"), "/") - 1)


_QUERY = Statement(
    lambda dialect: select(
        _LAUNCH.person_id, _LAUNCH.secret_hash, _LAUNCH.role, _LAUNCH.locale, _LAUNCH.return_url, _LAUNCH.deep_linking,
        _LAUNCH.answered_at, _LAUNCH.about_id, _LAUNCH.expires_at, _LAUNCH.ended_at,
        Person.name, Space.title.label("space_title"), Platform.name.label("platform_name"), Platform.status,
        Platform.issuer, Platform.auth_login_url, Platform.other_hosts,
        Link.id.label("link_id"), Link.title.label("link_title"), Link.activity_ref, Link.points,
        Link.lineitem_url, Link.may_score, Link.starts_at, Link.ends_at, Link.options, Link.releases_at,
        Space.lineitems_url, Space.ags_scopes, Link.copy_doubt, PublishedPack.snapshot_hash,
    )
    .join(Platform, Platform.id == _LAUNCH.platform_id)
    .join(Person, and_(Person.platform_id == _LAUNCH.platform_id, Person.id == _LAUNCH.person_id))
    .join(Space, and_(Space.platform_id == _LAUNCH.platform_id, Space.id == _LAUNCH.space_id))
    .outerjoin(
        Link,
        and_(Link.platform_id == _LAUNCH.platform_id, Link.space_id == _LAUNCH.space_id, Link.id == _LAUNCH.link_id),
    )
    .outerjoin(PublishedPack, PublishedPack.pack_id == _pack_id(dialect))
    .where(
        _LAUNCH.platform_id == bindparam("platform_id"), _LAUNCH.space_id == bindparam("space_id"), _LAUNCH.id == bindparam("id")
    )
)  # fmt: skip


def find_seat(session: Db, key: tuple[int, int, int], secret_hash: str, now: datetime) -> Seat | None:
    """Find the launch `(platform, space, id)`; None when it is unknown, over, of another browser, or its platform is disabled."""
    platform_id, space_id, launch_id = key
    row = _QUERY.one(session, {"platform_id": platform_id, "space_id": space_id, "id": launch_id})
    if row is None or row.secret_hash != secret_hash or row.ended_at or row.expires_at <= now or row.status != "active":
        return None
    link = None
    if row.link_id is not None:
        has_column = bool(row.lineitem_url) and row.may_score
        doubt = None if row.copy_doubt is None else tuple((one[0], one[1]) for one in row.copy_doubt)
        link = LinkInfo(
            row.link_id, row.link_title, row.activity_ref, row.points, has_column, row.snapshot_hash or "", doubt,
            makes_columns=may_make(row.lineitems_url, row.ags_scopes), reads_grades=may_read(row.ags_scopes.split()),
            starts_at=row.starts_at, ends_at=row.ends_at, options=row.options, releases_at=row.releases_at,
        )  # fmt: skip
    return Seat(
        actor=Actor(platform_id, space_id, row.person_id, Role(row.role)),
        launch_id=launch_id,
        link=link,
        person_name=row.name,
        course_title=row.space_title,
        platform_name=row.platform_name,
        platform_origins=(row.issuer, row.auth_login_url),
        locale=row.locale,
        return_url=row.return_url,
        deep_linking=row.deep_linking,
        answered=row.answered_at is not None,
        about_id=row.about_id,
        other_hosts=row.other_hosts,
    )


def return_url_of(session: Db, key: tuple[int, int, int], secret_hash: str) -> str:
    """Give the way back to the LMS of a launch that is over, to the browser it belonged to; "" otherwise."""
    platform_id, space_id, launch_id = key
    found = session.execute(
        select(_LAUNCH.return_url).where(
            _LAUNCH.platform_id == platform_id, _LAUNCH.space_id == space_id, _LAUNCH.id == launch_id,
            _LAUNCH.secret_hash == secret_hash,
        )
    ).scalar_one_or_none()  # fmt: skip
    return found or ""


def bind_link(session: Db, actor: Actor, link_id: int, ref: str, points: int | None, terms: Terms) -> None:
    """Put an activity (or a pack) behind a link; work done under what was there before stays stored."""
    _change(session, actor, link_id, terms, activity_ref=ref, points=points)
    adopt(session, (actor.platform_id, actor.space_id, link_id), ref)


def set_terms(session: Db, actor: Actor, link_id: int, terms: Terms) -> None:
    """Change a link's times and options; what the LMS last told of them is no news any more."""
    _change(session, actor, link_id, terms)


def _change(session: Db, actor: Actor, link_id: int, terms: Terms, **more: Any) -> None:
    session.execute(
        update(Link)
        .where(Link.platform_id == actor.platform_id, Link.space_id == actor.space_id, Link.id == link_id)
        .values(**asdict(terms), **more)
    )


def adopt(session: Runs, link: tuple[int, int, int], ref: str) -> None:
    """Bring work that was begun through a whole pack to the link `(platform, space, id)` that its activity now has of its own.

    From then on the pack's pages show that link's work: what stayed behind would be lost to its author and its teacher.
    """
    platform_id, space_id, link_id = link
    pack_id, _, activity_id = ref.partition("/")
    if not activity_id:
        return
    of_pack = select(Link.id).where(Link.platform_id == platform_id, Link.space_id == space_id, Link.activity_ref == pack_id)
    session.execute(
        update(Attempt)
        .where(
            Attempt.platform_id == platform_id,
            Attempt.space_id == space_id,
            Attempt.activity_ref == ref,
            Attempt.link_id.in_(of_pack),
        )
        .values(link_id=link_id)
        .execution_options(synchronize_session=False)
    )


def link_for(session: Db, seat: Seat, ref: str) -> LinkInfo:
    """Give the link whose gradebook column an activity belongs to: this one, or the space's first link to the same activity.

    A link to a whole pack opens activities that may also stand in the course by themselves; their grades belong there.
    """
    if seat.link is None:
        raise LookupError("a launch without a link")
    if seat.link.activity_ref == ref:
        return seat.link
    actor = seat.actor
    found = session.execute(
        select(Link)
        .where(Link.platform_id == actor.platform_id, Link.space_id == actor.space_id, Link.activity_ref == ref)
        .order_by(Link.created_at, Link.id)
        .limit(1)
    ).scalar_one_or_none()
    if found is None:
        return seat.link.within(ref)
    return info_of(found, seat.link)


def take_answer(session: Db, seat: Seat, now: datetime) -> bool:
    """Mark a deep linking launch as answered; False when it already was. Only one of several racing answers gets True."""
    actor = seat.actor
    changed = session.execute(
        update(LaunchSession)
        .where(
            LaunchSession.platform_id == actor.platform_id,
            LaunchSession.space_id == actor.space_id,
            LaunchSession.id == seat.launch_id,
            LaunchSession.answered_at.is_(None),
        )
        .values(answered_at=now)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult

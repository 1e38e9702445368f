"""A whole pack behind one link: one person's way through it, and the class's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms_ext.domain import grading
from lms_ext.domain.access import Actor
from lms_ext.domain.activities import Activity, Experience
from lms_ext.domain.packs import Pack, Unit
from lms_ext.models import Attempt, Draft, Link, Member, Person
from lms_ext.services import scoring
from lms_ext.services.reviewing import state_of
from lms_ext.services.seats import Db, LinkInfo, info_of

DONE = frozenset({"submitted", "marked", "done"})


@dataclass(frozen=True, slots=True)
class Step:
    """One activity on a person's way."""

    activity: Activity
    state: str
    """``unopened``, ``draft``, ``returned``, ``submitted``, ``marked``, or ``done`` when it gives no points."""
    points: float | None
    """What counts in the gradebook, when it is marked."""


@dataclass(frozen=True, slots=True)
class Journey:
    units: tuple[tuple[Unit, tuple[Step, ...]], ...]

    @property
    def steps(self) -> list[Step]:
        """Give all steps in the author's order."""
        return [step for _, steps in self.units for step in steps]

    @property
    def begun(self) -> bool:
        """Tell whether anything was ever written or handed in."""
        return any(step.state != "unopened" for step in self.steps)

    @property
    def next(self) -> Step | None:
        """Give the one step to take now: what came back first, then what is begun, then what is new."""
        for state in ("returned", "draft", "unopened"):
            found = next((step for step in self.steps if step.state == state), None)
            if found:
                return found
        return None

    @property
    def ribbons(self) -> list[tuple[Experience, int, int]]:
        """Count (experience, steps done, steps) in the order in which they are lived."""
        found = []
        for experience in Experience:
            own = [step for step in self.steps if step.activity.experience == experience]
            if own:
                found.append((experience, sum(step.state in DONE for step in own), len(own)))
        return found


@dataclass(frozen=True, slots=True)
class Tally:
    """How many learners of a class are in each state at one activity."""

    activity: Activity
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner's states over a pack."""

    name: str
    states: Mapping[str, str]
    """Activity ref to state; an activity that was not opened is absent."""
    works: Mapping[str, int]
    """Activity ref to the attempt that was handed in last."""

    @property
    def done(self) -> int:
        """Count the activities that were handed in or marked."""
        return sum(state in DONE for state in self.states.values())


@dataclass(frozen=True, slots=True)
class ClassView:
    """A class at a pack: by activity, and by learner. `gone` have left, with work of theirs; they are in no count."""

    tallies: Sequence[Tally]
    learners: Sequence[Learner]
    gone: Sequence[Learner] = ()


def journey(session: Db, actor: Actor, link: LinkInfo, pack: Pack) -> Journey:
    """Give a person's states over a pack, in three short queries."""
    links = _links(session, actor, link, pack)
    own = _attempts(session, actor, links, actor.person_id)
    drafted = _drafted(session, actor, [one.id for one in own])
    units = tuple((unit, tuple(_step(one, links[one.ref], own, drafted) for one in unit.activities)) for unit in pack.units)
    return Journey(units)


def _step(activity: Activity, link: LinkInfo, own: Sequence[Attempt], drafted: frozenset[int]) -> Step:
    here = [one for one in own if one.activity_ref == activity.ref]
    state, _ = state_of(here, drafted)
    maximum = scoring.maximum(link, activity)
    points = None
    if state == "opened":
        state = "unopened"
    elif state == "marked" and not maximum:
        state = "done"
    elif state == "marked":
        fraction = grading.combine([one.fraction for one in here if one.fraction is not None], activity.keep)
        points = None if fraction is None else fraction * maximum
    return Step(activity, state, points)


def class_view(session: Db, actor: Actor, link: LinkInfo, pack: Pack, only: Collection[int] | None = None) -> ClassView:
    """Give the learners of a class, or `only` some, and where each is, with the counts of each activity."""
    learners, gone = _learners(session, actor, only)
    links = _links(session, actor, link, pack)
    work: dict[str, dict[int, list[Attempt]]] = {}
    everyone = [one for one in _attempts(session, actor, links) if one.person_id in learners or one.person_id in gone]
    for one in everyone:
        work.setdefault(one.activity_ref, {}).setdefault(one.person_id, []).append(one)
    drafted = _drafted(session, actor, [one.id for one in everyone if not one.revision])
    states: dict[int, dict[str, str]] = {}
    works: dict[int, dict[str, int]] = {}
    tallies = []
    for activity in pack.activities:
        counts: dict[str, int] = {}
        for person_id, own in work.get(activity.ref, {}).items():
            state, latest = state_of(own, drafted)
            if person_id in learners:
                counts[state] = counts.get(state, 0) + 1
            states.setdefault(person_id, {})[activity.ref] = state
            if latest is not None and latest.revision:
                works.setdefault(person_id, {})[activity.ref] = latest.id
        counts["unopened"] = len(learners) - sum(counts.values())
        tallies.append(Tally(activity, counts))
    people, left = (
        [Learner(name, states.get(person_id, {}), works.get(person_id, {})) for person_id, name in group.items()]
        for group in (learners, gone)
    )
    return ClassView(tallies, people, [one for one in left if one.works])


def _learners(session: Db, actor: Actor, only: Collection[int] | None) -> tuple[dict[int, str], dict[int, str]]:
    """Give id and name of the class's learners, and of those who left it, by name."""
    rows = session.execute(
        select(Person.id, Person.name, Member.status)
        .join(Member, (Member.platform_id == Person.platform_id) & (Member.person_id == Person.id))
        .where(Member.platform_id == actor.platform_id, Member.space_id == actor.space_id, Member.role == "learner")
    )
    found = sorted(((row.id, row.name or "", row.status) for row in rows), key=lambda one: one[1].casefold())
    wanted = [one for one in found if only is None or one[0] in only]
    return {one[0]: one[1] for one in wanted if one[2] == "active"}, {one[0]: one[1] for one in found if one[2] != "active"}


def _links(session: Db, actor: Actor, link: LinkInfo, pack: Pack) -> dict[str, LinkInfo]:
    """Give the link that each activity's work belongs to, as `seats.link_for` does for one."""
    refs = [one.ref for one in pack.activities]
    chosen = {ref: link.within(ref) for ref in refs}
    rows = session.execute(
        select(Link)
        .where(Link.platform_id == actor.platform_id, Link.space_id == actor.space_id, Link.activity_ref.in_(refs))
        .order_by(Link.created_at.desc(), Link.id.desc())
    ).scalars()
    for row in rows:  # the oldest comes last and stays
        chosen[row.activity_ref] = info_of(row, link)
    return chosen


def _attempts(session: Db, actor: Actor, links: Mapping[str, LinkInfo], person_id: int | None = None) -> list[Attempt]:
    query = select(Attempt).where(
        Attempt.platform_id == actor.platform_id,
        Attempt.space_id == actor.space_id,
        Attempt.link_id.in_({one.id for one in links.values()}),
        Attempt.activity_ref.in_(links),
    )
    if person_id is not None:
        query = query.where(Attempt.person_id == person_id)
    rows = session.execute(query.order_by(Attempt.number)).scalars()
    return [one for one in rows if links[one.activity_ref].id == one.link_id]


def _drafted(session: Db, actor: Actor, attempts: Sequence[int]) -> frozenset[int]:
    if not attempts:
        return frozenset()
    rows = session.execute(
        select(Draft.attempt_id)
        .distinct()
        .where(Draft.platform_id == actor.platform_id, Draft.space_id == actor.space_id, Draft.attempt_id.in_(attempts))
    )
    return frozenset(rows.scalars())

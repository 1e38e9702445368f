"""An activity's grades as we have them and as the LMS's gradebook holds them, side by side, in each of its columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms_ext.domain.access import Actor
from lms_ext.domain.activities import Activity
from lms_ext.services import outbox, readings, scoring
from lms_ext.services.outbox import Delivery
from lms_ext.services.readings import Read
from lms_ext.services.seats import Db, LinkInfo


@dataclass(frozen=True, slots=True)
class PartColumn:
    """The column of a part, such as an aspect of the rubric or a section of a module."""

    label: str
    maximum: int
    read: Read
    deliveries: Mapping[int, Delivery]
    """By person id."""

    def ours(self, person_id: int) -> float | None:
        """Give the points we have for a person."""
        delivery = self.deliveries.get(person_id)
        return delivery.given if delivery else None

    def stands_out(self, person_id: int) -> bool:
        """Tell whether a person's grade here is in trouble, or another one than the gradebook's."""
        delivery = self.deliveries.get(person_id)
        return bool(delivery and delivery.reason) or self.read.differs(person_id, self.ours(person_id))


@dataclass(frozen=True, slots=True)
class Beside:
    """The columns of an activity."""

    maximum: int
    """Points of the whole; 0 when it is not graded."""
    graded: bool = False
    """Its grades have, or will get, columns in the LMS."""
    deliveries: Mapping[int, Delivery] = field(default_factory=dict)
    read: Read = field(default_factory=lambda: Read({}))
    parts: Sequence[PartColumn] = ()

    @property
    def trouble(self) -> Read:
        """Give a reading that failed, the whole's first; else the whole's."""
        return next((one for one in (self.read, *(part.read for part in self.parts)) if one.trouble), self.read)

    def waits(self) -> Sequence[Read]:
        """List what is being read."""
        return [one for one in (self.read, *(part.read for part in self.parts)) if one.due_at is not None]

    def parts_of(self, person_id: int) -> list[PartColumn]:
        """Give the parts in which a person has a grade, ours or the gradebook's."""
        return [one for one in self.parts if person_id in one.deliveries or person_id in one.read.points]

    def outstanding(self, person_id: int) -> list[PartColumn]:
        """Give the parts of a person that a teacher should look at."""
        return [one for one in self.parts if one.stands_out(person_id)]

    def may_resend(self, person_id: int) -> bool:
        """Tell whether a grade of a person, in whichever column, has not simply arrived."""
        mine = [each.get(person_id) for each in (self.deliveries, *(one.deliveries for one in self.parts))]
        return any(one is not None and one.state in {"parked", "kept", "late"} for one in mine)


def look(session: Db, actor: Actor, link: LinkInfo, activity: Activity) -> Beside:
    """Give the grades of an activity behind a link."""
    maximum = scoring.maximum(link, activity)
    if not maximum or not link.takes_grades:
        return Beside(maximum)
    key = scoring.column_of(link, activity)
    slots = outbox.slots(session, actor, link.id)
    read, parts = readings.read(session, actor, link.id, activity.ref, key, maximum)
    columns = [PartColumn(_short(one.label, activity), one.maximum, one.read, outbox.deliveries(slots, one.key)) for one in parts]
    return Beside(maximum, graded=True, deliveries=outbox.deliveries(slots, key), read=read, parts=columns)


def _short(label: str, activity: Activity) -> str:
    """Leave the activity's own title away: the page has it already."""
    for title in activity.title.values():
        label = label.removeprefix(f"{title}: ")
    return label

"""How a teacher narrows a class list: state, group and page, all in the address, so that it works without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from flask import request

from lms_ext.models import db
from lms_ext.services import course_groups, rosters
from lms_ext.services.course_groups import Choice
from lms_ext.services.rosters import Standing
from lms_ext.web.entry import Visitor
from lms_ext.web.sessions import read_id

PAGE = 100
"""People of a page: light on a phone, and a whole class of two sections at a glance."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListView:
    """What of a class is wanted; `base` is the page's address."""

    base: str
    groups: Sequence[Choice]
    standing: Standing | None
    """How the LMS's own list stands; None when it gives none."""
    told: str
    """What was just done about the list: ``asked``, ``soon`` or ""."""
    state: str = ""
    group: int = 0
    page: int = 1

    @classmethod
    def read(cls, visitor: Visitor, base: str) -> Self:
        """Read the address; a group of another course, or none, counts as all."""
        actor = visitor.seat.actor
        groups = course_groups.choices(db.session, actor)
        group = read_id(request.args.get("group", "")) or 0
        return cls(
            base,
            groups,
            rosters.standing(db.session, actor),
            told=request.args.get("list", ""),
            state=request.args.get("state", ""),
            group=group if any(one.id == group for one in groups) else 0,
            page=max(1, min(read_id(request.args.get("page", "")) or 1, 10_000)),
        )

    def people(self, visitor: Visitor) -> set[int] | None:
        """Give the people of the chosen group; None for the whole class."""
        return course_groups.people_of(db.session, visitor.seat.actor, self.group) if self.group else None

    def url(self, **changes: Any) -> str:
        """Give the address with other choices; a new choice begins at the first page."""
        other = replace(self, **({"page": 1} | changes))
        chosen = {"state": other.state, "group": other.group, "page": other.page if other.page > 1 else 0}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{self.base}?{query}" if query else self.base

    def shown(self, rows: Sequence[T]) -> Sequence[T]:
        """Give the rows of this page."""
        return rows[(self.page - 1) * PAGE : self.page * PAGE]

    def pages(self, rows: Sequence[Any]) -> int:
        """Count the pages."""
        return max(1, -(-len(rows) // PAGE))

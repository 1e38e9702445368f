"""Who is in the practice course and in which of its groups, with every change in order, so that differences can be told."""

from dataclasses import dataclass

from lms_ext.sandbox.store import Store

STATUSES = ("Active", "Inactive", "Deleted")


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the course; `set_id` is None for one that stands alone."""

    id: int
    name: str
    set_id: int | None
    tag: str


class Members:
    """Reads and changes membership."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set_status(self, person_id: str, status: str) -> None:
        """Let somebody join (Active), be suspended (Inactive) or leave (Deleted)."""
        if status not in STATUSES:
            raise ValueError(f"{status}: {', '.join(STATUSES)}")
        self._store.run("insert into enrolments (person_id, status) values (?, ?)", person_id, status)

    def statuses(self) -> dict[str, str]:
        """Give the status of everybody who ever changed; all others are Active."""
        return {row["person_id"]: row["status"] for row in self._store.all("select person_id, status from enrolments order by n")}

    def moment(self) -> int:
        """Give a number that rises with each change."""
        row = self._store.one("select coalesce(max(n), 0) as n from enrolments")
        return int(row["n"]) if row else 0

    def changed_since(self, moment: int) -> set[str]:
        """Give who changed after a moment."""
        return {row["person_id"] for row in self._store.all("select person_id from enrolments where n > ?", moment)}

    def add_set(self, name: str) -> int:
        """Add a set of groups; gives its id."""
        return self._store.run("insert into group_sets (name) values (?)", name)

    def sets(self) -> list[tuple[int, str]]:
        """List the sets."""
        return [(row["id"], row["name"]) for row in self._store.all("select * from group_sets order by id")]

    def add_group(self, name: str, people: list[str], *, set_id: int | None = None, tag: str = "") -> int:
        """Add a group with its people; gives its id."""
        number = self._store.run("insert into groups (name, set_id, tag) values (?, ?, ?)", name, set_id, tag)
        for one in people:
            self.put_in_group(number, one)
        return number

    def put_in_group(self, group: int, person_id: str) -> None:
        """Put somebody in a group; it counts as a change of their membership."""
        self._store.run("insert or ignore into group_people values (?, ?)", group, person_id)
        self.set_status(person_id, self.statuses().get(person_id, "Active"))

    def remove_group(self, number: int) -> None:
        """Remove a group; a link that was for it alone is for everybody again."""
        for table in ("group_people", "link_groups"):
            self._store.run(f"delete from {table} where group_id = ?", number)  # noqa: S608 - one of two constants
        self._store.run("delete from groups where id = ?", number)

    def groups(self) -> list[Group]:
        """List the groups."""
        return [Group(**row) for row in self._store.all("select * from groups order by id")]

    def groups_of(self) -> dict[str, list[int]]:
        """Give the groups of everybody who is in one."""
        found: dict[str, list[int]] = {}
        for row in self._store.all("select * from group_people order by group_id"):
            found.setdefault(row["person_id"], []).append(row["group_id"])
        return found

    def restrict_link(self, link: int, group: int) -> None:
        """Show a link to one group only."""
        self._store.run("insert or ignore into link_groups values (?, ?)", link, group)

    def link_groups(self, link: int) -> set[int]:
        """Give the groups that a link is for; none means everybody."""
        return {row["group_id"] for row in self._store.all("select group_id from link_groups where link_id = ?", link)}

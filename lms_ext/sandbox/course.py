"""The practice courses: their links, columns and grades, with the rules of the LMS that is imitated."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from lms_ext.sandbox.profiles import Profile
from lms_ext.sandbox.store import Store

COURSE_ID = "7"
COURSE_TITLE = "Pelatihan Pembelajaran Mendalam · Kelas F"
COURSE_LABEL = "PM-F"
_ACTIVITY = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
_GRADING = frozenset({"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"})
_NEW_SUBMISSION = "https://canvas.instructure.com/lti/submission"


class ScoreRefused(Exception):
    """A score was not taken; `status` and the text say why."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Room:
    """One course; `copied_from` holds the ids of the courses it was copied from, newest first, with commas."""

    id: str
    title: str
    label: str
    copied_from: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a course; `custom` goes with each launch."""

    id: int
    title: str
    url: str
    custom: Mapping[str, str]
    copied_from: str
    """Ids of links that this one was copied from, newest first, with commas."""
    starts: str
    """ISO 8601, or ""."""
    ends: str
    column_id: int | None
    """Its oldest column."""
    columns: int
    """How many columns it has: with several, no launch names one as its own."""
    course: str = COURSE_ID


class Course:
    """Reads and changes the courses; without a course named, the first one."""

    def __init__(self, store: Store, profile: Callable[[], Profile]) -> None:
        self._store = store
        self._profile = profile
        store.run("insert or ignore into courses values (?, ?, ?, '')", COURSE_ID, COURSE_TITLE, COURSE_LABEL)

    def rooms(self) -> list[Room]:
        """List the courses in order."""
        return [Room(**row) for row in self._store.all("select * from courses order by rowid")]

    def room(self, course: str) -> Room | None:
        """Find a course."""
        return next((one for one in self.rooms() if one.id == course), None)

    def copy_room(self, course: str, title: str) -> Room:
        """Open a new course that says it was copied from another."""
        with self._store.lock:
            origin = self.room(course)
            if origin is None:
                raise LookupError(course)
            number = str(max(int(one.id) for one in self.rooms()) + 1)
            room = Room(number, title or origin.title, f"{COURSE_LABEL}{number}", _joined(origin.id, origin.copied_from))
            self._store.run("insert into courses values (?, ?, ?, ?)", room.id, room.title, room.label, room.copied_from)
        return room

    def add_link(
        self, title: str, url: str, *, custom: Mapping[str, str] | None = None, maximum: float | None = None,
        label: str = "", resource_id: str = "", tag: str = "", copied_from: str = "", starts: str = "", ends: str = "",
        review: Mapping[str, Any] | None = None, released: bool = True, course: str = COURSE_ID,
    ) -> int:  # fmt: skip
        """Add a link, with a column when `maximum` is given; gives the link's id."""
        with self._store.lock:
            sql = "insert into links (title, url, custom, copied_from, starts, ends, course) values (?, ?, ?, ?, ?, ?, ?)"
            number = self._store.run(sql, title, url, json.dumps(dict(custom or {})), copied_from, starts, ends, course)
            if maximum is not None:
                self.add_column(
                    label or title, maximum, resource_id=resource_id, tag=tag, link_id=number, review=review, released=released,
                    course=course,
                )  # fmt: skip
        return number

    def set_times(self, number: int, starts: str, ends: str) -> None:
        """Let a link begin and be due at other times."""
        self._store.run("update links set starts = ?, ends = ? where id = ?", starts, ends, number)

    def links(self, course: str = "") -> list[Link]:
        """List the links of one course, or of all, in order."""
        rows = self._store.all("select * from links where course = ? or ? = '' order by id", course, course)
        columns: dict[int, list[int]] = {}
        for one in self._store.all("select id, link_id from columns order by id"):
            columns.setdefault(one["link_id"], []).append(one["id"])
        return [
            Link(**row | {"custom": json.loads(row["custom"])}, column_id=next(iter(own), None), columns=len(own))
            for row in rows
            for own in [columns.get(row["id"], [])]
        ]

    def link(self, number: int) -> Link | None:
        """Find a link."""
        return next((one for one in self.links() if one.id == number), None)

    def copy_link(self, number: int, course: str = "", *, forget: bool = False) -> int:
        """Copy a link as a course copy does: a new id, a new column, no grades; custom parameters and address kept.

        With `forget` the copy comes without parameters and with the tool's plain address, as links of old exports do.
        """
        link = self.link(number)
        if link is None:
            raise LookupError(number)
        url, custom = ("", {}) if forget else (link.url, link.custom)
        with self._store.lock:
            copied = self.add_link(
                link.title, url, custom=custom, copied_from=_joined(str(link.id), link.copied_from), starts=link.starts,
                ends=link.ends, course=course or link.course,
            )  # fmt: skip
            for one in self._store.all("select * from columns where link_id = ? order by id", number):
                self.add_column(
                    one["label"], one["maximum"], resource_id=one["resource_id"], tag=one["tag"], link_id=copied,
                    starts=one["starts"], ends=one["ends"], review=json.loads(one["review"] or "{}"),
                    released=bool(one["released"]), course=course or link.course,
                )  # fmt: skip
        return copied

    def remove_link(self, number: int) -> None:
        """Remove a link with its column and grades."""
        with self._store.lock:
            for row in self._store.all("select id from columns where link_id = ?", number):
                self.remove_column(row["id"])
            self._store.run("delete from links where id = ?", number)

    def add_column(
        self, label: str, maximum: float, *, resource_id: str = "", tag: str = "", link_id: int | None = None,
        starts: str = "", ends: str = "", review: Mapping[str, Any] | None = None, released: bool = True,
        course: str = COURSE_ID,
    ) -> int:  # fmt: skip
        """Add a column; gives its id. `review` is the tool's ``submissionReview``."""
        names = "label, maximum, resource_id, tag, link_id, starts, ends, review, released, course"
        told = json.dumps(dict(review)) if review else ""
        values = (label, maximum, resource_id, tag, link_id, starts, ends, told, int(released), course)
        return self._store.run(f"insert into columns ({names}) values ({', '.join('?' * len(values))})", *values)  # noqa: S608 - marks only

    def columns(self, course: str = "") -> list[dict[str, Any]]:
        """List the columns of one course, or of all, in order."""
        return self._store.all("select * from columns where course = ? or ? = '' order by id", course, course)

    def column(self, number: int) -> dict[str, Any] | None:
        """Find a column."""
        return self._store.one("select * from columns where id = ?", number)

    def change_column(self, number: int, values: Mapping[str, Any]) -> None:
        """Change a column as a tool's new description says."""
        sql = """update columns set label = ?, maximum = ?, resource_id = ?, tag = ?, starts = ?, ends = ?, review = ?,
            released = ? where id = ?"""
        names = ("label", "maximum", "resource_id", "tag", "starts", "ends")
        review = json.dumps(values["review"]) if values["review"] else ""
        self._store.run(sql, *(values[name] for name in names), review, int(values["released"]), number)

    def remove_column(self, number: int) -> None:
        """Remove a column with its grades, as Moodle does even for the link's own column."""
        with self._store.lock:
            self._store.run("delete from grades where column_id = ?", number)
            self._store.run("delete from columns where id = ?", number)

    def grade(self, column: int, person: str) -> dict[str, Any] | None:
        """Give what the gradebook holds for one person in one column."""
        return self._store.one("select * from grades where column_id = ? and person_id = ?", column, person)

    def grades(self, column: int | None = None) -> list[dict[str, Any]]:
        """List grades, of one column or of all, by person."""
        if column is None:
            return self._store.all("select * from grades order by column_id, person_id")
        return self._store.all("select * from grades where column_id = ? order by person_id", column)

    def write_own(self, column: int, person: str, score: float | None, comment: str, by: str) -> None:
        """Write a teacher's own grade over what is there."""
        now = datetime.now(UTC)
        with self._store.lock:
            held = self.grade(column, person)
            self._write(column, person, score, comment, now, by, "Completed", "FullyGraded", held["submissions"] if held else 0)

    def limit_submissions(self, number: int) -> None:
        """Let each learner submit so often where the LMS counts (Canvas: 422 after that); 0 is without limit."""
        self._store.put("submission_limit", number)

    def take_score(self, column: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Take a score as the LMS would; raise ScoreRefused. The shape must have been checked (`check_score`)."""
        profile = self._profile()
        stamp = datetime.fromisoformat(body["timestamp"])
        with self._store.lock:
            held = self.grade(column["id"], body["userId"])
            if held and _is_late(stamp, datetime.fromisoformat(held["stamp"]), profile):
                raise ScoreRefused(profile.late_status, "timestamp is not later than the timestamp of the stored score")
            submissions = held["submissions"] if held else 0
            extension = body.get(_NEW_SUBMISSION)
            if profile.counts_submissions and (not isinstance(extension, dict) or extension.get("new_submission", True)):
                submissions += 1
                limit = self._store.get("submission_limit")
                if limit and submissions > limit:
                    raise ScoreRefused(422, "maximum number of allowed attempts has been reached")
            score = _scaled(body, column["maximum"], profile)
            comment = body.get("comment")
            if comment is None:
                comment = "" if profile.missing_comment_erases or not held else held["comment"]
            if score is None and held and body["gradingProgress"] != "FullyGraded" and not profile.unfinished_erases:
                score = held["score"]
            grading = body["gradingProgress"]
            self._write(
                column["id"], body["userId"], score, comment, stamp, "tool", body["activityProgress"], grading, submissions
            )

    def _write(
        self, column: int, person: str, score: float | None, comment: str, stamp: datetime, by: str, activity: str,
        grading: str, submissions: int,
    ) -> None:  # fmt: skip
        received = datetime.now(UTC).isoformat(timespec="milliseconds")
        values = (column, person, score, comment, stamp.isoformat(), received, by, activity, grading, submissions)
        self._store.run(f"insert or replace into grades values ({', '.join('?' * len(values))})", *values)  # noqa: S608 - marks only


def _joined(newest: str, earlier: str) -> str:
    return ",".join(filter(None, (newest, earlier)))


def _is_late(stamp: datetime, held: datetime, profile: Profile) -> bool:
    new, old = int(stamp.timestamp()), int(held.timestamp())
    return new <= old if profile.equal_is_late else new < old


def _scaled(body: Mapping[str, Any], maximum: float, profile: Profile) -> float | None:
    given = body.get("scoreGiven")
    if given is None or (profile.unfinished_erases and body["gradingProgress"] != "FullyGraded"):
        return None
    score = float(given) * maximum / float(body["scoreMaximum"])
    return min(score, maximum) if profile.clamps else score


def is_time(written: Any) -> bool:
    """Tell whether a text is a time that names its zone."""
    try:
        return isinstance(written, str) and datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        return False


def is_review(told: Any) -> bool:
    """Tell whether a ``submissionReview`` has the right shape."""
    if not isinstance(told, dict):
        return False
    custom, url = told.get("custom") or {}, told.get("url", "")
    return isinstance(url, str) and isinstance(custom, dict) and all(isinstance(one, str) for one in custom.values())


def check_score(body: Any) -> str:
    """Give what is wrong with the shape of a score; "" when nothing is."""
    if not isinstance(body, dict) or not isinstance(body.get("userId"), str):
        return "userId must be text"
    try:
        stamp = datetime.fromisoformat(body.get("timestamp", ""))
    except (ValueError, TypeError):
        return "timestamp must be ISO 8601"
    if stamp.tzinfo is None:
        return "timestamp must name its time zone"
    if body.get("activityProgress") not in _ACTIVITY or body.get("gradingProgress") not in _GRADING:
        return "activityProgress and gradingProgress must be among those of AGS 2.0"
    given, top = body.get("scoreGiven"), body.get("scoreMaximum")
    if given is not None and (_number(given) < 0 or _number(top) <= 0):
        return "scoreGiven must be 0 or more, with a scoreMaximum above 0"
    return "" if isinstance(body.get("comment", ""), str) else "comment must be text"


def _number(value: object) -> float:
    """Give a number, or -1 for what is none (NaN and infinity, which Python's JSON reads, are none either)."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(cast("float", value)) if is_number else -1.0

"""What is held of a person as a ZIP file for them: a page to read, tables for other programs, and every row as JSON."""

import dataclasses
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Response, current_app, has_request_context, make_response, render_template
from sqlalchemy import select

from lms_ext.domain import activities
from lms_ext.domain.activities import Activity
from lms_ext.domain.refusals import Refused
from lms_ext.domain.texts import Text, pick
from lms_ext.models import Snapshot, db, utcnow
from lms_ext.packs.snapshots import PLUGIN_FAULTS
from lms_ext.services import personal_data
from lms_ext.services.personal_data import Holdings
from lms_ext.web.tables import csv_text
from lms_ext.web.tool import tool

log = structlog.get_logger(__name__)
_WORDS = ("prompt", "text", "label", "title", "stem", "question", "name")
"""Keys under which activity types write what a person reads of a thing with an id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of an answer, in words where the activity tells them."""

    label: list[Text | str]
    """From the whole to the part."""
    values: list[Text | str]


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt with everything that hangs on it."""

    title: Text | str
    course: str
    row: dict[str, Any]
    draft: list[Entry]
    submissions: list[tuple[dict[str, Any], list[Entry]]]
    marks: list[dict[str, Any]]
    comments: list[dict[str, Any]]


def archive(platform_id: int, person_id: int) -> bytes:
    """Make the ZIP file; Refused when there is no such person."""
    held = personal_data.holdings(db.session, platform_id, person_id)
    if held is None:
        raise Refused("person-gone")
    made = utcnow()
    works = [_work(held, row) for row in held.rows["attempt"]]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("baca-saya.html", _page(held=held, works=works, made=made))
        file.writestr("jawaban.csv", csv_text(_answer_rows(works)))
        file.writestr("nilai.csv", csv_text(_grade_rows(held)))
        file.writestr("data.json", json.dumps(_document(held, made), ensure_ascii=False, indent=1))
    return target.getvalue()


def download(made: bytes, person_id: int) -> Response:
    """Send such a file; nothing on the way keeps it."""
    response = make_response(made)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="data-pribadi-{person_id % 10**6:06d}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(**context: Any) -> str:
    if has_request_context():
        return render_template("dossier.html", **context)
    with current_app.test_request_context():  # the command line has no request, and so no language
        return render_template("dossier.html", **context)


def _document(held: Holdings, made: datetime) -> dict[str, Any]:
    return {
        "made_at": made.isoformat(), "platform": held.platform, "person": held.person, "courses": held.courses,
        "links": held.links, "teachers": held.people, "rows": held.rows,
    }  # fmt: skip


def _work(held: Holdings, row: dict[str, Any]) -> Work:
    found = tool().catalog.activity(db.session, row["activity_ref"], row["snapshot_hash"])
    activity = found[1] if found else None
    labels = _labels(activity, row)

    def of(kind: str) -> list[dict[str, Any]]:
        return [one for one in held.rows[kind] if (one["space_id"], one["attempt_id"]) == (row["space_id"], row["id"])]

    draft = {one["field"]: one["value"] for one in of("draft")}
    return Work(
        title=activity.title if activity else row["activity_ref"],
        course=held.courses.get(row["space_id"], ""),
        row=row,
        draft=_entries(draft, labels),
        submissions=[(one, _entries(one["answer"], labels)) for one in of("submission")],
        marks=of("mark"),
        comments=[one | {"author": _author(held, one["author_id"])} for one in of("comment")],
    )


def _author(held: Holdings, author_id: str) -> str:
    return "" if author_id == str(held.person_id) else held.people.get(author_id, "–")


def _entries(answer: Mapping[str, list[str]], labels: Mapping[str, Text | str]) -> list[Entry]:
    found = []
    for name, values in answer.items():
        plain = name.lstrip("!")  # a text that lost a conflict stands beside the one that won
        parts = [labels[one] for one in plain.split(".") if one in labels]
        found.append(Entry(parts or [plain], [labels.get(one, one) for one in values]))
    return found


def _labels(activity: Activity | None, row: Mapping[str, Any]) -> dict[str, Text | str]:
    """Give what people read of the things of an activity that have an id: questions, choices, prompts."""
    if activity is None:
        return {}
    document = db.session.execute(select(Snapshot.document).where(Snapshot.hash == row["snapshot_hash"])).scalar_one()
    written = [one for unit in document["units"] for one in unit["activities"] if one["id"] == activity.id]
    return dict(_named(written)) | dict(_named(_seen(activity, row)))


def _seen(activity: Activity, row: Mapping[str, Any]) -> Any:
    """Give what the activity's page is made from; {} when its plugin is out or stumbles."""
    kind = tool().plugins.activity_types.get(activity.type)
    if kind is None or activity.config is None:
        return {}
    try:
        return kind.view(activity.config, activities.Work(row["state"]))
    except PLUGIN_FAULTS as error:
        log.warning("dossier.plugin_fault", type=activity.type, error=type(error).__name__)
        return {}


def _named(value: Any) -> Iterator[tuple[str, Text | str]]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _named(one)
    elif isinstance(value, Mapping):
        words = next((value[key] for key in _WORDS if value.get(key)), None)
        if isinstance(value.get("id"), str) and isinstance(words, (str, Mapping)):
            yield value["id"], words
        for one in value.values():
            yield from _named(one)


def _answer_rows(works: list[Work]) -> Iterator[list[Any]]:
    yield ["kursus", "aktivitas", "percobaan", "kiriman", "waktu", "isian", "jawaban"]
    for work in works:
        for row, entries in work.submissions:
            for entry in entries:
                told = [" › ".join(pick(one, "id") for one in entry.label), "; ".join(pick(one, "id") for one in entry.values)]
                yield [work.course, pick(work.title, "id"), work.row["number"], row["revision"], row["submitted_at"], *told]


def _grade_rows(held: Holdings) -> Iterator[list[Any]]:
    yield ["kursus", "tautan", "nilai", "maksimum", "keadaan", "terkirim", "catatan"]
    for row in held.rows["grade_slot"]:
        yield [held.courses.get(row["space_id"], ""), held.links.get(row["link_id"], ""), row["given"], row["maximum"],
               row["state"], row["delivered_at"], row["comment"]]  # fmt: skip

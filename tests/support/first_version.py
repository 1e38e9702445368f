"""A database as the first version left it: every table of the first migration, filled as that version filled it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Connection, MetaData, Table, select

from lms_ext.domain.columns import SCOPE
from lms_ext.lti.tool_keys import make_key
from lms_ext.models import db
from lms_ext.packs.snapshots import digest
from lms_ext.sandbox.claims import item_url, items_url, outer_id
from lms_ext.sandbox.practice import Practice
from tests.journeys.test_activity import document

Row = dict[str, Any]
NOW = datetime.now(UTC).replace(microsecond=0)
BEFORE = NOW - timedelta(hours=2)
LATER = NOW + timedelta(days=1)
SPACE, LINK, SECOND_LINK, ATTEMPT, SUBMISSION = 71, 91, 92, 501, 601
TEACHER = "3"
SLOTS: Mapping[str, Row] = {
    "19": {},
    "20": {"state": "late", "reason": "unreachable", "tries": 3, "stamp": BEFORE, "delivered": "70.0"},
    "21": {"stamp": BEFORE, "delivered": "70.0", "lease": "0123456789abcdef", "lease_until": BEFORE},
    "18": {"version": 2, "sent_version": 1, "stamp": BEFORE, "delivered": "40.0", "delivered_at": BEFORE},
    "17": {"state": "sent", "sent_version": 1, "stamp": BEFORE, "delivered": "70.0", "delivered_at": BEFORE},
    "16": {"state": "kept", "sent_version": 1, "stamp": BEFORE, "reason": "graded-there", "delivered_at": BEFORE},
    "15": {"state": "parked", "reason": "no-scope", "tries": 1},
}  # fmt: skip
"""A grade in each state that one can be in, by the LMS's id of the person."""


def person_id(person: str) -> int:
    """Give the tool's id of a person of the LMS."""
    return 1000 + int(person)


def migrate_to(revision: str) -> None:
    """Bring the running application's database up to one migration."""
    from flask_migrate import Migrate, upgrade

    from lms_ext.settings import data_folder

    Migrate(current_app, db, directory=str(data_folder("migrations")), render_as_batch=True)
    upgrade(revision=revision)


def fill(lms: Practice) -> dict[str, Table]:
    """Store a course of that LMS with its people's work; gives the tables by name as they are then."""
    found = MetaData()
    found.reflect(db.engine)
    found.remove(found.tables["alembic_version"])
    platform = _platform(lms)
    key = make_key("first")
    with db.engine.begin() as connection:
        stored = connection.execute(found.tables["platform"].insert().values(platform)).inserted_primary_key
        assert stored
        rows = _shared(key.private_pem, key.public_jwk) | _course(lms) | _work()
        for table in found.sorted_tables:
            if table.name != "platform":
                _insert(connection, table, rows[table.name], stored[0])
    return dict(found.tables)


def _insert(connection: Connection, table: Table, rows: list[Row], platform_id: int) -> None:
    own = {"platform_id": platform_id} if "platform_id" in table.c else {}
    connection.execute(table.insert(), [own | row for row in rows])


def contents(tables: Mapping[str, Table]) -> dict[str, list[Row]]:
    """Read what stands in the columns that those tables had, by primary key."""
    with db.engine.connect() as connection:
        return {
            name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in tables.items()
        }


def _platform(lms: Practice) -> Row:
    given = lms.registration()
    same = {name: given[name] for name in ("issuer", "client_id", "name", "auth_login_url", "auth_token_url", "jwks_url")}
    more = {"product": given["profile"], "token_audience": "", "status": "active", "created_at": BEFORE, "updated_at": BEFORE}
    return same | more


def _shared(pem: str, jwk: Mapping[str, Any]) -> dict[str, list[Row]]:
    pack = document()
    return {
        "deployment": [{"deployment_id": "1", "status": "active", "created_at": BEFORE}],
        "platform_key_set": [
            {"jwks": None, "fetched_at": None, "fresh_until": None, "attempted_at": BEFORE, "last_error": "unreachable"}
        ],
        "service_token": [{"scope": SCOPE + "score", "token": "over", "expires_at": BEFORE, "renewing_until": None}],
        "delivery_lane": [
            {"rate": 100.0, "next_at": BEFORE, "paced_at": BEFORE, "failures": 6, "resume_at": BEFORE, "down_since": BEFORE,
             "trouble": "unreachable"}
        ],
        "tool_key": [
            {"kid": "first", "private_pem": pem, "public_jwk": jwk, "created_at": BEFORE, "signs_from": BEFORE,
             "published_until": None}
        ],
        "snapshot": [
            {"hash": digest(pack), "pack_id": "demo", "version": "1.0.0", "document": pack, "published_at": BEFORE}
        ],
        "published_pack": [{"pack_id": "demo", "snapshot_hash": digest(pack), "updated_at": BEFORE}],
        "asset_blob": [{"sha256": "a" * 64, "media_type": "image/png", "data": b"\x89PNG\r\n\x1a\n\x00"}],
        "used_state": [{"state_id": "b" * 43, "expires_at": LATER}],
    }  # fmt: skip


def _course(lms: Practice) -> dict[str, list[Row]]:
    people = [TEACHER, *SLOTS]
    links = lms.course.links()
    return {
        "space": [
            {"id": SPACE, "deployment_id": "1", "context_id": outer_id(lms, "course", links[0].course), "title": "Kelas F",
             "nrps_url": "", "lineitems_url": items_url(lms), "ags_scopes": f"{SCOPE}lineitem {SCOPE}score",
             "created_at": BEFORE}
        ],
        "link": [
            {"space_id": SPACE, "id": number, "resource_link_id": outer_id(lms, "link", str(link.id)), "title": link.title,
             "activity_ref": "demo/sum", "asked_ref": "demo/sum", "points": 20, "may_score": True,
             "lineitem_url": item_url(lms, link.column_id or 0), "created_at": BEFORE}
            for number, link in zip((LINK, SECOND_LINK), links, strict=True)
        ],
        "person": [
            {"id": person_id(one), "sub": outer_id(lms, "person", one), "name": f"Orang {one}", "email": "",
             "created_at": BEFORE}
            for one in people
        ],
        "member": [
            {"space_id": SPACE, "person_id": person_id(one), "role": "teacher" if one == TEACHER else "learner",
             "created_at": BEFORE}
            for one in people
        ],
        "visit": [{"space_id": SPACE, "link_id": LINK, "person_id": person_id(one), "first_at": BEFORE} for one in people],
        "launch_session": [
            {"space_id": SPACE, "id": 801, "secret_hash": "c" * 64, "browser_hash": "d" * 64, "person_id": person_id("19"),
             "link_id": LINK, "role": "learner", "locale": "id", "return_url": "", "deep_linking": None, "answered_at": None,
             "created_at": BEFORE, "expires_at": LATER, "ended_at": None}
        ],
    }  # fmt: skip


def _work() -> dict[str, list[Row]]:
    attempt = {
        "space_id": SPACE, "link_id": LINK, "activity_ref": "demo/sum", "number": 1, "snapshot_hash": digest(document()),
        "seed": 7, "state": {}, "checked": [], "graded": True, "started_at": BEFORE,
    }  # fmt: skip
    open_one = {"id": ATTEMPT, "person_id": person_id("19"), "status": "open", "revision": 0, "fraction": None,
                "submitted_at": None}  # fmt: skip
    handed_in = {"id": ATTEMPT + 1, "person_id": person_id("20"), "status": "marked", "revision": 1, "fraction": 0.8,
                 "submitted_at": BEFORE}  # fmt: skip
    about = {"space_id": SPACE, "attempt_id": ATTEMPT + 1}
    return {
        "attempt": [attempt | open_one, attempt | handed_in],
        "draft": [
            {"space_id": SPACE, "attempt_id": ATTEMPT, "field": "note", "value": ["Dua ditambah tiga, dihitung kemarin."],
             "rev": 4, "tab": "t1", "n": 9, "saved_at": BEFORE}
        ],
        "submission": [
            about | {"id": SUBMISSION, "revision": 1, "client_key": "k1", "answer": {"total": ["6"]}, "fraction": 0.0,
                     "needs_marking": False, "detail": {}, "fault": "", "submitted_at": BEFORE}
        ],
        "mark": [
            about | {"id": 701, "submission_id": SUBMISSION, "marker_id": person_id(TEACHER), "returned": False, "marks": {},
                     "fraction": 0.8, "created_at": BEFORE}
        ],
        "comment": [about | {"id": 751, "author_id": person_id(TEACHER), "body": "Hampir tepat.", "created_at": BEFORE}],
        "grade_slot": [_slot(LINK, person, more) for person, more in SLOTS.items()] + [_slot(SECOND_LINK, "19", {"given": 50.0})],
    }  # fmt: skip


def _slot(link: int, person: str, more: Row) -> Row:
    return {
        "space_id": SPACE, "link_id": link, "person_id": person_id(person), "version": 1, "sent_version": 0, "given": 70.0,
        "maximum": 100, "comment": "Kiriman ke-1.", "activity_progress": "Completed", "grading_progress": "FullyGraded",
        "submitted_at": BEFORE, "stamp": None, "delivered": "", "state": "queued", "reason": "", "tries": 0, "due_at": BEFORE,
        "lease": "", "lease_until": None, "queued_at": BEFORE, "delivered_at": None,
    } | more  # fmt: skip

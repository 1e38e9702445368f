"""A database of the first version, full of people's work, goes on as today's: nothing is lost and grades arrive."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click import ClickException
from sqlalchemy import Table, inspect, select

from lms_ext.cli import upgrade
from lms_ext.models import GradeSlot, db, utcnow
from lms_ext.sandbox.app import create_sandbox
from lms_ext.sandbox.practice import Practice
from lms_ext.sandbox.settings import SandboxSettings
from lms_ext.services import columns, outbox, sealing
from lms_ext.services.tool_keys import PRIVATE
from lms_ext.web.tool import tool
from lms_ext.worker import Worker
from tests.journeys.test_practice_lms import Both
from tests.support import first_version, sum_plugin
from tests.support.apps import entered
from tests.support.databases import Databases, test_settings
from tests.support.first_version import LINK, SPACE, Row, person_id
from tests.support.servers import free_port
from tests.support.visitor import Visitor, served

PART = "demo/sum#alur"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, databases: Databases) -> str:
    return databases.bare(request.param)


@dataclass
class Upgraded:
    """A tool after its upgrade, what its tables held before, and the LMS that it belongs to."""

    both: Both
    tables: dict[str, Table]
    before: dict[str, list[Row]]


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Upgraded]:
    tool_port, lms_port = free_port(), free_port()
    tool_url, lms_url = f"http://localhost:{tool_port}", f"http://127.0.0.1:{lms_port}"
    links = (("Jumlah", "demo/sum"), ("Jumlah lagi", "demo/sum"))
    sandbox = create_sandbox(SandboxSettings(url=lms_url, tool_url=tool_url, links=links))
    lms: Practice = sandbox.extensions["practice"]
    with entered(test_settings(database_url, public_url=tool_url), sum=sum_plugin) as app:
        first_version.migrate_to("0001")
        tables = first_version.fill(lms)
        before = first_version.contents(tables)
        assert upgrade.callback
        upgrade.callback()
        with served(app, tool_port), served(sandbox, lms_port):
            yield Upgraded(Both(app, lms, Visitor()), tables, before)
    lms.store.close()


def deliver(both: Both) -> None:
    """Let the worker send whatever it may."""
    worker = Worker(both.app)
    db.session.rollback()
    while worker.once():
        pass
    worker.close()
    db.session.expire_all()


def held(both: Both, column: int = 1) -> dict[str, Any]:
    return {row["person_id"]: row["score"] for row in both.lms.course.grades(column)}


def states() -> dict[tuple[int, int, str], tuple[str, int, int]]:
    rows = db.session.execute(select(GradeSlot)).scalars()
    found = {(one.link_id, one.person_id, one.column_key): (one.state, one.sent_version, one.version) for one in rows}
    db.session.rollback()
    return found


def assert_kept(upgraded: Upgraded) -> None:
    assert all(upgraded.before.values()), "every table was filled"
    after = first_version.contents(upgraded.tables)
    (plain,), (key,) = upgraded.before.pop("tool_key"), after.pop("tool_key")
    assert after == upgraded.before
    assert sealing.is_sealed(key["private_pem"])
    assert PRIVATE.open(tool().sealer, key.pop("private_pem"), "first") == plain.pop("private_pem")
    assert key == plain


def assert_todays_tables() -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
        shape, engine = inspect(connection), connection.dialect.name
        assert shape.get_pk_constraint("grade_slot")["constrained_columns"] == [
            one.name for one in inspect(GradeSlot).primary_key
        ]
        partial = {one["name"]: one["dialect_options"][f"{engine}_where"] for one in shape.get_indexes("grade_slot")}
        assert "sent_version < version" in str(partial["ix_grade_slot_due"]), "workers look at waiting grades only"
        if engine == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1, "keys are watched again"


def test_nothing_is_lost_and_grades_arrive(upgraded: Upgraded) -> None:
    assert_kept(upgraded)
    assert_todays_tables()
    both = upgraded.both
    deliver(both)
    assert held(both) == {"19": 70.0, "20": 70.0, "21": 70.0, "18": 70.0}, "not what had arrived, was kept or is parked"
    assert held(both, 2) == {"19": 50.0}
    first = states()
    assert len(first) == len(first_version.SLOTS) + 1
    assert first[LINK, person_id("18"), ""] == ("sent", 2, 2)
    assert [first[LINK, person_id(one), ""][0] for one in ("17", "16", "15")] == ["sent", "kept", "parked"]

    link = (1, SPACE, LINK)
    outbox.unpark(db.session, link, utcnow(), person_id=person_id("15"))
    columns.want(db.session, link, PART, label="Alur", maximum=100, resource_id=PART, tag="", now=utcnow())
    outbox.enqueue(
        db.session, platform_id=1, space_id=SPACE, link_id=LINK, person_id=person_id("20"), given=30.0, maximum=100, comment="",
        activity_progress="Completed", grading_progress="FullyGraded", submitted_at=None, now=utcnow(), column=PART,
    )  # fmt: skip
    db.session.commit()
    page = both.open("19", 1)
    assert "Dua ditambah tiga, dihitung kemarin." in page.text, "what was typed before the upgrade is still there"
    assert both.answer(page, "5").status == 200
    deliver(both)
    assert (held(both)["15"], held(both)["19"], held(both)["20"]) == (70.0, 100.0, 70.0)
    assert held(both, 3) == {"20": 30.0}
    assert set(states()) == {*first, (LINK, person_id("20"), PART)}, "a new score is in its old place, a part has its own"
    assert states()[LINK, person_id("19"), ""] == ("sent", 2, 2)


def test_a_migration_that_would_leave_rows_without_their_others_is_undone(database_url: str) -> None:
    with entered(test_settings(database_url)):
        if db.engine.dialect.name == "postgresql":
            pytest.skip("PostgreSQL watches its keys all the time")
        first_version.migrate_to("0001")
        with db.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute(
                "INSERT INTO deployment (platform_id, deployment_id, status, created_at) VALUES (5, '1', '', '2026-11-24')"
            )
        with pytest.raises(ClickException, match="deployment"):
            first_version.migrate_to("head")
        assert "admin" not in inspect(db.engine).get_table_names()

"""A backup that was restored reopens nothing: what was used since it was made is refused, what is new passes (A29)."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms_ext.cli import main
from lms_ext.domain.admins import CONSOLE, AdminRole
from lms_ext.models import AdminInvite, AuditEntry, Platform, db, utcnow
from lms_ext.services import admin_invites, registering
from lms_ext.services.admins import Rights
from lms_ext.web.tool import tool
from tests.journeys.test_notices import notice
from tests.support.admins import signed_in
from tests.support.databases import Databases, dsn, postgres_server
from tests.support.platform import KeyServer, begin, claims, key_server, launch, post, register, token

HTTPS = "https://localhost"


@pytest.fixture
def keys(app: Flask) -> Iterator[KeyServer]:
    with key_server() as server:
        register(server)
        yield server


@pytest.fixture
def dump(app: Flask, databases: Databases) -> Callable[[], Callable[[], None]]:
    """Give a maker of backups; each gives what restores it, over whatever the database has become."""

    def make() -> Callable[[], None]:
        db.session.remove()
        db.engine.dispose()
        if db.engine.dialect.name == "sqlite":
            return _of_file(Path(str(db.engine.url.database)))
        return _of_server(postgres_server(databases.folder / "postgres"), str(db.engine.url.database))

    def again(restore: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            db.session.remove()
            db.engine.dispose()
            restore()
            tool().lti.registry.forget()

        return run

    return lambda: again(make())


def _of_file(file: Path) -> Callable[[], None]:
    kept = file.with_suffix(".backup")
    shutil.copy(file, kept)

    def restore() -> None:
        for one in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            one.unlink(missing_ok=True)
        shutil.copy(kept, file)

    return restore


def _of_server(server: Any, name: str) -> Callable[[], None]:
    def copied(source: str, target: str) -> None:
        with psycopg.connect(dsn(server, "postgres"), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {target} TEMPLATE {source}")

    copied(name, f"{name}_backup")
    return lambda: copied(f"{name}_backup", name)


def restored() -> str:
    answer = CliRunner().invoke(main, ["db", "restored"])
    assert answer.exit_code == 0, answer.output
    db.session.remove()
    tool().lti.registry.forget()
    return answer.output


def test_a_launch_that_was_used_since_the_backup_is_not_used_twice(
    client: FlaskClient, keys: KeyServer, dump: Callable[[], Callable[[], None]]
) -> None:
    begun = begin(client)
    restore = dump()
    form = {"state": begun.state, "id_token": token(claims(begun.nonce, iat=int(time()) - 30))}
    assert post(client, **form).status_code == 303
    assert post(client, **form).status_code == 401, "used"
    restore()
    assert post(client, **form).status_code == 303, "a backup alone has forgotten it: this is what the command is for"
    restore()
    said = restored()
    assert "1 LMSs" in said
    refused = post(client, **form)
    assert refused.status_code == 401
    assert "token-before-restore" in refused.text
    assert "dipulihkan dari cadangan" in refused.text
    assert "restored from a backup" in refused.text
    assert launch(client).status_code == 303, "what is new passes"
    assert db.session.execute(select(AuditEntry.action)).scalars().all() == ["database.restored"]


def test_a_notice_is_not_heard_twice_either(client: FlaskClient, keys: KeyServer, dump: Callable[[], Callable[[], None]]) -> None:
    restore = dump()
    old = {"notices": [{"jwt": token(notice(iat=int(time()) - 30))}]}

    def heard(document: Any) -> Any:
        return client.post("/lti/notices", json=document, base_url=HTTPS).get_json()["refused"]

    assert heard(old) == []
    restore()
    restored()
    assert heard(old) == [{"index": 0, "code": "token-before-restore"}]
    assert heard({"notices": [{"jwt": token(notice())}]}) == []


def test_sessions_and_one_time_addresses_of_before_are_over(
    app: Flask, keys: KeyServer, dump: Callable[[], Callable[[], None]]
) -> None:
    def register_page(invite: str) -> str:
        answer = app.test_client().get("/lti/register", query_string={"invite": invite}, base_url=HTTPS)
        db.session.remove()
        return answer.get_json()["code"] if answer.is_json else " ".join(answer.text.split())[:3000]

    owner = signed_in(app)
    learner = app.test_client()
    page = launch(learner).headers["Location"]
    assert learner.get(page, base_url=HTTPS).status_code == 404, "inside, where no pack is published"
    secret = admin_invites.invite(db.session, CONSOLE, "baru@bgtk.example", "", Rights(AdminRole.AUDITOR), utcnow())
    _, address = registering.invite(db.session, utcnow(), name="Moodle baru")
    db.session.commit()
    assert secret
    assert "registration-from-lms" in register_page(address), "open until now"
    restore = dump()
    restore()
    restored()
    assert owner.get("/admin/platforms").status_code == 303, "signed out"
    assert learner.get(page, base_url=HTTPS).status_code == 401
    assert db.session.execute(select(AdminInvite)).first() is None
    db.session.remove()
    assert "invite-expired" in register_page(address)
    assert launch(learner).status_code == 303
    kept = db.session.execute(select(Platform.not_before)).scalar_one()
    assert kept
    assert utcnow() - kept < timedelta(minutes=5)

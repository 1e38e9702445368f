"""The tool itself, with an activity to launch: the starter pack's quiz, or the test suite's sum while there is no quiz type."""

import json
import os
import sys
from typing import Any

from flask import Flask

from bench.platform import CLIENT, DEPLOYMENT
from lms_ext.app import create_app
from lms_ext.domain.activities import Activity
from lms_ext.domain.activity_types import ActivityType
from lms_ext.migrating import upgrade
from lms_ext.models import db, utcnow
from lms_ext.packs.reading import read_pack
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services import platforms, publishing
from lms_ext.settings import Settings, data_folder
from lms_ext.web.tool import tool
from tests.support import sum_plugin

_SUM = {
    "format": 1, "id": "demo", "version": "1.0.0", "title": {"id": "Contoh"}, "language": "id", "licence": "CC0",
    "authors": ["T"],
    "units": [{"id": "u1", "title": {"id": "Unit"}, "activities": [
        {"id": "sum", "type": "sum", "title": {"id": "Jumlah"}, "points": 10, "config": {"first": 2, "second": 3}},
    ]}],
}  # fmt: skip


def make() -> Flask:
    """Build the application of the environment's settings."""
    return create_app(Settings.from_env(os.environ), extra_plugins={"sum": sum_plugin})


def _activity() -> tuple[Activity, ActivityType, Any]:
    types = tool().plugins.activity_types
    if "quiz" in types:
        loaded = read_pack(data_folder("course_packs") / "starter", types, tool().plugins.pack_formats)
        if loaded.pack is None:
            raise SystemExit("\n".join(map(str, loaded.problems)))
        publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
        found = next(one for one in loaded.pack.activities if one.type == "quiz")
    else:
        pack = pack_from_document(_SUM, types)
        publishing.publish(db.session, pack, {}, utcnow())
        found = pack.activities[0]
    return found, types[found.type], types[found.type].start(found.config, 1)


def prepare(issuer: str) -> dict[str, Any]:
    """Migrate, register the platform, publish; say what to launch and how to answer it."""
    with make().app_context():
        upgrade()
        platforms.save(
            db.session,
            {"issuer": issuer, "client_id": CLIENT, "auth_login_url": f"{issuer}/auth", "auth_token_url": f"{issuer}/token",
             "jwks_url": f"{issuer}/jwks", "deployment_ids": [DEPLOYMENT], "name": "Bench", "profile": "moodle"},
            allow_http=True,
        )  # fmt: skip
        activity, kind, state = _activity()
        db.session.commit()
        sample = max(kind.samples(activity.config, state), key=lambda one: len(one.answer))
        answer = {name: list(values) for name, values in sample.answer.items()}
        return {"ref": activity.ref, "type": activity.type, "answer": answer}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(prepare(sys.argv[1])))

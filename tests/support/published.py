"""A pack of written files, published and reached by real launches."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms_ext.models import GradeSlot, db
from lms_ext.models.base import utcnow
from lms_ext.packs.reading import Loaded, read_pack
from lms_ext.services import publishing
from lms_ext.web.tool import tool
from tests.support.platform import begin, claims, post, token

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
COLUMN = {"scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"], "lineitem": "https://lms.example/lineitems/1"}
INSTRUCTOR = {"sub": "7", "name": "Yohanes Kambu", "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"]}
PACK = """\
format: 1
id: demo
version: 1.0.0
title: Contoh
language: id
licence: CC0-1.0
authors: [Seseorang]
sources: [{title: Buku}]
units:
  - id: satu
    title: Unit satu
    activities: [NAME]
"""


def read(folder: Path, files: Mapping[str, str]) -> Loaded:
    """Read a pack whose first file is its one activity."""
    name = next(iter(files))
    for path, content in {"pack.yaml": PACK.replace("NAME", name), **files}.items():
        (folder / path).write_text(content, encoding="utf-8")
    return read_pack(folder, tool().plugins.activity_types, tool().plugins.pack_formats)


def publish(folder: Path, files: Mapping[str, str]) -> None:
    """Read and publish such a pack."""
    loaded = read(folder, files)
    assert loaded.pack is not None, loaded.problems
    publishing.publish(db.session, loaded.pack, {}, utcnow())
    db.session.commit()


class Visitor:
    """A browser at the activity ``kerja``."""

    def __init__(self, client: FlaskClient, **more: Any) -> None:
        self.client = client
        target = "http://localhost:8000/lti/launch?activity=demo/kerja"
        begun = begin(client, target_link_uri=target)
        body = claims(begun.nonce, **{AGS: COLUMN}, target_link_uri=target, **more)
        answer = post(client, state=begun.state, id_token=token(body))
        self.home = answer.headers["Location"]

    def get(self, path: str = "") -> str:
        """Open the activity, or a page of it."""
        address = f"{self.home}/a/kerja/{path}" if path else self.home
        answer = self.client.get(address, base_url="https://localhost")
        assert answer.status_code == 200, answer.text
        return answer.text

    def hidden(self, page: str, name: str) -> str:
        """Give a hidden field of a page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', page)
        assert found, name
        return found[1].replace("&#34;", '"')

    def send(self, page: str, **form: str) -> TestResponse:
        """Send the form of a page as a browser without scripts does: with everything that stands in its text boxes."""
        data = {name: self.hidden(page, name) for name in ("csrf", "attempt", "client_key", "tab", "revs")}
        boxes = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
        return self.client.post(f"{self.home}/a/kerja/submit", data=data | dict(boxes) | form, base_url="https://localhost")

    def draft(self, page: str, **fields: str) -> TestResponse:
        """Save as the script does."""
        changes = {name: {"value": [value], "n": 1, "base": 0} for name, value in fields.items()}
        body = {"attempt": self.hidden(page, "attempt"), "tab": "t", "fields": changes}
        headers = {"X-CSRF-Token": self.hidden(page, "csrf")}
        return self.client.put(f"{self.home}/a/kerja/draft", json=body, headers=headers, base_url="https://localhost")

    def post(self, path: str, **form: Any) -> TestResponse:
        """Post to a page of the activity."""
        return self.client.post(f"{self.home}/a/kerja/{path}", data=form, base_url="https://localhost")


def slots() -> list[GradeSlot]:
    """Give the outbox as committed."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.execute(select(GradeSlot)).scalars())

"""Learners cannot upload: whatever file comes with a form of theirs, no byte of it stays anywhere (A28).

Journals hold words only, so there are no children's photos to guard. Who lets files in must replace this test by what
guards them: type, size, places written into pictures.
"""

import base64
import gc
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lms_ext.models import Attempt, db
from tests.security.test_walker import HTTPS, MISSING, ONLY_THE_LAUNCH, Walker, everything, owner  # noqa: F401 - a fixture
from tests.support.platform import KeyServer, begin, claims, post, token

# ruff: noqa: F811 - a fixture of another file
PHOTO = b"\x89PNG\r\n\x1a\nkenari-isi-foto GPS -2.5337 140.7181 " * 40
NAME, WORDS = "kenari-nama-berkas.png", "kenari-kata-di-kolom"
FIELDS = ("note", "total", "body", "value", "comment", "photo", "file", "berkas", "attachment", "answer", "fields")


def files(size: int = 1) -> dict[str, Any]:
    """Give a file for each field that a form has or might be thought to have."""
    return {name: (io.BytesIO(PHOTO * size), NAME, "image/png") for name in FIELDS}


def learner_rules(app: Flask) -> list[Rule]:
    return [one for one in app.url_map.iter_rules() if one.rule.startswith("/l/") and {"POST", "PUT"} & (one.methods or set())]


def path_of(rule: Rule, attempt: int) -> str:
    """Give the address below a launch."""
    if rule.endpoint in ONLY_THE_LAUNCH:
        return ONLY_THE_LAUNCH[rule.endpoint]
    ends = {"activities.autosave": "draft", "activities.submit": "submit", "activities.comment": "comment",
            "teaching.decide": f"works/{attempt}", "teaching.resend": f"resend/{MISSING}"}  # fmt: skip
    return f"/a/kerja/{ends[rule.endpoint]}"


def left_over(folder: Path) -> str:
    """Give all that is kept: rows, the database's own file, and what lies in the folder for temporary files."""
    kept = json.dumps(everything(), default=str)
    if db.engine.dialect.name == "sqlite":
        file = Path(str(db.engine.url.database))
        db.session.remove()
        kept += "".join(one.read_bytes().decode("latin-1") for one in file.parent.glob(f"{file.name}*"))
    return kept + "".join(f"{one} {one.read_bytes().decode('latin-1')}" for one in folder.rglob("*") if one.is_file())


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "sementara"))
    (tmp_path / "sementara").mkdir()
    return tmp_path / "sementara"


def test_no_form_of_a_learner_keeps_a_byte_of_a_file(app: Flask, owner: Walker, temporary: Path) -> None:
    attempt = max(db.session.execute(db.select(Attempt.id)).scalars())
    db.session.remove()
    walked: dict[str, list[int]] = {}
    form = {"csrf": owner.csrf, "attempt": str(attempt), "client_key": "k-berkas", "tab": "t", "revs": "{}", "action": "draft"}
    for rule in learner_rules(app):
        for sent in (files(), files(10), {"words": WORDS} | files()):  # the second is larger than a form may be
            method = "POST" if "POST" in (rule.methods or set()) else "PUT"
            answer = owner.client.open(
                owner.home + path_of(rule, attempt), method=method, base_url=HTTPS, data={**form, **sent},
                content_type="multipart/form-data", headers={"X-CSRF-Token": owner.csrf},
            )  # fmt: skip
            assert answer.status_code < 500, (rule.rule, answer.status_code)
            walked.setdefault(rule.endpoint, []).append(answer.status_code)
            db.session.remove()
    assert {"activities.submit", "activities.autosave", "activities.comment", "activities.again"} <= set(walked)
    assert owner.post("/a/kerja/comment", attempt=str(attempt), body=WORDS).status_code == 303
    gc.collect()
    kept = left_over(temporary)
    assert WORDS in kept, "words are kept, so a file would be found too"
    for trace in ("kenari-isi-foto", NAME, base64.b64encode(PHOTO[:30]).decode(), PHOTO[:24].hex(), "140.7181"):
        assert trace not in kept, trace


def test_a_launch_with_a_file_is_refused_and_keeps_nothing(app: Flask, keys: KeyServer, temporary: Path) -> None:
    client = app.test_client()
    begun = begin(client)
    refused = post(client, state=begun.state, id_token=token(claims(begun.nonce)), **files())
    assert refused.status_code == 413
    db.session.remove()
    kept = left_over(temporary)
    assert "kenari" not in kept

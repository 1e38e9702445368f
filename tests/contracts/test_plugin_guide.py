"""The plugin guide is run: its files are a plugin that loads, its pack publishes, and a learner answers it."""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms_ext.defaults import builtin_plugins
from lms_ext.domain.problems import Severity
from lms_ext.domain.quirks import PlatformInfo, Quirks
from lms_ext.lti import quirks
from lms_ext.models import GradeSlot, Submission, db, utcnow
from lms_ext.packs.reading import read_pack
from lms_ext.plugin_host import load_plugins
from lms_ext.services import publishing
from lms_ext.testing import breaches
from lms_ext.web.tool import tool
from tests.support.apps import entered
from tests.support.platform import key_server, launch, register

_BLOCK = re.compile(r"^`([\w./]+)`\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
PACK = """\
format: 1
id: jajak-contoh
version: 1.0.0
title: Jajak
language: id
licence: CC-BY-SA-4.0
authors: [Penulis]
audience: [guru]
units:
  - id: satu
    title: Satu
    activities: [jajak.yaml]
"""


@pytest.fixture
def plugin(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Write the guide's files and import them."""
    blocks = dict(_BLOCK.findall((root / "docs/plugins.md").read_text(encoding="utf-8")))
    assert sorted(blocks) == [
        "lms_ext_poll/__init__.py", "lms_ext_poll/templates/attempt.html", "lms_ext_poll/templates/review.html",
        "lms_ext_sekolahku/__init__.py",
    ]  # fmt: skip
    for name, body in blocks.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("lms_ext_poll")
    for name in ("lms_ext_poll", "lms_ext_sekolahku"):
        sys.modules.pop(name, None)


@pytest.fixture
def host(plugin: ModuleType, settings: Any) -> Iterator[Flask]:
    with entered(settings, poll=plugin) as app:
        yield app


def test_the_guides_plugin_is_checked_published_and_answered(host: Flask, plugin: ModuleType, root: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text(PACK, encoding="utf-8")
    (pack / "jajak.yaml").write_text(_YAML.findall((root / "docs/plugins.md").read_text(encoding="utf-8"))[0], encoding="utf-8")
    plugins = tool().plugins
    loaded = read_pack(pack, plugins.activity_types, plugins.pack_formats)
    assert not [one for one in loaded.problems if one.severity == Severity.ERROR]
    assert loaded.pack is not None
    warned = [one.rule for problems in plugins.call_each("check_pack", pack=loaded.pack) for one in problems]
    assert warned == ["only-polls"]
    assert breaches(plugin.Poll(), loaded.pack.activities[0].config, graded=False) == []
    publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
    db.session.commit()

    client = host.test_client()
    with key_server() as keys:
        register(keys)
        scope = ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]
        arrived = launch(client, custom={"activity": "jajak-contoh/jajak"},
                         **{AGS: {"lineitem": "https://lms.example/li/1", "scope": scope}})  # fmt: skip
    page = client.get(arrived.headers["Location"], base_url="https://localhost")
    assert "Prinsip mana yang ingin Anda kuatkan" in page.text
    hidden = dict(re.findall(r'name="(csrf|attempt|client_key|tab)" value="([^"]*)"', page.text))
    address = re.search(r'action="(/l/[^"]+/submit)"', page.text)
    assert address
    unanswered = client.post(address[1], data=hidden | {"action": "submit"}, base_url="https://localhost")
    assert unanswered.status_code == 422
    assert "Pilih satu jawaban dahulu." in unanswered.text
    done = client.post(address[1], data=hidden | {"choice": "bermakna", "action": "submit"}, base_url="https://localhost",
                       follow_redirects=True)  # fmt: skip
    assert "Bermakna" in done.text
    assert plugin.answered == ["jajak-contoh/jajak"]
    assert db.session.execute(select(Submission.fraction)).scalar_one() == 1.0
    assert db.session.execute(select(GradeSlot.given)).scalar_one() == 10.0


def test_the_guides_lms_differs_where_it_says_and_nowhere_else(plugin: ModuleType) -> None:
    host = load_plugins([], builtin={**builtin_plugins(), "default-quirks": quirks}, strict=True)
    host.add("sekolahku", import_module("lms_ext_sekolahku"))
    found = {
        name: host.choose("choose_quirks", Quirks(), platform=PlatformInfo("https://lms.example", name))
        for name in ("SEKOLAHKU", "moodle", "other")
    }
    assert [found[name].product for name in ("SEKOLAHKU", "moodle", "other")] == ["sekolahku", "moodle", "generic"]
    assert found["SEKOLAHKU"].is_not_enrolled(404, '{"error": "unknown user"}')
    assert found["SEKOLAHKU"].scores_url("https://lms.example/li/1?t=2") == Quirks().scores_url("https://lms.example/li/1?t=2")


def test_every_bundled_and_guided_hook_is_known(root: Path) -> None:
    """The guide names no hook that does not exist."""
    from lms_ext import hookspecs

    named = set(re.findall(r"^def ((?:register|check|choose|on)_\w+)", (root / "docs/plugins.md").read_text(), re.MULTILINE))
    assert named
    assert named <= set(dir(hookspecs))

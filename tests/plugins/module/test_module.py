"""A learner reads a module over HTTP without scripts: marks sections done, resumes elsewhere, completes, is scored."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_ext.api import Work
from lms_ext_module.activity import Module
from lms_ext_module.schema import ModuleConfig, ModuleSchema
from tests.support.platform import KeyServer
from tests.support.published import INSTRUCTOR, Visitor, publish, read, slots

MODULE = """\
---
id: kerja
title: {id: Tiga prinsip, en: Three principles}
points: POINTS
experience: memahami
SETTINGS
---
## Satu {#satu minutes=4}

Teks satu $\\frac{1}{2}$.

> [!JEDA]
> Catat satu alasan.

## Dua {#dua minutes=6 experience=merefleksi}

Teks dua.

> [!PENTING]
> Ingat ini.

> [!CONTOH]
> Kue lapis.

> [!SUMBER]
> Buku.
"""


def module(points: int = 10, settings: str = "") -> dict[str, str]:
    return {"m.module.md": MODULE.replace("POINTS", str(points)).replace("SETTINGS\n", settings)}


def config(**more: Any) -> ModuleConfig:
    sections = [
        {"id": key, "title": key, "minutes": 3, "blocks": [{"text": "t"}, {"kind": "pause", "id": "j", "text": "?"}]}
        for key in "abc"
    ]
    loaded = ModuleSchema().load({"sections": sections, **more})
    assert isinstance(loaded, ModuleConfig)
    return loaded


def test_marking_done_opens_the_next_undone_section() -> None:
    kind, made = Module(), config()
    answer = kind.apply(made, Work({}), "finish", "b")
    assert answer == {"done": ("b",), "open": ("c",)}
    answer = kind.apply(made, Work({}, answer), "finish", "c")
    assert answer["open"] == ("a",)
    assert kind.apply(made, Work({}, answer), "go", "b")["open"] == ("b",)
    assert kind.apply(made, Work({}, answer), "finish", "unknown") == answer
    assert kind.view(made, Work({}, answer))["minutes_left"] == 3
    assert kind.view(made, Work({}, {"done": ("a", "b"), "open": ("c",)}))["next"] is None
    assert kind.view(made, Work({}, {"done": ("a",), "open": ("c",)}))["next"].id == "b"
    assert kind.view(made, Work({}, {"done": ("a", "b")}))["section"].id == "c"


@pytest.mark.parametrize("score", ["share", "all"])
def test_samples_earn_what_they_say(score: str) -> None:
    kind, made = Module(), config(score=score)
    for sample in kind.samples(made, {}):
        outcome = kind.grade(made, Work({}, sample.answer))
        assert outcome.fraction == sample.fraction
        assert outcome.complete == (sample.fraction == 1.0)
        due = sample.fraction is not None
        assert outcome.units == (dict.fromkeys(sample.answer.get("done", ()), 1.0) if due else {}), "no part before its whole"


def test_the_size_is_told() -> None:
    one = ModuleSchema().load({"sections": [{"id": "a", "title": "A", "blocks": [{"text": "t"}]}]})
    assert Module().summary(one) == {"id": "1 bagian", "en": "1 section"}
    assert Module().summary(config())["en"] == "3 sections"
    assert ([len(Module().units(each)) for each in (one, config())]) == [0, 3], "one section is the whole"
    assert len(list(Module().samples(one, {}))) == 2


def test_reading_to_the_end(app: Flask, keys: KeyServer, client: FlaskClient, tmp_path: Path) -> None:
    publish(tmp_path, module())
    reader = Visitor(client)
    page = reader.get()
    assert "Bagian 1 dari 2" in page
    assert "Teks satu" in page
    assert "Teks dua" not in page
    assert "<math" in page
    assert reader.send(page, **{"note.satu.b2": "Bermakna.", "finish": "satu"}).status_code == 303
    assert [(one.given, one.activity_progress) for one in slots()] == [(5.0, "InProgress")]

    other = Visitor(app.test_client())
    page = other.get()
    assert "Teks dua" in page
    assert "1 selesai" in page
    other.send(page, go="satu")
    back = other.get()
    assert ">Bermakna.</textarea>" in back
    assert "Tandai selesai" not in back
    other.send(back, go="dua")
    other.send(other.get(), finish="dua")
    assert [(one.given, one.activity_progress) for one in slots()] == [(10.0, "Completed")]
    whole = other.get()
    for words in ("Teks satu", "Teks dua", "Bermakna.", "Ingat ini", "Kue lapis", "2 dari 2 bagian selesai"):
        assert words in whole


def test_a_stale_page_loses_no_mark(app: Flask, keys: KeyServer, client: FlaskClient, tmp_path: Path) -> None:
    publish(tmp_path, module())
    reader = Visitor(client)
    stale = reader.get()
    reader.send(stale, go="dua")
    reader.send(reader.get(), finish="dua")
    assert reader.send(stale, finish="satu").status_code == 303
    assert "2 dari 2 bagian selesai" in reader.get()


def test_marks_cannot_be_sent_as_answers(app: Flask, keys: KeyServer, client: FlaskClient, tmp_path: Path) -> None:
    publish(tmp_path, module())
    reader = Visitor(client)
    assert reader.draft(reader.get(), done="satu").status_code == 422
    reader.send(reader.get(), done="satu", go="dua")
    assert "0 selesai" in reader.get()


@pytest.mark.parametrize(("points", "more"), [(0, ""), (10, "settings: {score: all}\n")])
def test_no_score_before_it_is_due(
    app: Flask, keys: KeyServer, client: FlaskClient, tmp_path: Path, points: int, more: str
) -> None:
    publish(tmp_path, module(points, more))
    reader = Visitor(client)
    reader.send(reader.get(), finish="satu")
    assert slots() == []
    reader.send(reader.get(), finish="dua")
    assert [one.given for one in slots()] == ([10.0] if points else [])


def test_a_teacher_reads_what_was_noted(app: Flask, keys: KeyServer, client: FlaskClient, tmp_path: Path) -> None:
    publish(tmp_path, module())
    reader = Visitor(client)
    page = reader.get()
    reader.send(page, **{"note.satu.b2": "Bermakna.", "finish": "satu"})
    teacher = Visitor(app.test_client(), **INSTRUCTOR)
    assert "Bermakna." in teacher.get(f"works/{reader.hidden(page, 'attempt')}")


def test_schema_errors_name_the_line(app: Flask, tmp_path: Path) -> None:
    broken = MODULE.replace("POINTS", "0").replace("SETTINGS\n", "").replace("minutes=6", "minutes=enam")
    found = [(one.rule, one.line) for one in read(tmp_path, {"m.module.md": broken}).problems]
    assert ("wrong-kind", 14) in found

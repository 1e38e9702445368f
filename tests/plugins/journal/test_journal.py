"""A journal over HTTP: write, hand in, be asked to revise, be marked by rubric."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from sqlalchemy import select

from lms_ext.api import Work
from lms_ext.models import Person, db
from lms_ext.web import dossiers
from lms_ext_journal.activity import Journal
from lms_ext_journal.changes import compare
from lms_ext_journal.reflection_models import MODELS
from lms_ext_journal.schema import JournalConfig, JournalSchema
from tests.support.platform import KeyServer
from tests.support.published import INSTRUCTOR, Visitor, publish, read, slots

JOURNAL = """\
id: kerja
type: journal
title: {id: Refleksi pertama, en: First reflection}
points: 100
experience: merefleksi
rubric:
  names: {2: Baik, 1: Cukup}
  aspects:
    - id: a
      title: Pemikiran reflektif
      indicators: [{id: emosi, label: Menyebut emosi}, {id: baik, label: Menyebut yang baik}]
    - id: b
      title: Bahasa
      levels: [{value: 1, label: Layak}, {value: 4, label: Mahir}]
config:
  model: 4p
  words: 150
  required: [peristiwa, perasaan]
  intro: Tulis tentang **open class**.
"""
FIRST = {"peristiwa": "Murid mengukur air.", "perasaan": "Saya cemas."}


def load(**config: Any) -> JournalConfig:
    loaded = JournalSchema().load(config)
    assert isinstance(loaded, JournalConfig)
    return loaded


PROMPT = {"id": "satu", "title": "Satu", "question": "Apa?"}


@pytest.mark.parametrize("name", MODELS)
def test_each_model_asks_in_two_languages(name: str) -> None:
    made = load(model=name)
    assert len({one.id for one in made.steps}) == len(made.steps) >= 3
    assert all(one.question["id"] != one.question["en"] and one.required for one in made.steps)
    assert next(iter(Journal().samples(made, {}))).fraction is None


def test_step_names_are_exact() -> None:
    names = {key: [one.title["id"] for one in MODELS[key].steps] for key in ("4f", "4p", "gibbs", "5m")}
    assert names["4f"] == ["Facts", "Feelings", "Findings", "Future"]
    assert names["4p"] == ["Peristiwa", "Perasaan", "Pembelajaran", "Penerapan"]
    assert names["gibbs"] == ["Deskripsi", "Perasaan", "Evaluasi", "Analisis", "Kesimpulan", "Rencana Tindakan"]
    assert names["5m"] == ["Mendeskripsikan", "Merespon", "Mengaitkan", "Menganalisis", "Merancang ulang"]


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"model": "4f", "prompts": [PROMPT]},
        {"model": "5f"},
        {"prompts": [PROMPT, PROMPT]},
        {"model": "4f", "required": ["fakta"]},
        {"model": "4f", "words": -1},
    ],
)
def test_the_schema_refuses(config: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        load(**config)


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [("model: 4p", "model: 4q", "bad-choice", 16), ("[peristiwa, perasaan]", "[fakta]", "bad-value", 18),
     ("  model: 4p\n", "", "bad-value", 15)],
)  # fmt: skip
def test_a_slip_names_its_line(app: Flask, tmp_path: Path, old: str, new: str, rule: str, line: int) -> None:
    problems = read(tmp_path, {"j.yaml": JOURNAL.replace(old, new)}).problems
    assert [(one.rule, one.line) for one in problems] == [(rule, line)]
    assert problems[0].message["id"] != problems[0].message["en"]


def test_only_required_steps_block() -> None:
    kind, made = Journal(), load(prompts=[PROMPT, PROMPT | {"id": "dua", "title": "Dua", "required": False}], words=100)
    missing = kind.ready(made, Work({}, {"satu": (" ",)}))
    assert missing is not None
    assert "Satu" in missing["id"]
    assert "Dua" not in missing["id"]
    assert kind.ready(made, Work({}, {"satu": ("Ya",)})) is None
    free = load(model="driscoll", required=[])
    assert kind.ready(free, Work({})) is not None
    assert kind.ready(free, Work({}, {"what": ("Ya",)})) is None


def test_the_size_is_told() -> None:
    assert Journal().summary(load(model="4f", words=150))["id"] == "4 langkah, sasaran 150 kata"
    assert Journal().summary(load(prompts=[PROMPT]))["en"] == "1 step"


def test_changes_word_by_word() -> None:
    pieces = [(one.kind, one.text) for one in compare("Saya cemas dan malu.", "Saya lega dan malu sekali.")]
    assert pieces == [("same", "Saya "), ("del", "cemas "), ("ins", "lega "), ("same", "dan "), ("del", "malu."),
                      ("ins", "malu sekali.")]  # fmt: skip
    assert compare("", "") == []
    assert [one.kind for one in compare("", "baru")] == ["ins"]
    assert [one.kind for one in compare("a " * 9000, "b " * 9000)] == ["del", "ins"]


def words(pieces: list[Any], kind: str) -> list[str]:
    return [word for one in pieces if one.kind in {"same", kind} for word in one.text.split()]


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_both_versions_can_be_read_from_the_changes(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert words(pieces, "ins") == new.split()
    assert words(pieces, "del") == old.split()


def test_write_return_revise_and_mark(app: Flask, keys: KeyServer, client: FlaskClient, tmp_path: Path) -> None:
    publish(tmp_path, {"j.yaml": JOURNAL})
    writer = Visitor(client)
    page = writer.get()
    for said in ("Peristiwa", "sasaran 150", "Draf hanya terlihat oleh Anda", "Menyebut emosi", "open class"):
        assert said in page
    assert writer.draft(page, peristiwa=FIRST["peristiwa"]).status_code == 200
    page = Visitor(app.test_client()).get()
    assert "Murid mengukur air." in page
    refused = writer.send(writer.get(), action="submit")
    assert refused.status_code == 422
    assert "Belum diisi: Perasaan" in refused.text
    assert writer.send(writer.get(), perasaan="Saya cemas.", action="submit").status_code == 303
    assert slots() == []

    teacher = Visitor(app.test_client(), **INSTRUCTOR)
    work = f"works/{writer.hidden(page, 'attempt')}"
    first = teacher.get(work)
    assert "Murid mengukur air." in first
    assert "<ins>" not in first
    csrf = teacher.hidden(first, "csrf")
    assert teacher.post(work, csrf=csrf, revision="1", action="return", comment="Apa alasannya?").status_code == 303
    again = writer.get()
    assert "Apa alasannya?" in again
    writer.send(again, perasaan="Saya lega.", action="submit")
    for shown in (writer.get(), teacher.get(work)):
        assert "<del>cemas.</del><ins>lega.</ins>" in shown
    assert slots() == []

    half = {"csrf": csrf, "revision": "2", "action": "mark", "aspect": ["a", "b"], "r.a": ["emosi"]}
    assert teacher.post(work, **half).status_code == 422
    assert teacher.post(work, **half, **{"r.b": "4"}).status_code == 303
    assert [(one.given, one.maximum) for one in slots()] == [(75.0, 100)]
    assert "Dinilai" in writer.get()


def test_the_same_text_again_is_said_to_be_the_same() -> None:
    kind, made = Journal(), load(model="4p")
    answer = {key: (value,) for key, value in FIRST.items()}
    work = Work({}, answer, previous=answer)
    shown = kind.review(made, work, kind.grade(made, work))
    assert shown["revised"]
    assert not shown["changed"]
    assert kind.view(made, work)["words"] == 5


def test_a_reflection_is_taken_along_under_the_names_of_its_steps(client: FlaskClient, keys: KeyServer, tmp_path: Path) -> None:
    publish(tmp_path, {"kerja.yaml": JOURNAL})
    writer = Visitor(client)
    assert writer.send(writer.get(), **FIRST, action="submit").status_code == 303
    made = dossiers.archive(1, db.session.execute(select(Person.id)).scalar_one())
    told = zipfile.ZipFile(io.BytesIO(made)).read("jawaban.csv").decode("utf-8-sig")
    assert ",Peristiwa,Murid mengukur air." in told
    assert ",Perasaan,Saya cemas." in told

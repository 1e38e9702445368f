"""From a schema's tree of errors to the part of the file, and to the keys that were possible there."""

import pytest
from marshmallow import fields

from lms_ext.config_fields import Strict
from lms_ext.packs.schema_errors import Reader, at, leaves, named
from lms_ext.packs.schemas import DocumentSchema, schema_at


class Inner(Strict):
    name = fields.String()


class Outer(Strict):
    one = fields.Nested(Inner, data_key="satu")
    rows = fields.Nested(Inner, many=True)
    word = fields.String()


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        (("satu",), {"name"}),
        (("one",), None),
        (("rows",), None),
        (("word",), None),
        (("word", "x"), None),
        ((3,), None),
    ],
)
def test_the_schema_of_a_part(place: tuple[str | int, ...], keys: set[str] | None) -> None:
    found = schema_at(Outer(), place)
    assert (set(found.fields) if found else None) == keys


def test_the_schema_inside_a_dict_and_a_list() -> None:
    asset = schema_at(DocumentSchema(), ("assets", "assets/peta.png"))
    assert asset is not None
    assert set(asset.fields) == {"media_type", "sha256", "size"}
    unit = schema_at(DocumentSchema(), ("units", 0, "activities", 2))
    assert unit is not None
    assert "config" in unit.fields


def test_a_part_that_is_not_there_is_nothing() -> None:
    value = {"a": [{"b": 1}]}
    assert at(value, ("a", 0, "b")) == 1
    assert at(value, ("a", 1)) is None
    assert at(value, ("a", "b")) is None
    assert at(value, ("a", 0, "b", "c")) is None


def test_errors_in_any_shape_are_flattened() -> None:
    errors = {"_schema": ["x"], "a": {0: {"b": ["y", ["z"]]}}, "c": "w", 2.5: ["v"]}
    assert list(leaves(errors)) == [((), "x"), (("a", 0, "b"), "y"), (("a", 0, "b"), "z"), (("c",), "w"), (("2.5",), "v")]
    assert named(("a", 0, "b")) == "a[1].b"
    assert named((0, "b")) == "[1].b"


def test_what_cannot_be_shown_in_a_line_is_left_out_of_the_remedy() -> None:
    reader = Reader(Outer(), {"satu": {"name": "x"}, "word": "y"}, {}, "a.yaml")
    (whole,) = reader.problems({"satu": [{"id": "salah", "en": "wrong"}]})
    assert whole.fix["en"] == "Change `satu` on this line to meet that."
    (word,) = reader.problems({"word": [{"id": "salah", "en": "wrong"}]})
    assert word.fix["en"].endswith("It now says: y.")

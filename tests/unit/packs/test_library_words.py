"""What the schema library says in English reaches authors in their own language, with what to write instead."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from lms_ext.config_fields import Strict
from lms_ext.domain.problems import Problem
from lms_ext.packs.library_words import fault, limits
from lms_ext.packs.schema_errors import Reader

_OTHERWISE = {"required", "null", "unknown", "format", "input"}
"""Messages with rules of their own, and those about writing instead of reading."""
_KINDS = re.compile(r"Not a valid (string|integer|number|boolean|list|mapping type)\.")
_ENGLISH = re.compile(r"\b(must|valid|than|between|length|choices?|value|input|string|pattern)\b", re.IGNORECASE)


def _messages() -> Iterator[str]:
    """Give every message that fields of the library have of their own."""
    for name in fields.__all__:
        made = getattr(fields, name)
        if inspect.isclass(made):
            yield from (said for key, said in vars(made).get("default_error_messages", {}).items() if key not in _OTHERWISE)


_OF_FIELDS = sorted({one for one in _messages() if not _KINDS.match(one)} - {"Must be one of: {choices}."})
_VALIDATORS: list[tuple[validate.Validator, Any]] = [
    (validate.URL(), "x"),
    (validate.Email(), "x"),
    (validate.Range(1, 5), 9),
    (validate.Range(min=1), 0),
    (validate.Range(max=1, max_inclusive=False), 3),
    (validate.Range(min=1, min_inclusive=False), 0),
    (validate.Length(1, 2), "abc"),
    (validate.Length(min=1), []),
    (validate.Length(max=1), {"a": 1, "b": 2}),
    (validate.Length(equal=2), (1,)),
    (validate.Equal(3), 4),
    (validate.Regexp(r"\d"), "x"),
    (validate.Predicate("isdigit"), "x"),
    (validate.NoneOf(["x"]), "x"),
    (validate.ContainsOnly(["a"]), ["b"]),
    (validate.ContainsNoneOf(["b"]), ["b"]),
]


def test_the_messages_are_found() -> None:
    assert len(_OF_FIELDS) > 15


@pytest.mark.parametrize("message", _OF_FIELDS)
def test_every_message_of_a_field_is_said_in_indonesian(message: str) -> None:
    said = fault(message)
    assert not _ENGLISH.search(said.detail["id"]), said
    assert said.detail["id"] != said.detail["en"]


@pytest.mark.parametrize(("validator", "value"), _VALIDATORS, ids=lambda one: type(one).__name__)
def test_every_validator_speaks_indonesian(validator: validate.Validator, value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        validator(value)
    message = str(caught.value.messages[0])
    said = limits(message, value) or fault(message).detail
    assert not _ENGLISH.search(said["id"]), said
    assert said["en"] != said["id"]


class _Config(Strict):
    link = fields.Url()
    age = fields.Integer(validate=validate.Range(1, 9))
    names = fields.List(fields.String(), validate=validate.Length(2, 3))
    short = fields.String(validate=validate.Length(max=3))
    odd = fields.Integer(validate=validate.NoneOf([4]))


def _problem(schema: Schema, given: dict[str, Any]) -> Problem:
    with pytest.raises(ValidationError) as caught:
        schema.load(given)
    (one,) = Reader(schema, given, {}, "a.yaml").problems(caught.value.messages)
    return one


@pytest.mark.parametrize(
    ("given", "rule", "message", "fix"),
    [
        ({"link": "situs"}, "bad-value", "`link`: bukan alamat yang sah",
         "Tulis alamat lengkap yang diawali https://."),
        ({"age": 10}, "bad-range", "Nilai atau panjang `age` di luar batas: harus paling kecil 1 dan paling besar 9.",
         "Pakai nilai di dalam batas."),
        ({"names": ["a"]}, "bad-range", "Nilai atau panjang `names` di luar batas: perlu 2 sampai 3 butir.",
         "Pakai nilai di dalam batas."),
        ({"short": "panjang"}, "bad-range", "Nilai atau panjang `short` di luar batas: paling banyak 3 karakter.",
         "Pakai nilai di dalam batas."),
        ({"odd": 4}, "bad-value", "`odd`: tidak memenuhi syarat jenis ini",
         "Ubah `odd` di baris ini sesuai keterangan itu. Sekarang tertulis: 4."),
    ],
)  # fmt: skip
def test_an_author_reads_what_is_wrong_and_what_to_write(given: dict[str, Any], rule: str, message: str, fix: str) -> None:
    one = _problem(_Config(), given)
    assert (one.rule, one.message["id"], one.fix["id"]) == (rule, message, fix)


def test_a_plugins_own_words_stay_and_cannot_control_a_terminal() -> None:
    said = fault("harus ganjil\x1b[2J")
    assert said.detail["id"] == "harus ganjil\x1b[2J"

    class Own(Strict):
        odd = fields.Integer(validate=validate.Equal(3, error="harus\x1b[2J ganjil"))

    assert "\x1b" not in _problem(Own(), {"odd": 4}).message["id"]

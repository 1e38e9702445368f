"""marshmallow's errors as Problems with a line, in two languages, for our schemas and the plugins'."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from marshmallow import Schema

from lms_ext.domain.activities import Json
from lms_ext.domain.problems import Problem
from lms_ext.domain.texts import LOCALES, Text, pick, text
from lms_ext.packs.framework import TAGS
from lms_ext.packs.library_words import Said, fault, limits
from lms_ext.packs.rules import RULES, nearest, problem, shown
from lms_ext.packs.schemas import schema_at
from lms_ext.packs.yaml_tree import Place, line_of

_KINDS = {
    "string": ("teks", "a text"),
    "integer": ("bilangan bulat", "a whole number"),
    "number": ("angka", "a number"),
    "boolean": ("true atau false", "true or false"),
    "list": ("daftar", "a list"),
    "mapping": ("pasangan kunci dan nilai", "keys with values"),
}
_NOT_A = re.compile(r"Not a valid (?:mapping type|(string|integer|number|boolean|list|mapping))\.?")
_ONE_OF = re.compile(r"Must be one of: (?P<known>.*)\.\Z", re.DOTALL)


def leaves(errors: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Flatten marshmallow's tree of errors to (path, message)."""
    if isinstance(errors, Mapping):
        for key, value in errors.items():
            step: Place = () if key == "_schema" else (key,) if isinstance(key, (str, int)) else (str(key),)
            yield from leaves(value, place + step)
    elif isinstance(errors, (list, tuple)):
        for one in errors:
            yield from leaves(one, place) if isinstance(one, (list, tuple)) else [(place, one)]
    else:
        yield place, errors


def at(value: Json, place: Place) -> Json:
    """Give the part of plain JSON at a path, None where there is none."""
    for step in place:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def named(place: Place) -> str:
    """Write a path as authors think of it: ``items[3].choices[1].text``, the first being 1."""
    written = ""
    for step in place:
        written += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if written else str(step)
    return written


def wrong_kind(file: str, line: int, key: str, kind: str) -> Problem:
    """Say that `key` should have been a string, integer, number, boolean, list or mapping."""
    indonesian, english = _KINDS[kind]
    return problem("wrong-kind", file, line, key=key, kind_id=indonesian, kind_en=english)


class Reader:
    """Turns the errors of one file's schema into Problems."""

    def __init__(self, schema: object, value: Json, lines: Mapping[Place, int], file: str) -> None:
        self.schema = schema
        self.value = value
        self.lines = lines
        self.file = file

    def problems(self, errors: object) -> list[Problem]:
        """Give a Problem for each message of a ValidationError's ``messages``."""
        return [self._one(self._own(place), message) for place, message in leaves(errors)]

    def _own(self, place: Place) -> Place:
        # Errors of a Dict field carry one more step, "key" or "value", that is not in the file.
        for index, step in enumerate(place):
            if index and step in {"key", "value"} and not isinstance(at(self.value, place[:index]), (dict, list)):
                return place[:index] + place[index + 1 :]
        return place

    def _one(self, place: Place, message: object) -> Problem:
        line = line_of(self.lines, place)
        if isinstance(message, Mapping) and set(message) <= set(LOCALES):
            said_by_plugin = {language: str(one) for language, one in message.items()}
            return self._bad_value(named(place) or self.file, at(self.value, place), line, Said(said_by_plugin))
        said = str(message)
        if said == "Unknown field.":
            return self._unknown(place, line)
        if said == "Missing data for required field.":
            return problem("missing-key", self.file, line, key=place[-1] if place else "?", where=self._where(place[:-1]))
        if said == "unknown-tag":
            value = at(self.value, place)
            return problem(said, self.file, line, value=value, near=nearest(value, TAGS))
        if said in RULES:
            return problem(
                said, self.file, line, key=named(place), value=at(self.value, place), where=self._where(place), other="sini"
            )
        return self._standard(place, said, line)

    def _standard(self, place: Place, said: str, line: int) -> Problem:
        key = named(place) or self.file
        kind = _NOT_A.match(said)
        if kind or said == "Invalid input type.":
            return wrong_kind(self.file, line, key, (kind[1] if kind else None) or "mapping")
        if said == "Field may not be null.":
            return problem("empty-value", self.file, line, key=key)
        choice = _ONE_OF.match(said)
        if choice:
            value = at(self.value, place)
            near = nearest(value, choice["known"].split(", "))
            return problem("bad-choice", self.file, line, key=key, value=value, known=choice["known"], near=near)
        value = at(self.value, place)
        within = limits(said, value)
        if within:
            return problem("bad-range", self.file, line, key=key, **_by_language("detail", within))
        return self._bad_value(key, value, line, fault(said))

    def _bad_value(self, key: str, value: Json, line: int, said: Said) -> Problem:
        one = problem("bad-value", self.file, line, key=key, **_by_language("detail", said.detail))
        return replace(one, fix=_each_shown(said.fix or _with_present(one.fix, value)))

    def _unknown(self, place: Place, line: int) -> Problem:
        owner = schema_at(self.schema, place[:-1])
        known = [one.data_key or name for name, one in owner.fields.items()] if isinstance(owner, Schema) else []
        return problem(
            "unknown-key", self.file, line, key=place[-1], where=self._where(place[:-1]), known=", ".join(known) or "-",
            near=nearest(place[-1], known),
        )  # fmt: skip

    def _where(self, place: Place) -> str:
        return named(place) or self.file


def _by_language(name: str, words: Text) -> dict[str, str]:
    return {f"{name}_{language}": pick(words, language) for language in LOCALES}


def _with_present(fix: Text, value: Json) -> Text:
    """Add what is written now, where that is short enough to help."""
    if not isinstance(value, (str, int, float)) or value == "":
        return fix
    return text(f"{fix['id']} Sekarang tertulis: {value}.", f"{fix['en']} It now says: {value}.")


def _each_shown(words: Text) -> Text:
    return {language: shown(one) for language, one in words.items()}

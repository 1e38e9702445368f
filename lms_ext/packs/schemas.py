"""Strict schemas of pack.yaml, activity heads and snapshots.

They give plain JSON back, with defaults written out and texts by language, so what was loaded is what a snapshot stores, and
loading it again changes nothing. An error message that is the name of a rule becomes that rule's Problem.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from lms_ext.config_fields import Localized, StableId, Strict
from lms_ext.domain.activities import Experience, Keep
from lms_ext.packs.framework import AUDIENCES, TAGS

FORMAT = 1
UNLIMITED = "unlimited"
_VERSION = re.compile(r"\A(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\Z")
_TOPIC = re.compile(r"\Atopik:[a-z0-9][a-z0-9-]{0,63}\Z")


class Whole(fields.Integer):
    """A whole number; not a text that looks like one, not true or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        return int(super()._deserialize(value, attr, data, **kwargs))


class Line(fields.String):
    """One short text, not empty, its ends trimmed."""

    def __init__(self, longest: int = 300, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        return str(super()._deserialize(value, attr, data, **kwargs)).strip()


class Attempts(fields.Field[int | str]):
    """How many attempts: 1 to 100, or ``unlimited``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int | str:
        del attr, data, kwargs
        if value == UNLIMITED or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100):
            return int(value) if isinstance(value, int) else UNLIMITED
        raise ValidationError("bad-attempts")


def _version(value: str) -> None:
    if not _VERSION.match(value):
        raise ValidationError("bad-version")


def _format(value: int) -> None:
    if value != FORMAT:
        raise ValidationError("bad-format")


def _date(value: str) -> None:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        raise ValidationError("bad-date") from None


def _url(value: str) -> None:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"https", "http"} and bool(parts.hostname) and not re.search(r"\s", value)
    except ValueError:
        good = False
    if not good:
        raise ValidationError("bad-url")


def _tag(value: str) -> None:
    if value not in TAGS and not _TOPIC.match(value):
        raise ValidationError("unknown-tag")


def _unique(values: list[Any], key: str) -> dict[int, dict[str, list[str]]]:
    seen: set[Any] = set()
    errors: dict[int, dict[str, list[str]]] = {}
    for index, one in enumerate(values):
        value = one.get(key)
        if value in seen:
            errors[index] = {key: ["duplicate-here"]}
        seen.add(value)
    return errors


class IndicatorSchema(Strict):
    id = StableId(required=True)
    label = Localized(required=True)


class LevelSchema(Strict):
    value = Whole(required=True, validate=validate.Range(0, 100))
    label = Localized(required=True)


class AspectSchema(Strict):
    """One aspect: ticked indicators, or levels to choose from."""

    id = StableId(required=True)
    title = Localized(required=True)
    indicators = fields.List(fields.Nested(IndicatorSchema), validate=validate.Length(1, 50))
    levels = fields.List(fields.Nested(LevelSchema), validate=validate.Length(2, 20))

    @validates_schema
    def _either(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        del kwargs
        if ("indicators" in data) == ("levels" in data):
            raise ValidationError("one-of-two")
        errors: dict[Any, Any] = {}
        for name, key in (("indicators", "id"), ("levels", "value")):
            repeated = _unique(data.get(name, []), key)
            if repeated:
                errors[name] = repeated
        if errors:
            raise ValidationError(errors)


class RubricSchema(Strict):
    """Aspects, and words for the levels that ticked indicators reach."""

    names = fields.Dict(keys=fields.String(validate=validate.Regexp(r"\A\d{1,2}\Z", error="bad-level-name")), values=Localized())
    aspects = fields.List(fields.Nested(AspectSchema), required=True, validate=validate.Length(1, 30))

    @validates_schema
    def _sound(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        del kwargs
        errors: dict[Any, Any] = {}
        repeated = _unique(data.get("aspects", []), "id")
        if repeated:
            errors["aspects"] = repeated
        highest = max((len(one.get("indicators", ())) for one in data.get("aspects", [])), default=0)
        beyond = [one for one in data.get("names", {}) if int(one) > highest]
        if beyond:
            errors["names"] = {one: ["bad-level-name"] for one in beyond}
        if errors:
            raise ValidationError(errors)


class HeadSchema(Strict):
    """What every activity says of itself, whatever its type."""

    id = StableId(required=True)
    title = Localized(required=True)
    summary = Localized()
    minutes = Whole(validate=validate.Range(1, 600))
    points = Whole(load_default=0, validate=validate.Range(0, 100))
    experience = fields.String(validate=validate.OneOf([one.value for one in Experience]))
    tags = fields.List(fields.String(validate=_tag), load_default=list, validate=validate.Length(max=40))
    attempts = Attempts(load_default=1)
    keep = fields.String(load_default=Keep.BEST.value, validate=validate.OneOf([one.value for one in Keep]))
    rubric = fields.Nested(RubricSchema)


class ActivitySchema(HeadSchema):
    """The full form: an activity's .yaml, and every activity in a snapshot."""

    type = fields.String(required=True)
    config = fields.Dict(required=True, keys=fields.String())


class FrontSchema(HeadSchema):
    """The head of a file whose body is written in a plugin's notation."""

    type = fields.String()
    settings = fields.Dict(keys=fields.String())


class SourceSchema(Strict):
    title = Line(required=True)
    url = fields.String(validate=_url)
    note = Line(longest=1000)


class _UnitHead(Strict):
    id = StableId(required=True)
    title = Localized(required=True)
    summary = Localized()


class UnitSchema(_UnitHead):
    """A unit in pack.yaml: its activities are files."""

    activities = fields.List(fields.String(), required=True, validate=validate.Length(1, 100))


class UnitDocumentSchema(_UnitHead):
    """A unit in a snapshot: its activities are written out."""

    activities = fields.List(fields.Nested(ActivitySchema), required=True, validate=validate.Length(1, 100))


class _PackHead(Strict):
    format = Whole(required=True, validate=_format)
    id = StableId(required=True)
    version = fields.String(required=True, validate=_version)
    title = Localized(required=True)
    summary = Localized()
    language = fields.String(required=True, validate=validate.OneOf(["id", "en"]))
    licence = Line(required=True, longest=100)
    authors = fields.List(Line(longest=200), required=True, validate=validate.Length(1, 50))
    audience = fields.List(fields.String(validate=validate.OneOf(AUDIENCES)), load_default=list)
    updated = fields.String(validate=_date)
    sources = fields.List(fields.Nested(SourceSchema), load_default=list, validate=validate.Length(max=200))


class PackSchema(_PackHead):
    """pack.yaml."""

    units = fields.List(fields.Nested(UnitSchema), required=True, validate=validate.Length(1, 60))

    @validates_schema
    def _ids(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        del kwargs
        repeated = _unique(data.get("units", []), "id")
        if repeated:
            raise ValidationError({"units": repeated})


class AssetSchema(Strict):
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))
    size = Whole(required=True, validate=validate.Range(min=0))


class DocumentSchema(_PackHead):
    """A snapshot."""

    units = fields.List(fields.Nested(UnitDocumentSchema), required=True)
    assets = fields.Dict(keys=fields.String(), values=fields.Nested(AssetSchema), load_default=dict)


def schema_at(schema: object, place: tuple[str | int, ...]) -> Schema | None:
    """Find the schema that reads the part at `place`, or None where it cannot be known."""
    current: object = schema
    for step in place:
        if isinstance(current, Schema) and isinstance(step, str):
            named = {one.data_key or name: one for name, one in current.fields.items()}
            current = named.get(step)
        elif isinstance(current, fields.List) and isinstance(step, int):
            current = current.inner
        elif isinstance(current, fields.Dict) and isinstance(step, str):
            current = current.value_field
        else:
            return None
        if isinstance(current, fields.Nested):
            current = current.schema
            if isinstance(current, Schema) and current.many:
                return None
    return current if isinstance(current, Schema) else None

"""Marshmallow fields that pack schemas share, in core and in plugins."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from lms_ext import richtext
from lms_ext.domain.texts import LOCALES, Text


class Strict(Schema):
    """A schema to which unknown keys are errors."""

    class Meta:
        unknown = RAISE


class StableId(fields.String):
    """An id that gradebooks and stored answers keep for ever: lower-case letters, digits, ``-``; at most 64."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Regexp(r"\A[a-z0-9][a-z0-9-]{0,63}\Z", error="bad-id"), **kwargs)


class Localized(fields.Field[Text]):
    """A text: plain (then Indonesian) or by language, ``{id: …, en: …}``."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Text:
        del attr, data, kwargs
        if isinstance(value, str) and value.strip():
            return {"id": value.strip()}
        if isinstance(value, Mapping) and value and set(value) <= set(LOCALES):
            texts = {str(key): one.strip() for key, one in value.items() if isinstance(one, str) and one.strip()}
            if len(texts) == len(value):
                return texts
        raise ValidationError("bad-text")


@dataclass(frozen=True)
class RichText:
    """CommonMark as authored; `html` is safe and made when first asked for."""

    source: str

    @cached_property
    def html(self) -> str:
        """Give sanitised HTML whose pictures still point into the pack (see `lms_ext.richtext.PACK_PREFIX`)."""
        return richtext.render(self.source)


class Markdown(fields.Field[RichText]):
    """A text in CommonMark with tables and maths, at most 100,000 characters."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> RichText:
        del attr, data, kwargs
        if not isinstance(value, str) or not value.strip():
            raise ValidationError("bad-text")
        if len(value) > 100_000:
            raise ValidationError("too-long")
        return RichText(value)

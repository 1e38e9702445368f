"""The config of a journal: a reflection model, or prompts of the author's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from lms_ext.api import Localized, Markdown, RichText, StableId, Strict, Text, text
from lms_ext_journal.reflection_models import MODELS, Step


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """A journal as authored."""

    steps: tuple[Step, ...]
    model: Text | None
    words: int
    """Word goal; 0 for none."""
    intro: RichText | None


class PromptSchema(Strict):
    id = StableId(required=True)
    title = Localized(required=True)
    question = Localized(required=True)
    required = fields.Boolean(load_default=True)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Step:
        del kwargs
        return Step(**data)


class JournalSchema(Strict):
    """One of `model` and `prompts`; `required` names the steps that may not stay empty (all, when left out)."""

    model = fields.String(validate=validate.OneOf(list(MODELS)))
    prompts = fields.List(fields.Nested(PromptSchema), validate=validate.Length(1, 20))
    required = fields.List(fields.String())
    words = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 3000))
    intro = Markdown()

    @validates_schema
    def _one_source(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        del kwargs
        if ("model" in data) == ("prompts" in data):
            known = ", ".join(MODELS)
            said = text(f"isi salah satu: `model` ({known}) atau `prompts`", f"give one of `model` ({known}) and `prompts`")
            raise ValidationError({"model": [said]})
        steps = _steps(data)
        seen: set[str] = set()
        for index, one in enumerate(steps):
            if one.id in seen:
                said = text(f"id `{one.id}` sudah dipakai langkah lain", f"another step has the id `{one.id}`")
                raise ValidationError({"prompts": {index: {"id": [said]}}})
            seen.add(one.id)
        for index, key in enumerate(data.get("required", ())):
            if key not in seen:
                known = ", ".join(one.id for one in steps)
                said = text(f"tidak ada langkah ini; yang ada: {known}", f"there is no such step; there are: {known}")
                raise ValidationError({"required": {index: [said]}})

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> JournalConfig:
        del kwargs
        steps = _steps(data)
        if "required" in data:
            steps = tuple(replace(one, required=one.id in data["required"]) for one in steps)
        model = MODELS[data["model"]].title if "model" in data else None
        return JournalConfig(steps, model, data["words"], data.get("intro"))


def _steps(data: Mapping[str, Any]) -> tuple[Step, ...]:
    return MODELS[data["model"]].steps if "model" in data else tuple(data["prompts"])

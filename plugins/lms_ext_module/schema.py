"""The full form of a module; `lms_ext_module.reader` writes the same from Markdown."""

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from lms_ext.api import Experience, Localized, Markdown, RichText, StableId, Strict, Text, text

PAUSE = "pause"
BLOCKS = ("text", PAUSE, "example", "important", "source")


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text, or a callout of some kind."""

    kind: str
    text: RichText
    title: Text | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """What is read in one go and then marked done."""

    id: str
    title: Text
    blocks: tuple[Block, ...]
    minutes: int | None = None
    experience: Experience | None = None

    @property
    def notes(self) -> dict[str, Block]:
        """Give the pauses by the name of the field that holds the reader's note."""
        return {f"note.{self.id}.{one.id}": one for one in self.blocks if one.kind == PAUSE}


@dataclass(frozen=True, slots=True)
class ModuleConfig:
    """A module as authored."""

    sections: tuple[Section, ...]
    share: bool
    """The score grows with each section; else it comes with the last."""


class BlockSchema(Strict):
    id = StableId(load_default="")
    kind = fields.String(load_default="text", validate=validate.OneOf(BLOCKS))
    title = Localized()
    text = Markdown(required=True)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Block:
        del kwargs
        return Block(**data)


class SectionSchema(Strict):
    id = StableId(required=True)
    title = Localized(required=True)
    minutes = fields.Integer(strict=True, validate=validate.Range(1, 600))
    experience = fields.Enum(Experience, by_value=True)
    blocks = fields.List(fields.Nested(BlockSchema), required=True, validate=validate.Length(1, 200))

    @validates_schema
    def _pauses_have_names(self, data: dict[str, Any], **kwargs: Any) -> None:
        del kwargs
        seen: set[str] = set()
        for index, one in enumerate(data.get("blocks", [])):
            if one.kind == PAUSE and (not one.id or one.id in seen):
                said = text("setiap jeda perlu id yang berbeda di bagiannya", "each pause needs an id of its own in its section")
                raise ValidationError({"blocks": {index: {"id": [said]}}})
            seen.add(one.id)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Section:
        del kwargs
        return Section(**data | {"blocks": tuple(data["blocks"])})


class ModuleSchema(Strict):
    """The config of a module."""

    sections = fields.List(fields.Nested(SectionSchema), required=True, validate=validate.Length(1, 60))
    score = fields.String(load_default="share", validate=validate.OneOf(["share", "all"]))

    @validates_schema
    def _ids_differ(self, data: dict[str, Any], **kwargs: Any) -> None:
        del kwargs
        seen: set[str] = set()
        for index, one in enumerate(data.get("sections", [])):
            if one.id in seen:
                said = text(f"id `{one.id}` sudah dipakai bagian lain", f"another section has the id `{one.id}`")
                raise ValidationError({"sections": {index: {"id": [said]}}})
            seen.add(one.id)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> ModuleConfig:
        del kwargs
        return ModuleConfig(tuple(data["sections"]), data["score"] == "share")

"""Activity types and a format as a third party would write them, and folders to read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from lms_ext.api import (
    ActivityType,
    Field,
    FieldKind,
    Json,
    Markdown,
    Outcome,
    PackFormat,
    Problem,
    Reading,
    RichText,
    Sample,
    StableId,
    Strict,
    Wants,
    Work,
    text,
)
from lms_ext.domain.activity_types import ConfigSchema
from lms_ext.packs.reading import Loaded, read_pack


@dataclass(frozen=True)
class Card:
    id: str
    front: RichText
    back: str


@dataclass(frozen=True)
class Deck:
    cards: tuple[Card, ...]
    shuffle: bool


class CardSchema(Strict):
    id = StableId(required=True)
    front = Markdown(required=True)
    back = fields.String(required=True)

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Card:
        return Card(**data)


class DeckSchema(Strict):
    cards = fields.List(fields.Nested(CardSchema), required=True, validate=validate.Length(1, 100))
    shuffle = fields.Boolean(load_default=False)
    style = fields.String(validate=validate.OneOf(["plain", "ruled"]))

    @validates_schema
    def _no_jokes(self, data: dict[str, Any], **kwargs: Any) -> None:
        if any(one.back == "lelucon" for one in data.get("cards", [])):
            raise ValidationError({"cards": {0: {"back": [text("Jangan melucu.", "No jokes.")]}}})

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Deck:
        return Deck(tuple(data["cards"]), data["shuffle"])


class Cards(ActivityType):
    """Cards to turn over and write down."""

    name = "cards"
    title = text("Kartu", "Cards")
    config_schema: ClassVar[type[ConfigSchema]] = DeckSchema
    wants = Wants(marking=True)
    attempt_template = "cards/attempt.html"
    review_template = "cards/review.html"

    def fields(self, config: Deck, state: Mapping[str, Json]) -> Mapping[str, Field]:
        return {one.id: Field(FieldKind.TEXT) for one in config.cards}

    def view(self, config: Deck, work: Work) -> dict[str, Any]:
        return {"cards": [one.front for one in config.cards]}

    def grade(self, config: Deck, work: Work) -> Outcome:
        right = sum(work.one(one.id) == one.back for one in config.cards)
        return Outcome(right / len(config.cards))

    def review(self, config: Deck, work: Work, outcome: Outcome) -> dict[str, Any]:
        return {"fraction": outcome.fraction}

    def samples(self, config: Deck, state: Mapping[str, Json]) -> Iterable[Sample]:
        return [Sample({one.id: (one.back,) for one in config.cards}, 1.0)]


class Machine(Cards):
    """Cards that no teacher marks."""

    name = "machine"
    wants: ClassVar[Wants] = Wants()


class _Exploding:
    def load(self, data: Any) -> Any:
        raise ZeroDivisionError


class Broken(Cards):
    """A type whose schema crashes."""

    name = "broken"
    config_schema = _Exploding


def read_cards(body: str, file: str, first_line: int) -> Reading:
    """Read ``depan = belakang``, a card a line."""
    cards: list[Json] = []
    lines: dict[tuple[str | int, ...], int] = {}
    problems = []
    for number, line in enumerate(body.split("\n"), start=first_line):
        if not line.strip():
            continue
        front, sign, back = line.partition(" = ")
        if not sign:
            problems.append(Problem("card", text("Tanpa tanda =.", "No = sign."), text("Tambahkan.", "Add it."), file, number))
            continue
        lines["cards", len(cards)] = number
        cards.append({"id": f"k{len(cards)}", "front": front, "back": back})
    return Reading({"cards": cards}, lines, tuple(problems))


def _crash(body: str, file: str, first_line: int) -> Reading:
    raise ZeroDivisionError


TYPES: dict[str, ActivityType] = {one.name: one for one in (Cards(), Machine(), Broken())}
FORMATS = {one.suffix: one for one in (PackFormat(".cards.md", "cards", read_cards), PackFormat(".crash.md", "cards", _crash))}

PACK = """\
format: 1
id: contoh
version: 1.0.0
title: Contoh
language: id
licence: CC0-1.0
authors: [Seseorang]
sources: [{title: Buku}]
units:
  - id: satu
    title: Unit satu
    activities: [kartu.cards.md, tulis.yaml]
"""
CARDS = """\
---
id: kartu
title: Kartu
points: 100
settings: {shuffle: true}
---
Ibu kota = Jakarta
Rumus $x^2$ = kuadrat
"""
WRITE = """\
id: tulis
type: cards
title: {id: Tulis, en: Write}
experience: merefleksi
attempts: unlimited
rubric:
  names: {2: Baik, 1: Cukup}
  aspects:
    - id: isi
      title: Isi
      indicators: [{id: a, label: A}, {id: b, label: B}]
    - id: bahasa
      title: Bahasa
      levels: [{value: 1, label: Layak}, {value: 4, label: Mahir}]
config:
  cards:
    - id: satu
      front: |
        Lihat **ini**.

        ![Peta pulau](assets/peta.png)
      back: pulau
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
GOOD: dict[str, str | bytes] = {"pack.yaml": PACK, "kartu.cards.md": CARDS, "tulis.yaml": WRITE, "assets/peta.png": PNG}


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files of a pack."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def load(folder: Path, files: Mapping[str, str | bytes] | None = None, **changed: str) -> Loaded:
    """Read the good pack with some files replaced."""
    return read_pack(put(folder, {**GOOD, **(files or {}), **changed}), TYPES, FORMATS)


def found(loaded: Loaded) -> set[tuple[str, str, int]]:
    """Give (rule, file, line) of all problems."""
    return {(one.rule, one.file, one.line) for one in loaded.problems}

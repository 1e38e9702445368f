"""Plain JSON of a snapshot to the domain's frozen objects; the JSON has passed its schema."""

from collections.abc import Mapping
from typing import Any

from lms_ext.domain.activities import Activity, Aspect, Experience, Indicator, Keep, Level, Rubric
from lms_ext.domain.packs import Asset, Pack, Source, Unit
from lms_ext.packs.schemas import UNLIMITED


def build_pack(document: Mapping[str, Any], configs: Mapping[str, object]) -> Pack:
    """Build a pack; `configs` has what each activity's type read, by activity id, and lacks those that are unavailable."""
    return Pack(
        id=document["id"],
        version=document["version"],
        title=document["title"],
        summary=document.get("summary"),
        language=document["language"],
        licence=document["licence"],
        authors=tuple(document["authors"]),
        units=tuple(_unit(document, one, configs) for one in document["units"]),
        sources=tuple(Source(one["title"], one.get("url", ""), one.get("note", "")) for one in document["sources"]),
        audience=tuple(document["audience"]),
        assets={path: Asset(path, one["media_type"], one["sha256"], one["size"]) for path, one in document["assets"].items()},
        document=document,
    )


def _unit(pack: Mapping[str, Any], unit: Mapping[str, Any], configs: Mapping[str, object]) -> Unit:
    activities = tuple(_activity(pack, one, configs.get(one["id"])) for one in unit["activities"])
    return Unit(unit["id"], unit["title"], unit.get("summary"), activities)


def _activity(pack: Mapping[str, Any], head: Mapping[str, Any], config: object) -> Activity:
    return Activity(
        pack=pack["id"],
        id=head["id"],
        type=head["type"],
        title=head["title"],
        summary=head.get("summary"),
        points=head["points"],
        config=config,
        minutes=head.get("minutes"),
        experience=Experience(head["experience"]) if "experience" in head else None,
        tags=tuple(head["tags"]),
        attempts=None if head["attempts"] == UNLIMITED else head["attempts"],
        keep=Keep(head["keep"]),
        rubric=_rubric(head["rubric"]) if "rubric" in head else None,
        language=pack["language"],
    )


def _rubric(rubric: Mapping[str, Any]) -> Rubric:
    aspects = tuple(
        Aspect(
            id=one["id"],
            title=one["title"],
            indicators=tuple(Indicator(each["id"], each["label"]) for each in one.get("indicators", ())),
            levels=_levels((each["value"], each["label"]) for each in one.get("levels", ())),
        )
        for one in rubric["aspects"]
    )
    return Rubric(aspects, _levels((int(value), label) for value, label in rubric.get("names", {}).items()))


def _levels(pairs: Any) -> tuple[Level, ...]:
    return tuple(Level(value, label) for value, label in sorted(pairs, key=lambda pair: pair[0], reverse=True))

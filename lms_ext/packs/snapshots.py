"""Snapshots: a published pack as plain JSON under its content hash."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from lms_ext.domain.activities import Activity, Aspect, Experience, Indicator, Json, Keep, Level, Rubric
from lms_ext.domain.activity_types import ActivityType
from lms_ext.domain.packs import Asset, Pack, Source, Unit


def digest(document: Mapping[str, Json]) -> str:
    """Give the SHA-256 (hex) of a document in canonical form: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def pack_from_document(document: Mapping[str, Any], types: Mapping[str, ActivityType]) -> Pack:
    """Build a pack from what a snapshot stores.

    An activity whose type is not enabled, or whose config its type no longer reads, gets ``config=None``: it is unavailable, the
    others work.
    """
    pack_id = str(document["id"])
    return Pack(
        id=pack_id,
        version=document["version"],
        title=document["title"],
        summary=document.get("summary"),
        language=document["language"],
        licence=document["licence"],
        authors=tuple(document["authors"]),
        units=tuple(_unit(pack_id, one, types) for one in document["units"]),
        sources=tuple(Source(one["title"], one.get("url", ""), one.get("note", "")) for one in document.get("sources", ())),
        audience=tuple(document.get("audience", ())),
        assets={
            path: Asset(path, one["media_type"], one["sha256"], one["size"]) for path, one in document.get("assets", {}).items()
        },
        document=document,
    )


def _unit(pack_id: str, document: Mapping[str, Any], types: Mapping[str, ActivityType]) -> Unit:
    activities = tuple(_activity(pack_id, one, types) for one in document["activities"])
    return Unit(document["id"], document["title"], document.get("summary"), activities)


def _activity(pack_id: str, document: Mapping[str, Any], types: Mapping[str, ActivityType]) -> Activity:
    experience = document.get("experience")
    rubric = document.get("rubric")
    return Activity(
        pack=pack_id,
        id=document["id"],
        type=document["type"],
        title=document["title"],
        summary=document.get("summary"),
        points=document["points"],
        config=_config(types.get(document["type"]), document["config"]),
        minutes=document.get("minutes"),
        experience=Experience(experience) if experience else None,
        tags=tuple(document.get("tags", ())),
        attempts=document.get("attempts"),
        keep=Keep(document.get("keep", Keep.BEST)),
        rubric=_rubric(rubric) if rubric else None,
    )


def _config(kind: ActivityType | None, config: Mapping[str, Any]) -> object:
    if kind is None:
        return None
    try:
        return kind.config_schema().load(config)
    except ValidationError:
        return None


def _rubric(document: Mapping[str, Any]) -> Rubric:
    aspects = tuple(
        Aspect(
            one["id"],
            one["title"],
            tuple(Indicator(each["id"], each["label"]) for each in one.get("indicators", ())),
            tuple(Level(each["value"], each["label"]) for each in one.get("levels", ())),
        )
        for one in document["aspects"]
    )
    names = tuple(Level(int(value), label) for value, label in document.get("names", {}).items())
    return Rubric(aspects, names)

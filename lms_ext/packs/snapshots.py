"""A published pack as plain JSON: its digest, and the pack read back from it."""

import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError

from lms_ext.domain.activities import Json
from lms_ext.domain.activity_types import ActivityType
from lms_ext.domain.packs import Pack
from lms_ext.packs.building import build_pack
from lms_ext.packs.schemas import DocumentSchema

PLUGIN_FAULTS = (Exception, SystemExit)
"""What is caught around a plugin's schema or reader: one broken type must not take the other activities along."""


class SnapshotBroken(Exception):
    """A stored document is not a snapshot this version reads; `errors` says where."""

    def __init__(self, errors: object) -> None:
        super().__init__("not a snapshot")
        self.errors = errors


def canonical(document: Mapping[str, Json]) -> str:
    """Write JSON in the one way that is hashed: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(document: Mapping[str, Json]) -> str:
    """Give the SHA-256 of a document in hex: the snapshot's name."""
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def load_config(kind: ActivityType, config: Mapping[str, Json]) -> object:
    """Read a config with its type's schema. Raises whatever the plugin's schema raises."""
    # A copy: what a plugin does to its input must not reach the document that was hashed.
    return type(kind).config_schema().load(copy.deepcopy(config))


def pack_from_document(
    document: Mapping[str, Any],
    types: Mapping[str, ActivityType],
    on_fault: Callable[[str, BaseException], None] | None = None,
) -> Pack:
    """Read a snapshot back into a pack. Raises SnapshotBroken.

    An activity whose type is not there, or whose type no longer reads its config, has ``config`` None: it is unavailable, the
    others work. `on_fault` hears of it with the activity's id (a KeyError when the type is missing).
    """
    try:
        read = DocumentSchema().load(document)
    except ValidationError as error:
        raise SnapshotBroken(error.messages) from error
    configs: dict[str, object] = {}
    for unit in read["units"]:
        for activity in unit["activities"]:
            try:
                configs[activity["id"]] = load_config(types[activity["type"]], activity["config"])
            except PLUGIN_FAULTS as error:
                if on_fault:
                    on_fault(activity["id"], error)
    return build_pack(read, configs)

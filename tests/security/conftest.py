"""A published activity with text, choices and marks, in a running application."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from lms_ext.models import db, utcnow
from lms_ext.packs.snapshots import pack_from_document
from lms_ext.services import publishing
from lms_ext.settings import Settings
from lms_ext.web.tool import tool
from tests.support import sum_plugin
from tests.support.apps import entered

_KERJA = {"id": "kerja", "type": "sum", "title": {"id": "Jumlah"}, "points": 10, "attempts": 5,
          "config": {"first": 2, "second": 3}}  # fmt: skip


def publish(name: str, *activities: dict[str, Any]) -> None:
    """Publish a pack of these activities."""
    document = {"format": 1, "id": name, "version": "1.0.0", "title": {"id": "Contoh"}, "language": "id", "licence": "CC0",
                "authors": ["T"], "units": [{"id": "u", "title": {"id": "Unit"}, "activities": [*activities]}]}  # fmt: skip
    publishing.publish(db.session, pack_from_document(document, tool().plugins.activity_types), {}, utcnow())
    db.session.commit()


def publish_kerja() -> None:
    """Publish the pack whose activity ``kerja`` is a sum."""
    publish("demo", _KERJA)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Give the application with a pack whose activity ``kerja`` is a sum."""
    with entered(settings, sum=sum_plugin) as app:
        publish_kerja()
        yield app

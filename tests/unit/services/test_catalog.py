"""Published packs as requests see them, and their pictures as browsers get them."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms_ext.models import AssetBlob, db, utcnow
from lms_ext.packs.reading import read_pack
from lms_ext.services import publishing
from lms_ext.services.catalog import Catalog
from lms_ext.web.tool import tool
from tests.unit.packs.kinds import FORMATS, GOOD, PNG, TYPES, put

REF = "contoh/tulis"


@pytest.fixture
def published(app: Flask, tmp_path: Path) -> str:
    """Publish a pack with a picture; gives the snapshot."""
    return publish(tmp_path / "satu")


def publish(folder: Path, **changed: str) -> str:
    loaded = read_pack(put(folder, GOOD | {name.replace("_", "."): text for name, text in changed.items()}), TYPES, FORMATS)
    assert loaded.pack is not None
    event = publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
    db.session.commit()
    assert event is not None
    return event.snapshot


def pack_yaml(version: str) -> str:
    return str(GOOD["pack.yaml"]).replace("1.0.0", version)


def test_an_activity_is_found_in_the_current_snapshot_or_the_pinned_one(published: str, tmp_path: Path) -> None:
    newer = publish(tmp_path / "dua", pack_yaml=pack_yaml("1.1.0"))
    catalog = Catalog(TYPES)
    assert [found[0] if (found := catalog.activity(db.session, REF, one)) else None for one in (None, published)] == [
        newer,
        published,
    ]
    assert catalog.activity(db.session, "contoh/hilang") is None
    assert catalog.activity(db.session, "hilang/tulis") is None
    assert catalog.activity(db.session, REF, "0" * 64) is None
    assert catalog.snapshot(db.session, "0" * 64) is None
    assert [one.snapshot for one in catalog.all(db.session)] == [newer]


def test_the_same_again_is_not_published_and_older_content_may_come_back(published: str, tmp_path: Path) -> None:
    loaded = read_pack(tmp_path / "satu", TYPES, FORMATS)
    assert loaded.pack is not None
    assert publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow()) is None
    publish(tmp_path / "dua", pack_yaml=pack_yaml("1.1.0"))
    again = publishing.publish(db.session, loaded.pack, loaded.blobs, utcnow())
    assert again is not None
    assert again.snapshot == published
    assert db.session.query(AssetBlob).count() == 1


def test_few_snapshots_are_kept_in_memory(published: str, tmp_path: Path) -> None:
    newer = publish(tmp_path / "dua", pack_yaml=pack_yaml("1.1.0"))
    catalog = Catalog(TYPES, size=1)
    first = catalog.snapshot(db.session, published)
    assert catalog.snapshot(db.session, published) is first
    catalog.snapshot(db.session, newer)
    again = catalog.snapshot(db.session, published)
    assert again == first
    assert again is not first


def test_a_picture_is_sent_to_keep_and_can_run_nothing(client: FlaskClient, published: str) -> None:
    answer = client.get(f"/p/{published}/assets/peta.png")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PNG, "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert tool().catalog


@pytest.mark.parametrize("path", ["assets/hilang.png", "pack.yaml", "../rahasia"])
def test_nothing_else_is_sent(client: FlaskClient, published: str, path: str) -> None:
    assert client.get(f"/p/{published}/{path}").status_code == 404
    assert client.get(f"/p/{'0' * 64}/assets/peta.png").status_code == 404

"""What pages weigh over a slow line: compressed, small, nothing from elsewhere."""

import gzip
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import JOURNAL, MODULE, PACK, QUIZ, TEACHER, Stage
from tests.support.servers import ROOT

FIRST, AGAIN, SCRIPTS, ALL_SCRIPTS = 60 * 1024, 12 * 1024, 12 * 1024, 14 * 1024


@pytest.mark.parametrize(("title", "person"), [(MODULE, "11"), (QUIZ, "11"), (JOURNAL, "11"), (PACK, "11"), (PACK, TEACHER)])
def test_pages_are_small(stage: Stage, chromium: Browser, title: str, person: str) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
    sizes: dict[str, int] = {}
    context.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page = stage.open(context, title, person)
    page.wait_for_load_state("networkidle")
    address = page.url
    assert any("/js/ui.js" in one for one in sizes), sizes
    assert [one for one in sizes if not one.startswith((stage.tool, stage.lms))] == []
    assert sum(sizes.values()) <= FIRST, sizes
    assert sum(size for one, size in sizes.items() if "/js/" in one) <= SCRIPTS, sizes
    sizes.clear()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= AGAIN, sizes
    context.close()


def test_all_scripts_together_are_small() -> None:
    files = (ROOT / "lms_ext/web/static/js").glob("*.js")
    assert sum(len(gzip.compress(one.read_bytes(), 9)) for one in files) < ALL_SCRIPTS


def test_pages_and_files_are_compressed_and_masked_anew(client: Any) -> None:
    plain = client.get("/")
    small = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert (plain.headers.get("Content-Encoding"), small.headers["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert b"<!doctype html>" in gzip.decompress(small.data)
    lengths = {len(client.get("/", headers={"Accept-Encoding": "gzip"}).data) for _ in range(12)}
    assert len(lengths) > 3
    css = client.get("/static/lms.css", headers={"Accept-Encoding": "gzip"})
    assert len(css.data) < 12 * 1024
    with client.get("/static/lms.css") as whole:
        assert gzip.decompress(css.data) == whole.data
    css.close()

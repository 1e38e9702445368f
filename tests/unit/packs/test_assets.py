"""Pictures are what they say, small enough, and cannot run anything."""

import resource
from pathlib import Path

import pytest

from lms_ext.packs.assets import Use, collect, sniffed
from lms_ext.packs.markdown import Reference
from lms_ext.packs.paths import ASSET_LIMIT, is_safe
from lms_ext.packs.reading import read_pack
from lms_ext.packs.svg import svg_fault
from tests.unit.packs.kinds import FORMATS, GOOD, PNG, TYPES, WRITE, found, load, put

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def use(path: str) -> Use:
    return Use("a.md", 7, Reference(path, 1, picture=True, alt="x"))


def test_a_picture_of_200_mib_is_refused_without_being_read(tmp_path: Path) -> None:
    folder = put(tmp_path, GOOD)
    with (folder / "assets/peta.png").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    loaded = read_pack(folder, TYPES, FORMATS)
    assert found(loaded) == {("file-too-big", "tulis.yaml", 21)}
    assert "200.0 MiB" in loaded.problems[0].message["id"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_a_text_file_that_is_too_big_is_refused(tmp_path: Path) -> None:
    assert ("file-too-big", "pack.yaml", 12) in found(load(tmp_path, {"tulis.yaml": "#" * (1024 * 1024 + 1)}))


def test_all_pictures_together_have_a_budget(tmp_path: Path) -> None:
    names = [f"assets/{n}.png" for n in range(11)]
    put(tmp_path, dict.fromkeys(names, PNG + b"\0" * (ASSET_LIMIT - len(PNG))))
    packed = collect(tmp_path, [use(name) for name in names])
    assert [one.rule for one in packed.problems] == ["pack-too-big"]
    assert packed.blobs == {}
    assert collect(tmp_path, [use(name) for name in names[:10]]).problems == []


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("a.png", b"<svg/>", "asset-mismatch"),
        ("a.jpg", PNG, "asset-mismatch"),
        ("a.webp", b"RIFF1234WAVE", "asset-mismatch"),
        ("a.pdf", b"MZ", "asset-mismatch"),
        ("a.png", b"", "asset-mismatch"),
        ("a.html", b"<html>", "asset-kind"),
        ("a.svg", b"<html/>", "asset-svg"),
        ("a.svg", b"\x89PNG", "asset-svg"),
    ],
)
def test_a_file_must_be_what_its_name_says(tmp_path: Path, name: str, data: bytes, rule: str) -> None:
    packed = collect(put(tmp_path, {name: data}), [use(name)])
    assert [one.rule for one in packed.problems] == [rule]
    assert packed.assets == {}


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"GIF89a..", "image/gif"), (b"RIFF1234WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"), (b"MZ", None), (b"", None),
    ],
)  # fmt: skip
def test_first_bytes_tell_the_kind(data: bytes, media_type: str | None) -> None:
    assert sniffed(data) == media_type


@pytest.mark.parametrize("name", ["assets/Peta.png", "assets/PETA.PNG"])
def test_names_that_differ_in_capitals_are_refused(tmp_path: Path, name: str) -> None:
    packed = collect(put(tmp_path, {"assets/peta.png": PNG, name: PNG}), [use("assets/peta.png"), use(name)])
    assert [one.rule for one in packed.problems] == ["case-collision"]


UNSAFE_SVG = {
    "script": SVG.format("<script>alert(1)</script>"),
    "handler": SVG.format('<rect onclick="x()"/>'),
    "upper-case handler": SVG.format('<rect ONLOAD="x()"/>'),
    "foreign object": SVG.format("<foreignObject><p/></foreignObject>"),
    "xhtml script": SVG.format('<x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>'),
    "javascript link": SVG.format('<use href="javascript:x()"/>'),
    "link out": SVG.format('<use xlink:href="https://x.id/a.svg#b"/>'),
    "picture out": SVG.format('<image href="https://x.id/a.png"/>'),
    "svg in a data address": SVG.format('<image href="data:image/svg+xml;base64,PHN2Zz4="/>'),
    "anchor": SVG.format('<a href="#x"><rect/></a>'),
    "style out": SVG.format("<style>@import 'https://x.id/a.css';</style>"),
    "style with address": SVG.format("<style>rect { fill: url(https://x.id/#a) }</style>"),
    "style in pieces": SVG.format("<style>rect { fill: u<![CDATA[rl(https://x.id/#a) }]]></style>"),
    "escaped style": SVG.format(r'<rect style="fill: u\72l(https://x.id)"/>'),
    "attribute with address": SVG.format('<rect fill="url(https://x.id/#a)"/>'),
    "animation": SVG.format('<set attributeName="href" to="javascript:x()"/>'),
    "doctype": '<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"),
    "bomb": '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>' + SVG.format("&b;"),
    "stylesheet instruction": '<?xml-stylesheet href="https://x.id/a.css"?>' + SVG.format(""),
    "other root": '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "no namespace": "<svg><rect/></svg>",
    "broken": "<svg xmlns='http://www.w3.org/2000/svg'><rect></svg>",
    "deep": SVG.format("<g>" * 5000 + "</g>" * 5000),
    "empty": "",
}


@pytest.mark.parametrize("name", UNSAFE_SVG)
def test_svg_that_could_run_or_call_out_is_refused(name: str) -> None:
    assert svg_fault(UNSAFE_SVG[name].encode()) is not None


@pytest.mark.parametrize(
    "inner",
    [
        '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs><rect fill="url(#g)"/>',
        '<style>.a { fill: #123; stroke: url("#g") }</style><text class="a">Satu &amp; dua</text>',
        '<symbol id="s"><path d="M0 0h1"/></symbol><use href="#s"/><use xlink:href="#s"/>',
        '<image href="data:image/png;base64,iVBORw0KGgo="/>',
        '<i:page xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:x="1"/><title>Judul</title>',
    ],
)
def test_ordinary_drawings_are_accepted(inner: str) -> None:
    assert svg_fault(('<?xml version="1.0" encoding="UTF-8"?>\n' + SVG.format(inner)).encode()) is None


def test_the_line_inside_the_svg_is_named(tmp_path: Path) -> None:
    text = WRITE.replace("peta.png", "peta.svg")
    loaded = load(tmp_path, {"tulis.yaml": text, "assets/peta.svg": SVG.format("\n\n<script/>"), "assets/peta.png": PNG})
    assert ("asset-svg", "assets/peta.svg", 3) in found(loaded)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.png", True), ("assets/a-b_c.1.png", True),
        ("../a", False), ("/a", False), ("a//b", False), ("a/./b", False), ("", False),
        ("a\\b", False), ("a\0", False), ("a b", False), (".git/config", False), ("CON", False), ("aux.txt", False),
        ("a.", False),
        ("é.png", False), ("a" * 201, False), ("C:/a", False), ("a/", False), ("-a", False),
    ],
)  # fmt: skip
def test_names_that_every_system_keeps(name: str, safe: bool) -> None:
    assert is_safe(name) is safe

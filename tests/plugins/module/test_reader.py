"""Markdown to sections; every slip has a line, a rule and a fix."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from lms_ext_module.reader import read
from lms_ext_module.schema import ModuleSchema

GOOD = """\
Pembuka.

## Satu {#satu minutes=4 experience=mengaplikasi}

Teks $x^{2}$.

```
## bukan judul
> [!JEDA]
```

> [!JEDA]
> Catat satu alasan.
>
> Lalu lanjut.

> [!CONTOH] Di SMPN 4
> Isi contoh.
## Dua ## {#dua}
> [!sumber]
> Buku.
"""


def test_sections_callouts_and_lines() -> None:
    reading = read(GOOD, "a.module.md", 10)
    assert reading.problems == ()
    config = ModuleSchema().load(json.loads(json.dumps(reading.config)))
    one, two = config.sections
    assert (one.id, one.title, one.minutes, one.experience.value) == ("satu", {"id": "Satu"}, 4, "mengaplikasi")
    assert [block.kind for block in one.blocks] == ["text", "text", "pause", "example"]
    assert one.blocks[2].text.source == "Catat satu alasan.\n\nLalu lanjut."
    assert one.blocks[3].title == {"id": "Di SMPN 4"}
    assert "## bukan judul" in one.blocks[1].text.source
    assert (two.title, two.blocks[0].kind) == ({"id": "Dua"}, "source")
    assert reading.lines["sections", 0, "id"] == 12
    assert reading.lines["sections", 0, "blocks", 2, "text"] == 22


@pytest.mark.parametrize(
    ("body", "rule", "line"),
    [
        ("", "module-no-section", 0),
        ("# Satu {#a}\nTeks", "module-heading", 1),
        ("## Satu {#a}\n", "module-empty-section", 1),
        ("## Satu {#a}\nTeks\n> [!JEDAH]\n> x", "module-callout", 3),
        ("## Satu {#a}\nTeks\n> [!xyz]\n> x", "module-callout", 3),
        ("## Satu {#a}\nTeks\n\n> [!JEDA]\n", "module-empty-callout", 4),
        ("## Satu {#a minute=4}\nTeks", "module-attribute", 1),
        ("## Satu {#a}\n~~~\nTeks\n## Dua {#b}", "module-fence", 2),
        ("## Satu\nTeks", "module-section-id", 1),
    ],
)
def test_a_slip_is_told_with_its_line(body: str, rule: str, line: int) -> None:
    found = {(one.rule, one.line) for one in read(body, "a.module.md", 1).problems}
    assert (rule, line) in found
    for one in read(body, "a.module.md", 1).problems:
        assert one.file == "a.module.md"
        assert one.message["id"] != one.message["en"]
        assert one.fix["id"] != one.fix["en"]


def test_a_slip_near_a_known_word_names_it() -> None:
    callout = read("## A {#a}\n> [!JEDAH]\n> x", "f", 1).problems[0]
    assert "`JEDA`" in callout.fix["id"]


@pytest.mark.parametrize(
    "sections",
    [
        [],
        [{"id": "a", "title": "A", "blocks": []}],
        [{"id": "a", "title": "A", "minutes": "x", "blocks": [{"text": "t"}]}],
        [{"id": "a", "title": "A", "blocks": [{"text": "t"}]}] * 2,
        [{"id": "a", "title": "A", "blocks": [{"kind": "pause", "text": "t"}]}],
    ],
)
def test_the_schema_refuses(sections: list[object]) -> None:
    with pytest.raises(ValidationError):
        ModuleSchema().load({"sections": sections})


@given(st.text(alphabet=st.sampled_from("#>[]!{}= \n`~$JEDAajéid0-\t\r\u0660"), max_size=200))
def test_any_text_is_read(body: str) -> None:
    reading = read(body, "f", 3)
    json.dumps(dict(reading.config), allow_nan=False)
    assert all(line >= 3 for line in reading.lines.values())
    try:
        config = ModuleSchema().load(json.loads(json.dumps(dict(reading.config))))
    except ValidationError:
        return
    assert config.sections

"""YAML gives plain JSON with lines, and refuses what could blow up before it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from lms_ext.packs.yaml_tree import DEPTH_LIMIT, NODES_LIMIT, line_of, parse

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8)
)


def rules(text: str) -> list[str]:
    return [one.rule for one in parse(text, "x.yaml")[1]]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        pytest.param(BOMB, "yaml-alias", id="bomb"),
        pytest.param("a: &a b\n", "yaml-alias", id="anchor alone"),
        pytest.param("a: *a\n", "yaml-alias", id="alias alone"),
        pytest.param("a: &a\n  b: 1\nc:\n  <<: *a\n", "yaml-alias", id="merge"),
        pytest.param("[" * 100_000, "yaml-too-large", id="100,000 brackets"),
        pytest.param("- " * 100_000, "yaml-too-large", id="100,000 dashes"),
        pytest.param("{a: " * 100_000, "yaml-too-large", id="100,000 braces"),
        pytest.param("[" + "a," * 400_000 + "a]", "yaml-too-large", id="400,000 nodes"),
        pytest.param("a: !!python/object/apply:os.system [id]", "yaml-tag", id="python"),
        pytest.param("a: !!str 1", "yaml-tag", id="standard tag"),
        pytest.param("a: ! x", "yaml-tag", id="non-specific tag"),
    ],
)
def test_bombs_are_refused_at_once(text: str, rule: str) -> None:
    tree, problems = parse(text, "x.yaml")
    assert tree is None
    assert [one.rule for one in problems] == [rule]


def test_the_limits_themselves_are_allowed() -> None:
    deep = "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT
    assert rules(deep) == []
    assert rules(f"[{deep}]") == ["yaml-too-large"]
    wide = "[" + ",".join(["a"] * (NODES_LIMIT - 1)) + "]"
    assert rules(wide) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: ya", "ya"), ("a: no", "no"), ("a: yes", "yes"), ("a: 2026-11-24", "2026-11-24"), ("a: 1.0.0", "1.0.0"),
        ("a: 12", 12), ("a: 012", 12), ("a: -3", -3), ("a: 1.5", 1.5), ("a: 1e3", 1000.0), ("a: 1,5", "1,5"), ("a: '12'", "12"),
        ("a: true", True), ("a: null", None), ("a: ~", None), ("a:", None), ("a: ''", ""), ("a: 0x10", "0x10"),
        ("a: " + "9" * 5000, "9" * 5000), ("a: |\n  x\n  y\n", "x\ny\n"), ("a: >\n  x\n  y\n", "x y\n"),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2_and_nothing_surprising(text: str, value: object) -> None:
    tree, problems = parse(text, "x.yaml")
    assert problems == []
    assert tree is not None
    assert tree.value == {"a": value}


@pytest.mark.parametrize("written", [".inf", "-.INF", ".nan", "1e999", "-1e999"])
def test_a_number_without_end_is_told(written: str) -> None:
    tree, problems = parse(f"a: {written}", "x.yaml")
    assert tree is not None
    assert tree.value == {"a": None}
    assert [(one.rule, one.line) for one in problems] == [("yaml-number", 1)]


def test_a_part_of_nothing_has_no_line() -> None:
    assert line_of({}, ("a", 0)) == 0


def test_keys_are_texts_and_the_first_of_two_wins() -> None:
    tree, problems = parse("1: a\ntrue: b\n1:\n  - x\n  - y\nc: [d]\n", "x.yaml", first_line=10)
    assert tree is not None
    assert tree.value == {"1": "a", "true": "b", "c": ["d"]}
    assert [(one.rule, one.line, "10" in one.message["id"]) for one in problems] == [("duplicate-key", 12, True)]
    assert tree.lines["1",] == 10


def test_every_part_knows_its_line() -> None:
    tree, _ = parse("a:\n  - b: 1\n    c: |\n      teks\n  - {d: 2,\n     e: 3}\n", "x.yaml")
    assert tree is not None
    assert {place: line for place, line in tree.lines.items() if place} == {
        ("a",): 1, ("a", 0): 2, ("a", 0, "b"): 2, ("a", 0, "c"): 3, ("a", 1): 5, ("a", 1, "d"): 5, ("a", 1, "e"): 6,
    }  # fmt: skip
    assert tree.texts == {("a", 0, "c"): 4}
    assert line_of(tree.lines, ("a", 1, "tidak", "ada")) == 5


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn")), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz-1", min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(plain)
def test_what_another_library_writes_is_read_the_same(value: object) -> None:
    import io
    import json

    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump({"a": value}, stream)
    for text in (stream.getvalue() if "!!" not in stream.getvalue() else None, json.dumps({"a": value})):
        if text is None:
            continue
        tree, problems = parse(text, "x.yaml")
        assert problems == []
        assert tree is not None
        assert tree.value == {"a": value}


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    tree, problems = parse(text, "x.yaml")
    assert tree is not None or problems

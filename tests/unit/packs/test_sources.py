"""Comments vanish, lines stay, and odd texts cost no more than their length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_ext.packs.lint_text import LintText
from lms_ext.packs.markdown import raw_html, references
from lms_ext.packs.sources import Source, without_comments


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a <!-- x --> b", "a  b"),
        ("a <!-- x -->", "a"),
        ("a\n<!-- x\ny -->\nb", "a\n\n\nb"),
        ("`<!-- x -->` <!-- y -->", "`<!-- x -->`"),
        ("```\n<!-- x -->\n```\n<!-- y -->z", "```\n<!-- x -->\n```\nz"),
        ("~~~~\n~~~\n<!-- x -->\n~~~~\n<!-- y -->z", "~~~~\n~~~\n<!-- x -->\n~~~~\nz"),
        ("```\n<!-- never closed -->", "```\n<!-- never closed -->"),
        ("<!-- ```\n--> a", "\n a"),
        ("it's ` one <!-- x -->\n\n`", "it's ` one\n\n`"),
        ("<!-- open", "<!-- open"),
        ("<!-->", "<!-->"),
        ("no comment", "no comment"),
    ],
)
def test_comments_are_blanked_outside_code(text: str, left: str) -> None:
    assert without_comments(text) == left


@given(
    st.lists(st.sampled_from(["<!--", "-->", "`", "``", "```", "~~~", "\n", "\n\n", " ", "a", "    "]), max_size=40).map("".join)
)
def test_lines_never_move(text: str) -> None:
    left = without_comments(text)
    assert left.count("\n") == text.count("\n")
    assert without_comments(left.replace("-->", "")) == left.replace("-->", "")


HOSTILE = {
    "open comments": "<!--" * 50_000,
    "open comments, one end": "<!--" * 50_000 + "-->",
    "backticks": "".join("`" * (n % 9 + 1) + " " for n in range(40_000)),
    "fences": "```\n" * 50_001,
    "fences in a comment": "<!--\n" + "```\n" * 50_000,
    "braces": "{#a" * 60_000,
    "hashes": "{" + "#a" * 90_000,
    "options": "- [ ] " + "::: " * 40_000,
    "opt-outs": "<!-- lint: ok " * 12_000,
    "brackets": "[" * 10_000 + "](" * 10_000,
    "experiences": "memahami, " * 15_000,
    "punctuation": "memahami" + "." * 150_000,
    "spaces": "# " * 80_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_cost_no_more_than_their_length(name: str) -> None:
    from lms_ext.packs.lint import lint_sources

    text = HOSTILE[name]
    without_comments(text)
    lint_sources([Source("x.md", text)])
    assert LintText(Source("x.md", text)).lines


def test_references_and_html_name_their_lines() -> None:
    text = "a\n\n![x](assets/a.png) dan\n[lampiran](assets/b.pdf#page=2) [luar](https://x.id) [sini](#a)\n\n<b>tebal</b>\n`<i>`\n"
    assert [(one.path, one.line, one.picture) for one in references(text)] == [
        ("assets/a.png", 3, True),
        ("assets/b.pdf", 4, False),
    ]
    assert raw_html(text) == [("<b>", 6), ("</b>", 6)]
    assert raw_html("1 < 2 dan <https://contoh.id>") == []
    assert [one.path for one in references("![x][g]\n\n[g]: assets/g.svg")] == ["assets/g.svg"]


def test_words_are_found_from_a_line_on_or_not_at_all() -> None:
    source = Source("a.md", "satu\ndua\nsatu dua")
    assert [source.line_with(*one) for one in (("dua",), ("dua", 3), ("tiga",))] == [2, 3, None]

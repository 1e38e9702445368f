"""Markdown to safe HTML with maths, and what stays as it was written."""

import pytest

from lms_ext.richtext import FORMULA_LIMIT, readable, render


def test_maths_become_mathml_with_the_source_beside_it() -> None:
    html = render(r"Luas $\pi r^{2}$ dan" + "\n\n$$\n\\frac{1}{2}\n$$")
    assert html.count("<math") == 2
    assert r'<annotation encoding="application/x-tex">\pi r^{2}</annotation>' in html
    assert '<div class="math"><math' in html


@pytest.mark.parametrize("latex", [r"\frac", r"\begin{matrix} a", "x" * (FORMULA_LIMIT + 1)])
def test_a_formula_that_cannot_be_made_is_shown_as_written(latex: str) -> None:
    assert f"<code>{latex}</code>" in render(f"Rumus ${latex}$.")


def test_readable_is_what_leaves_no_command_in_sight() -> None:
    assert readable(r"\pi r^2")
    assert not readable(r"\frac")
    assert not readable(r"\perintahkarangan")


def test_a_picture_has_its_caption_and_headings_begin_at_two() -> None:
    html = render('# Judul\n\n![Peta <pulau>](assets/peta.png "Papua & Maluku")\n\n| a |\n|:-:|\n| b |')
    assert "<h2>Judul</h2>" in html
    assert 'src="pack:assets/peta.png" alt="Peta &lt;pulau&gt;" loading="lazy"' in html
    assert '<span class="caption">Papua &amp; Maluku</span>' in html
    assert '<td align="center">b</td>' in html


@pytest.mark.parametrize("text", ["<script>x</script>", "[a](javascript:x)", '<a href="x" onclick="y">z</a>'])
def test_nothing_that_runs_comes_through(text: str) -> None:
    html = render(text)
    assert "<script" not in html
    assert "<a " not in html

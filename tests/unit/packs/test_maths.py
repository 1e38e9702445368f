"""Formulas of a pack: unreadable, unclosed and too long ones are named with their line, and soon."""

import time
from pathlib import Path

import pytest

from lms_ext import richtext
from lms_ext.domain.problems import Severity
from lms_ext.packs.maths import TOTAL_LIMIT, Formulas
from tests.unit.packs.kinds import WRITE, load

FRONT = "        Lihat **ini**."


def rules(text: str) -> list[tuple[str, int]]:
    return [(one.rule, one.line) for one in Formulas().faults(text)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Luasnya $x^2 satuan.", 1),
        ("Baris satu\ndan dua\nlalu $x", 3),
        ("$a$ lalu\n\n- butir\n- luas $b", 4),
        ("| a | b |\n|---|---|\n| $x | y |", 3),
        ("$$\nx + y", 1),
        ("Tutup dengan spasi $x $.", 1),
        ("Kalikan $2x dengan tiga", 1),
        ("Jumlahkan $2 + x", 1),
        (r"Ongkosnya \$5, luasnya $x", 1),
    ],
)
def test_a_dollar_without_partner_is_told_with_its_line(text: str, line: int) -> None:
    assert rules(text) == [("math-open", line)]


@pytest.mark.parametrize(
    "text",
    [
        "Harga $5.",
        "Harga $ 1.000,50 saja",
        "antara $5 dan $6",
        r"Tulis \$x",
        "`$x`",
        "```\n$x\n```",
        "$x$ dan $$y$$",
        "$$\nx\n$$",
    ],
)
def test_money_code_and_whole_formulas_are_left_alone(text: str) -> None:
    assert rules(text) == []


def test_the_module_still_reads_and_its_author_hears_of_it(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"tulis.yaml": WRITE.replace(FRONT, f"{FRONT}\n        Luas\n        $r^2 satuan.")})
    (one,) = loaded.problems
    assert (one.rule, one.file, one.line, one.severity) == ("math-open", "tulis.yaml", 21, Severity.WARNING)
    assert one.message["id"] == "Tanda $ ini tidak punya pasangan: $r^2 satuan."
    assert r"`\$`" in one.fix["id"]
    assert loaded.pack is not None


def test_a_formula_over_the_limit_is_refused_and_shown_as_written(tmp_path: Path) -> None:
    latex = "x+" * richtext.FORMULA_LIMIT
    loaded = load(tmp_path, {"tulis.yaml": WRITE.replace(FRONT, f"        $${latex}x$$")})
    assert [(one.rule, one.line) for one in loaded.problems] == [("math-too-long", 19)]
    assert loaded.pack is None
    assert f"<code>{latex}x</code>" in richtext.render(f"${latex}x$")


def test_a_file_full_of_formulas_is_answered_soon_and_once(tmp_path: Path) -> None:
    many = "\n\n        ".join(f"${'x+' * 900}x$" for _ in range(200))
    started = time.process_time()
    loaded = load(tmp_path, {"tulis.yaml": WRITE.replace(FRONT, f"        {many}")})
    assert time.process_time() - started < 60, "minutes when it is read again and again"
    assert {one.rule for one in loaded.problems} == {"math-too-much", "too-long"}
    (one,) = (one for one in loaded.problems if one.rule == "math-too-much")
    assert one.line > 19
    assert str(TOTAL_LIMIT) in one.message["en"]


def test_four_hundred_kilobytes_between_dollars_are_answered_at_once(tmp_path: Path) -> None:
    started = time.process_time()
    loaded = load(tmp_path, {"tulis.yaml": WRITE.replace(FRONT, f"        $${'x+' * 200_000}x$$")})
    assert time.process_time() - started < 60, "minutes when it is read again and again"
    assert "math-too-long" in {one.rule for one in loaded.problems}

"""Problems read well in a terminal and in a program, and the table of rules is whole."""

import json
import re
import string
from pathlib import Path

import pytest

from lms_ext.packs.report import counts, render, render_json
from lms_ext.packs.rules import RULES, problem
from tests.unit.packs.kinds import WRITE, load

PROBLEMS = [
    problem("symlink", "b.md", 3, path="x"),
    problem("alt-missing", "a.md", 9, path="x"),
    problem("symlink", "a.md", 10, path="x"),
    problem("symlink", "b.md", 3, path="x"),
]


def test_sorted_by_file_and_line_with_counts() -> None:
    lines = render(PROBLEMS, "en").split("\n")
    assert [line.split(": ")[0] for line in lines[:3]] == ["a.md:9", "a.md:10", "b.md:3"]
    assert lines[0].startswith("a.md:9: warning [alt-missing] Picture x has no alternative text. Fix: ")
    assert lines[-1] == "errors: 2, warnings: 1."
    assert render(PROBLEMS, "id").endswith("2 galat, 1 peringatan.")
    assert render([], "id") == "Tidak ada masalah."


def test_json_for_programs() -> None:
    read = json.loads(render_json(PROBLEMS))
    assert (read["errors"], read["warnings"]) == (2, 1) == counts(PROBLEMS[:3])
    assert read["problems"][0]["file"] == "a.md"
    assert set(read["problems"][0]) == {"file", "line", "severity", "rule", "message", "fix"}


def test_what_an_author_typed_cannot_drive_a_terminal(tmp_path: Path) -> None:
    said = problem("bad-id", "a\x1b[2J.md", 1, key="id", value="\x1b[31m" + "x" * 500 + "\n{key}")
    line = said.line_for("id")
    assert "\x1b" not in line
    assert "\n" not in line
    assert len(said.message["id"]) < 250
    loaded = load(tmp_path, {"tulis.yaml": WRITE.replace("attempts:", '"att{0.__class__}":')})
    assert "{0.__class__}" in loaded.problems[0].message["id"]


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_is_whole_and_used(name: str, root: Path) -> None:
    rule = RULES[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    for template in (*rule.message.values(), *rule.fix.values()):
        assert template.endswith((".", ":", "}"))
        assert "!" not in template.replace("`!…`", "").replace("![", "")
    values = {
        field
        for template in (*rule.message.values(), *rule.fix.values())
        for _, field, _, _ in string.Formatter().parse(template)
    }
    assert problem(name, "a", 1, **{one: "x" for one in values if one}).rule == name
    files = [*(root / "lms_ext/packs").glob("*.py"), root / "lms_ext/config_fields.py"]
    code = "\n".join(path.read_text() for path in files if not path.name.startswith("rulebook"))
    assert f'"{name}"' in code, "a rule that nothing reports"

"""What no test reaches says why: beside each mark that takes code out of the count, and above each pattern of the settings."""

import re
from pathlib import Path

_PRAGMA = re.compile(r"#\s*pragma:\s*no\s*(?:cover|branch)(?P<rest>.*)", re.IGNORECASE)
_REASON = re.compile(r" - \S+(?: \S+){2,}")


def test_each_mark_has_its_reason_beside_it(root: Path) -> None:
    bare, marks = [], 0
    for folder in ("lms_ext", "plugins"):
        for file in sorted((root / folder).rglob("*.py")):
            for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
                found = _PRAGMA.search(line)
                marks += bool(found)
                if found and not _REASON.match(found["rest"]):
                    bare.append(f"{file.relative_to(root)}:{number}")
    assert marks, "the search finds the marks there are"
    assert not bare


def test_each_pattern_has_its_reason_above_it(root: Path) -> None:
    section = (root / "setup.cfg").read_text(encoding="utf-8").partition("[coverage:report]")[2].partition("\n[")[0]
    lines = section.partition("exclude_also =\n")[2].split("\n")
    patterns = [number for number, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")]
    assert patterns
    assert all(number and lines[number - 1].strip().startswith("# ") for number in patterns)


def test_nothing_is_taken_out_by_file(root: Path) -> None:
    settings = (root / "setup.cfg").read_text(encoding="utf-8")
    assert not re.search(r"^(omit|exclude_lines|partial_branches)\b", settings, re.MULTILINE)

"""Catalogues of the English texts: `python assets/translate.py` collects, updates and compiles; `--check` only reports.

The msgid is the Indonesian sentence as it stands in the template. New sentences appear in the `.po` with an empty English
text; fill it and run again. Exit code 1 when an English text is missing or (with --check) a catalogue is not current.
"""

import argparse
import gettext
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"silent": "false", "trimmed": "true"}}
# A fixed date: a catalogue changes when a text does and not when somebody runs this.
DATED = datetime(2026, 1, 1, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|<[^>]+>")


@dataclass(frozen=True)
class Part:
    """Code that has a catalogue of its own; `without` are folders inside it that have theirs."""

    folder: Path
    without: tuple[Path, ...] = ()

    @property
    def po(self) -> Path:
        """The readable catalogue."""
        return self.folder / "translations" / "en" / "LC_MESSAGES" / "messages.po"

    @property
    def mo(self) -> Path:
        """The compiled catalogue."""
        return self.po.with_suffix(".mo")

    def found(self) -> dict[str | tuple[str, ...], list[str]]:
        """Every sentence in templates and code with the files that say it."""
        sentences: dict[str | tuple[str, ...], list[str]] = {}
        for name, _line, sentence, _comments, _context in extract_from_dir(self.folder, METHODS, OPTIONS):
            if not any((self.folder / name).is_relative_to(one) for one in self.without):
                places = sentences.setdefault(sentence, [])
                if name not in places:
                    places.append(name)
        return sentences

    def kept(self) -> Catalog:
        """The catalogue as it is on disk; empty when there is none."""
        if not self.po.exists():
            return Catalog(locale="en")
        with self.po.open("rb") as file:
            return read_po(file, locale="en")

    def updated(self) -> Catalog:
        """The catalogue with today's sentences: known ones keep their English, those nobody says any more go."""
        kept = self.kept()
        catalog = Catalog(locale="en", creation_date=DATED, revision_date=DATED, header_comment="", fuzzy=False)
        for sentence, places in sorted(self.found().items(), key=str):
            known = kept.get(sentence if isinstance(sentence, str) else sentence[0])
            catalog.add(sentence, known.string if known else None, locations=[(one, 0) for one in sorted(places)])
        return catalog


def parts() -> list[Part]:
    """The host, the practice LMS and every plugin in this checkout."""
    host, sandbox = ROOT / "lms_ext", ROOT / "lms_ext" / "sandbox"
    plugins = sorted(one for one in (ROOT / "plugins").iterdir() if (one / "__init__.py").exists())
    return [Part(host, without=(sandbox,)), Part(sandbox), *(Part(one) for one in plugins)]


def po_text(catalog: Catalog) -> bytes:
    """Write a catalogue without what changes by itself (dates, versions, line numbers)."""
    out = BytesIO()
    write_po(out, catalog, width=120, omit_header=True, include_lineno=False, sort_output=True)
    return b'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n' + (
        b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n' + out.getvalue()
    )


def mo_bytes(catalog: Catalog) -> bytes:
    """Compile a catalogue."""
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def mo_current(part: Part, catalog: Catalog) -> bool:
    """Tell whether the compiled catalogue says what the readable one says; the header may differ by the library's version."""
    if not part.mo.exists():
        return not len(catalog)
    return _texts(part.mo.read_bytes()) == _texts(mo_bytes(catalog))


def _texts(compiled: bytes) -> dict[object, object]:
    held = gettext.GNUTranslations(BytesIO(compiled))._catalog  # type: ignore[attr-defined]  # noqa: SLF001  no public way to list a catalogue
    return {key: value for key, value in held.items() if key}


def faults(catalog: Catalog) -> Iterator[str]:
    """Name each sentence without English, and each whose placeholders or tags differ."""
    for message in catalog:
        if not message.id:
            continue
        originals, translations = _all(message.id), _all(message.string)
        if not all(translations) or not translations:
            yield f"no English text: {originals[0]}"
        for one in translations:
            if one and sorted(PLACEHOLDER.findall(one)) != sorted(PLACEHOLDER.findall(originals[-1])):
                yield f"placeholders differ: {originals[-1]} / {one}"


def _all(value: Message | str | tuple[str, ...] | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value or ""),)


def problems(part: Part) -> list[str]:
    """Everything that keeps a part's English from being complete and current."""
    catalog = part.updated()
    found = list(faults(catalog))
    if not len(catalog):
        return found
    if not part.po.exists() or part.po.read_bytes() != po_text(catalog):
        found.append("messages.po is not current: run python assets/translate.py")
    if not mo_current(part, catalog):
        found.append("messages.mo is not current: run python assets/translate.py")
    return found


def write(part: Part) -> None:
    """Bring both files of a part up to date; a part that says nothing has none."""
    catalog = part.updated()
    if not len(catalog):
        return
    part.po.parent.mkdir(parents=True, exist_ok=True)
    content = po_text(catalog)
    if not part.po.exists() or part.po.read_bytes() != content:
        part.po.write_bytes(content)
    if not mo_current(part, catalog):
        part.mo.write_bytes(mo_bytes(catalog))


def main() -> int:
    """Update (or with --check only judge) every catalogue; returns the exit code."""
    parser = argparse.ArgumentParser(description="Collect, update and compile the English texts.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when something is missing or not current")
    check = parser.parse_args().check
    wrong = 0
    for part in parts():
        if not check:
            write(part)
        for one in problems(part):
            wrong += 1
            print(f"{part.po.relative_to(ROOT)}: {one}", file=sys.stderr)  # noqa: T201  a command line
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

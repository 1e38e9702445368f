"""The Markdown form of a module: ``## Title {#id minutes=4}`` begins a section, ``> [!JEDA]`` a callout."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from lms_ext.api import Json, Problem, Reading, Severity, Text, text
from lms_ext_module.schema import PAUSE

CALLOUTS = {"JEDA": PAUSE, "CONTOH": "example", "PENTING": "important", "SUMBER": "source"}
_ATTRIBUTES = ("minutes", "experience")
_HEADING = re.compile(r" {0,3}(#{1,2})(?:[ \t]+(.*))?\Z")
_BRACES = re.compile(r"(?:\A|[ \t])\{((?:#|[A-Za-z]+=)[^{}]*)\}\Z")
_CALLOUT = re.compile(r" {0,3}>[ \t]?\[!([^\]]*)\][ \t]*(.*)\Z")
_QUOTE = re.compile(r" {0,3}> ?")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)\Z")


@dataclass
class _Block:
    kind: str
    line: int
    title: str = ""
    lines: list[str] = field(default_factory=list)

    def source(self) -> tuple[str, int]:
        """Give the text without empty lines around it, and the line it begins on."""
        skipped = 0
        while skipped < len(self.lines) and not self.lines[skipped].strip():
            skipped += 1
        first = self.line + (0 if self.kind == "text" else 1) + skipped
        return "\n".join(self.lines[skipped:]).rstrip(), first


@dataclass
class _Section:
    title: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    blocks: list[_Block] = field(default_factory=list)


class _Reader:
    """Goes through the lines of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.before = _Section("", 0)
        self.sections: list[_Section] = []
        self.fence = ""
        self.fence_line = 0

    def problem(self, rule: str, line: int, message: Text, fix: Text, severity: Severity = Severity.ERROR) -> None:
        self.problems.append(Problem(rule, message, fix, self.file, line, severity))

    def take(self, line: str, number: int) -> None:
        section = self.sections[-1] if self.sections else self.before
        inside = bool(self.fence)
        self._fences(line, number)
        heading = None if inside else _HEADING.match(line)
        callout = None if inside else _CALLOUT.match(line)
        if heading:
            self._heading(heading, number)
        elif callout:
            section.blocks.append(_Block(self._kind(callout[1], number), number, callout[2].strip()))
        elif section.blocks and section.blocks[-1].kind != "text" and line.lstrip().startswith(">") and not inside:
            section.blocks[-1].lines.append(_QUOTE.sub("", line, count=1))
        else:
            if not section.blocks or section.blocks[-1].kind != "text":
                section.blocks.append(_Block("text", number))
            section.blocks[-1].lines.append(line)

    def _fences(self, line: str, number: int) -> None:
        found = _FENCE.match(line)
        if self.fence:
            if found and found[1].startswith(self.fence) and not found[2].strip():
                self.fence = ""
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            self.fence, self.fence_line = found[1], number

    def _heading(self, heading: re.Match[str], number: int) -> None:
        title = _unclosed(heading[2] or "")
        if heading[1] == "#":
            self.problem(
                "module-heading",
                number,
                text("Judul dengan satu `#` tidak dipakai di modul.", "A heading with one `#` has no place in a module."),
                text(
                    "Judul modul ditulis di kepala berkas. Pakai `##` untuk bagian, `###` di dalamnya.",
                    "The module's title is in the front matter. Use `##` for a section, `###` inside it.",
                ),
            )
        braces = _BRACES.search(title)
        section = _Section(_unclosed(title[: braces.start()]) if braces else title, number)
        self.sections.append(section)
        for one in braces[1].split() if braces else ():
            self._attribute(section, one)

    def _attribute(self, section: _Section, written: str) -> None:
        name, _sign, value = ("id", "", written[1:]) if written.startswith("#") else written.partition("=")
        if name in _ATTRIBUTES or written.startswith("#"):
            section.attributes[name] = value
            return
        self.problem(
            "module-attribute",
            section.line,
            text(f"`{_shown(written)}` bukan keterangan bagian.", f"`{_shown(written)}` is not an attribute of a section."),
            _near(name, _ATTRIBUTES, text("Pakai `minutes=4` atau `experience=…`.", "Use `minutes=4` or `experience=…`.")),
        )

    def _kind(self, written: str, number: int) -> str:
        kind = CALLOUTS.get(written.strip().upper())
        if kind:
            return kind
        known = ", ".join(f"[!{one}]" for one in CALLOUTS)
        self.problem(
            "module-callout",
            number,
            text(f"Kotak `[!{_shown(written)}]` tidak dikenal.", f"There is no callout `[!{_shown(written)}]`."),
            _near(written.strip().upper(), CALLOUTS, text(f"Yang ada: {known}.", f"There are: {known}.")),
        )
        return PAUSE

    def finish(self) -> Reading:
        if self.fence:
            self.problem(
                "module-fence",
                self.fence_line,
                text("Blok kode ini tidak ditutup.", "This code block is never closed."),
                text(f"Tambahkan baris `{self.fence}` di akhirnya.", f"Add a line `{self.fence}` at its end."),
            )
        if not self.sections:
            self.problem(
                "module-no-section",
                0,
                text("Modul ini belum punya bagian.", "This module has no section yet."),
                text("Mulai bagian dengan `## Judul {#id minutes=4}`.", "Begin a section with `## Title {#id minutes=4}`."),
            )
            return Reading({"sections": []}, {}, tuple(self.problems))
        # words before the first heading open the first section
        self.sections[0].blocks[:0] = self.before.blocks
        written = [self._section(index, one) for index, one in enumerate(self.sections)]
        lines: dict[tuple[str | int, ...], int] = {}
        for index, (_config, places) in enumerate(written):
            lines |= {("sections", index, *place): line for place, line in places.items()}
        return Reading({"sections": [config for config, _places in written]}, lines, tuple(self.problems))

    def _section(self, index: int, section: _Section) -> tuple[dict[str, Json], dict[tuple[str | int, ...], int]]:
        places: dict[tuple[str | int, ...], int] = dict.fromkeys([(), ("id",), ("title",), ("minutes",)], section.line)
        places["experience",] = section.line
        config: dict[str, Json] = {"id": self._id(index, section), "title": section.title}
        if "minutes" in section.attributes:
            minutes = section.attributes["minutes"]
            config["minutes"] = int(minutes) if minutes.isascii() and minutes.isdecimal() and len(minutes) < 9 else minutes
        if "experience" in section.attributes:
            config["experience"] = section.attributes["experience"]
        blocks: list[Json] = []
        for one in section.blocks:
            made = self._block(one, len(blocks))
            if made:
                places |= {("blocks", len(blocks)): one.line, ("blocks", len(blocks), "text"): one.source()[1]}
                blocks.append(made)
        if not blocks:
            self.problem(
                "module-empty-section",
                section.line,
                text(f"Bagian “{_shown(section.title)}” kosong.", f"Section “{_shown(section.title)}” is empty."),
                text("Tulis isinya, atau hapus judulnya.", "Write its text, or remove the heading."),
            )
        return config | {"blocks": blocks}, places

    def _id(self, index: int, section: _Section) -> str:
        if section.attributes.get("id"):
            return section.attributes["id"]
        plain = unicodedata.normalize("NFKD", section.title).encode("ascii", "ignore").decode().lower()
        made = "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or f"bagian-{index + 1}"
        self.problem(
            "module-section-id",
            section.line,
            text("Bagian ini tanpa id; tanda selesai akan hilang bila judulnya diubah.",
                 "This section has no id; marks of done are lost when its title changes."),
            text(f"Tambahkan `{{#{made}}}` di akhir judul.", f"Add `{{#{made}}}` at the end of the heading."),
            Severity.WARNING,
        )  # fmt: skip
        return made

    def _block(self, block: _Block, place: int) -> dict[str, Json] | None:
        source, _line = block.source()
        if block.kind == "text":
            return {"text": source} if source else None
        if not source:
            self.problem(
                "module-empty-callout",
                block.line,
                text("Kotak ini kosong.", "This callout is empty."),
                text("Tulis isinya di baris berikut, diawali `> `.", "Write its text on the next lines, each after `> `."),
            )
            return None
        config: dict[str, Json] = {"kind": block.kind, "text": source, "id": f"b{place + 1}"}
        return config | ({"title": block.title} if block.title else {})


def _unclosed(title: str) -> str:
    """Take away the ``#`` that may close a heading."""
    return re.sub(r"(?:\A|[ \t]+)#+\Z", "", title.strip()).strip()


def _shown(written: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in written[:80]).split())


def _near(word: str, known: Iterable[str], fix: Text) -> Text:
    found = get_close_matches(word[:80], list(known), n=1)
    if not found:
        return fix
    return text(f"Maksudnya `{found[0]}`? {fix['id']}", f"Did you mean `{found[0]}`? {fix['en']}")


def read(body: str, file: str, first_line: int) -> Reading:
    """Read the body of a ``.module.md`` file."""
    reader = _Reader(file)
    for number, line in enumerate(body.split("\n"), start=first_line):
        reader.take(line.rstrip("\r"), number)
    return reader.finish()

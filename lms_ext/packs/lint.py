"""Framework rules over an author's words, by file and line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from lms_ext.domain.activities import Experience
from lms_ext.domain.problems import Problem
from lms_ext.packs.framework import DIMENSIONS
from lms_ext.packs.lint_text import LintText
from lms_ext.packs.rules import problem
from lms_ext.packs.schema_errors import at
from lms_ext.packs.sources import Source
from lms_ext.packs.yaml_tree import Tree, line_of


@dataclass(frozen=True, slots=True)
class Finding:
    """Words that break a rule, and what to use instead."""

    rule: str
    line: int
    found: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class _Term:
    rule: str
    pattern: re.Pattern[str]
    use: str
    context: re.Pattern[str] | None = None


def _term(rule: str, pattern: str, use: str, context: str = "") -> _Term:
    return _Term(rule, re.compile(pattern, re.IGNORECASE), use, re.compile(context, re.IGNORECASE) if context else None)


_DIMENSION_TALK = r"\bdimensi\b|profil lulusan|\bDPL\b"
_REGULATION = r"\bpermendikbudristek (no(mor|\.)? ?)?"
_TERMS = (
    _term("term-murid", r"\bsisw[ai](-sisw[ai])?(nya|mu|ku)?\b", "murid"),
    _term("term-old", r"\b(profil\s+)?pelajar\s+pancasila\b|\bP5\b", "dimensi profil lulusan"),
    _term("term-old", r"\bkurikulum pro(to)?tipe\b", "Kurikulum Merdeka"),
    _term("regulation-replaced", _REGULATION + r"5(/| tahun )2022\b", "Permendikdasmen Nomor 10 Tahun 2025"),
    _term("regulation-replaced", _REGULATION + r"16(/| tahun )2022\b", "Permendikdasmen Nomor 1 Tahun 2026"),
    _term("principle-name", r"(?<!bukan )(?<!bukan \*)(?<!bukan [\"“«])\bmenyenangkan\b", "menggembirakan",
          r"\b(berkesadaran|bermakna|prinsip)\b"),
    _term("dimension-name", r"\bkreati[fp]itas\b", "kreativitas"),
    _term("dimension-name", r"\bketaqwaan\b", "ketakwaan"),
    _term("dimension-name", r"\bpelaran kritis\b", "penalaran kritis"),
    _term("dimension-name", r"\bketa[kq]waan (ke)?pada tuhan\b", "ketakwaan terhadap Tuhan Yang Maha Esa", r"\bkeimanan\b"),
    _term("dimension-name", r"\bkewarganegaraan\b", "kewargaan", _DIMENSION_TALK),
    _term("dimension-name", r"\b(ber)?kebh?inekaan global\b", "kewargaan", _DIMENSION_TALK),
    _term("dimension-name", r"\b(ber)?gotong[ -]royong\b", "kolaborasi", r"\bdimensi\W{1,5}(\w{1,20}\W{1,5}){0,2}(ber)?gotong\b"),
    _term("dimension-name", r"\bberiman,? (dan )?berta[kq]wa\b", DIMENSIONS["keimanan-ketakwaan"], _DIMENSION_TALK),
)  # fmt: skip

_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)?")
_SINGLE = tuple(name for name in DIMENSIONS.values() if " " not in name)
_RELATIVES = frozenset(
    {"komunikatif", "komunitas", "komunikator", "kolaboratif", "kolaborator", "kreatif", "kreator", "kesehatannya"}
)
_ENDINGS = frozenset({"nya", "mu", "ku", "lah", "kah", "pun", "kan"})
_MENTIONS = {name: re.compile(rf"\b{re.escape(text.split(' terhadap')[0])}", re.IGNORECASE) for name, text in DIMENSIONS.items()}

_SECOND = r"(?P<second>mengaplikasikan|pengaplikasian|aplikasi|menerapkan|penerapan|mengaplikasi)"
_THIRD = r"(?P<third>merefleksikan|refleksi|merefleksi)"
_AND = r"[\W_]{1,20}(?:(?:dan|lalu|serta)[\W_]{1,20})?"
_EITHER = r"(?:(?P<second>mengaplikasikan|aplikasi)|(?P<third>merefleksikan))"
_EXPERIENCES = (
    re.compile(rf"\bmemahami\b{_AND}{_SECOND}\b{_AND}{_THIRD}\b", re.IGNORECASE),
    re.compile(rf"\bpengalaman(?: belajar)?[\s*_\"“]{{1,5}}{_EITHER}\b", re.IGNORECASE),
    re.compile(
        r"^\s{0,9}(?:\||[-*]|\d\.)\s{0,5}[*_]{0,2}(?:(?P<second>mengaplikasikan)|(?P<third>merefleksikan))[*_]{0,2}\s{0,9}(?:\||:|$)",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(rf"^#{{1,6}}\s{{1,5}}{_EITHER}[ \t]*(?=\{{|$)", re.IGNORECASE | re.MULTILINE),
)
_EIGHT = re.compile(r"\b(delapan|8) dimensi\b", re.IGNORECASE)
_FORGOTTEN = 4
"""Most dimensions a list leaves out by mistake; with fewer named it is a choice, not a list."""
_OPTION = re.compile(r"^\s*- (\[|.*=>)", re.MULTILINE)


def lint_sources(sources: Sequence[Source]) -> list[Problem]:
    """Check the words of every text file of a pack."""
    return [one for source in sources for one in _lint(LintText(source))]


def lint_units(tree: Tree, units: Sequence[Sequence[Mapping[str, Any] | None]]) -> list[Problem]:
    """Check that every unit lets people reflect; a unit with activities that could not be read is passed over."""
    found = []
    for index, heads in enumerate(units):
        read = [one for one in heads if one]
        if read and len(read) == len(heads) and all(one.get("experience") != Experience.MEREFLEKSI for one in read):
            value = at(tree.value, ("units", index, "id"))
            found.append(problem("unit-without-reflection", "pack.yaml", line_of(tree.lines, ("units", index)), value=value))
    return found


def _lint(text: LintText) -> Iterator[Problem]:
    checks = (_terms(text), _fuzzy_dimensions(text), _experience_names(text), _missing_dimensions(text))
    seen: set[tuple[str, int, str]] = set()
    for check in checks:
        for one in check:
            key = (one.rule, one.line, one.use)
            if key not in seen and not text.allows(one.line, one.rule, one.found):
                seen.add(key)
                yield problem(one.rule, text.source.file, one.line, found=one.found, use=one.use, missing=one.use)


def _terms(text: LintText) -> Iterator[Finding]:
    for number, line in enumerate(text.lines, start=1):
        for term in _TERMS:
            found = term.pattern.search(line)
            if found and (term.context is None or term.context.search(text.context(number))):
                yield Finding(term.rule, number, found[0], term.use)


def _fuzzy_dimensions(text: LintText) -> Iterator[Finding]:
    for number, line in enumerate(text.lines, start=1):
        words = _WORD.findall(line)
        if not words or not _speaks_of_dimensions(text.context(number)):
            continue
        for word, following in zip(words, [*words[1:], ""], strict=True):
            near = _near_dimension(word.lower(), following.lower())
            if near:
                yield Finding("dimension-name", number, f"{word} {following}" if " " in near else word, near)


def _speaks_of_dimensions(context: str) -> bool:
    return (
        bool(re.search(_DIMENSION_TALK, context, re.IGNORECASE))
        or sum(bool(one.search(context)) for one in _MENTIONS.values()) >= 3
    )


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _near_dimension(word: str, following: str) -> str | None:
    """Give the dimension that a word (with the next) misspells, or None when it is right or something else."""
    pair = (word, following)
    if pair != ("penalaran", "kritis") and following and _alike(following, "kritis") >= 0.8 and _alike(word, "penalaran") >= 0.6:
        return "penalaran kritis"
    if word in _RELATIVES:
        return None
    for name in _SINGLE:
        derived = word.endswith(name) or word.removeprefix(name) in _ENDINGS
        if not derived and word[0] == name[0] and abs(len(word) - len(name)) <= 3 and _alike(word, name) >= 0.84:
            return name
    return None


def _experience_names(text: LintText) -> Iterator[Finding]:
    for first, paragraph in text.paragraphs():
        for pattern in _EXPERIENCES:
            for match in pattern.finditer(paragraph):
                for group, name in (("second", "mengaplikasi"), ("third", "merefleksi")):
                    said = match[group]
                    if said and said.lower() != name:
                        yield Finding("experience-name", first + paragraph.count("\n", 0, match.start(group)), said, name)


def _missing_dimensions(text: LintText) -> Iterator[Finding]:
    for first, section in text.sections():
        promise = _EIGHT.search(section)
        if not promise or _OPTION.search(section):
            continue
        missing = [DIMENSIONS[name] for name, pattern in _MENTIONS.items() if not pattern.search(section)]
        if 0 < len(missing) <= _FORGOTTEN:
            yield Finding("dimension-missing", first + section.count("\n", 0, promise.start()), promise[0], ", ".join(missing))

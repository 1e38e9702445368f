"""Pictures and attachments: only those that a text names, of allowed kinds, honest about their kind, within the budget."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from lms_ext.domain.packs import Asset
from lms_ext.domain.problems import Problem
from lms_ext.packs.markdown import Reference
from lms_ext.packs.paths import ASSET_LIMIT, ASSETS_LIMIT, Refused, locate, read, sized
from lms_ext.packs.rules import problem
from lms_ext.packs.svg import svg_fault

MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Use:
    """A place in a file of the pack that names another file."""

    file: str
    line: int
    reference: Reference


@dataclass
class Assets:
    """What was packed; `blobs` by path in the pack."""

    assets: dict[str, Asset] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def sniffed(data: bytes) -> str | None:
    """Tell the media type from the first bytes; None for what may not be packed. SVG is told by parsing it."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if data.startswith(b"%PDF-") else None


def collect(folder: Path, uses: Iterable[Use]) -> Assets:
    """Read every file that the texts name, each once, sizes first."""
    found = Assets()
    wanted: dict[str, Use] = {}
    folded: dict[str, str] = {}
    for use in uses:
        path = use.reference.path
        if use.reference.picture and not use.reference.alt:
            found.problems.append(problem("alt-missing", use.file, use.line, path=path))
        if use.reference.outside:
            found.problems.append(problem("asset-external", use.file, use.line, path=path))
            continue
        other = folded.setdefault(path.casefold(), path)
        if other != path:
            found.problems.append(problem("case-collision", use.file, use.line, path=path, other=other))
        wanted.setdefault(path, use)
    sizes = _sizes(folder, wanted, found)
    total = sum(sizes.values())
    if total > ASSETS_LIMIT:
        found.problems.append(problem("pack-too-big", "pack.yaml", size=sized(total), limit=sized(ASSETS_LIMIT)))
        return found
    for path in sizes:
        _pack(folder, wanted[path], found)
    return found


def _sizes(folder: Path, wanted: dict[str, Use], found: Assets) -> dict[str, int]:
    sizes = {}
    for path, use in wanted.items():
        try:
            sizes[path] = _size(folder, path)
        except Refused as why:
            found.problems.append(why.at(use.file, use.line))
    return sizes


def _size(folder: Path, path: str) -> int:
    size = locate(folder, path)[1]
    if Path(path).suffix.lower() not in MEDIA_TYPES:
        raise Refused("asset-kind", path=path)
    if size > ASSET_LIMIT:
        raise Refused("file-too-big", path=path, size=sized(size), limit=sized(ASSET_LIMIT))
    return size


def _pack(folder: Path, use: Use, found: Assets) -> None:
    path = use.reference.path
    try:
        data = read(folder, path, ASSET_LIMIT)
    except Refused as why:  # pragma: no cover - the file was there when its size was looked up; someone changes it meanwhile
        found.problems.append(why.at(use.file, use.line))
        return
    suffix = Path(path).suffix.lower()
    media_type = MEDIA_TYPES[suffix]
    if suffix == ".svg":
        fault = svg_fault(data)
        if fault:
            found.problems.append(problem("asset-svg", path, fault[1], path=path, what=fault[0]))
            return
    elif sniffed(data) != media_type:
        found.problems.append(problem("asset-mismatch", use.file, use.line, path=path, suffix=suffix))
        return
    sha256 = hashlib.sha256(data).hexdigest()
    found.assets[path] = Asset(path, media_type, sha256, len(data))
    found.blobs[path] = data

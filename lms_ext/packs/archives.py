"""An uploaded zip to a pack folder. Everything is checked before a byte is unpacked, and again while it streams."""

import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from lms_ext.domain.problems import Problem
from lms_ext.packs.paths import ASSET_LIMIT, FILES_LIMIT, is_safe, sized
from lms_ext.packs.rules import problem

ARCHIVE_LIMIT = 25 * 1024 * 1024
"""Most bytes of the zip itself."""
UNPACKED_LIMIT = 40 * 1024 * 1024
"""Most bytes of its contents."""
RATIO_LIMIT = 100
"""Most times a file above 100 KiB may grow when unpacked."""
_DIRECTORY_LIMIT = 1024 * 1024
_CHUNK = 64 * 1024
_END = b"PK\x05\x06"
_END_SIZE = 22
_ZIP64 = b"PK\x06\x07"
_ENCRYPTED = 0x1
_LOCAL = struct.Struct("<4s22xHH")
_ARCHIVES = (".zip", ".jar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar")
_ARCHIVE_MAGIC = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd")
_JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}


class ArchiveRefused(Exception):
    """An archive was not unpacked; nothing was left behind."""

    def __init__(self, rule: str, file: str, **values: str) -> None:
        super().__init__(rule)
        self.problem: Problem = problem(rule, file, 0, **values)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Give the folder of a pack: `path` itself, the folder around a pack.yaml, or what a zip holds. Raises ArchiveRefused."""
    if path.is_file() and path.name != "pack.yaml":
        with tempfile.TemporaryDirectory(prefix="lms-ext-pack-") as aside:
            yield unpack(path, Path(aside) / "pack")
    else:
        yield path.parent if path.is_file() else path


def unpack(archive: Path, into: Path) -> Path:
    """Unpack the pack in `archive` as the new folder `into`, pack.yaml at its top; gives `into`. Raises ArchiveRefused.

    A single folder around the pack is taken off. Raises FileExistsError when `into` exists.
    """
    if into.exists():
        raise FileExistsError(into)
    size = archive.stat().st_size
    if size > ARCHIVE_LIMIT:
        raise ArchiveRefused("archive-too-big", archive.name, size=sized(size), limit=sized(ARCHIVE_LIMIT))
    into.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".unpack-", dir=into.parent))
    try:
        _guard_directory(archive)
        with zipfile.ZipFile(archive) as opened:
            wanted = _checked(opened, archive.name)
            _write(opened, wanted, aside, archive.name)
        (aside / _top(wanted, archive.name)).rename(into)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, struct.error) as error:
        raise ArchiveRefused("archive-broken", archive.name, detail=str(error) or type(error).__name__) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return into


def _guard_directory(archive: Path) -> None:
    """Refuse a directory of contents so long that merely listing it would hurt, before zipfile reads it."""
    with archive.open("rb") as file:
        file.seek(max(0, archive.stat().st_size - 65536 - _END_SIZE))
        tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise zipfile.BadZipFile("tidak ada akhir arsip / no end of archive")
    entries, directory = struct.unpack_from("<HI", tail, place + 10)
    if tail[max(0, place - 20) : place].startswith(_ZIP64):
        raise zipfile.BadZipFile("zip64")
    if entries > FILES_LIMIT or directory > _DIRECTORY_LIMIT:
        raise ArchiveRefused("too-many-files", archive.name, limit=str(FILES_LIMIT))


def _checked(opened: zipfile.ZipFile, file: str) -> list[zipfile.ZipInfo]:
    entries = opened.infolist()
    if len(entries) > FILES_LIMIT:
        raise ArchiveRefused("too-many-files", file, limit=str(FILES_LIMIT))
    wanted = [one for one in entries if _is_wanted(one, file)]
    _check_collisions([one.filename for one in wanted], file)
    _check_overlap(opened, entries, file)
    total = sum(one.file_size for one in wanted)
    if total > UNPACKED_LIMIT:
        raise ArchiveRefused("archive-too-big", file, size=sized(total), limit=sized(UNPACKED_LIMIT))
    return wanted


def _is_wanted(entry: zipfile.ZipInfo, file: str) -> bool:
    """Check one entry; tell whether it is a file to unpack (folders come by themselves, hidden files stay behind)."""
    name = entry.orig_filename  # `filename` is already cut at NUL and mended, which hides the attack
    mode = entry.external_attr >> 16
    folder = name.endswith("/")
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise ArchiveRefused("archive-kind", file, path=name)
    parts = name.rstrip("/").split("/")
    if ".." in parts or "\\" in name or "\x00" in name or name.startswith("/"):
        raise ArchiveRefused("archive-name", file, path=name)
    if _JUNK & set(parts) or any(one.startswith(".") for one in parts):
        return False
    if not is_safe(name.rstrip("/")) or len(parts) > 10:
        raise ArchiveRefused("archive-name", file, path=name)
    if folder:
        return False
    if entry.flag_bits & _ENCRYPTED or entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile("sandi atau kompresi asing / password or foreign compression")
    if name.lower().endswith(_ARCHIVES):
        raise ArchiveRefused("archive-nested", file, path=name)
    if entry.file_size > ASSET_LIMIT:
        raise ArchiveRefused("file-too-big", file, path=name, size=sized(entry.file_size), limit=sized(ASSET_LIMIT))
    if entry.file_size > 100 * 1024 and entry.file_size > RATIO_LIMIT * max(1, entry.compress_size):
        raise ArchiveRefused("archive-ratio", file, path=name)
    return True


def _check_collisions(names: Iterable[str], file: str) -> None:
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        other = files.setdefault(name.casefold(), name)
        if other is not name:
            raise ArchiveRefused("archive-collision", file, path=name, other=other)
        for parent in PurePosixPath(name).parents:
            spelt = str(parent)
            if folders.setdefault(spelt.casefold(), spelt) != spelt:
                raise ArchiveRefused("archive-collision", file, path=spelt, other=folders[spelt.casefold()])
    both = files.keys() & folders.keys()
    if both:
        one = min(both)
        raise ArchiveRefused("archive-collision", file, path=files[one], other=f"{folders[one]}/")


def _check_overlap(opened: zipfile.ZipFile, entries: list[zipfile.ZipInfo], file: str) -> None:
    """Refuse entries that share bytes: the trick of the densest bombs. zipfile itself looks only from Python 3.11.8 on."""
    reached = 0
    source = opened.fp
    if source is None:  # pragma: no cover - zipfile gives its file up only when it is closed; for the type checker
        raise zipfile.BadZipFile("closed")
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < reached:
            raise ArchiveRefused("archive-overlap", file, path=entry.orig_filename)
        source.seek(entry.header_offset)
        magic, name_size, extra_size = _LOCAL.unpack(source.read(_LOCAL.size))
        if magic != b"PK\x03\x04":
            raise zipfile.BadZipFile("kepala berkas / file header")
        reached = entry.header_offset + _LOCAL.size + name_size + extra_size + entry.compress_size
    if reached > opened.start_dir:
        raise ArchiveRefused("archive-overlap", file, path="…")


def _write(opened: zipfile.ZipFile, wanted: list[zipfile.ZipInfo], aside: Path, file: str) -> None:
    left = UNPACKED_LIMIT
    for entry in wanted:
        target = aside / entry.orig_filename
        target.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        with opened.open(entry) as source, target.open("xb") as sink:
            while chunk := source.read(_CHUNK):
                if size == 0 and chunk.startswith(_ARCHIVE_MAGIC):
                    raise ArchiveRefused("archive-nested", file, path=entry.orig_filename)
                size += len(chunk)
                if size > min(left, entry.file_size):  # pragma: no cover - zipfile stops at the size it was told; should it not
                    raise ArchiveRefused("archive-ratio", file, path=entry.orig_filename)
                sink.write(chunk)
        if size != entry.file_size:
            raise zipfile.BadZipFile("ukuran tidak cocok / sizes do not match")
        left -= size


def _top(wanted: list[zipfile.ZipInfo], file: str) -> str:
    names = [one.orig_filename for one in wanted]
    if "pack.yaml" in names:
        return "."
    tops = {name.partition("/")[0] for name in names}
    only = next(iter(tops)) if len(tops) == 1 else ""
    if only and f"{only}/pack.yaml" in names:
        return only
    raise ArchiveRefused("no-pack", file)

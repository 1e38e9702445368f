"""Uploaded archives: a plain one becomes a folder, every trick is refused and leaves nothing behind."""

import io
import random
import resource
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lms_ext.packs.archives import ARCHIVE_LIMIT, ArchiveRefused, unpack
from lms_ext.packs.paths import FILES_LIMIT
from lms_ext.packs.reading import read_pack
from tests.unit.packs.kinds import FORMATS, GOOD, TYPES

Entries = dict[str, bytes]


def zipped(entries: Entries, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def pack_entries(prefix: str = "") -> Entries:
    return {prefix + name: data if isinstance(data, bytes) else data.encode() for name, data in GOOD.items()}


def with_extra(name: str, data: bytes = b"x") -> bytes:
    return zipped({**pack_entries(), name: data})


def renamed(new: bytes) -> bytes:
    """Give an archive whose entry `xxxx…` got another name of the same length, as no library would write it."""
    return with_extra("x" * len(new)).replace(b"x" * len(new), new)


def special(mode: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in pack_entries().items():
            archive.writestr(name, data)
        info = zipfile.ZipInfo("tautan.md")
        info.external_attr = (mode | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


def patched(data: bytes, signature: bytes, offset: int, layout: str, *values: int) -> bytes:
    """Overwrite numbers in the last record that begins with `signature`."""
    changed = bytearray(data)
    struct.pack_into(layout, changed, data.rfind(signature) + offset, *values)
    return bytes(changed)


def overlapping() -> bytes:
    """Two names for the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in pack_entries().items():
            archive.writestr(name, data)
        archive.writestr("satu.md", b"0" * 90_000)
        twin = zipfile.ZipInfo("satu.md")
        first = archive.getinfo("satu.md")
        for slot in SAME:
            setattr(twin, slot, getattr(first, slot))
        twin.filename = "duaa.md"
        archive.filelist.append(twin)
    return stream.getvalue()


SAME = ("CRC", "compress_size", "file_size", "header_offset", "compress_type", "flag_bits", "create_version", "extract_version")
LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
ZEROS = b"\0" * 1_500_000
NOISE = random.Random(1).randbytes(30_000)

REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "climbs out": (lambda: with_extra("../../evil.md"), "archive-name"),
    "climbs out inside": (lambda: with_extra("a/../../evil.md"), "archive-name"),
    "absolute": (lambda: with_extra("/etc/evil.md"), "archive-name"),
    "drive": (lambda: with_extra("C:/evil.md"), "archive-name"),
    "backslash": (lambda: renamed(b"..\\evil.md"), "archive-name"),
    "NUL": (lambda: renamed(b"evil.md\0.png"), "archive-name"),
    "device": (lambda: with_extra("aux.md"), "archive-name"),
    "space": (lambda: with_extra("nama berkas.md"), "archive-name"),
    "line break": (lambda: with_extra("a\nb.md"), "archive-name"),
    "very deep": (lambda: with_extra("a/" * 30 + "b.md"), "archive-name"),
    "link": (lambda: special(stat.S_IFLNK), "archive-kind"),
    "device file": (lambda: special(stat.S_IFCHR), "archive-kind"),
    "pipe": (lambda: special(stat.S_IFIFO), "archive-kind"),
    "capitals": (lambda: with_extra("Pack.yaml"), "archive-collision"),
    "capitals in a folder": (lambda: with_extra("Assets/lain.png"), "archive-collision"),
    "file and folder": (lambda: with_extra("tulis.yaml/x.md"), "archive-collision"),
    "twice": (lambda: renamed(b"tulis.yaml"), "archive-collision"),
    "bomb": (lambda: with_extra("a.md", ZEROS), "archive-ratio"),
    "too big a file": (lambda: with_extra("a.md", bytes(range(256)) * 10_000), "file-too-big"),
    "too big in all": (lambda: zipped(pack_entries() | {f"{n}.md": NOISE + ZEROS for n in range(28)}), "archive-too-big"),
    "too many": (lambda: zipped({f"{n}.md": b"" for n in range(FILES_LIMIT + 1)}), "too-many-files"),
    "too many, said to be few": (
        lambda: patched(zipped({f"{n}.md": b"" for n in range(FILES_LIMIT + 1)}), END, 8, "<HH", 1, 1), "too-many-files"),
    "reaches into the directory": (lambda: patched(with_extra("z.md"), CENTRAL, 20, "<I", 5000), "archive-overlap"),
    "file without head": (lambda: patched(with_extra("z.md"), LOCAL, 0, "<I", 0), "archive-broken"),
    "nested by name": (lambda: with_extra("lagi.zip"), "archive-nested"),
    "nested by content": (lambda: with_extra("lagi.png", zipped({"a": b"b"})), "archive-nested"),
    "overlap": (overlapping, "archive-overlap"),
    "password": (lambda: patched(zipped(pack_entries()), CENTRAL, 8, "<H", 1), "archive-broken"),
    "foreign compression": (lambda: zipped(pack_entries(), zipfile.ZIP_LZMA), "archive-broken"),
    "says smaller than it is": (lambda: patched(with_extra("z.md", b"0" * 5000), CENTRAL, 24, "<I", 10), "archive-broken"),
    "says larger than it is": (lambda: patched(with_extra("z.md", b"0" * 5000), CENTRAL, 24, "<I", 50_000), "archive-broken"),
    "wrong checksum": (lambda: patched(with_extra("z.md", b"0" * 5000), CENTRAL, 16, "<I", 1), "archive-broken"),
    "header elsewhere": (lambda: patched(with_extra("z.md"), CENTRAL, 42, "<I", 7), "archive-overlap"),
    "huge directory": (lambda: patched(zipped(pack_entries()), END, 12, "<I", 2_000_000), "too-many-files"),
    "zip64": (lambda: zipped(pack_entries()).replace(END, b"PK\x06\x07" + b"\0" * 16 + END), "archive-broken"),
    "cut off": (lambda: zipped(pack_entries())[:-30], "archive-broken"),
    "not a zip": (lambda: b"PK\x03\x04 halo", "archive-broken"),
    "empty": (lambda: b"", "archive-broken"),
    "no pack": (lambda: zipped({"a.md": b"x"}), "no-pack"),
    "two packs": (lambda: zipped(pack_entries("a/") | pack_entries("b/")), "no-pack"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_tricks_are_refused_and_leave_nothing(tmp_path: Path, name: str) -> None:
    make, rule = REFUSED[name]
    archive = tmp_path / "unggahan.zip"
    archive.write_bytes(make())
    target = tmp_path / "dalam" / "paket"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ArchiveRefused) as caught:
        unpack(archive, target)
    assert caught.value.problem.rule == rule
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 100 * 1024
    assert sorted(path.name for path in tmp_path.rglob("*")) in (["dalam", "unggahan.zip"], ["unggahan.zip"])


@pytest.mark.parametrize("prefix", ["", "contoh/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_plain_archive_becomes_a_pack(tmp_path: Path, prefix: str, method: int) -> None:
    archive = tmp_path / "a.zip"
    junk = {"__MACOSX/._a": b"x", f"{prefix}.DS_Store": b"x", f"{prefix}.git/config": b"x", f"{prefix}assets/Thumbs.db": b"x"}
    archive.write_bytes(zipped({**pack_entries(prefix), **junk}, method))
    folder = unpack(archive, tmp_path / "paket")
    assert sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()) == sorted(GOOD)
    assert read_pack(folder, TYPES, FORMATS).problems == ()
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_an_archive_that_is_too_big_is_not_opened(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with archive.open("wb") as file:
        file.truncate(ARCHIVE_LIMIT + 1)
    with pytest.raises(ArchiveRefused) as caught:
        unpack(archive, tmp_path / "paket")
    assert caught.value.problem.rule == "archive-too-big"


def test_a_folder_that_exists_is_never_touched(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(zipped(pack_entries()))
    (tmp_path / "paket").mkdir()
    with pytest.raises(FileExistsError):
        unpack(archive, tmp_path / "paket")
    assert list((tmp_path / "paket").iterdir()) == []


def test_entries_for_folders_are_not_files(tmp_path: Path) -> None:
    archive = tmp_path / "unggahan.zip"
    archive.write_bytes(zipped({"assets/": b"", "kosong/": b"", **pack_entries()}))
    unpack(archive, tmp_path / "paket")
    assert not (tmp_path / "paket/kosong").exists()
    assert read_pack(tmp_path / "paket", TYPES, FORMATS).problems == ()

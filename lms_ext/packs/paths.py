"""Names of files inside a pack, and reading them without leaving it or taking too much."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from lms_ext.domain.problems import Problem
from lms_ext.packs.rules import problem

TEXT_LIMIT = 1024 * 1024
"""Most bytes of one text file."""
ASSET_LIMIT = 2 * 1024 * 1024
"""Most bytes of one picture or attachment."""
ASSETS_LIMIT = 20 * 1024 * 1024
"""Most bytes of all pictures and attachments together."""
FILES_LIMIT = 2_000
"""Most files a pack folder may hold."""

_NAME = re.compile(r"\A[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_DEVICES = re.compile(r"\A(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)


class Refused(Exception):
    """A file of a pack cannot be used; becomes a Problem where the file and line that named it are known."""

    def __init__(self, rule: str, **values: str) -> None:
        super().__init__(rule)
        self.rule = rule
        self.values = values

    def at(self, file: str, line: int = 0) -> Problem:
        """Make the problem, for the file and line that asked."""
        return problem(self.rule, file, line, **self.values)


def sized(size: int) -> str:
    """Give a size for people, in KiB or MiB."""
    return f"{size / 1024 / 1024:.1f} MiB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KiB"


def is_safe(name: str) -> bool:
    """Tell whether a name is a plain relative path of safe characters that every system keeps as it is."""
    parts = name.split("/")
    return len(name) <= 200 and all(_NAME.match(one) and not one.endswith(".") and not _DEVICES.match(one) for one in parts)


def locate(folder: Path, name: str) -> tuple[Path, int]:
    """Find a regular file by its name in the pack; gives path and size in bytes. Raises Refused."""
    if not is_safe(name):
        raise Refused("bad-path", path=name)
    path = folder
    for part in name.split("/"):
        path = path / part
        try:
            found = path.lstat()
        except OSError:
            raise Refused("file-missing", path=name) from None
        if stat.S_ISLNK(found.st_mode):
            raise Refused("symlink", path=name)
    # A file system that ignores capitals finds `Peta.PNG` for `peta.png`; the server's would not.
    if not stat.S_ISREG(found.st_mode) or path not in path.parent.iterdir():
        raise Refused("file-missing", path=name)
    return path, found.st_size


def read(folder: Path, name: str, limit: int) -> bytes:
    """Read a file of the pack; its size is looked at before a byte is read. Raises Refused."""
    path, size = locate(folder, name)
    if size > limit:
        raise Refused("file-too-big", path=name, size=sized(size), limit=sized(limit))
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:  # pragma: no cover - it grew between the look at its size and the reading
        raise Refused("file-too-big", path=name, size=sized(len(data)), limit=sized(limit))
    return data


def walk(folder: Path) -> Iterator[str]:
    """Give the names of all files below, links not followed, hidden ones left out, one by one, in order."""
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(files):
            if name.startswith("."):
                continue
            yield (Path(top) / name).relative_to(folder).as_posix()

"""Where CIFAR's files lie: a folder, or a tar archive of which regular members are read in memory and nothing is extracted."""

import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from thalweg.core.errors import DataError
from thalweg.core.visible import visible
from thalweg.images._bytes import Stream, open_unzipped, read_exactly, read_file

MOST_BYTES = 200_000_000
"""A file of CIFAR has at most 155 MB."""

_MOST_MEMBERS = 10_000
ARCHIVE = re.compile(r".*\.(tar|tar\.gz|tgz)", re.IGNORECASE)


def file_names(path: Path) -> list[str]:
    """Return the names of the files in a folder; none for anything else, whose members are not known before it is read."""
    return sorted(entry.name for entry in path.iterdir() if entry.is_file()) if path.is_dir() else []


def read_files(path: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return the content of the wanted files of a folder, of an archive, or of the one file that `path` is."""
    if path.is_dir():
        return {name: read_file(path / name, limit=MOST_BYTES) for name in file_names(path) if wanted(name)}
    if ARCHIVE.fullmatch(path.name):
        return _read_archive(path, wanted)
    return {path.name: read_file(path, limit=MOST_BYTES)}


def _read_archive(path: Path, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Read wanted members from front to back, by the last part of their names; links, devices and sparse files are refused."""
    found: dict[str, bytes] = {}
    with open_unzipped(path) as (stream, limit):
        try:
            with tarfile.open(fileobj=cast(Any, _Limited(stream, limit, path)), mode="r|") as archive:
                for count, member in enumerate(archive):
                    if count >= _MOST_MEMBERS:
                        raise DataError(f"{path}: more than {_MOST_MEMBERS:,} members. Check that the right archive was given.")
                    name = member.name.rsplit("/", 1)[-1]
                    if member.isdir() or not wanted(name):
                        continue
                    found[name] = _read_member(archive, member, path, twice=name in found)
        except (tarfile.TarError, ValueError, IndexError, OverflowError) as error:
            raise DataError(f"{path}: the archive is damaged after byte {stream.tell():,} ({error}). Fetch or copy it again.") from error
    return found


def _read_member(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path, *, twice: bool) -> bytes:
    source = f"{path}[{visible(member.name[:100])}]"
    if not member.isreg() or member.issparse():
        raise DataError(f"{source}: not a regular file (type {member.type!r}); links, devices and sparse files are not followed.")
    if twice or not 0 <= member.size <= MOST_BYTES:
        what = "more than one member has this name" if twice else f"{member.size:,} bytes; at most {MOST_BYTES:,} are expected"
        raise DataError(f"{source}: {what}. Check that the right archive was given.")
    content = archive.extractfile(member)
    assert content is not None
    return read_exactly(cast(Stream, content), member.size, source=source, what="the member").tobytes()


class _Limited:
    """A stream that refuses to give more than its file justifies."""

    def __init__(self, stream: Stream, limit: int, path: Path) -> None:
        self._stream, self._left, self._limit, self._path = stream, limit, limit, path

    def read(self, count: int) -> bytes:
        data = self._stream.read(count)
        self._left -= len(data)
        if self._left < 0:
            raise DataError(
                f"{self._path}: unpacks to more than {self._limit:,} bytes, more than its size justifies; it is taken for a bomb."
            )
        return data

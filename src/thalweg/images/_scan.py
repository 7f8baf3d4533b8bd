"""A folder of class folders to a list of picture files: names, sizes and times only; no file is opened and no link followed."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from thalweg.core.errors import DataError
from thalweg.core.imageset import Skipped
from thalweg.core.visible import visible
from thalweg.images._picture import EXTENSIONS, MOST_BYTES

_ARTEFACTS = frozenset({"__MACOSX"})


@dataclass
class Found:
    """What lies in one folder and below it: bytes and time (ns) of each picture by its path inside the folder, bad entries, other files.

    Two dictionaries of plain values, not a list of records: very many records keep the garbage collector busy.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    bad: list[Skipped] = field(default_factory=list)
    others: int = 0

    def names(self) -> list[str]:
        """Return the pictures' paths inside the folder, sorted by code point."""
        return sorted(self.sizes)


def scan_pictures(folder: str) -> Found:
    """List the picture files in a folder and its subfolders.

    A picture is a regular file, not empty, with a known extension in any case. What has such an extension and is none, and every
    link to a folder, is listed as bad with the reason. Names that begin with a dot are passed over.
    """
    found, places = Found(), [""]
    while places:
        prefix = places.pop()
        try:
            with _entries(folder + os.sep + prefix if prefix else folder) as entries:
                _scan(entries, folder, prefix, found, places)
        except OSError as error:
            found.bad.append(Skipped(f"{folder}{os.sep}{prefix}", error.strerror or str(error)))
    return found


@contextmanager
def _entries(folder: str) -> Iterator[Iterable["os.DirEntry[str]"]]:
    """Open a folder's entries so that each is looked up by its name alone: a third less time than by its whole path."""
    if os.scandir not in os.supports_fd:
        with os.scandir(folder) as entries:
            yield entries
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(descriptor) as entries:
            yield entries
    finally:
        os.close(descriptor)


def subfolders(folder: str) -> tuple[list[str], list[Skipped], int]:
    """Return the names of the folders in a folder, sorted; links to folders, as bad; and how many pictures lie beside them."""
    names, bad, pictures = [], [], 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name in _ARTEFACTS:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    names.append(entry.name)
                elif entry.is_symlink() and entry.is_dir():
                    bad.append(Skipped(entry.path, "a link to a folder; links are not followed"))
                elif _is_named_picture(entry.name):
                    pictures += 1
    except OSError as error:
        raise DataError(f"{visible(folder)} cannot be listed: {error.strerror or error}. Check the path and its permissions.") from error
    return sorted(names), sorted(bad, key=lambda entry: entry.path), pictures


def _scan(entries: Iterable["os.DirEntry[str]"], folder: str, prefix: str, found: Found, places: list[str]) -> None:
    sizes, times = found.sizes, found.times
    for entry in entries:
        name = entry.name
        if name[0] == ".":
            continue
        if name.rpartition(".")[2].lower() in EXTENSIONS:
            try:
                facts = entry.stat(follow_symlinks=False) if entry.is_file(follow_symlinks=False) else None
            except OSError as error:
                found.bad.append(Skipped(f"{folder}{os.sep}{prefix}{name}", error.strerror or str(error)))
                continue
            if facts is not None and 0 < facts.st_size <= MOST_BYTES:
                sizes[prefix + name], times[prefix + name] = facts.st_size, facts.st_mtime_ns
            else:
                path = f"{folder}{os.sep}{prefix}{name}"
                found.bad.append(Skipped(path, _reason(entry, facts, path)))
        elif entry.is_dir(follow_symlinks=False):
            places.append(prefix + name + os.sep)
        elif entry.is_symlink() and entry.is_dir():
            found.bad.append(Skipped(f"{folder}{os.sep}{prefix}{name}", "a link to a folder; links are not followed"))
        else:
            found.others += 1


def _reason(entry: "os.DirEntry[str]", facts: os.stat_result | None, path: str) -> str:
    if facts is not None:
        return "the file is empty (0 bytes)" if facts.st_size == 0 else f"{facts.st_size:,} bytes; at most {MOST_BYTES:,} are read"
    if entry.is_symlink():
        return "a link; links are not followed" if Path(path).exists() else "a link that leads nowhere"
    return "a folder, not a picture" if entry.is_dir(follow_symlinks=False) else "a pipe, socket or device, not a picture"


def _is_named_picture(name: str) -> bool:
    return "." in name and name.rpartition(".")[2].lower() in EXTENSIONS

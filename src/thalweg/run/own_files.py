"""Own files: what is read of a run's folder is read from plain files in it, never through a link, never beyond a bound."""

import os
import stat
from pathlib import Path

from thalweg.core.errors import ModelError
from thalweg.core.visible import visible

LINK = "it is a symbolic link, which Thalweg does not follow"
LARGEST = 256 << 20
"""Bytes of a file that is read: a record larger than this is no run's."""


def is_own_file(path: Path) -> bool:
    """Whether a path is a plain file, and no link to one elsewhere, of a size that a run's file has."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST


def own_bytes(path: Path) -> bytes:
    """Return a file's content; raise `ModelError` where it is a link, or no file at all, `FileNotFoundError` where there is none."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = LINK if path.is_symlink() else f"it cannot be read ({error.strerror})"
        raise ModelError(f"{path.name}: {reason}.") from None
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            raise ModelError(f"{path.name}: it is not a file of a run.")
        return file.read()


def check_own(folder: Path) -> None:
    """Raise `ModelError` where a folder, or anything in it, is a link or no plain file: whoever reads it would be led elsewhere."""
    _check(folder, folder)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            _check(folder, Path(place) / name)


def _check(folder: Path, path: Path) -> None:
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return  # a trainer is at work and has removed it
    if stat.S_ISLNK(mode):
        raise ModelError(f"{visible(folder.name)}: {visible(path.name)}: {LINK}.")
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ModelError(f"{visible(folder.name)}: {visible(path.name)}: it is not a file of a run.")

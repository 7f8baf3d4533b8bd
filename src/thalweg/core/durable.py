"""Every durable write: temporary name, fsync, rename, fsync of the directory. Old or new, never a third state.

Nothing else in Thalweg writes under a run folder or a cache. Failures of the disk become `StorageError` with the path and what was
needed; an fsync that fails is a write that failed.
"""

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from thalweg.core.errors import ModelError, StorageError

MANIFEST = "manifest.json"
TEMPORARY = ".tmp-"

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and run the same command again",
    errno.EDQUOT: "the disk quota is used up; free some space and run the same command again",
    errno.EACCES: "no permission; choose another folder or change its permissions",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.EMFILE: "too many open files; raise `ulimit -n`",
    errno.EEXIST: "a file stands where a folder is needed; choose another path",
    errno.ENOTDIR: "a file stands where a folder is needed; choose another path",
}


@contextmanager
def storage_errors(path: Path, *, needed: int | None = None) -> Iterator[None]:
    """Turn an OSError of the block into a `StorageError` that names `path` and the bytes needed."""
    try:
        yield
    except OSError as error:
        size = f" ({needed:,} bytes needed)" if needed is not None else ""
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"cannot write {path}{size}: {reason}.") from error


def write_file(path: Path, content: bytes | str) -> None:
    """Write `content` at `path` so that a crash leaves the old file or the new one."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    stream_file(path, lambda file: file.write(data), needed=len(data))


def stream_file(path: Path, fill: Callable[[BinaryIO], Any], *, needed: int | None = None) -> None:
    """Let `fill` write into a temporary file beside `path`, then make it `path` in one step."""
    with storage_errors(path, needed=needed):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        try:
            with open(temporary, "wb") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes], *, facts: Mapping[str, Any]) -> None:
    """Write a folder of files with a manifest (SHA-256 and size of each, and `facts`) so that it appears whole or not at all.

    In the place of a folder of the same name: an error leaves the old one or the new one; only a crash between two renames leaves both
    under temporary names, so whoever must not lose the old one writes under a new name.
    """
    manifest = {"files": {name: _digest(data) for name, data in files.items()}, **facts}
    everything = {**files, MANIFEST: json_bytes(manifest)}
    with storage_errors(path, needed=sum(map(len, everything.values()))):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        try:
            temporary.mkdir()
            for name, data in everything.items():
                with open(temporary / name, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            sync_folder(temporary)
            if path.exists():
                _exchange(temporary, path)
            else:
                os.rename(temporary, path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        sync_folder(path.parent)


def read_folder(path: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the files of a folder and its manifest, every hash verified; raise `ModelError` naming the file that is wrong."""
    try:
        manifest = json.loads((path / MANIFEST).read_bytes())
        listed = dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path / MANIFEST}: no readable manifest ({error}).") from error
    contents = {}
    for name, expected in listed.items():
        try:
            data = (path / name).read_bytes()
        except OSError as error:
            raise ModelError(f"{path / name}: listed in the manifest but cannot be read ({error.strerror}).") from error
        if _digest(data) != expected:
            raise ModelError(f"{path / name}: its {len(data)} bytes do not hash to what the manifest says; it was changed or damaged.")
        contents[name] = data
    return contents, manifest


def discard_folder(path: Path) -> None:
    """Remove a folder so that a crash half way leaves only a temporary name."""
    with storage_errors(path):
        shutil.rmtree(_set_aside(path), ignore_errors=True)


def _set_aside(path: Path) -> Path:
    """Give a folder a temporary name and return it."""
    aside = path.with_name(f"{TEMPORARY}{os.getpid()}-old-{path.name}")
    shutil.rmtree(aside, ignore_errors=True)
    os.rename(path, aside)
    return aside


def _exchange(temporary: Path, path: Path) -> None:
    """Put a folder in the place of another; where that fails the other one comes back."""
    aside = _set_aside(path)
    try:
        os.rename(temporary, path)
    except BaseException:
        os.rename(aside, path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def sweep(folder: Path, *, older_than_seconds: float = 0.0) -> None:
    """Remove what crashed writers left behind in `folder`: temporary names at least this old."""
    now = time.time()
    for left in folder.glob(f"{TEMPORARY}*"):
        try:
            if now - left.stat().st_mtime < older_than_seconds:
                continue
        except OSError:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make the names in a directory durable."""
    if os.name == "nt":  # a directory has no file descriptor there; NTFS journals its names
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def json_bytes(value: Any) -> bytes:
    """Return strict JSON (no NaN, no Infinity), indented, as UTF-8."""
    return (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=True) + "\n").encode()


def _digest(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}

"""Bytes of files: regular files only, plain or gzipped, never more of them than the caller expects."""

import gzip
import io
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from thalweg.core.errors import DataError

Stream = io.BufferedIOBase

_FREE = 1 << 24
_RATIO = 100
_CHUNK = 1 << 20


@contextmanager
def open_regular(path: Path) -> Iterator[Stream]:
    """Open a regular file for reading; a pipe, a socket, a device, a folder or a missing file is a `DataError`, and never waits."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError(f"{path} is not a regular file. Give the path of a file with images or labels.")
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {_reason(error)}. Check the path and its permissions.") from error
    with file:
        try:
            yield file
        except OSError as error:
            raise DataError(f"{path} cannot be read: {_reason(error)}.") from error


@contextmanager
def open_unzipped(path: Path) -> Iterator[tuple[Stream, int]]:
    """Open a file, unzipping it on the fly if it begins as gzip does; yields the stream and the number of bytes that it may justify."""
    with open_regular(path) as file:
        stored = path.stat().st_size
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not zipped:
            yield file, stored
            return
        try:
            with gzip.GzipFile(fileobj=file) as stream:
                yield stream, unpacked_limit(stored)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            where = f"near byte {file.tell():,} of {stored:,}"
            raise DataError(f"{path}: the gzip data is damaged or cut off {where} ({error}). Fetch or copy the file again.") from error


def unpacked_limit(stored: int) -> int:
    """Return how many bytes `stored` compressed bytes may become: 100 times as many, and 16 MB at least; more is taken for a bomb.

    >>> unpacked_limit(1_000_000)
    100000000
    """
    return max(_FREE, _RATIO * stored)


def read_exactly(stream: Stream, count: int, *, source: str, what: str, exhaust: bool = True) -> UInt8[np.ndarray, " count"]:
    """Return exactly `count` bytes; too few, and with `exhaust` one too many, is a `DataError`. Never reads more than `count` + 1."""
    buffer = np.empty(count, dtype=np.uint8)
    done = 0
    while done < count:
        piece = stream.read(min(_CHUNK, count - done))
        if not piece:
            raise DataError(f"{source}: {what} ends after {done:,} bytes; {count:,} expected. The file is cut off: fetch or copy it again.")
        buffer[done : done + len(piece)] = np.frombuffer(piece, dtype=np.uint8)
        done += len(piece)
    if exhaust and stream.read(1):
        raise DataError(f"{source}: {what} goes on after the {count:,} bytes declared. The file is damaged: fetch or copy it again.")
    return buffer


def read_file(path: Path, *, limit: int) -> bytes:
    """Return the bytes of a small file, refusing more than `limit`."""
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise DataError(f"{path} is larger than the {limit:,} bytes that such a file may have. Check that the right file was given.")
    return data


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)

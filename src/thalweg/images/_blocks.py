"""Where decoded pixels go: a block in memory, or a `.npy` file that is being written."""

import math
import threading
from typing import BinaryIO

import numpy as np
from jaxtyping import Bool, UInt8

from thalweg.images._picture import Target
from thalweg.images._processes import Write


def shape_of(count: int, target: Target) -> tuple[int, int, int, int]:
    """Return the shape of `count` pictures."""
    return count, target.height, target.width, 1 if target.mode == "L" else 3


class MemoryBlock:
    """Pictures in an array, `images`."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.images: UInt8[np.ndarray, "n height width channels"] = np.empty((0, 0, 0, 1), np.uint8)

    def allocate(self, target: Target) -> Write:
        """Make room, forgetting what was written before, and return `write(first row, pixels)`."""
        self.images = np.zeros(shape_of(self._count, target), np.uint8)
        flat = self.images.reshape(-1)

        def write(row: int, pixels: bytes) -> None:
            flat[row * target.nbytes : row * target.nbytes + len(pixels)] = np.frombuffer(pixels, np.uint8)

        return write

    def keep(self, rows: Bool[np.ndarray, " n"]) -> None:
        """Drop all other rows."""
        self.images = self.images[rows]


class FileBlock:
    """Pictures in an open `.npy` file. Plain writes, not a memory map: a full disk is then an error and not a SIGBUS."""

    def __init__(self, count: int, file: BinaryIO) -> None:
        self._count, self._file, self._lock = count, file, threading.Lock()
        self._target = Target("L", 1, 1, None)

    def allocate(self, target: Target) -> Write:
        """Write the header, forgetting what was written before, and return `write(first row, pixels)`, which several threads may call."""
        self._target = target
        begin = self._write_header(self._count)

        def write(row: int, pixels: bytes) -> None:
            with self._lock:
                self._file.seek(begin + row * target.nbytes)
                self._file.write(pixels)

        return write

    def keep(self, rows: Bool[np.ndarray, " n"]) -> None:
        """Drop all other rows: what is kept moves forward, and the header counts again."""
        self._file.flush()
        begin = self._write_header(self._count, cut=False)
        kept = np.flatnonzero(rows)
        pixels = np.memmap(self._file.name, np.uint8, "r+", begin, shape_of(self._count, self._target))
        some = max(1, (1 << 24) // self._target.nbytes)
        for start in range(0, len(kept), some):
            pixels[start : start + some][: len(kept) - start] = pixels[kept[start : start + some]]
        pixels.flush()
        del pixels
        assert self._write_header(len(kept), cut=False) == begin, "NumPy leaves room in the header for a longer first axis"
        self._file.truncate(begin + len(kept) * self._target.nbytes)

    def _write_header(self, count: int, *, cut: bool = True) -> int:
        shape = shape_of(count, self._target)
        self._file.seek(0)
        if cut:
            self._file.truncate()
        np.lib.format.write_array_header_1_0(self._file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        begin = self._file.tell()
        if cut:
            self._file.truncate(begin + math.prod(shape))
        return begin

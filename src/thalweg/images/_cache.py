"""The cache of decoded pictures: one `.npy` file and one JSON file of facts a source, both written durably.

A name is `<place>-<state>`: `place` stands for where the source lies and how it is read, `state` for names, sizes and times of its
files and the decoder's version. Another state of the same place replaces the older one. Two processes may build the same entry at
once: both write the same bytes under temporary names, and the last rename wins. A file of another size than the facts say, or facts that
cannot be read, count as absent. The folder is `$THALWEG_HOME/pictures`, or `pictures` in the platform's cache folder for Thalweg.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import PIL
from jaxtyping import UInt8

from thalweg.core.durable import json_bytes, stream_file, sweep, write_file
from thalweg.core.entries import ReadOptions
from thalweg.core.home import cache_home

RULES = 1
"""Raised by one whenever `_picture` gives other pixels than before."""

_DAY = 86_400.0


class Slot(NamedTuple):
    """The two files of an entry."""

    pixels: Path
    facts: Path


def cache_folder() -> Path:
    """Return where decoded pictures are kept."""
    return cache_home() / "pictures"


def slot(source: str, state: str, options: ReadOptions) -> Slot:
    """Return the files of the entry for a source (a path) in a state (a digest), read with options."""
    fit = options.fit if options.size else None
    place = _digest(str(Path(source).resolve()), options.size, fit, options.colour)[:16]
    name = f"{place}-{_digest(state, RULES, PIL.__version__)[:32]}"
    return Slot(cache_folder() / f"{name}.npy", cache_folder() / f"{name}.json")


def recall(entry: Slot) -> tuple[UInt8[np.ndarray, "n height width channels"], dict[str, Any]] | None:
    """Return the memory-mapped pixels and the facts of an entry, or `None` where there is no whole one."""
    try:
        facts = json.loads(entry.facts.read_bytes())
        if entry.pixels.stat().st_size != facts["bytes"]:
            return None
        pixels = np.load(entry.pixels, mmap_mode="r", allow_pickle=False)
        whole = list(pixels.shape) == facts["shape"] and pixels.dtype == np.uint8
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    return (pixels, facts) if whole else None


def remember_pixels(entry: Slot, fill: Callable[[BinaryIO], Any]) -> UInt8[np.ndarray, "n height width channels"]:
    """Let `fill` write the `.npy` file, and return it memory-mapped; raise `StorageError` where it cannot be written."""
    stream_file(entry.pixels, fill)
    return np.load(entry.pixels, mmap_mode="r", allow_pickle=False)


def remember_facts(entry: Slot, pixels: UInt8[np.ndarray, "n height width channels"], facts: dict[str, Any]) -> None:
    """Write the facts, which make the entry whole, and remove what it replaces."""
    write_file(entry.facts, json_bytes({"bytes": entry.pixels.stat().st_size, "shape": list(pixels.shape), **facts}))
    place = entry.pixels.name.partition("-")[0]
    for old in entry.pixels.parent.glob(f"{place}-*"):
        if old.stem != entry.pixels.stem:
            with suppress(OSError):  # another process may have removed it, or hold it open where that matters
                old.unlink()
    sweep(entry.pixels.parent, older_than_seconds=_DAY)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()

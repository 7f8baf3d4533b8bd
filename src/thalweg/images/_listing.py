"""A list of picture files with labels to an ImageSet: decoded, judged, cached."""

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from jaxtyping import Bool, Int64, UInt8

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import StorageError
from thalweg.core.imageset import ImageSet, Skipped, Split
from thalweg.core.progress import Progress
from thalweg.images._blocks import FileBlock, MemoryBlock
from thalweg.images._cache import Slot, recall, remember_facts, remember_pixels, slot
from thalweg.images._complaints import refuse_bad, refuse_emptied, refuse_mixed, rule_notes
from thalweg.images._decode import Findings, decode_all
from thalweg.images._fingerprint import content_fingerprint
from thalweg.images._processes import DecoderDiedError

SMALL_FILES = 2_000
SMALL_BYTES = 1 << 24
"""Below both, decoding takes less than a second: it happens in this process, every time, and nothing is cached."""

_BUILDING = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Picture files in the order of the ImageSet, and what is known of them without opening one.

    `bad` are entries that cannot be pictures; `state` is a digest of everything here that decides about the result.
    """

    source: str
    paths: Sequence[str]
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    split: Split
    nbytes: int
    state: str
    bad: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()


class _Pictures(NamedTuple):
    images: UInt8[np.ndarray, "kept height width channels"]
    bad: dict[int, str]
    rules: dict[str, int]
    fingerprint: str
    notes: tuple[str, ...] = ()


def state_of(names: Sequence[str], sizes: Sequence[int], times: Sequence[int], *more: str) -> str:
    """Return a digest of names, sizes and times (ns) of files, and of more words."""
    digest = hashlib.sha256("\0".join([*more, str(len(names)), ""]).encode("utf-8", "surrogateescape"))
    digest.update("\0".join(names).encode("utf-8", "surrogateescape"))
    digest.update(np.array(sizes, np.int64).tobytes() + np.array(times, np.int64).tobytes())
    return digest.hexdigest()


def read_listing(listing: Listing, options: ReadOptions, progress: Progress) -> ImageSet:
    """Decode the files, or recall them from the cache, and return the ImageSet.

    Raises `DataError` naming every bad file (with `options.skip_bad`: only where more than half are bad), or on sizes that differ where no
    size is asked for. A cache that cannot be written is a note, not an error.
    """
    if not len(listing.paths):
        refuse_bad(listing.source, listing.bad, len(listing.bad), skip=options.skip_bad)
    small = len(listing.paths) < SMALL_FILES and listing.nbytes < SMALL_BYTES
    pictures = _in_memory(listing, options, progress, processes=False) if small else _through_cache(listing, options, progress)
    bad = _all_bad(listing, pictures.bad)
    refuse_bad(listing.source, bad, len(listing.paths) + len(listing.bad), skip=options.skip_bad)
    keep = _kept(len(listing.paths), pictures.bad)
    labels = listing.labels[keep]
    refuse_emptied(listing.source, listing.classes, labels, len(bad))
    return ImageSet(
        images=pictures.images,
        labels=labels,
        classes=listing.classes,
        fingerprint=pictures.fingerprint,
        split=_renumber(listing.split, keep),
        source=listing.source,
        origins=[listing.paths[row] for row in np.flatnonzero(keep).tolist()] if pictures.bad else listing.paths,
        skipped=bad,
        notes=(*listing.notes, *rule_notes(pictures.rules), *pictures.notes),
    )


def _in_memory(listing: Listing, options: ReadOptions, progress: Progress, *, processes: bool) -> _Pictures:
    block = MemoryBlock(len(listing.paths))
    findings = _decode(listing, options, progress, block, processes=processes)
    return _Pictures(block.images, findings.bad, findings.rules, _fingerprint(listing, block.images, findings.bad))


def _through_cache(listing: Listing, options: ReadOptions, progress: Progress) -> _Pictures:
    entry = slot(listing.source, listing.state, options)
    with _BUILDING:
        known = recall(entry)
        if known is not None:
            return _recalled(known)
        try:
            return _build(entry, listing, options, progress)
        except DecoderDiedError:
            raise
        except StorageError as error:
            note = f"Decoded pictures are not kept for the next start: {error}"
            return _in_memory(listing, options, progress, processes=True)._replace(notes=(note,))


def _build(entry: Slot, listing: Listing, options: ReadOptions, progress: Progress) -> _Pictures:
    found: list[Findings] = []

    def fill(file: BinaryIO) -> None:
        found.append(_decode(listing, options, progress, FileBlock(len(listing.paths), file), processes=True))

    images = remember_pixels(entry, fill)
    bad, rules = found[0].bad, found[0].rules
    fingerprint = _fingerprint(listing, images, bad)
    remember_facts(entry, images, {"fingerprint": fingerprint, "rules": rules, "bad": list(bad.items())})
    return _Pictures(images, bad, rules, fingerprint)


def _decode(listing: Listing, options: ReadOptions, progress: Progress, block: MemoryBlock | FileBlock, *, processes: bool) -> Findings:
    """Decode into `block`, refuse what has to be refused, and drop the rows without a picture."""
    _, findings = decode_all(listing.paths, options, progress, block.allocate, processes=processes)
    bad = _all_bad(listing, findings.bad)
    refuse_bad(listing.source, bad, len(listing.paths) + len(listing.bad), skip=options.skip_bad)
    if len(findings.sizes) > 1 and options.size is None:
        refuse_mixed(listing.source, findings.sizes, listing.paths)
    if findings.bad:
        block.keep(_kept(len(listing.paths), findings.bad))
    return findings


def _recalled(known: tuple[UInt8[np.ndarray, "n height width channels"], dict[str, Any]]) -> _Pictures:
    images, facts = known
    return _Pictures(images, {int(row): reason for row, reason in facts["bad"]}, facts["rules"], facts["fingerprint"])


def _fingerprint(listing: Listing, images: UInt8[np.ndarray, "n height width channels"], bad: Mapping[int, str]) -> str:
    return content_fingerprint(images, listing.labels[_kept(len(listing.paths), bad)], listing.classes)


def _all_bad(listing: Listing, bad: Mapping[int, str]) -> tuple[Skipped, ...]:
    found = [*listing.bad, *(Skipped(listing.paths[row], reason) for row, reason in bad.items())]
    return tuple(sorted(found, key=lambda entry: entry.path))


def _kept(count: int, bad: Mapping[int, str]) -> Bool[np.ndarray, " n"]:
    keep = np.ones(count, dtype=bool)
    keep[list(bad)] = False
    return keep


def _renumber(split: Split, keep: Bool[np.ndarray, " n"]) -> Split:
    """Return the split in the row numbers that are left when only `keep` is kept."""
    number = np.cumsum(keep) - 1
    return Split(*(number[rows[keep[rows]]] for rows in split.parts().values()))

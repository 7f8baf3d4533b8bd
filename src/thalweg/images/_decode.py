"""Many picture files to one block of pixels: in this process where it is little work, on all cores where it is much."""

import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.images._picture import Target, is_grey, open_picture, read_bytes, render, upright_size
from thalweg.images._processes import Batch, Write, cores, decode_in_processes
from thalweg.images._worker import Report, decode_batch

PEEKED = 16
Work = Generator[tuple[Batch, Report], None, None]
_BATCH_BYTES = 1 << 22
_BATCH_FILES = 256


class _FoundColourError(Exception):
    """A colour picture came up among pictures that were all grey so far."""


@dataclass(frozen=True)
class Size:
    """A size that occurs: how many files have it, and the row of one of them."""

    count: int
    row: int


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What decoding showed: bad rows with their reasons, sizes by name (`32x32`, height first), how many pictures needed which rule."""

    bad: dict[int, str]
    sizes: dict[str, Size]
    rules: dict[str, int]


def decode_all(
    paths: Sequence[str], options: ReadOptions, progress: Progress, allocate: Callable[[Target], Write], *, processes: bool
) -> tuple[Target, Findings]:
    """Decode all files into what `allocate` provides, and return what the pixels look like and what was found.

    `allocate(target)` returns a function `write(first row, pixels)` and may be called again: when a colour picture comes up among
    grey ones, or when the only file of another size than the rest turns out to be damaged, everything is decoded anew.
    """
    target = _choose_target(paths, options)
    while True:
        strict_grey = options.colour == "auto" and target.mode == "L"
        try:
            findings = _decode_files(paths, target, allocate(target), progress, strict_grey=strict_grey, processes=processes)
        except _FoundColourError:
            target = target._replace(mode="RGB")
            continue
        if target.fit is None and len(findings.sizes) == 1 and findings.sizes.keys() != {target.size}:
            height, width = next(iter(findings.sizes)).split("x")
            target = target._replace(height=int(height), width=int(width))
            continue
        return target, findings


def decode_picture(path: str, *, shape: tuple[int, int, int], fit: str = "crop") -> UInt8[np.ndarray, "height width channels"]:
    """Return one picture as the training pictures were read: `shape` is (height, width, channels), with 1 channel for grey and 3 for RGB.

    Raises `DataError` with the path and the reason.
    """
    target = _target_of(shape, fit)
    with _pillow_warnings_as_errors():
        pixels, report = decode_batch([path], target)
    for _, reason in report.bad:
        raise DataError(f"{visible(path)}: {visible(reason)}.")
    return np.frombuffer(pixels, np.uint8).reshape(shape).copy()


def decode_bytes(
    data: bytes, *, name: str, shape: tuple[int, int, int], fit: str = "crop"
) -> UInt8[np.ndarray, "height width channels"]:  # fmt: skip
    """Return the picture that bytes hold, as `decode_picture` does a file's; `name` is what the file is called, for messages only."""
    target = _target_of(shape, fit)
    with _pillow_warnings_as_errors():
        try:
            pixels, _ = render(open_picture(name, data), target)
        except Exception as error:  # a decoder may raise anything on a damaged file
            raise DataError(f"{visible(name)}: {visible(str(error) or type(error).__name__)}.") from None
    return np.frombuffer(pixels, np.uint8).reshape(shape).copy()


def _target_of(shape: tuple[int, int, int], fit: str) -> Target:
    height, width, channels = shape
    return Target("L" if channels == 1 else "RGB", height, width, fit)


def _choose_target(paths: Sequence[str], options: ReadOptions) -> Target:
    """Look at the headers of a few files, evenly spread, and return what to decode to.

    Colour `auto` begins as grey where every file looked at is grey. Where no file at all has a readable header any target does.
    """
    spread = sorted(set(np.linspace(0, len(paths) - 1, PEEKED).astype(int).tolist()))
    headers = [header for row in spread if (header := _header(paths[row])) is not None]
    if not headers:
        headers = [next((header for path in paths if (header := _header(path)) is not None), ((1, 1), True))]
    grey = options.colour == "grey" or (options.colour == "auto" and all(grey for _, grey in headers))
    (height, width), fit = (options.size, options.fit) if options.size else (headers[0][0], None)
    return Target("L" if grey else "RGB", height, width, fit)


def _decode_files(
    paths: Sequence[str], target: Target, write: Write, progress: Progress, *, strict_grey: bool, processes: bool
) -> Findings:
    """Decode all files once. With `strict_grey`, the first colour file raises `_FoundColourError`.

    Where sizes differ and the target does not fit them, the rest is only looked at, so that the findings still have every size.
    """
    found = Findings(bad={}, sizes={}, rules={})

    def mixed() -> bool:
        return target.fit is None and (len(found.sizes) > 1 or (len(found.sizes) == 1 and target.size not in found.sizes))

    batches = _batches(paths, target)
    work = (
        decode_in_processes(batches, target, write, count=cores(), headers_only=mixed)
        if processes
        else _here(batches, target, write, mixed)
    )
    progress.begin("decoding", len(paths), "pictures")
    try:
        with closing(work):
            for (start, files), report in work:
                if strict_grey and report.coloured:
                    raise _FoundColourError
                _gather(found, start, report)
                progress.advance(len(files))
    finally:
        progress.end()
    return found


def _gather(found: Findings, start: int, report: Report) -> None:
    found.bad.update((start + number, reason) for number, reason in report.bad)
    for name, (count, number) in report.sizes.items():
        known = found.sizes.get(name, Size(0, start + number))
        found.sizes[name] = Size(known.count + count, min(known.row, start + number))
    for rule, count in report.rules.items():
        found.rules[rule] = found.rules.get(rule, 0) + count


def _header(path: str) -> tuple[tuple[int, int], bool] | None:
    """Return size and greyness as the header says, `None` where the file has no readable one; decoding will name the reason."""
    with _pillow_warnings_as_errors():
        try:
            picture = open_picture(path, read_bytes(path))
            return upright_size(picture), is_grey(picture)
        except Exception:  # a decoder may raise anything on a damaged file
            return None


def _batches(paths: Sequence[str], target: Target) -> list[Batch]:
    size = max(1, min(_BATCH_FILES, _BATCH_BYTES // target.nbytes))
    return [(start, paths[start : start + size]) for start in range(0, len(paths), size)]


def _here(batches: Sequence[Batch], target: Target, write: Write, mixed: Callable[[], bool]) -> Work:
    for start, files in batches:
        with _pillow_warnings_as_errors():
            pixels, report = decode_batch(files, target, headers_only=mixed())
        write(start, pixels)
        yield (start, files), report


@contextmanager
def _pillow_warnings_as_errors() -> Iterator[None]:
    """For the length of a block, a warning that Pillow gives about a file is an error of that file."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", module=r"PIL\.")
        yield

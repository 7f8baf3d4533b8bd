"""CIFAR-10 and CIFAR-100 as published: binary batches, or Python pickles read as data; a folder, an archive, or one batch."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._arrays import make_set
from thalweg.images._batches import ARCHIVE, file_names, read_files
from thalweg.images._pickled import read_pickle
from thalweg.images._split import train_and_test

_PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class _Kind:
    """One of the four published layouts: which files hold what."""

    name: str
    train: str
    test: str
    names: str
    labels: str
    classes: int
    head: int

    @property
    def binary(self) -> bool:
        return self.head > 0


_KINDS = (
    _Kind("CIFAR-10 (binary)", r"data_batch_\d+\.bin", r"test_batch\.bin", "batches.meta.txt", "", 10, 1),
    _Kind("CIFAR-100 (binary)", r"train\.bin", r"test\.bin", "fine_label_names.txt", "", 100, 2),
    _Kind("CIFAR-10 (Python)", r"data_batch_\d+", r"test_batch", "batches.meta", "label_names", 10, 0),
    _Kind("CIFAR-100 (Python)", r"train", r"test", "meta", "fine_label_names", 100, 0),
)


def matches(source: str) -> bool:
    """Whether this is a folder with CIFAR's batches, an archive `*cifar*.tar.gz`, or one batch."""
    try:
        path = Path(source)
        if path.is_dir():
            return _kind_of(file_names(path)) is not None
        return path.is_file() and (_is_archive(path) or any(re.fullmatch(rf"{kind.train}|{kind.test}", path.name) for kind in _KINDS))
    except (OSError, ValueError):
        return False


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read training batches in the order of their numbers, then the test batch."""
    return read_cifar(source, progress)


def read_cifar(source: str, progress: Progress, *, name: str | None = None) -> ImageSet:
    """Return the ImageSet of a folder, an archive or a batch; `name` stands for the source in the set."""
    files = read_files(Path(source), lambda member: any(_part(kind, member) or member == kind.names for kind in _KINDS))
    kind = _kind_of(list(files))
    if kind is None:
        raise DataError(f"{source}: no CIFAR batches in it; looked for data_batch_1, data_batch_1.bin, train, train.bin and their like.")
    batches = sorted((file for file in files if _part(kind, file)), key=lambda file: (_part(kind, file) == "test", len(file), file))
    progress.begin("reading", len(batches), "files")
    images, labels, held = [], [], 0
    for file in batches:
        decode = _binary if kind.binary else _python
        pictures, numbers = decode(files.pop(file), kind, f"{source}[{file}]")
        images.append(np.ascontiguousarray(pictures.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)))
        labels += numbers
        held += len(numbers) if _part(kind, file) == "test" else 0
        progress.advance()
    progress.end()
    names, notes = _class_names(files, kind, source)
    split = train_and_test(len(labels) - held, held)
    return make_set(np.concatenate(images), labels, split=split, source=name or source, classes=names, notes=notes)


def _binary(data: bytes, kind: _Kind, source: str) -> tuple[UInt8[np.ndarray, "n pixels"], list[Any]]:
    """Rows of one label byte (CIFAR-100: a coarse, then a fine one) and 3072 pixels, channel by channel."""
    row = kind.head + _PIXELS
    if len(data) == 0 or len(data) % row:
        raise DataError(f"{source}: {len(data):,} bytes; {kind.name} has a multiple of {row}. The file is cut off or of another kind.")
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, row)
    return rows[:, kind.head :], rows[:, kind.head - 1].tolist()


def _python(data: bytes, kind: _Kind, source: str) -> tuple[UInt8[np.ndarray, "n pixels"], list[Any]]:
    """A pickled dict of `data` [N, 3072] and `labels` or `fine_labels`."""
    batch = read_pickle(data, source=source)
    pictures, labels = batch.get("data"), batch.get("labels" if kind.classes == 10 else "fine_labels")
    labels = labels.tolist() if isinstance(labels, np.ndarray) else labels
    if not isinstance(pictures, np.ndarray) or pictures.dtype != np.uint8 or pictures.ndim != 2 or pictures.shape[1] != _PIXELS:
        got = f"{list(pictures.shape)} of {pictures.dtype}" if isinstance(pictures, np.ndarray) else type(pictures).__name__
        raise DataError(f"{source}: 'data' must be [N, {_PIXELS}] of uint8; got {got}. Fetch the file again.")
    if not isinstance(labels, list) or len(labels) != len(pictures):
        got = f"{len(labels)} labels" if isinstance(labels, list) else f"labels of type {type(labels).__name__}"
        raise DataError(f"{source}: {len(pictures)} images but {got}; {kind.name} has one a image. Fetch the file again.")
    return pictures, labels


def _class_names(files: dict[str, bytes], kind: _Kind, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the class names from the file that holds them, or the numbers and a note."""
    where = f"{source}[{kind.names}]"
    if kind.names not in files:
        return tuple(map(str, range(kind.classes))), (f"{kind.names} is missing: classes are called by their numbers.",)
    data = files[kind.names]
    if kind.binary:
        names = [line.strip() for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    else:
        listed = read_pickle(data, source=where).get(kind.labels)
        names = [name.decode("latin-1") if isinstance(name, bytes) else name for name in listed] if isinstance(listed, list) else []
    if len(names) != kind.classes or len(set(map(str, names))) != kind.classes or not all(isinstance(name, str) for name in names):
        raise DataError(f"{where}: {len(names)} class names; {kind.classes} different ones expected. Fetch the file again.")
    return tuple(names), ()


def _kind_of(names: list[str]) -> _Kind | None:
    return next((kind for kind in _KINDS if any(_part(kind, name) for name in names)), None)


def _part(kind: _Kind, name: str) -> str | None:
    if re.fullmatch(kind.train, name):
        return "train"
    return "test" if re.fullmatch(kind.test, name) else None


def _is_archive(path: Path) -> bool:
    return ARCHIVE.fullmatch(path.name) is not None and "cifar" in path.name.lower()


ENTRY = Reader(
    summary="CIFAR-10 and CIFAR-100 as published: binary or Python batches, in a folder or in the .tar.gz",
    formula="a row: one label byte (CIFAR-100: coarse, fine), then 1024 red, 1024 green and 1024 blue bytes, row by row",
    reference="Krizhevsky: Learning multiple layers of features from tiny images (2009); https://www.cs.toronto.edu/~kriz/cifar.html",
    matches=matches,
    read=read,
)

"""Parquet files in the image layout of Hugging Face: a column of encoded pictures and a column of labels."""

import importlib.util
import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int64

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import ImageSet, Skipped, Split
from thalweg.core.progress import Progress
from thalweg.images._bytes import open_regular
from thalweg.images._columns import take_out
from thalweg.images._labels import check_labels
from thalweg.images._listing import Listing, read_listing, state_of

_PART = re.compile(r"(?P<part>train|test|validation|valid|val)([-_.].*)?\.parquet", re.IGNORECASE)


def matches(source: str) -> bool:
    """Whether this is a `.parquet` file, or a folder with some (or with a folder `data` with some)."""
    try:
        path = Path(source)
        return bool(_files(path)) if path.is_dir() else path.name.lower().endswith(".parquet")
    except (OSError, ValueError):
        return False


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read all files; names that begin with `test` or `val` give the parts. Pictures are decoded by the rules for folders of pictures."""
    if importlib.util.find_spec("pyarrow") is None:
        raise ConfigError("reading Parquet needs pyarrow, which is not installed. Install it: pip install 'thalweg[parquet]'.")
    path = Path(source)
    files = _files(path) if path.is_dir() else [path]
    with tempfile.TemporaryDirectory(prefix="thalweg-") as folder:
        labels, names, counts = _take_out_all(files, Path(folder), progress)
        numbers, classes = check_labels(labels, names, source=source, at_least=options.fewest_classes)
        paths = [str(Path(folder, str(number), str(row))) for number, count in enumerate(counts) for row in range(count)]
        facts = [file.stat() for file in files]
        listing = Listing(
            source=source,
            paths=paths,
            labels=numbers,
            classes=classes,
            split=_split(files, counts, single=not path.is_dir()),
            nbytes=sum(fact.st_size for fact in facts),
            state=state_of(
                [str(file) for file in files], [fact.st_size for fact in facts], [fact.st_mtime_ns for fact in facts], "parquet"
            ),
        )
        return _renamed(listing, folder, files, options, progress)


def _take_out_all(files: list[Path], folder: Path, progress: Progress) -> tuple[list[Any], list[str] | None, list[int]]:
    """Take the pictures out of every file into a folder of its own; return all labels, the class names, and how many rows each file has."""
    labels: list[Any] = []
    names: list[str] | None = None
    counts = []
    progress.begin("reading", len(files), "files")
    for number, file in enumerate(files):
        with open_regular(file):
            (folder / str(number)).mkdir()
        answer = take_out(file, folder / str(number))
        if number and answer["names"] != names:
            raise DataError(f"{file}: its class names differ from those in {files[0]}. Give files of one set.")
        names = answer["names"]
        labels += answer["labels"]
        counts.append(len(answer["labels"]))
        progress.advance()
    progress.end()
    return labels, names, counts


def _renamed(listing: Listing, folder: str, files: list[Path], options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the listing; wherever it names a picture that was taken out, name the Parquet file and the row instead."""
    taken = re.compile(re.escape(folder) + r"[\\/](\d+)[\\/](\d+)")

    def name(text: str) -> str:
        return taken.sub(lambda found: f"{files[int(found[1])]}#{found[2]}", text)

    try:
        images = read_listing(listing, options, progress)
    except DataError as error:
        raise DataError(name(str(error))) from error
    skipped = tuple(Skipped(name(entry.path), entry.reason) for entry in images.skipped)
    return replace(images, origins=[name(images.origin(row)) for row in range(len(images))], skipped=skipped)


def _files(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder, or of the folder `data` in it, in the order of their names."""
    for place in (folder, folder / "data"):
        found = sorted(place.glob("*.parquet")) if place.is_dir() else []
        if found:
            return found
    return []


def _split(files: list[Path], counts: list[int], *, single: bool) -> Split:
    rows: dict[str, list[Int64[np.ndarray, " n"]]] = {"tra": [], "val": [], "tes": []}
    start = 0
    for file, count in zip(files, counts, strict=True):
        named = None if single else _PART.fullmatch(file.name)
        rows[named["part"].lower()[:3] if named else "tra"].append(np.arange(start, start + count, dtype=np.int64))
        start += count
    none = np.empty(0, dtype=np.int64)
    return Split(*(np.concatenate([none, *numbers]) for numbers in rows.values()))


ENTRY = Reader(
    summary="Parquet files with a column of encoded pictures and one of labels (needs pyarrow)",
    formula="image: struct{bytes, path} or bytes; label: int (class names from the schema) or text; train-*.parquet, test-*.parquet",
    reference="Hugging Face datasets: the Image and ClassLabel features; Apache Parquet format",
    matches=matches,
    read=read,
)

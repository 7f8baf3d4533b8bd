"""A CSV table with a row a picture: `path,label`, and a column `split` if wanted; or with a row a point: `x,y,label`."""

import csv
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import DataError, nearest
from thalweg.core.imageset import ImageSet, Skipped, Split
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.images._labels import check_labels
from thalweg.images._listing import Listing, read_listing, state_of
from thalweg.images._point_table import is_point_header, read_points
from thalweg.images.folder import PARTS

SHOWN = 5
COLUMNS = ("path", "label", "split")
LONGEST_HEADER = 1 << 16


class _Row(NamedTuple):
    """One row of the table, numbered as a spreadsheet does: the header is row 1."""

    number: int
    path: str
    label: str
    part: str


def matches(source: str) -> bool:
    """Whether `source` is a file that ends in .csv."""
    return source.lower().endswith(".csv") and os.path.isfile(source)  # noqa: PTH113 (Path.is_file raises on a name that is too long)


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the pictures that a table names, or the points that it holds, in the table's order."""
    if (text := _points(source)) is not None:
        return read_points(text, source=source, fewest=options.fewest_classes)
    return read_listing(list_table(source, fewest=options.fewest_classes), options, progress)


def _points(source: str) -> str | None:
    """Return the text of a table of points; None where it is none, or cannot be read."""
    try:
        with open(source, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            first = file.readline(LONGEST_HEADER)
            return first + file.read() if is_point_header(first) else None
    except OSError:
        return None


def list_table(source: str, *, fewest: int = 2) -> Listing:
    """List what the table names; paths are relative to its folder. `DataError` with row numbers on anything that is wrong with it."""
    rows = _rows(source)
    folder = Path(source).parent
    paths = [str(folder / row.path) for row in rows]
    facts = [_facts(path) for path in paths]
    bad = tuple(
        Skipped(f"{path} (row {row.number})", fact) for path, row, fact in zip(paths, rows, facts, strict=True) if isinstance(fact, str)
    )
    good = [row for row, fact in enumerate(facts) if not isinstance(fact, str)]
    sizes, times = ([fact[at] for fact in facts if not isinstance(fact, str)] for at in (0, 1))
    labels, classes = _labels([row.label for row in rows], source, fewest)
    parts = np.array([rows[row].part for row in good], dtype=str)
    names = [rows[row].path for row in good]
    return Listing(
        source=source,
        paths=[paths[row] for row in good],
        labels=labels[good],
        classes=classes,
        split=Split(*(np.flatnonzero(parts == part) for part in ("train", "validation", "test"))),
        nbytes=sum(sizes),
        state=state_of(names, sizes, times, *classes, *(rows[row].label for row in good)),
        bad=bad,
    )


def _rows(source: str) -> list[_Row]:
    try:
        with open(source, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            table = list(csv.reader(file, strict=True))
    except OSError as error:
        raise DataError(f"{visible(source)} cannot be read: {error.strerror or error}. Check the path and its permissions.") from error
    except csv.Error as error:
        raise DataError(
            f"{visible(source)} is not a CSV table: {error}. Save it as comma-separated text with the header path,label."
        ) from error
    header = _header(source, table[0] if table else [])
    filled = [(number, row) for number, row in enumerate(table[1:], start=2) if row]
    wrong = f"have another number of fields than the header, {len(header)}; put a text that has commas in double quotes"
    _refuse(source, filled, lambda row: len(row) != len(header), wrong)
    where = {name: header.index(name) for name in header if name in COLUMNS}
    for name in ("path", "label"):
        _refuse(source, filled, partial(_blank, where[name]), f"have no {name}; fill it in or leave the row out")
    if "split" in where:
        rule = "have a split that is none of train, validation (or val, valid), test"
        _refuse(source, filled, lambda row: row[where["split"]].strip().lower() not in PARTS, rule)
    if not filled:
        raise DataError(f"{visible(source)}: found 0 examples; expected a row path,label for each picture below the header.")
    return [_Row(number, row[where["path"]], row[where["label"]].strip(), _part(row, where)) for number, row in filled]


def _header(source: str, names: Sequence[str]) -> list[str]:
    header = [name.strip().lower() for name in names]
    missing = [name for name in ("path", "label") if name not in header]
    if missing or any(header.count(name) > 1 for name in COLUMNS):
        what = f"no column {missing[0]!r}.{nearest(missing[0], header)}" if missing else "a column twice."
        found = visible(",".join(names)) or "an empty file"
        raise DataError(f"{visible(source)}: the header has {what} Expected path,label or path,label,split in row 1; got {found}.")
    return header


def _blank(column: int, row: Sequence[str]) -> bool:
    return not row[column].strip()


def _part(row: Sequence[str], where: dict[str, int]) -> str:
    return PARTS[row[where["split"]].strip().lower()] if "split" in where else "train"


def _refuse(source: str, rows: Iterable[tuple[int, list[str]]], wrong: Callable[[list[str]], bool], what: str) -> None:
    found = [number for number, row in rows if wrong(row)]
    if found:
        shown = ", ".join(map(str, found[:SHOWN])) + (f", and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
        raise DataError(f"{visible(source)}: {len(found)} of the rows {what}: row {shown} (the header is row 1).")


def _facts(path: str) -> tuple[int, int] | str:
    """Return bytes and time of a regular file, or the reason why it is none; nothing is opened and no link followed."""
    try:
        facts = os.lstat(path)
    except (OSError, ValueError) as error:
        return getattr(error, "strerror", None) or str(error)
    if stat.S_ISLNK(facts.st_mode):
        return "a link; links are not followed"
    if not stat.S_ISREG(facts.st_mode):
        return "a folder, not a picture" if stat.S_ISDIR(facts.st_mode) else "a pipe, socket or device, not a picture"
    return (facts.st_size, facts.st_mtime_ns) if facts.st_size else "the file is empty (0 bytes)"


def _labels(words: Sequence[str], source: str, fewest: int) -> tuple[Int64[np.ndarray, " n"], tuple[str, ...]]:
    """Return class numbers and names; where every label is a whole number, classes are ordered by value."""
    if all(word.isascii() and word.isdigit() and len(word) < 19 for word in words):
        return check_labels(np.array([int(word) for word in words], np.int64), source=source, at_least=fewest)
    return check_labels(words, source=source, at_least=fewest)


ENTRY = Reader(
    summary="a table path,label[,split] with a row a picture, paths relative to the table, or x,y,label[,split] with a row a point",
    formula="label = column 2 of the row",
    reference="RFC 4180, read with Python's csv module; UTF-8, with or without a byte-order mark",
    matches=matches,
    read=read,
)

"""A table of points: text with the header `x,y,label` (and `split`, if wanted) and a row a point, read and written."""

import csv
import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float32, Int64

from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.visible import visible
from thalweg.images._fingerprint import content_fingerprint
from thalweg.images._labels import check_labels
from thalweg.images.folder import PARTS

COLUMNS = ("x", "y", "label", "split")
LARGEST = float(np.finfo(np.float32).max)
EXPECTED = "Expected x,y,label or x,y,label,split in row 1, and a row a point below it."

Row = tuple[int, Sequence[str]]
"""A row with its number, as a spreadsheet counts: the header is row 1."""


def is_point_header(line: str) -> bool:
    """Whether the first line of a table names points rather than pictures: columns x and y, and no column path.

    >>> is_point_header("x, y, label"), is_point_header("path,label")
    (True, False)
    """
    names = [name.strip().lower() for name in line.lstrip("\ufeff").split(",")]
    return {"x", "y"} <= set(names) and "path" not in names


def read_points(text: str, *, source: str, fewest: int = 2, most: int | None = None) -> ImageSet:
    r"""Return the points of a table, in its order; `DataError` in one line that names the row (the header is row 1).

    Labels are names or whole numbers; where every label is a whole number, classes are ordered by value. `most` bounds the rows.

    >>> read_points("x,y,label\n0.5,1,cat\n-2,0,dog\n", source="pets.csv").images[:, 0, 0].tolist()
    [[0.5, 1.0], [-2.0, 0.0]]
    """
    header, points = _rows(text, visible(source), most)
    where = _columns(header, visible(source))
    for number, row in points:
        if len(row) != len(header):
            raise DataError(f"{visible(source)}: row {number} has {len(row)} fields and the header {len(header)}.")
    numbers = [[_number(row[where[axis]], axis, number, visible(source)) for axis in ("x", "y")] for number, row in points]
    places = np.array(numbers, np.float32).reshape(-1, 1, 1, 2)
    words = [_label(row[where["label"]], number, visible(source)) for number, row in points]
    parts = np.array([_part(row, where, number, visible(source)) for number, row in points], dtype=str)
    whole = all(word.isascii() and word.isdigit() and len(word) < 19 for word in words)
    labels, classes = check_labels(np.array([int(word) for word in words]) if whole else words, source=visible(source), at_least=fewest)
    split = Split(*(np.flatnonzero(parts == part) for part in ("train", "validation", "test")))
    return ImageSet(
        images=places, labels=labels, classes=classes, fingerprint=content_fingerprint(places, labels, classes), split=split, source=source
    )  # fmt: skip


def written_points(
    places: Float32[np.ndarray, "n 2"], labels: Int64[np.ndarray, " n"], classes: Sequence[str], parts: Sequence[str]
) -> str:
    r"""Return the table that `read_points` reads: coordinates in the fewest digits that give the same numbers.

    >>> written_points(np.array([[0.1, 2]], np.float32), np.array([0]), ("cat",), ["train"])
    'x,y,label,split\n0.1,2.0,cat,train\n'
    """
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for (x, y), label, part in zip(places, labels.tolist(), parts, strict=True):
        table.writerow((str(x), str(y), classes[label], part))
    return file.getvalue()


def _rows(text: str, source: str, most: int | None) -> tuple[Sequence[str], list[Row]]:
    try:
        rows: list[Row] = [
            (number, row) for number, row in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True), start=1) if row
        ]
    except csv.Error as error:
        raise DataError(f"{source} is not a CSV table: {error}. {EXPECTED}") from None
    if len(rows) < 2:
        raise DataError(f"{source}: found 0 points. {EXPECTED}")
    if most is not None and len(rows) - 1 > most:
        raise DataError(f"{source} has {len(rows) - 1} points; at most {most} can be taken. Leave some out.")
    return rows[0][1], rows[1:]


def _columns(header: Sequence[str], source: str) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    missing = [name for name in ("x", "y", "label") if name not in names]
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if missing or twice:
        what = f"no column {missing[0]}" if missing else f"the column {twice[0]} twice"
        raise DataError(f"{source}: the header has {what}; got {visible(','.join(header)[:80])}. {EXPECTED}")
    return {name: names.index(name) for name in COLUMNS if name in names}


def _number(text: str, axis: str, row: int, source: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= LARGEST:
        raise DataError(f"{source}: row {row} has {axis} {visible(text[:40])!r}; a finite number is needed, as 0.5 or -1e3.")
    return number


def _label(text: str, row: int, source: str) -> str:
    if not text.strip():
        raise DataError(f"{source}: row {row} has no label. Fill it in or leave the row out.")
    return text.strip()


def _part(row: Sequence[str], where: Mapping[str, int], number: int, source: str) -> str:
    if "split" not in where:
        return "train"
    word = row[where["split"]].strip().lower()
    if word not in PARTS:
        raise DataError(f"{source}: row {number} has split {visible(word[:40])!r}; it must be train, validation or test.")
    return PARTS[word]

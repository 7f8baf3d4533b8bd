"""Labels: whatever a source calls its classes becomes numbers 0..K-1 and K names, or an error that names the rows."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from jaxtyping import Bool, Int64, Shaped

from thalweg.core.errors import DataError

SHOWN = 5


def check_labels(
    labels: Any, classes: Sequence[str] | None = None, *, source: str, at_least: int = 2
) -> tuple[Int64[np.ndarray, " n"], tuple[str, ...]]:
    """Return class numbers and class names for labels given as numbers or as names.

    With `classes`, a number is an index into them and a name is one of them. Without, the classes are the distinct labels in ascending
    order (numbers by value, names by code point), so that 1, 2, 5 becomes 0, 1, 2 with the names '1', '2', '5'. Whole floats count as
    numbers. `at_least` is the smallest number of distinct classes that is accepted.

    Raises `DataError` with the first five rows (counted from 0) and the total: missing (None, NaN or an empty name), names mixed with
    numbers, fractions, negative numbers, numbers or names that `classes` does not have, too few classes, no labels.

    >>> check_labels(["cat", "dog", "cat"], source="pets.csv")
    (array([0, 1, 0]), ('cat', 'dog'))
    >>> check_labels([0.5, 1, 1], source="pets.npz")
    Traceback (most recent call last):
    ...
    thalweg.core.errors.DataError: pets.npz: 1 label is not a whole number: row 0 (0.5). Labels are whole numbers from 0, or names.
    """
    values = labels if isinstance(labels, np.ndarray) else _object_array(labels)
    if values.ndim != 1:
        raise DataError(f"{source}: labels must be one number or name an example; got an array of shape {values.shape}.")
    if values.size == 0:
        raise DataError(f"{source}: found 0 examples; at least {at_least} classes with one example each are needed.")
    numbers, names = _names(values, classes, source) if _is_text(values, source) else _numbers(values, classes, source)
    found = np.unique(numbers)
    if found.size < at_least:
        listed = " and ".join(repr(names[int(number)]) for number in found)
        counted = f"{found.size} class{'es' if found.size > 1 else ''} {listed} in {numbers.size} example(s)"
        raise DataError(
            f"{source}: found {counted}; a classifier needs at least {at_least}. "
            "Add examples of another class, or check that the right column, folder or file was given."
        )
    return numbers, names


def _is_text(values: Shaped[np.ndarray, " n"], source: str) -> bool:
    """Whether the labels are names; refuses missing ones and mixtures."""
    if values.dtype.kind in "US":
        _refuse(values == values.dtype.type(), values, source, "missing", "Every example needs a label: fill it in or leave the row out.")
        return True
    if values.dtype.kind != "O":
        if values.dtype.kind not in "biuf":
            raise DataError(f"{source}: labels must be whole numbers or names; got an array of type {values.dtype}.")
        return False
    missing = np.array([_missing(value) for value in values], dtype=bool)
    _refuse(missing, values, source, "missing", "Every example needs a label: fill it in or leave the row out.")
    text = np.array([isinstance(value, str | bytes) for value in values], dtype=bool)
    number = np.array([isinstance(value, Real) for value in values], dtype=bool)
    _refuse(~(text | number), values, source, "neither a number nor a name", "Labels are whole numbers from 0, or names.")
    odd = text if text.sum() <= number.sum() else number
    if text.any() and number.any():
        _refuse(odd, values, source, "of another kind than the others", "Names and numbers are mixed: use one of them throughout.")
    return bool(text.all())


def _numbers(
    values: Shaped[np.ndarray, " n"], classes: Sequence[str] | None, source: str
) -> tuple[Int64[np.ndarray, " n"], tuple[str, ...]]:
    rule = "Labels are whole numbers from 0, or names"
    _refuse(_nan(values), values, source, "missing", "Every example needs a label: fill it in or leave the row out.")
    _refuse(_not_whole(values), values, source, "not a whole number", f"{rule}.")
    numbers = values.astype(np.int64)
    _refuse(numbers < 0, values, source, "negative", f"{rule}; leave unlabelled examples out.")
    if classes is None:
        distinct, numbers = np.unique(numbers, return_inverse=True)
        return numbers.astype(np.int64), tuple(str(value) for value in distinct)
    count = len(classes)
    _refuse(numbers >= count, values, source, "too large", f"There are {count} classes, numbered 0 to {count - 1}.")
    return numbers, tuple(classes)


def _names(values: Shaped[np.ndarray, " n"], classes: Sequence[str] | None, source: str) -> tuple[Int64[np.ndarray, " n"], tuple[str, ...]]:
    words = [value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value) for value in values.tolist()]
    names = tuple(sorted(set(words))) if classes is None else tuple(classes)
    index = {name: number for number, name in enumerate(names)}
    strange = np.array([word not in index for word in words], dtype=bool)
    listed = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
    _refuse(strange, values, source, "not a class", f"The classes are: {listed}.")
    return np.array([index[word] for word in words], dtype=np.int64), names


def _refuse(bad: Bool[np.ndarray, " n"], values: Shaped[np.ndarray, " n"], source: str, what: str, rule: str) -> None:
    """Raise the error for the rows where `bad` holds, if there are any."""
    rows = np.flatnonzero(bad)
    if rows.size == 0:
        return
    shown = ", ".join(f"{row} ({values[row : row + 1].tolist()[0]!r:.40})" for row in rows[:SHOWN])
    more = f" and {rows.size - SHOWN} more" if rows.size > SHOWN else ""
    counted = "1 label is" if rows.size == 1 else f"{rows.size} labels are"
    raise DataError(f"{source}: {counted} {what}: row{'s' if rows.size > 1 else ''} {shown}{more}. {rule}")


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, str | bytes) and len(value) == 0) or (isinstance(value, Real) and value != value)


def _nan(values: Shaped[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.size, dtype=bool)


def _not_whole(values: Shaped[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
    if values.dtype.kind == "f":
        return ~np.isfinite(values) | (np.floor(values) != values) | (np.abs(values) >= 2.0**63)
    if values.dtype.kind == "O":
        return np.array([value in (math.inf, -math.inf) or int(value) != value or abs(value) >= 2**63 for value in values], dtype=bool)
    return values > np.iinfo(np.int64).max if values.dtype.kind == "u" else np.zeros(values.size, dtype=bool)


def _object_array(labels: Sequence[Any]) -> Shaped[np.ndarray, " n"]:
    values = np.empty(len(labels), dtype=object)
    for row, label in enumerate(labels):
        values[row] = label
    return values

"""Arrays of pictures or points: checked, brought to the form of an ImageSet, and put into one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float32, Shaped, UInt8

from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet, Split
from thalweg.images._fingerprint import content_fingerprint
from thalweg.images._labels import check_labels

Array = Shaped[np.ndarray, "..."]
Ready = UInt8[np.ndarray, "n height width channels"] | Float32[np.ndarray, "n height width channels"]


def as_images(array: Array, *, source: str) -> tuple[Ready, tuple[str, ...]]:
    """Return pictures [N, H, W, C] in uint8 (or points [N, 1, 1, 2] in float32), and a note for each rule that was applied.

    Pictures are [N, H, W] or [N, H, W, C] with 1 or 3 channels last. Whole numbers lie in 0..255. Floats that all lie in [0, 1] are
    multiplied by 255, floats that go up to 255 are kept; both are rounded to the nearest whole number. [N, 2] are points.
    Raises `DataError` on any other shape, on values that are not finite (with the first row), or out of range.

    >>> as_images(np.array([[[0.0, 1.0]]]), source="x.npz")[0].ravel()
    array([  0, 255], dtype=uint8)
    """
    if array.dtype.kind not in "biuf":
        raise DataError(f"{source}: images must be numbers; got an array of type {array.dtype}.")
    if array.ndim == 2 and array.shape[1] == 2:
        return _points(array, source), ()
    pictures = array[..., None] if array.ndim == 3 else array
    if pictures.ndim != 4 or pictures.shape[3] not in (1, 3) or 0 in pictures.shape[1:]:
        first = " Channels come last: transpose(0, 2, 3, 1) before saving." if array.ndim == 4 and array.shape[1] in (1, 3) else ""
        raise DataError(f"{source}: images must be [N, H, W], [N, H, W, 1 or 3], or points [N, 2]; got {list(array.shape)}.{first}")
    return _pixels(pictures, source)


def make_set(
    images: Ready,
    labels: Any,
    *,
    split: Split,
    source: str,
    classes: Sequence[str] | None = None,
    notes: tuple[str, ...] = (),
) -> ImageSet:
    """Return the ImageSet of an array of pictures and their labels, checked against each other."""
    if len(images) != len(labels):
        raise DataError(f"{source}: {len(images)} images but {len(labels)} labels; every image needs exactly one label.")
    numbers, names = check_labels(labels, classes, source=source)
    fingerprint = content_fingerprint(images, numbers, names)
    return ImageSet(images=images, labels=numbers, classes=names, fingerprint=fingerprint, split=split, source=source, notes=notes)


def _points(array: Array, source: str) -> Float32[np.ndarray, "n 1 1 2"]:
    points = array.astype(np.float32)
    _refuse_rows(~np.isfinite(points).all(axis=1), "not finite in float32", source)
    return np.ascontiguousarray(points.reshape(-1, 1, 1, 2))


def _pixels(pictures: Array, source: str) -> tuple[UInt8[np.ndarray, "n height width channels"], tuple[str, ...]]:
    if pictures.dtype == np.uint8:
        return np.ascontiguousarray(pictures), ()
    if pictures.dtype.kind == "b":
        return pictures.astype(np.uint8) * np.uint8(255), ("Pixels that are true or false became 255 or 0.",)
    rows = pictures.reshape(len(pictures), -1)
    if pictures.dtype.kind == "f":
        _refuse_rows(~np.isfinite(rows).all(1), "not finite", source)
    _refuse_rows((rows < 0).any(1) | (rows > 255).any(1), "outside 0 to 255", source)
    if pictures.dtype.kind in "iu":
        return pictures.astype(np.uint8), ()
    if pictures.size and pictures.max() <= 1:
        return np.rint(pictures * 255.0).astype(np.uint8), ("Pixels in [0, 1] were multiplied by 255 and rounded.",)
    return np.rint(pictures).astype(np.uint8), ("Pixels in [0, 255] that are not whole numbers were rounded.",)


def _refuse_rows(bad: Any, what: str, source: str) -> None:
    found = np.flatnonzero(bad)
    if found.size:
        shown = ", ".join(str(row) for row in found[:5]) + (f" and {found.size - 5} more" if found.size > 5 else "")
        raise DataError(f"{source}: {found.size} image(s) have values {what}: row {shown}. Pixels are 0 to 255, or 0 to 1 as floats.")

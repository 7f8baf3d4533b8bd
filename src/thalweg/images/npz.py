"""NumPy archives: `.npz` files with images and labels under documented keys. Python objects in them are never read."""

import zipfile
import zlib
from itertools import pairwise
from pathlib import Path

import numpy as np

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.progress import Progress
from thalweg.core.visible import visible
from thalweg.images._arrays import Array, as_images, make_set
from thalweg.images._bytes import open_regular
from thalweg.images._npy import read_member

LAYOUTS: tuple[dict[str, tuple[str, str]], ...] = (
    {"train": ("x_train", "y_train"), "validation": ("x_val", "y_val"), "test": ("x_test", "y_test")},
    {"train": ("train_images", "train_labels"), "validation": ("val_images", "val_labels"), "test": ("test_images", "test_labels")},
    {"train": ("images", "labels")},
    {"train": ("x", "y")},
)
"""Keys of images and labels for each part; the first layout whose `train` keys are there is used. `classes` may give class names."""

_KEYS = "images, labels; or x, y; or x_train, y_train, x_test, y_test (or also x_val, y_val); or train_images, ...; optional: classes"


def matches(source: str) -> bool:
    """Whether the source is called `.npz`."""
    return source.lower().endswith(".npz")


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read the arrays under the documented keys; parts beyond `train` give the split."""
    path = Path(source)
    with open_regular(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                arrays = _read_members(archive, path, progress)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, IndexError) as error:
            raise DataError(f"{path}: not a whole .npz archive ({error}). Save it again with numpy.savez_compressed.") from error
    return _image_set(arrays, source)


def _read_members(archive: zipfile.ZipFile, path: Path, progress: Progress) -> dict[str, Array]:
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    layout = next((layout for layout in LAYOUTS if set(layout["train"]) <= members.keys()), None)
    if layout is None:
        raise DataError(f"{path}: no known keys; found {visible(', '.join(list(members)[:10])) or 'none'}. Save under the keys {_KEYS}.")
    for part, (images, labels) in layout.items():
        if (images in members) != (labels in members):
            there, missing = (images, labels) if images in members else (labels, images)
            raise DataError(f"{path}: {part} has {there!r} but no {missing!r}. Save both.")
    wanted = [key for pair in layout.values() for key in pair if key in members] + (["classes"] if "classes" in members else [])
    progress.begin("reading", len(wanted), "arrays")
    arrays = {}
    for key in wanted:
        arrays[key] = read_member(archive, members[key], f"{path}[{key}]")
        progress.advance()
    progress.end()
    return arrays


def _image_set(arrays: dict[str, Array], source: str) -> ImageSet:
    """Put the parts one below the other."""
    layout = next(layout for layout in LAYOUTS if set(layout["train"]) <= arrays.keys())
    parts, notes = {}, []
    for part, (images_key, labels_key) in layout.items():
        if images_key in arrays:
            images, rules = as_images(arrays[images_key], source=f"{source}[{images_key}]")
            labels = arrays[labels_key]
            labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
            if labels.ndim != 1 or len(labels) != len(images):
                counts = f"{len(images)} images in {images_key!r} but {list(labels.shape)} labels in {labels_key!r}"
                raise DataError(f"{source}: {counts}; every image needs one label.")
            notes += [f"{images_key}: {rule}" for rule in rules]
            parts[part] = (images, labels)
    shapes = {part: images.shape[1:] for part, (images, _) in parts.items()}
    if len(set(shapes.values())) > 1:
        raise DataError(f"{source}: the parts have pictures of different shapes: {shapes}. Save them with one shape.")
    ends = np.cumsum([0] + [len(labels) for _, labels in parts.values()])
    rows = dict(zip(parts, (np.arange(start, end, dtype=np.int64) for start, end in pairwise(ends)), strict=True))
    none = np.empty(0, dtype=np.int64)
    split = Split(rows["train"], rows.get("validation", none), rows.get("test", none))
    images = np.concatenate([images for images, _ in parts.values()]) if len(parts) > 1 else parts["train"][0]
    kinds = {labels.dtype.kind for _, labels in parts.values()}
    labels = np.concatenate([labels.astype(object) if len(kinds) > 1 else labels for _, labels in parts.values()])
    classes = _class_names(arrays["classes"], f"{source}[classes]") if "classes" in arrays else None
    return make_set(images, labels, split=split, source=source, classes=classes, notes=tuple(notes))


def _class_names(array: Array, source: str) -> tuple[str, ...]:
    if array.ndim != 1 or array.dtype.kind not in "SUiu":
        raise DataError(f"{source}: class names must be one row of text; got {list(array.shape)} of {array.dtype}.")
    names = [name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name) for name in array.tolist()]
    twice = sorted({name for name in names if names.count(name) > 1})[:3]
    if twice:
        raise DataError(f"{source}: class names must differ; more than once: {', '.join(twice)}.")
    return tuple(names)


ENTRY = Reader(
    summary="a NumPy archive (.npz) of images and labels",
    formula=_KEYS,
    reference="NumPy Enhancement Proposal 1: a simple file format for NumPy arrays (read without pickle)",
    matches=matches,
    read=read,
)

"""`load`: whatever names pictures to an ImageSet."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import ConfigError, DataError, nearest, unknown
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress, Silent
from thalweg.core.visible import visible
from thalweg.images._arrays import as_images, make_set
from thalweg.images._split import all_train, fill_split

READERS = Catalogue("thalweg.images", "format", Reader)

_FITS = ("crop", "pad", "stretch")
_COLOURS = ("auto", "grey", "rgb")
_SILENT = Silent()


def load(
    what: Any,
    *,
    size: int | tuple[int, int] | None = None,
    fit: str = "crop",
    colour: str = "auto",
    skip_bad: bool = False,
    seed: int = 0,
    validation: float = 0.1,
    test: float = 0.2,
    noise: float = 0.0,
    examples: int | None = None,
    fewest_classes: int = 2,
    progress: Progress = _SILENT,
) -> ImageSet:
    """Return the ImageSet of a path, a name, or arrays.

    `what` is a folder or file of any known format; the name of a data set (`digits`, `mnist`, `blobs3`, ...; a folder of the same name is
    written `./mnist`); arrays (images, labels) or (images, labels, classes); or an ImageSet, which is returned as it is.
    `size` (height, width; one number for both) and `fit` (`crop`, `pad`, `stretch`) bring pictures from files to one size; `colour` is
    `auto` (grey if all are grey), `grey` or `rgb`; `skip_bad` leaves out files that cannot be read, up to one half. A test part (fraction
    `test`) and a validation part (fraction `validation`) that the source does not have are drawn from its training part, stratified, by
    `seed`. `noise` and `examples` are for the two-dimensional sets.

    Raises `DataError` where nothing is found or data cannot be used, `ConfigError` on an option out of range.

    >>> load("blobs3").classes
    ('class 0', 'class 1', 'class 2')
    """
    if isinstance(what, ImageSet):
        return what
    if isinstance(what, str | Path):
        options = _options(
            size=size, fit=fit, colour=colour, skip_bad=skip_bad, seed=seed, noise=noise, examples=examples, fewest_classes=fewest_classes
        )  # fmt: skip
        source = os.fspath(what)
        reader = find_reader(source)
        images = reader.read(source, options, progress)
        _check_used(images, options)
        if source == reader.name and Path(source).is_dir():
            note = f"This is the data set called {source}; the folder of that name is written ./{source}."
            images = replace(images, notes=(*images.notes, note))
    else:
        images = _from_arrays(what)
    split = fill_split(images.labels, images.split, validation=validation, test=test, seed=seed, classes=images.classes)
    return replace(images, split=split)


def _check_used(images: ImageSet, options: ReadOptions) -> None:
    """Raise `ConfigError` on an option that this source has no use for, rather than pass over it in silence."""
    height, width, channels = images.shape
    if not images.points and (options.noise or options.examples is not None):
        raise ConfigError(f"{images.source} holds pictures; noise and examples are for the two-dimensional sets. Leave them out.")
    if options.size not in (None, (height, width)):
        raise ConfigError(
            f"{images.source} has pictures of {height} x {width} and is read as it is; size is for picture files. Leave it out."
        )
    if {"grey": 1, "rgb": 3}.get(options.colour, channels) != channels:
        raise ConfigError(f"{images.source} has {channels} channel(s) and is read as it is; colour is for picture files. Leave it out.")


def find_reader(source: str) -> Reader:
    """Return the reader of a path or a name; raise `DataError` where there is none.

    The folder reader claims every folder, so the others are asked before it.
    """
    readers = sorted(READERS, key=lambda reader: reader.name == "folder")
    found = next((reader for reader in readers if reader.matches(source)), None)
    if found is not None:
        return found
    names = [reader.name for reader in readers if reader.matches(reader.name)]
    if os.path.lexists(source):
        formats = "".join(f"\n  {reader.name}: {reader.summary}" for reader in readers if reader.name not in names)
        raise DataError(f"{visible(source)} is of no format that can be read. The formats:{formats}")
    near = nearest(source, names) or _near_path(source)
    raise DataError(
        f"no data at '{visible(source)}': there is no such file or folder, and no data set of that name.{visible(near)} "
        f"Pass a path, or one of {', '.join(names)}."
    )


def _near_path(source: str) -> str:
    folder, name = os.path.split(source)
    try:
        return nearest(name, [entry.name for entry in Path(folder or ".").iterdir()])
    except (OSError, ValueError):
        return f" The folder '{folder}' does not exist either."


def _from_arrays(what: Any) -> ImageSet:
    if not isinstance(what, Sequence) or len(what) not in (2, 3):
        given = type(what).__name__ + (f" of {len(what)}" if isinstance(what, Sequence) else "")
        raise DataError(f"expected a path, a name, an ImageSet, or arrays (images, labels) or (images, labels, classes); got {given}.")
    images, notes = as_images(np.asarray(what[0]), source="arrays")
    classes = what[2] if len(what) == 3 else None
    return make_set(images, np.asarray(what[1]), split=all_train(len(images)), source="arrays", classes=classes, notes=notes)


def _options(*, size: int | tuple[int, int] | None, fit: str, colour: str, examples: int | None, **others: Any) -> ReadOptions:
    for name, value, allowed in (("fit", fit, _FITS), ("colour", colour, _COLOURS)):
        if value not in allowed:
            raise unknown(name, str(value), allowed)
    pair = (size, size) if isinstance(size, int) else size
    if pair is not None and (len(pair) != 2 or not all(isinstance(side, int) and 1 <= side <= 4096 for side in pair)):
        raise ConfigError(f"size must be one or two whole numbers in [1, 4096], height and width; got {size!r}.")
    if examples is not None and examples < 1:
        raise ConfigError(f"examples must be a whole number in [1, inf); got {examples!r}.")
    return ReadOptions(size=pair, fit=fit, colour=colour, examples=examples, **others)  # type: ignore[arg-type]

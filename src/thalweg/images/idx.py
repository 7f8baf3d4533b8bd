"""IDX files, the format of MNIST: two zero bytes, a type, the number of axes, their lengths, the numbers; gzipped or not."""

import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import DataError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._arrays import Array, make_set
from thalweg.images._bytes import open_unzipped, read_exactly
from thalweg.images._split import train_and_test

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_IMAGES = re.compile(r"(?P<set>.*)-images[-.]idx(?P<axes>\d)-ubyte(\.gz)?")


def matches(source: str) -> bool:
    """Whether this is a pair `images,labels` of IDX files, one IDX file of images, or a folder that holds one."""
    try:
        if _is_pair(source):
            first = Path(source.split(",")[0])
            return first.is_file() or re.search("idx|ubyte", first.name.lower()) is not None
        path = Path(source)
        return bool(_images_in(path)) if path.is_dir() else _IMAGES.fullmatch(path.name) is not None or path.suffix == ".idx"
    except (OSError, ValueError):
        return False


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Read a pair, the pair that an image file belongs to, or the pairs of a folder: `t10k` or `test` in the name is the test part."""
    return read_idx(source, progress)


def read_idx(source: str, progress: Progress, *, classes: Sequence[str] | None = None, name: str | None = None) -> ImageSet:
    """Return the ImageSet of IDX files; `classes` names the labels, `name` stands for the source in the set and in errors about labels."""
    pairs = _pairs(source)
    progress.begin("reading", 2 * len(pairs), "files")
    arrays: list[tuple[Array, Array]] = []
    for images_path, labels_path, _ in pairs:
        images = _pictures(images_path)
        progress.advance()
        labels = read_array(labels_path, axes=(1,))
        progress.advance()
        if len(images) != len(labels):
            counts = f"{len(images)} images in {images_path} but {len(labels)} labels in {labels_path}"
            raise DataError(f"{counts}. Give files that belong together.")
        if arrays and images.shape[1:] != arrays[0][0].shape[1:]:
            shapes = f"{images_path}: pictures of {images.shape[1:]}, but {pairs[0][0]} has {arrays[0][0].shape[1:]}"
            raise DataError(f"{shapes}. Give files of one set.")
        arrays.append((images, labels))
    progress.end()
    held = sum(len(labels) for (_, labels), (_, _, test) in zip(arrays, pairs, strict=True) if test)
    images = np.concatenate([images for images, _ in arrays]) if len(arrays) > 1 else arrays[0][0]
    labels = np.concatenate([labels for _, labels in arrays])
    return make_set(images, labels, split=train_and_test(len(labels) - held, held), source=name or source, classes=classes)


def read_array(path: Path, *, axes: tuple[int, ...]) -> Shaped[np.ndarray, "..."]:
    """Return the array in one IDX file with one of the numbers of `axes`; the header is checked before anything is allocated."""
    with open_unzipped(path) as (stream, limit):
        head = stream.read(4)
        if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in _TYPES:
            found = head.hex(" ") or "missing"
            raise DataError(f"{path}: not an IDX file: bytes 0 to 3 are {found}; expected 00 00, a type 08 to 0e, the number of axes.")
        if head[3] not in axes:
            expected = " or ".join(map(str, axes))
            kind = "labels" if axes == (1,) else "images"
            raise DataError(f"{path}: byte 3 declares {head[3]} axes; {kind} have {expected}. Are images and labels exchanged?")
        lengths = stream.read(4 * head[3])
        if len(lengths) < 4 * head[3]:
            raise DataError(f"{path}: the header ends after {4 + len(lengths)} bytes; {4 + 4 * head[3]} expected. Fetch the file again.")
        shape = [int(length) for length in np.frombuffer(lengths, dtype=">u4")]
        dtype = np.dtype(_TYPES[head[2]])
        size = dtype.itemsize * math.prod(shape)
        if size > limit:
            declared = f"bytes 4 to {3 + 4 * head[3]} declare {shape}, {size:,} bytes"
            raise DataError(f"{path}: {declared}, which a file of {path.stat().st_size:,} bytes does not justify. Fetch it again.")
        data = read_exactly(stream, size, source=str(path), what="the data")
    return data.view(dtype).reshape(shape)


def _pictures(path: Path) -> Shaped[np.ndarray, "n height width channels"]:
    images = read_array(path, axes=(3, 4))
    pictures = images[..., None] if images.ndim == 3 else images
    if images.dtype != np.uint8 or 0 in pictures.shape[1:] or pictures.shape[3] not in (1, 3):
        got = f"{images.dtype} and axes {list(images.shape)}"
        raise DataError(f"{path}: images must be unsigned bytes (type 08), [N, H, W] or [N, H, W, 1 or 3]; got {got}.")
    return pictures


def _pairs(source: str) -> list[tuple[Path, Path, bool]]:
    """Return (images, labels, whether it is the test part) for each pair of files, training first."""
    if _is_pair(source):
        paths = source.split(",")
        if len(paths) != 2:
            raise DataError(f"{source}: give an IDX pair as `images,labels`: two paths with a comma between them.")
        return [(Path(paths[0]), Path(paths[1]), False)]
    path = Path(source)
    found = _images_in(path) if path.is_dir() else [path]
    pairs = sorted(((images, _labels_of(images), _is_test(images)) for images in found), key=lambda pair: pair[2])
    tests = [test for _, _, test in pairs]
    if path.is_dir() and (tests.count(True) > 1 or tests.count(False) > 1):
        names = ", ".join(images.name for images in found)
        raise DataError(f"{source}: more than one IDX set here: {names}. Give one pair as `images,labels`.")
    return [(images, labels, test and path.is_dir()) for images, labels, test in pairs]


def _images_in(folder: Path) -> list[Path]:
    """Return the image files of a folder; of a file and its gzipped twin, the file."""
    found = [path for path in sorted(folder.iterdir()) if _IMAGES.fullmatch(path.name)]
    names = {path.name for path in found}
    return [path for path in found if path.suffix != ".gz" or path.stem not in names]


def _is_test(images: Path) -> bool:
    return re.search(r"(^|-)(t10k|test)-images", images.name) is not None


def _labels_of(images: Path) -> Path:
    named = _IMAGES.fullmatch(images.name)
    if named is None:
        raise DataError(f"{images}: which labels belong to it? Give the pair as `images,labels`.")
    usual = [f"{named['set']}-labels{mark}idx1-ubyte{ending}" for mark in "-." for ending in (".gz", "")]
    for name in usual:
        if (images.parent / name).exists():
            return images.parent / name
    raise DataError(f"{images}: its labels are missing; looked for {', '.join(usual)} in the same folder.")


def _is_pair(source: str) -> bool:
    return "," in source and not Path(source).exists()


ENTRY = Reader(
    summary="IDX files as MNIST comes in, gzipped or not: a folder of them, or a pair `images,labels`",
    formula="00 00, type, number of axes, length of each axis (big-endian 32 bits), then the numbers in C order",
    reference="LeCun, Cortes, Burges: The MNIST database of handwritten digits, file formats",
    matches=matches,
    read=read,
)

"""Samples: some pictures of each class side by side as one PNG; of two-dimensional points, all of them on their plane."""

import io

import numpy as np
from jaxtyping import Int64, UInt8
from PIL import Image

from thalweg.core.imageset import ImageSet
from thalweg.faces.notebook.svg import svg
from thalweg.views import _palette as palette
from thalweg.views._marks import Axis, Flat, Key, Panel, Points
from thalweg.views._ticks import spanning

EACH, SIDE, GAP = 8, 44, 4
"""How many pictures of a class are shown, and their height and distance in pixels."""
MOST = 1000
"""The most points of a plane that are drawn."""


def rows_of(images: ImageSet, label: int) -> Int64[np.ndarray, " n"]:
    """Return the first rows of a class in its training part; of another part where it has none there."""
    for rows in images.split.parts().values():
        own = rows[images.labels[rows] == label]
        if len(own):
            return np.sort(own)[:EACH]
    return np.zeros(0, np.int64)


def strip(images: ImageSet, label: int) -> bytes | None:
    """Return pictures of a class as one PNG; None where the class has none, or they have another number of channels than one or three."""
    rows = rows_of(images, label)
    if not len(rows) or images.shape[2] not in (1, 3):
        return None
    small = [_small(np.asarray(images.images[row])) for row in rows]
    sheet = Image.new("RGB", (sum(one.width + GAP for one in small) - GAP, SIDE), "#ffffff")
    left = 0
    for one in small:
        sheet.paste(one, (left, (SIDE - one.height) // 2))
        left += one.width + GAP
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue()


def _small(pixels: UInt8[np.ndarray, "height width channels"]) -> Image.Image:
    """Return a picture as high as the strip at most; small ones enlarged by a whole factor."""
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).convert("RGB")
    factor = SIDE // max(picture.height, 1)
    if factor > 1:
        return picture.resize((min(picture.width * factor, 2 * SIDE), picture.height * factor), Image.Resampling.NEAREST)
    picture.thumbnail((2 * SIDE, SIDE), Image.Resampling.LANCZOS)
    return picture


def plane(images: ImageSet) -> str:
    """Return two-dimensional points by class as a picture of the plane."""
    points = np.asarray(images.images, np.float64).reshape(len(images), -1)
    stride = -(-len(images) // MOST)
    keys, marks = [], []
    for label, name in enumerate(images.classes):
        own = points[images.labels == label][::stride]
        colour, shape = palette.CLASSES[label % len(palette.CLASSES)], palette.SYMBOLS[label % len(palette.SYMBOLS)]
        count = len(own)
        mark = Points(
            x=own[:, 0], y=own[:, 1], colours=(colour,) * count, sizes=(7.0,) * count, shapes=(shape,) * count,
            edges=((palette.INK, 0.5),) * count,
        )  # fmt: skip
        marks.append(mark)
        keys.append(Key(name=name if len(name) <= 24 else f"{name[:23]}…", point=mark))
    x, y = (_axis(points[:, column], title) for column, title in enumerate(("first coordinate", "second coordinate")))
    return svg(Flat(title="", panels=(Panel(x=x, y=y, marks=tuple(marks), square=True),), legend=tuple(keys)), width=420, height=380)


def _axis(values: np.ndarray, title: str) -> Axis:
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    wide = 0.05 * (high - low) or 0.5
    return spanning(title, low - wide, high + wide)

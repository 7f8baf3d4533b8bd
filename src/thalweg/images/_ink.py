"""Ink: a drawing brought to where and how large a data set's pictures are.

The rule. The *ink box* of a grey picture is the smallest box around what stands out from its ground (the median of its border) by more
than an eighth of the range. Of a data set, `Hand` holds what its pictures' boxes have in common: the median of their longer side and of
their centre, and whether ink is brighter than the ground. A drawing (ink bright on black, any size) is then enlarged or reduced, its
proportions kept, so that the longer side of its ink box is the set's, and moved so that the box has the set's centre; each pixel is the
mean of the drawing over the pixel's area, as a scanner's count of inked points is.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Shaped, UInt8
from PIL import Image

from thalweg.core.errors import DataError

LOOKED_AT = 1000
"""How many pictures of a set are looked at, evenly spread."""
CONTRAST = 32
"""How far a pixel must differ from the ground to count as ink, of 255."""


@dataclass(frozen=True, kw_only=True)
class Hand:
    """How a data set's pictures are drawn: longer side of the ink, its centre (row, column, in pixels), bright ink on dark or not."""

    side: float
    centre: tuple[float, float]
    bright: bool


Grey = UInt8[np.ndarray, "tall wide"]
Box = tuple[int, int, int, int]


def hand_of(images: Shaped[np.ndarray, "n height width 1"]) -> Hand:
    """Return how the pictures of a set are drawn; of a set without any ink, that a drawing fills the picture.

    >>> picture = np.zeros((1, 8, 8, 1), dtype=np.uint8)
    >>> picture[0, 1:7, 2:5] = 255
    >>> hand_of(picture)
    Hand(side=6.0, centre=(4.0, 3.5), bright=True)
    """
    height, width = images.shape[1:3]
    chosen = images[np.linspace(0, len(images) - 1, min(len(images), LOOKED_AT)).astype(int), :, :, 0]
    grounds = np.array([_ground(each) for each in chosen])
    bright = bool(np.median(grounds) < 128)
    boxes = [box for each in chosen if (box := _box(_inked(each if bright else 255 - each))) is not None]
    if not boxes:
        return Hand(side=float(max(height, width)), centre=(height / 2, width / 2), bright=bright)
    top, bottom, left, right = np.array(boxes, np.float64).T
    side = np.median(np.maximum(bottom - top, right - left))
    return Hand(side=float(side), centre=(float(np.median(top + bottom) / 2), float(np.median(left + right) / 2)), bright=bright)


def fit_drawing(drawing: Grey, hand: Hand, *, shape: tuple[int, int, int]) -> UInt8[np.ndarray, "height width channels"]:
    """Return a drawing, ink bright on black, as a picture of a set's shape by the rule above; `DataError` where nothing is drawn."""
    box = _box(drawing > CONTRAST)
    if box is None:
        raise DataError("nothing is drawn yet. Draw on the pad.")
    height, width, channels = shape
    top, bottom, left, right = box
    scale = max(bottom - top, right - left) / hand.side
    first = ((top + bottom) / 2 - hand.centre[0] * scale, (left + right) / 2 - hand.centre[1] * scale)
    margin = int(np.ceil(max(abs(first[0]), abs(first[1]), (height + width) * scale)))
    room = np.pad(drawing, margin)
    corner = (margin + first[1], margin + first[0])
    place = (*corner, corner[0] + width * scale, corner[1] + height * scale)
    fitted = np.asarray(Image.fromarray(room).resize((width, height), Image.Resampling.BOX, box=place))
    shade = fitted if hand.bright else 255 - fitted
    return np.repeat(shade[:, :, None], channels, axis=2).copy()


def _ground(picture: Grey) -> float:
    return float(np.median(np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])))


def _inked(picture: Grey) -> Bool[np.ndarray, "tall wide"]:
    return picture.astype(np.float64) > min(_ground(picture) + CONTRAST, 254.0)


def _box(inked: Bool[np.ndarray, "tall wide"]) -> Box | None:
    """Return the first row of a box, the one after its last, and the same of its columns; None where there is no ink."""
    rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
    if not len(rows):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1

"""Maps: arrays over a picture as plain values, small enough to keep."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Float64

LONGEST = 64
DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class Map:
    """Values over a picture, `flat` in height, width, channel order, with five digits; each stands for `block` x `block` pixels."""

    shape: tuple[int, int, int]
    flat: tuple[float, ...]
    block: int = 1

    @property
    def values(self) -> Float64[np.ndarray, "height width channels"]:
        """The values as an array."""
        return np.array(self.flat, dtype=np.float64).reshape(self.shape)


def map_of(values: Float[np.ndarray, "height width channels"], *, how: Literal["sum", "mean"]) -> Map:
    """Return an array as a map of at most 64 x 64 values a channel, larger ones as sums or means over square blocks.

    >>> map_of(np.ones((128, 2, 1)), how="sum").values[:, :, 0].tolist()[:2], map_of(np.ones((1, 2, 1)), how="sum").flat
    ([[4.0], [4.0]], (1.0, 1.0))
    """
    height, width, channels = values.shape
    block = -(-max(height, width) // LONGEST)
    if block > 1:
        tall, wide = -(-height // block), -(-width // block)
        padded = np.zeros((2, tall * block, wide * block, channels))
        padded[0, :height, :width], padded[1, :height, :width] = values, 1.0
        sums, counts = padded.reshape(2, tall, block, wide, block, channels).sum((2, 4))
        values = sums if how == "sum" else sums / counts
    flat = tuple(float(f"{value:.{DIGITS}g}") for value in values.ravel().tolist())
    return Map(shape=(values.shape[0], values.shape[1], channels), flat=flat, block=block)

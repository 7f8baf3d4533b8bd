"""Contours of values on a grid: the line at a level, and the bands between levels as pixels."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, UInt8

SIDE = 480
"""Bands are drawn on about this many pixels a side."""

_CUTS: tuple[tuple[tuple[int, int], ...], ...] = (
    (), ((3, 0),), ((0, 1),), ((3, 1),), ((1, 2),), ((3, 0), (1, 2)), ((0, 2),), ((3, 2),),
    ((2, 3),), ((2, 0),), ((0, 1), (2, 3)), ((2, 1),), ((1, 3),), ((1, 0),), ((0, 3),), (),
)  # fmt: skip
"""Which edges of a cell (0 below, 1 right, 2 above, 3 left) a line joins, by which corners lie above the level."""


def level_line(
    x: Float64[np.ndarray, " across"], y: Float64[np.ndarray, " up"], values: Float64[np.ndarray, "up across"], level: float
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Return the line at a level as pieces with NaN between them, by marching squares; cells with an undefined corner have none.

    >>> level_line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([[0.0, 1.0], [0.0, 1.0]]), 0.25)[0][:2].tolist()
    [0.25, 0.25]
    """
    above = values > level
    corners = (above[:-1, :-1], above[:-1, 1:], above[1:, 1:], above[1:, :-1])
    kinds = sum((corner.astype(np.int64) << place for place, corner in enumerate(corners)), np.zeros(corners[0].shape, np.int64))
    kinds[~np.isfinite(values[:-1, :-1] + values[:-1, 1:] + values[1:, 1:] + values[1:, :-1])] = 0
    xs: list[float] = []
    ys: list[float] = []
    for j, i in np.argwhere((kinds > 0) & (kinds < 15)):
        ends = (((j, i), (j, i + 1)), ((j, i + 1), (j + 1, i + 1)), ((j + 1, i + 1), (j + 1, i)), ((j + 1, i), (j, i)))
        for cut in _CUTS[kinds[j, i]]:
            for edge in cut:
                (j0, i0), (j1, i1) = ends[edge]
                share = (level - values[j0, i0]) / (values[j1, i1] - values[j0, i0])
                xs.append(float(x[i0] + share * (x[i1] - x[i0])))
                ys.append(float(y[j0] + share * (y[j1] - y[j0])))
            xs.append(np.nan)
            ys.append(np.nan)
    return np.array(xs), np.array(ys)


def finer(values: Float64[np.ndarray, "up across"]) -> Float64[np.ndarray, "height width"]:
    """Return the grid at about `SIDE` points a side, between its points bilinearly; evenly spaced in the grid's own steps."""
    up, across = values.shape
    rows, columns = (np.linspace(0, count - 1, max(SIDE // max(count - 1, 1), 1) * (count - 1) + 1) for count in (up, across))
    j, i = (np.minimum(at.astype(int), max(count - 2, 0)) for at, count in ((rows, up), (columns, across)))
    v, u = (rows - j)[:, None], (columns - i)[None, :]
    after_j, after_i = np.minimum(j + 1, up - 1), np.minimum(i + 1, across - 1)
    below = (1 - u) * values[np.ix_(j, i)] + u * values[np.ix_(j, after_i)]
    above = (1 - u) * values[np.ix_(after_j, i)] + u * values[np.ix_(after_j, after_i)]
    return (1 - v) * below + v * above


def coloured(
    shares: Float64[np.ndarray, "height width"], stops: Sequence[tuple[float, str]], *, opacity: float = 1.0
) -> UInt8[np.ndarray, "height width 4"]:
    """Return pixels in the colours of a scale, 0 at its low end and 1 at its high one; clear where undefined.

    >>> coloured(np.array([[0.5, np.nan]]), [(0.0, "#000000"), (1.0, "#ffffff")]).tolist()
    [[[128, 128, 128, 255], [0, 0, 0, 0]]]
    """
    known = np.isfinite(shares)
    at = np.clip(np.where(known, shares, 0), 0, 1)
    colours = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for _, colour in stops], np.float64)
    channels = [np.interp(at, [stop for stop, _ in stops], colours[:, channel]) for channel in range(3)]
    pixels = (np.stack([*channels, np.full_like(at, 255 * opacity)], axis=-1) + 0.5).astype(np.uint8)
    pixels[~known] = 0
    return pixels

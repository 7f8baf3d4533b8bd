"""Levels for contours: evenly spaced, or geometric where most of the ground lies far below the highest point."""

import numpy as np
from jaxtyping import Float64

STEEP = 5.0
"""Levels are geometric where the highest point lies more than this many times as far above the lowest as the median does."""

DECADES = 4
"""How far geometric levels reach down towards the lowest point."""


def levels_of(heights: Float64[np.ndarray, "*points"], count: int) -> tuple[Float64[np.ndarray, " levels"], bool]:
    """Return ascending levels between the lowest and the highest of finite heights, and whether they are geometric.

    They are spaced evenly; where (highest - lowest) > 5 (median - lowest) they lie at lowest + (highest - lowest) 10^-4 ... 10^0.

    >>> levels_of(np.array([0.0, 1.0, 2.0]), 3)[0].tolist()
    [0.0, 1.0, 2.0]
    """
    low, middle, high = float(heights.min()), float(np.median(heights)), float(heights.max())
    geometric = high - low > STEEP * (middle - low)
    shares = np.logspace(-DECADES, 0, count) if geometric else np.linspace(0, 1, count)
    return low + (high - low) * shares, geometric


def bands_of(
    heights: Float64[np.ndarray, "*points"], levels: Float64[np.ndarray, " levels"], *, geometric: bool, low: float
) -> Float64[np.ndarray, "*points"]:
    """Return heights counted in levels: 0 at the first level and below, 1 at the second, ...; in between as the levels are spaced.

    `low` is the lowest height, from which geometric levels are measured.
    """
    counted = np.arange(len(levels), dtype=np.float64)
    if not geometric:
        return np.interp(heights, levels, counted)
    return np.interp(np.log(np.maximum(heights, levels[0]) - low), np.log(levels - low), counted)

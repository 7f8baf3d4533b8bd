"""Difference quotients with an error bar: from a ladder of steps to a slope, and how wrong that slope can be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float64

FACTOR = 4.0
"""Each step of a ladder is the one before divided by this."""

SURE = 4.0
"""An error bar is so many estimated errors wide."""


@dataclass(frozen=True, kw_only=True)
class Slope:
    """A slope, its error bar, and the smaller of the two steps that it was extrapolated from."""

    value: float
    error: float
    step: float


def noise_of(values: Float64[np.ndarray, " points"]) -> float:
    """Return the rounding noise of a function from its values at equally spaced points so close that its own change is smooth.

    sigma_k^2 = (k!)^2 / (2k)! * mean (k-th differences)^2; the largest over k from 2 to 6, and at least half a unit in the last place.

    Reference: Moré and Wild, Estimating computational noise, SIAM Journal on Scientific Computing 33 (2011), section 3.

    >>> noise_of(np.ones(9)) == 2.0**-53
    True
    """
    largest = 2.0**-53 * float(np.abs(values).max())
    row = values
    for order in range(1, 7):
        row = np.diff(row)
        if order >= 2:
            share = math.factorial(order) ** 2 / math.factorial(2 * order)
            largest = max(largest, math.sqrt(share * float(np.mean(row**2))))
    return largest


def extrapolate(steps: Sequence[float], quotients: Sequence[float], *, noise: float) -> Slope | None:
    """Return the slope that centred quotients D(h) at steps h, h/4, h/16, ... tend to, with its error bar; None with fewer than two.

    R(h) = (16 D(h/4) - D(h)) / 15 cancels the error of order h^2. Its error is estimated as the larger difference to its neighbours (what
    is left of truncation) plus three standard deviations of rounding, sqrt((64/15)^2 + (1/15)^2) noise / (sqrt(2) h); the step with the
    smallest estimate is taken, and the bar is 4 times the estimate.

    Reference: Press et al., Numerical Recipes, 2007, section 5.7, after Ridders (1982).

    >>> steps = [0.1, 0.025, 0.00625]
    >>> slope = extrapolate(steps, [(math.exp(h) - math.exp(-h)) / (2 * h) for h in steps], noise=1e-16)
    >>> abs(slope.value - 1) < slope.error < 1e-5
    True
    """
    if len(steps) < 2:
        return None
    square = FACTOR**2
    better = [(square * fine - coarse) / (square - 1) for coarse, fine in pairwise(quotients)]
    best: Slope | None = None
    for place, value in enumerate(better):
        near = [abs(value - better[other]) for other in (place - 1, place + 1) if 0 <= other < len(better)]
        truncation = max(near) if near else abs(value - quotients[-1])
        rounding = math.hypot(square * FACTOR, 1) / (square - 1) * noise / (math.sqrt(2) * steps[place])
        error = SURE * (truncation + 3 * rounding)
        if best is None or error < best.error:
            best = Slope(value=value, error=error, step=steps[place + 1])
    return best


def order_of(
    steps: Sequence[float], errors: Sequence[float], floors: Sequence[float], *, most: int = 8
) -> tuple[float, float, float] | None:
    """Return the exponent p of errors ~ h^p with the range of steps it was fitted on; None where rounding leaves fewer than five.

    `steps` fall; used are those, up to `most`, that come last before the error first falls below a hundred times its rounding `floors`.

    >>> order_of([0.1, 0.05, 0.025, 0.0125, 0.00625], [1.0, 0.25, 0.0625, 0.015625, 0.00390625], [0.0] * 5)
    (2.0, 0.00625, 0.1)
    """
    last = next((place for place, (error, floor) in enumerate(zip(errors, floors, strict=True)) if error <= 100 * floor), len(errors))
    kept = range(max(last - most, 0), last)
    if len(kept) < 5:
        return None
    x, y = np.log([steps[place] for place in kept]), np.log([errors[place] for place in kept])
    return round(float(np.polyfit(x, y, 1)[0]), 12), steps[kept[-1]], steps[kept[0]]

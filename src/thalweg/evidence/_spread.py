"""Spread: what repetitions of one experiment say together, as mean and deviation or as median and band."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from thalweg.evidence._strict import number, numbers

FEW = 10
"""From this many repetitions on a band leaves out a tenth on each side; of fewer it holds all."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Mean, standard deviation (divisor n - 1) and standard error of `count` values; None where there are too few values for it."""

    mean: float | None
    deviation: float | None
    error: float | None
    count: int


def spread(values: Sequence[float]) -> Spread:
    """Return mean, s = sqrt(sum_i (x_i - mean)^2 / (n - 1)) and s / sqrt(n) of the values that are finite.

    The standard error takes the values for independent. Folds of one cross-validation share most of their training examples, so that
    theirs is too small; no unbiased estimate of it exists (Y. Bengio, Y. Grandvalet, JMLR 5, 2004).

    >>> spread([1.0, 3.0])
    Spread(mean=2.0, deviation=1.4142135623730951, error=1.0, count=2)
    >>> spread([5.0]).deviation is None
    True
    """
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return Spread(mean=None, deviation=None, error=None, count=0)
    if len(known) == 1:
        return Spread(mean=known[0], deviation=None, error=None, count=1)
    deviation = float(np.std(known, ddof=1))
    error = deviation / math.sqrt(len(known))
    return Spread(mean=float(np.mean(known)), deviation=number(deviation), error=number(error), count=len(known))


@dataclass(frozen=True, kw_only=True)
class Band:
    """Median and ends of a band, one value a point; None where the median lies among lost repetitions, or where none was measured."""

    low: tuple[float | None, ...]
    median: tuple[float | None, ...]
    high: tuple[float | None, ...]


def band(values: Float64[np.ndarray, "repetitions points"], *, lost: float) -> Band:
    """Return at each point the median over all repetitions and the band that holds the finite ones.

    A repetition that has been lost (it diverged) has the value `lost`, inf where low is good and -inf where high is good: it stays in the
    median, as the worst there is, so that a method cannot win by losing its bad seeds. NaN is a repetition not measured there. The
    band runs from the least to the greatest finite value, from `FEW` repetitions on from the 10% to the 90% quantile.

    >>> band(np.array([[1.0, 1.0], [2.0, np.inf], [4.0, np.inf]]), lost=np.inf)
    Band(low=(1.0, 1.0), median=(2.0, None), high=(4.0, 1.0))
    """
    ends = (10.0, 90.0) if len(values) >= FEW else (0.0, 100.0)
    lows, medians, highs = [], [], []
    for column in values.T:
        seen, finite = column[~np.isnan(column)], column[np.isfinite(column)]
        low, high = np.percentile(finite, ends) if len(finite) else (math.nan, math.nan)
        lows.append(low)
        highs.append(high)
        medians.append(median(seen.tolist(), lost=lost))
    return Band(low=numbers(lows), median=numbers(medians), high=numbers(highs))


def median(values: Sequence[float], *, lost: float) -> float:
    """Return the middle value, or the mean of the two middle ones; `lost` if one of those is lost, NaN if there are no values.

    >>> median([3.0, 1.0, 2.0], lost=np.inf), median([1.0, np.inf], lost=np.inf)
    (2.0, inf)
    """
    if not values:
        return math.nan
    ordered = sorted(values)
    middle = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return lost if lost in middle else (middle[0] + middle[1]) / 2

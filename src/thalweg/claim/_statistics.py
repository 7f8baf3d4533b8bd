"""What a statistical claim needs: a slope, and the interval of a median, a mean, a share."""

import math
from collections.abc import Iterable

import numpy as np
from scipy import stats

Interval = tuple[float, float, float]
"""Low end, estimate, high end."""


def slope(x: Iterable[int | float], y: Iterable[int | float]) -> float:
    """Return the slope of the least squares line through (log x, log y).

    >>> round(slope([1.0, 10.0, 100.0], [2.0, 200.0, 20000.0]), 6)
    2.0
    """
    return float(np.polyfit(np.log(list(x)), np.log(list(y)), 1)[0])


def share(count: int, total: int) -> Interval:
    """Return count / total with Wilson's 95 % interval.

    >>> [round(end, 3) for end in share(5, 10)]
    [0.237, 0.5, 0.763]
    """
    found = stats.binomtest(count, total).proportion_ci(0.95, method="wilson")
    return float(found.low), count / total, float(found.high)


def mean(sample: Iterable[float], *, level: float = 0.95) -> Interval:
    """Return the mean with Student's interval.

    >>> [round(end, 3) for end in mean([1.0, 2.0, 3.0])]
    [-0.484, 2.0, 4.484]
    """
    values = list(sample)
    centre, error = float(np.mean(values)), float(np.std(values, ddof=1)) / math.sqrt(len(values))
    reach = error * float(stats.t.ppf((1 + level) / 2, len(values) - 1))
    return centre - reach, centre, centre + reach


def median(sample: Iterable[float]) -> Interval:
    """Return the median with the interval between order statistics that holds it with 95 % at least, by the sign test.

    >>> median([3.0, 1.0, 2.0, 5.0, 4.0, 6.0, 7.0, 8.0])
    (1.0, 4.5, 8.0)
    """
    ordered = np.sort(list(sample))
    last = len(ordered) - 1
    cut = max(0, int(stats.binom.ppf(0.025, len(ordered), 0.5)) - 1)
    return float(ordered[cut]), float(np.median(ordered)), float(ordered[last - cut])

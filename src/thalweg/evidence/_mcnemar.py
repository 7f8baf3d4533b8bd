"""Tests on right and wrong answers to the same examples: McNemar's for two runs, Cochran's Q for more, Holm's correction for many tests."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool
from scipy.stats import binom, chi2


@dataclass(frozen=True, kw_only=True)
class McNemar:
    """Two-sided p-values of "both are right equally often": `exact` and `mid`; None where no example tells the two apart."""

    exact: float | None
    mid: float | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Cochran:
    """Cochran's Q with its degrees of freedom and p-value; None where it is undefined."""

    statistic: float | None
    freedom: int
    p: float | None
    reason: str = ""


def mcnemar(only_first: int, only_second: int) -> McNemar:
    """Return McNemar's test of b = `only_first` against c = `only_second`, the examples that one run alone has right.

    If both runs are right equally often, b is binomial with n = b + c tosses of a fair coin. exact = min(1, 2 P(X <= min(b, c))); the
    mid-p value counts what is exactly as extreme as b by half: exact - P(X = b), and 1 - P(X = b) / 2 where b = c. The exact test rejects
    too seldom, the mid-p test closer to its level (Fagerland, Lydersen and Laake, 2013).

    >>> test = mcnemar(1, 5)
    >>> round(test.exact, 5), round(test.mid, 5)
    (0.21875, 0.125)
    """
    told = only_first + only_second
    if not told:
        return McNemar(exact=None, mid=None, reason="no example is answered rightly by one run alone")
    fewer = min(only_first, only_second)
    exact = min(1.0, 2 * float(binom.cdf(fewer, told, 0.5)))
    seen = float(binom.pmf(fewer, told, 0.5))
    return McNemar(exact=exact, mid=1 - seen / 2 if only_first == only_second else exact - seen)


def holm(values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return Holm's corrected p-values: in rising order, p_(i) becomes the largest of min(1, (m - j + 1) p_(j)) over j <= i.

    Rejecting where they are below 5 % keeps the chance of even one false rejection among the m tests below 5 %, however they depend on
    each other. A test that could not be made (None) is not counted.

    >>> holm([0.01, 0.04, None, 0.03])
    (0.03, 0.06, None, 0.06)
    """
    made = sorted((value, place) for place, value in enumerate(values) if value is not None)
    corrected: list[float | None] = [None] * len(values)
    largest = 0.0
    for rank, (value, place) in enumerate(made):
        largest = max(largest, min(1.0, (len(made) - rank) * value))
        corrected[place] = largest
    return tuple(corrected)


def cochran(right: Bool[np.ndarray, "runs n"]) -> Cochran:
    """Return Cochran's Q of "all runs are right equally often".

    With G_j right answers of run j, L_i runs right on example i and k runs: Q = (k - 1) (k sum G_j^2 - (sum G_j)^2) /
    (k sum L_i - sum L_i^2), to be held against chi-squared with k - 1 degrees of freedom; the larger the number of examples that not all
    runs answer alike, the better that fits. For two runs Q is McNemar's statistic without correction, (b - c)^2 / (b + c).

    >>> cochran(np.array([[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 0]], bool)).statistic
    4.666666666666667
    """
    runs = len(right)
    each, example = right.sum(1, dtype=np.int64), right.sum(0, dtype=np.int64)
    spread = runs * int(example.sum()) - int((example**2).sum())
    if not spread:
        return Cochran(statistic=None, freedom=runs - 1, p=None, reason="all runs are right and wrong on the same examples")
    statistic = (runs - 1) * (runs * int((each**2).sum()) - int(each.sum()) ** 2) / spread
    return Cochran(statistic=statistic, freedom=runs - 1, p=float(chi2.sf(statistic, runs - 1)))

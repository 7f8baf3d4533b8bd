"""Pairs: two runs on the same examples, what sets them apart and how sure that is. A difference is the second run's less the first's."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int64
from scipy.stats import norm, t

from thalweg.evidence._mcnemar import McNemar, mcnemar


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How many examples both runs have right, one of them alone, and neither."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def count(self) -> int:
        """The number of examples."""
        return self.both + self.only_first + self.only_second + self.neither


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Second less first, with its standard error and the ends of its interval; None where undefined, and `reason` says why."""

    value: float | None
    error: float | None
    low: float | None
    high: float | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two runs by their places; `classes` holds the agreement class by class; `holm` is the exact p-value corrected for all pairs."""

    first: int
    second: int
    agreement: Agreement
    classes: tuple[Agreement, ...]
    accuracy: Difference
    loss: Difference
    test: McNemar
    holm: float | None = None


def agreement(first: Bool[np.ndarray, " n"], second: Bool[np.ndarray, " n"]) -> Agreement:
    """Count where both answers are right, one alone, and neither.

    >>> agreement(np.array([True, True, False]), np.array([True, False, False]))
    Agreement(both=1, only_first=1, only_second=0, neither=1)
    """
    return Agreement(
        both=int((first & second).sum()),
        only_first=int((first & ~second).sum()),
        only_second=int((~first & second).sum()),
        neither=int((~first & ~second).sum()),
    )


def accuracy_difference(seen: Agreement, *, confidence: float = 0.95) -> Difference:
    """Return (c - b) / n with Bonett and Price's interval, b and c counting the examples that one run alone has right.

    With b' = (b + 1) / (n + 2) and c' = (c + 1) / (n + 2), the interval is d' +- z sqrt((b' + c' - d'^2) / (n + 2)) about d' = c' - b', cut
    at -1 and 1. The textbook interval, without the added ones, is too narrow for few examples and a point where b = c = 0. The standard
    error given is that of the textbook: sqrt((b + c - (b - c)^2 / n)) / n. Both speak of the draw of these examples, not of new seeds.

    >>> found = accuracy_difference(Agreement(both=80, only_first=3, only_second=9, neither=8))
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.06, -0.012, 0.13)
    """
    b, c, n = seen.only_first, seen.only_second, seen.count
    if not n:
        return Difference(value=None, error=None, low=None, high=None, reason="there are no examples")
    first, second = (b + 1) / (n + 2), (c + 1) / (n + 2)
    middle = second - first
    reach = float(norm.ppf((1 + confidence) / 2)) * np.sqrt((first + second - middle**2) / (n + 2))
    error = float(np.sqrt(b + c - (b - c) ** 2 / n) / n)
    return Difference(value=(c - b) / n, error=error, low=float(max(-1.0, middle - reach)), high=float(min(1.0, middle + reach)))


def loss_difference(first: Float[np.ndarray, " n"], second: Float[np.ndarray, " n"], *, confidence: float = 0.95) -> Difference:
    """Return the mean of second - first over the examples, its standard error s / sqrt(n), and Student's interval with n - 1 degrees.

    One example has a difference and no error; losses that are not finite have no difference.

    >>> found = loss_difference(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 4.0]))
    >>> found.value, round(found.error, 4)
    (0.5, 0.2887)
    """
    apart = second.astype(np.float64) - first.astype(np.float64)
    if not len(apart) or not np.isfinite(apart).all():
        reason = "a loss is not finite" if len(apart) else "there are no examples"
        return Difference(value=None, error=None, low=None, high=None, reason=reason)
    value = float(apart.mean())
    if len(apart) == 1:
        return Difference(value=value, error=None, low=None, high=None, reason="one example has no spread")
    error = float(apart.std(ddof=1) / np.sqrt(len(apart)))
    reach = float(t.ppf((1 + confidence) / 2, len(apart) - 1)) * error
    return Difference(value=value, error=error, low=value - reach, high=value + reach)


def pair(
    places: tuple[int, int],
    right: tuple[Bool[np.ndarray, " n"], Bool[np.ndarray, " n"]],
    losses: tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]],
    labels: Int64[np.ndarray, " n"],
    *,
    classes: int,
    same_loss: bool,
    confidence: float = 0.95,
) -> Pair:
    """Hold two runs against each other; mean losses compare only where both runs measure the `same_loss`, knobs included."""
    seen = agreement(*right)
    unlike = Difference(value=None, error=None, low=None, high=None, reason="the runs measure different losses")
    return Pair(
        first=places[0],
        second=places[1],
        agreement=seen,
        classes=tuple(agreement(right[0][labels == k], right[1][labels == k]) for k in range(classes)),
        accuracy=accuracy_difference(seen, confidence=confidence),
        loss=loss_difference(*losses, confidence=confidence) if same_loss else unlike,
        test=mcnemar(seen.only_first, seen.only_second),
    )

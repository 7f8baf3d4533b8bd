"""Accuracy: the share of examples classified rightly, with the interval in which the true share may lie."""

from dataclasses import asdict, dataclass
from typing import Any

from scipy.stats import binomtest

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError


@dataclass(frozen=True, kw_only=True, repr=False)
class Accuracy(Displayed):
    """`right` of `count` examples; `value`, `low` and `high` are None where there were no examples, and `reason` says so."""

    right: int
    count: int
    confidence: float
    value: float | None
    low: float | None
    high: float | None
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def measure(right: int, count: int, *, confidence: float = 0.95) -> Accuracy:
    """Return the share of right answers with Wilson's score interval.

    The interval holds every share p for which the observed one lies within z standard errors, sqrt(p (1 - p) / count), of p. It stays
    inside [0, 1] and has a width at 0 and at 1, where the textbook interval p +- z sqrt(p (1 - p) / n) shrinks to a point. It covers the
    chance of the draw of these examples only: not how a new seed, or pictures from elsewhere, would change the model's answers.

    Raises `ConfigError` unless 0 <= right <= count.

    >>> share = measure(9, 10)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.9, 0.596, 0.982)
    """
    if not 0 <= right <= count:
        raise ConfigError(f"right answers must lie between 0 and the number of examples, {count}; got {right}.")
    if count == 0:
        return Accuracy(right=0, count=0, confidence=confidence, value=None, low=None, high=None, reason="there are no examples")
    interval = binomtest(right, count).proportion_ci(confidence, method="wilson")
    value, low, high = right / count, float(interval.low), float(interval.high)
    return Accuracy(right=right, count=count, confidence=confidence, value=value, low=low, high=high)


def example() -> Accuracy:
    """Return nine right answers of ten."""
    return measure(9, 10)


ENTRY = Evidence(
    summary="share of examples classified rightly, with its 95% interval",
    formula="right / count; (p + z^2/2n +- z sqrt(p (1-p)/n + z^2/4n^2)) / (1 + z^2/n)",
    reference="E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22, 1927",
    measure=measure,
    example=example,
)

"""Calibration: whether answers given with 80% confidence are right 80% of the time."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError
from thalweg.evidence._strict import number


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Answers with a confidence in (low, high]; the means are None in an empty bin."""

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True, kw_only=True, repr=False)
class Calibration(Displayed):
    """The bins, and the expected calibration error; None without examples, and `reason` says so."""

    bins: tuple[Bin, ...]
    error: float | None
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return asdict(self)


def measure(probabilities: Float64[np.ndarray, "n classes"], labels: Int64[np.ndarray, " n"], *, bins: int = 10) -> Calibration:
    """Return mean confidence against accuracy in equal bins of confidence, and their weighted gap.

    The confidence of an answer is its probability, max_k p_k. With n_b answers in bin b, the expected calibration error is
    sum_b (n_b / n) |accuracy_b - confidence_b|. It depends on the number of bins, and equals 0 only where every bin agrees.

    Raises `ConfigError` on fewer than one bin.

    >>> sure = np.array([[0.9, 0.1], [0.9, 0.1]])
    >>> round(measure(sure, np.array([0, 1])).error, 12)
    0.4
    """
    if bins < 1:
        raise ConfigError(f"bins must be a whole number >= 1; got {bins}.")
    confidence = probabilities.max(1) if len(labels) else np.zeros(0)
    right = (probabilities.argmax(1) == labels).astype(np.float64) if len(labels) else np.zeros(0)
    edges = np.linspace(0.0, 1.0, bins + 1)
    index = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    count = np.bincount(index, minlength=bins)
    divisor = np.where(count, count, np.nan)
    means = np.bincount(index, confidence, bins) / divisor
    shares = np.bincount(index, right, bins) / divisor
    rows = tuple(
        Bin(low=float(edges[k]), high=float(edges[k + 1]), count=int(count[k]), confidence=number(means[k]), accuracy=number(shares[k]))
        for k in range(bins)
    )
    if not len(labels):
        return Calibration(bins=rows, error=None, reason="there are no examples")
    return Calibration(bins=rows, error=float(np.nansum(count * np.abs(shares - means)) / len(labels)))


def example() -> Calibration:
    """Return four answers: two at 90% of which one is right, two at 60% of which one is right."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    return measure(probabilities, np.array([0, 1, 0, 1]), bins=5)


ENTRY = Evidence(
    summary="confidence against accuracy, in bins of confidence",
    formula="ECE = sum_b (n_b / n) |accuracy_b - confidence_b|",
    reference="C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On calibration of modern neural networks, ICML 2017",
    measure=measure,
    example=example,
)

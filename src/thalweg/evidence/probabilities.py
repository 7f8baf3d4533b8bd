"""Probabilities: the softmax of the scores, where the loss makes them estimates of class probabilities."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float64
from scipy.special import softmax

from thalweg.core.display import Displayed
from thalweg.core.entries import Evidence


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Probabilities(Displayed):
    """`values` [N, K], each row summing to 1; None where they are not defined, and `reason` says why."""

    values: Float64[np.ndarray, "n classes"] | None
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {"values": self.values.tolist() if self.values is not None else None, "reason": self.reason}


def measure(scores: Float[np.ndarray, "n classes"], *, defined: bool) -> Probabilities:
    """Return exp(s_k) / sum_j exp(s_j), in float64, or the reason why the scores are no log-probabilities.

    A likelihood loss (softmax) fits the scores so that this estimates P(class | picture). A hinge loss only asks that the right score
    leads by a margin: its scores order the classes, and their softmax would be a number without meaning.

    >>> measure(np.array([[0.0, np.log(3.0)]]), defined=True).values.round(12).tolist()
    [[0.25, 0.75]]
    >>> measure(np.array([[0.0, 1.0]]), defined=False).values is None
    True
    """
    if not defined:
        return Probabilities(values=None, reason="the loss fits margins, not likelihoods: its scores are no probabilities")
    if not np.isfinite(scores).all():
        return Probabilities(values=None, reason="some scores are not finite")
    return Probabilities(values=softmax(scores.astype(np.float64), axis=1))


def example() -> Probabilities:
    """Return one row of odds 1 to 3 and one of even odds."""
    return measure(np.array([[0.0, np.log(3.0)], [2.0, 2.0]]), defined=True)


ENTRY = Evidence(
    summary="class probabilities, where the loss defines them",
    formula="p_k = exp(s_k) / sum_j exp(s_j)",
    reference="C. M. Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.4",
    measure=measure,
    example=example,
)

"""Confidence: which class wins at given scores, and how surely, in the words of the loss that the scores were trained with."""

from typing import Any

from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.entries import Loss

MARGINS = 2
"""A lead of so many margins is as sure as a hinge's winner is said to be."""


def winners(
    scores: Float[Tensor, "n classes"], loss: Loss, knobs: dict[str, Any]
) -> tuple[Int64[Tensor, " n"], Float[Tensor, " n"]]:  # fmt: skip
    """Return the winning class of every row and how sure it is, from 0 to 1; the first of equals wins.

    A loss of probabilities: (p - 1/K) / (1 - 1/K), p the softmax of the winner: 0 where all classes are alike, 1 where it is certain.
    A hinge has no probabilities: how far the winner leads the second, in margins, of which two or more count as 1.

    >>> import torch
    >>> from thalweg.loss import LOSSES
    >>> winners(torch.tensor([[1.0, 2.5, 0.0]]), LOSSES.get("svm-sum"), {"margin": 1.0})
    (tensor([1]), tensor([0.7500]))
    """
    if loss.probabilities:
        chance, winner = scores.softmax(1).max(1)
        even = 1 / scores.shape[1]
        return winner, ((chance - even) / (1 - even)).clamp(0, 1)
    best = scores.topk(2, dim=1)
    lead = (best.values[:, 0] - best.values[:, 1]) / (MARGINS * knobs["margin"])
    return scores.argmax(1), lead.clamp(0, 1)

"""Wrong classes against the true one: what softmax, svm-sum and svm-max are made of.

All three are functions of the leads s_j - s_y alone, so they are invariant under a common shift of the scores. Softmax is
log(1 + sum exp(lead)); svm-sum adds up the violations max(0, lead + margin), svm-max takes the largest.
"""

import math

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.entries import Labels
from thalweg.loss._scores import Scores, Setting, per_class, true_class, widened


def leads(scores: Scores, labels: Labels) -> Scores:
    """Return how far each wrong class leads the true one, s_j - s_y, and -inf for the true class itself.

    >>> leads(torch.tensor([[1.0, 3.0, 0.0]]), torch.tensor([0]))
    tensor([[-inf,  2., -1.]])
    """
    wide = widened(scores)
    index = true_class(wide, labels)
    return (wide - wide.gather(-1, index)).scatter(-1, index, -math.inf)


def violations(scores: Scores, labels: Labels, *, margin: Setting) -> Scores:
    """Return max(0, s_j - s_y + margin) for each wrong class and 0 for the true one.

    >>> violations(torch.tensor([[1.0, 3.0, 0.0]]), torch.tensor([0]), margin=1.0)
    tensor([[0., 3., 0.]])
    """
    return (leads(scores, labels) + per_class(margin)).relu()


def to_scores(slopes: Scores, labels: Labels) -> Scores:
    """Turn slopes by the leads s_j - s_y (0 for the true class) into slopes by the scores: the true class gets minus their sum.

    >>> to_scores(torch.tensor([[0.0, 2.0, 1.0]]), torch.tensor([0]))
    tensor([[-3.,  2.,  1.]])
    """
    return slopes.scatter(-1, true_class(slopes, labels), -slopes.sum(-1, keepdim=True))


def worst(violated: Scores) -> tuple[Float[Tensor, "*members batch 1"], Int64[Tensor, "*members batch 1"]]:
    """Return the largest violation and its class; the one that `torch.max` picks where several tie."""
    largest = violated.max(-1, keepdim=True)
    return largest.values, largest.indices


def at_class(slope: Float[Tensor, "*members batch 1"], index: Int64[Tensor, "*members batch 1"], like: Scores) -> Scores:
    """Put one slope an example at its class and 0 at all others."""
    return torch.zeros_like(like).scatter(-1, index, slope)

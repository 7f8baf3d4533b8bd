"""The convex side of the softmax loss: a slope is a = p - q with probabilities p and the label's distribution q."""

import torch
from torch import Tensor

from thalweg.core.balance import between_columns
from thalweg.core.entries import Labels
from thalweg.loss._scores import Scores, Values


def targets(like: Scores, labels: Labels, *, smoothing: float) -> Scores:
    """Return q: 1 - smoothing for the label, and smoothing spread evenly over all classes."""
    even = smoothing / like.shape[1]
    return torch.full_like(like, even).scatter(1, labels[:, None], 1 - smoothing + even)


def conjugate(slopes: Scores, labels: Labels, *, smoothing: float) -> Values:
    """Return l*(a) = sum p log p with p = a + q, on the p that are probabilities: minus the entropy.

    >>> conjugate(torch.tensor([[-0.5, 0.5]]), torch.tensor([0]), smoothing=0.0)
    tensor([-0.6931])
    """
    probabilities = (slopes + targets(slopes, labels, smoothing=smoothing)).clamp_min(0)
    return torch.xlogy(probabilities, probabilities).sum(1)


def balanced(slopes: Scores, labels: Labels, *, smoothing: float, counts: Tensor | None = None) -> Scores:
    """Return slopes whose sum over the examples is zero: the probabilities of each class add up to its share of the labels.

    With counts each example stands in the sums so many times.
    """
    wanted = targets(slopes, labels, smoothing=smoothing)
    found = (slopes + wanted).clamp_min(0)
    if counts is None:
        return between_columns(found, wanted) - wanted
    times = counts[:, None]
    return between_columns(times * found, times * wanted) / times - wanted

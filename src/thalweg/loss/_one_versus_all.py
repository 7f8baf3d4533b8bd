"""Each class against all others: K two-class problems on the same scores, with targets t = +1 for the true class, else -1."""

import torch

from thalweg.core.entries import Labels
from thalweg.loss._scores import Scores, Setting, per_class, true_class, widened


def directions(scores: Scores, labels: Labels) -> Scores:
    """Return -t: -1 for the true class, whose violation falls as its score grows, and +1 for the others."""
    wide = widened(scores)
    return torch.ones_like(wide).scatter(-1, true_class(wide, labels), -1.0)


def violations(scores: Scores, signs: Scores, *, margin: Setting) -> Scores:
    """Return max(0, margin - t_k s_k) for each class, with `signs` = -t from `directions`.

    >>> scores = torch.tensor([[2.0, -3.0, 0.5]])
    >>> violations(scores, directions(scores, torch.tensor([0])), margin=1.0)
    tensor([[0.0000, 0.0000, 1.5000]])
    """
    return (signs * widened(scores) + per_class(margin)).relu()

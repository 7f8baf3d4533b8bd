"""The convex side of the hinges of leads s_k - s_true: slopes are b_k >= 0 for the wrong classes and minus their sum for the true one.

Rounding a kink off means taking width/2 |b|^2 off what b is chosen for: max_b <b, v> - l*(b) - width/2 |b|^2, v the violations.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.balance import between_rivals
from thalweg.core.dual import Smoothed
from thalweg.core.entries import Labels
from thalweg.loss._rivals import to_scores, violations
from thalweg.loss._scores import Scores, Values


def wrong(slopes: Scores, labels: Labels) -> Scores:
    """Return the slopes b_k of the wrong classes, 0 for the true one and for what rounding made negative."""
    return slopes.scatter(-1, labels[:, None], 0.0).clamp_min(0)


def balanced(slopes: Scores, labels: Labels, *, margin: float, counts: Tensor | None = None) -> Scores:
    """Return slopes whose sum over the examples is zero, each wrong class's scaled down by its pair with the true class.

    With counts each example stands in the sum so many times.
    """
    return between_rivals(slopes, labels) if counts is None else between_rivals(counts[:, None] * slopes, labels) / counts[:, None]


def offset(slopes: Scores, labels: Labels, width: float, *, margin: float) -> Scores:
    """Return what to add to the scores so that kinks of size `margin` are rounded off about these slopes: width * margin * b."""
    return width * margin * wrong(slopes, labels)


def offset_of_square(slopes: Scores, labels: Labels, width: float, *, margin: float) -> Scores:
    """Return the same for the square, whose width has no unit: width * b."""
    return width * wrong(slopes, labels)


def separate(scores: Scores, labels: Labels, width: float, *, margin: float) -> Smoothed:
    """Round off sum max(0, v_k): b_k = v_k / width between 0 and 1."""
    narrow = width * margin
    v = violations(scores, labels, margin=margin)
    b = (v / narrow).clamp_max(1)
    inside = (v > 0) & (v < narrow)
    return Smoothed(
        value=(b * v - narrow / 2 * b.square()).sum(1), slope=to_scores(b, labels), weights=inside.to(v) / narrow, leads=True
    )  # fmt: skip


def separate_squared(scores: Scores, labels: Labels, width: float, *, margin: float) -> Smoothed:
    """Return sum max(0, v_k)^2 as it is: its slope has no jump."""
    v = violations(scores, labels, margin=margin)
    return Smoothed(value=v.square().sum(1), slope=to_scores(2 * v, labels), weights=2.0 * (v > 0).to(v), leads=True)


def largest(scores: Scores, labels: Labels, width: float, *, margin: float) -> Smoothed:
    """Round off max(0, max v_k): b is the point of {b >= 0, sum b <= 1} nearest to v / width."""
    narrow = width * margin
    v = violations(scores, labels, margin=margin)
    z = v / narrow
    sorted_z = z.sort(1, descending=True).values
    surplus = (sorted_z.cumsum(1) - 1) / _counting(z)
    count = (sorted_z > surplus).sum(1, keepdim=True).clamp_min(1)
    threshold = surplus.gather(1, count - 1).clamp_min(0)
    b = (z - threshold).clamp_min(0)
    active = (b > 0).to(v)
    full = (threshold > 0).to(v)
    rank = active * full / (narrow * active.sum(1, keepdim=True).clamp_min(1)).sqrt()
    value = (b * v).sum(1) - narrow / 2 * b.square().sum(1)
    return Smoothed(value=value, slope=to_scores(b, labels), weights=active / narrow, rank=rank, leads=True)


def largest_squared(scores: Scores, labels: Labels, width: float, *, margin: float) -> Smoothed:
    """Round off max(0, max v_k)^2: b_k = max(0, v_k - B/2) / width with B = sum b, so B = sum_active v / (width + active/2)."""
    v = violations(scores, labels, margin=margin)
    ordered = v.sort(1, descending=True).values
    totals = ordered.cumsum(1) / (width + _counting(v) / 2)
    count = (ordered > totals / 2).sum(1, keepdim=True).clamp_min(1)
    total = totals.gather(1, count - 1)
    b = ((v - total / 2) / width).clamp_min(0)
    active = (b > 0).to(v)
    rank = active / (2 * width * (width + active.sum(1, keepdim=True) / 2)).sqrt()
    value = (b * v).sum(1) - total.square()[:, 0] / 4 - width / 2 * b.square().sum(1)
    return Smoothed(value=value, slope=to_scores(b, labels), weights=active / width, rank=rank, leads=True)


def linear_conjugate(slopes: Scores, labels: Labels, *, margin: float) -> Values:
    """Return -margin * sum b."""
    return -margin * wrong(slopes, labels).sum(1)


def _counting(like: Float[Tensor, "batch classes"]) -> Float[Tensor, " classes"]:
    return torch.arange(1, like.shape[1] + 1, dtype=like.dtype, device=like.device)

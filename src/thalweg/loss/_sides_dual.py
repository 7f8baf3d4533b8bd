"""The convex side of the one-versus-all hinges: the slope of class k is -t_k b_k with b_k >= 0."""

from torch import Tensor

from thalweg.core.balance import between_sides
from thalweg.core.dual import Smoothed
from thalweg.core.entries import Labels
from thalweg.loss._one_versus_all import directions, violations
from thalweg.loss._scores import Scores


def sizes(slopes: Scores, labels: Labels) -> Scores:
    """Return b_k, 0 for what rounding gave the wrong sign."""
    return (directions(slopes, labels) * slopes).clamp_min(0)


def balanced(slopes: Scores, labels: Labels, *, margin: float, counts: Tensor | None = None) -> Scores:
    """Return slopes whose sum over the examples is zero: of each class the heavier side is scaled down.

    With counts each example stands in the sum so many times.
    """
    return between_sides(slopes) if counts is None else between_sides(counts[:, None] * slopes) / counts[:, None]


def offset(slopes: Scores, labels: Labels, width: float, *, margin: float) -> Scores:
    """Return what to add to the scores so that kinks are rounded off about these slopes: width * margin * a."""
    return width * margin * slopes


def plain(scores: Scores, labels: Labels, width: float, *, margin: float) -> Smoothed:
    """Round off sum max(0, v_k): b_k = v_k / width between 0 and 1."""
    narrow = width * margin
    signs = directions(scores, labels)
    v = violations(scores, signs, margin=margin)
    b = (v / narrow).clamp_max(1)
    inside = ((v > 0) & (v < narrow)).to(v)
    return Smoothed(value=(b * v - narrow / 2 * b.square()).sum(1), slope=signs * b, weights=inside / narrow)


def squared(scores: Scores, labels: Labels, width: float, *, margin: float) -> Smoothed:
    """Return sum max(0, v_k)^2 as it is: its slope has no jump."""
    signs = directions(scores, labels)
    v = violations(scores, signs, margin=margin)
    return Smoothed(value=v.square().sum(1), slope=2 * signs * v, weights=2.0 * (v > 0).to(v))

"""Proof: an objective and the lower bound that slopes of the losses at some weights give."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from thalweg.core.convex import Convex
from thalweg.core.design import Weights
from thalweg.core.rounding import Rounding


def relative_gap(primal: float, lower: float) -> float:
    """Return (primal - lower) / primal; 0 below what matters of any objective (1e-30), infinite where nothing is proved.

    >>> relative_gap(0.5, 0.25), relative_gap(0.5, -math.inf), relative_gap(0.0, 0.0)
    (0.5, inf, 0.0)
    """
    if primal - lower <= 1e-30:
        return 0.0
    return (primal - lower) / primal if 0 < primal < math.inf else math.inf


@dataclass(frozen=True, kw_only=True)
class Proof:
    """An objective and what bounds it: no W is better than `lower`; both measured in the same type.

    `rounding` is the part of the gap that comes from kinks rounded off, 1/N sum (l + l* - <a, s>) and its like for l1: it would be left
    if the rounded problem were solved perfectly.
    """

    primal: float
    lower: float
    rounding: float = 0.0

    @property
    def gap(self) -> float:
        """How far the objective may be above the best one."""
        return self.primal - self.lower

    @property
    def relative(self) -> float:
        """The gap relative to the objective."""
        return relative_gap(self.primal, self.lower)


def prove(problem: Convex, weights: Weights, rounded: Rounding, *, dtype: torch.dtype | None = None, search: bool = False) -> Proof:
    """Return objective and lower bound at some weights; the dual point is the slopes of the losses as they are `rounded` off."""
    wide = weights.to(dtype or weights.dtype)
    scores = problem.design.scores(wide)
    slopes = rounded.losses(problem, scores).slope
    rounding = _rounding(problem, scores, slopes, wide, rounded) if problem.rounded else 0.0
    slopes = problem.feasible(slopes)
    mean = problem.pulled_back(slopes)
    return Proof(primal=problem.primal(scores, wide), lower=problem.bound(slopes, mean, search=search).value, rounding=rounding)


def primal_of(problem: Convex, weights: Weights) -> float:
    """Return the objective at some weights, computed in double precision."""
    wide = weights.double()
    return problem.primal(problem.design.scores(wide), wide)


def _rounding(problem: Convex, scores: Tensor, slopes: Tensor, weights: Weights, rounded: Rounding) -> float:
    """Return 1/N sum (l(s) + l*(a) - <a, s>) + sum (l1 |w| - u w), with u the slope of l1 |w| with its kink rounded off."""
    labels, knobs = problem.labels, problem.knobs
    own = problem.loss.value(scores, labels, **knobs) + problem.dual.conjugate(slopes, labels, **knobs) - (scores * slopes).sum(1)
    acted = problem.penalised(weights).double()
    kinks = float((acted.abs() - rounded.signs_at(problem, acted) * acted).sum()) if problem.l1 > 0 else 0.0
    return problem.mean(own) + problem.l1 * kinks

"""Rounding: kinks of a loss and of l1 rounded off about the slopes found last, which is the method of multipliers.

    f(s) = max_a <a, s> - f*(a)    becomes    max_a <a, s> - f*(a) - width/2 |a - c|^2

About c = 0 the best W of the rounded problem nears that of the problem only as the width goes to zero, where Newton's steps get short.
About the slopes c at the best W of a rounded problem before, it is nearer at the same width, and comes ever nearer if this is repeated.
Reference: Rockafellar, Augmented Lagrangians and applications of the proximal point algorithm in convex programming, Mathematics of
Operations Research 1 (1976), 97-116.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.convex import Convex
from thalweg.core.design import Weights
from thalweg.core.dual import Smoothed

WIDEST, NARROWEST = 2.0, 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class Rounding:
    """Over which width, in margins and in units of a weight, and about which slopes of the losses and signs u of l1 |w| = max u w.

    None are zeros. Values are up to a number that the weights do not change.
    """

    width: float = WIDEST
    slopes: Float[Tensor, "examples classes"] | None = None
    signs: Float[Tensor, "classes penalised"] | None = None

    def losses(self, problem: Convex, scores: Float[Tensor, "examples classes"]) -> Smoothed:
        """Return the losses with their kinks rounded off."""
        if self.slopes is not None and problem.dual.offset is not None:
            scores = scores + problem.dual.offset(self.slopes, problem.labels, self.width, **problem.knobs)
        return problem.smooth(scores, self.width)

    def penalty(self, problem: Convex, weights: Weights) -> tuple[float, Weights, Weights]:
        """Return the penalty with its kinks rounded off: value, gradient, and the diagonal of its Hessian."""
        acted = problem.penalised(weights)
        slope, curvature = 2 * problem.l2 * acted, torch.full_like(acted, 2 * problem.l2)
        value = problem.l2 * float(acted.double().square().sum())
        if problem.l1 > 0:
            reach, moved = self.width * problem.unit, self._moved(problem, acted)
            slope = slope + problem.l1 * self.signs_at(problem, acted)
            size = moved.double().abs()
            curvature = curvature + torch.where(size < reach, problem.l1 / reach, 0.0).to(curvature)
            value += problem.l1 * float(torch.where(size < reach, size.square() / (2 * reach), size - reach / 2).sum())
        return value, _padded(slope, weights), _padded(curvature, weights)

    def flat(self, problem: Convex, weights: Weights) -> Weights:
        """Return weights with those that l1 holds inside its rounding put to exactly zero."""
        acted = problem.penalised(weights)
        inside = self._moved(problem, acted).abs() < self.width * problem.unit
        return torch.cat([torch.where(inside, 0.0, acted), weights[:, acted.shape[1] :]], 1)

    def moved(self, problem: Convex, weights: Weights, *, times: float) -> "Rounding":
        """Return the rounding about the slopes and signs that this one has at some weights, over `times` its width."""
        slopes = self.losses(problem, problem.design.scores(weights)).slope if problem.dual.kinked else None
        signs = self.signs_at(problem, problem.penalised(weights)) if problem.l1 > 0 else None
        return replace(self, width=min(WIDEST, max(NARROWEST, times * self.width)), slopes=slopes, signs=signs)

    def signs_at(self, problem: Convex, acted: Float[Tensor, "classes penalised"]) -> Float[Tensor, "classes penalised"]:
        """Return the u between -1 and 1 that stands for the slope of |w|."""
        return (self._moved(problem, acted) / (self.width * problem.unit)).clamp(-1, 1)

    def _moved(self, problem: Convex, acted: Tensor) -> Tensor:
        return acted if self.signs is None else acted + self.width * problem.unit * self.signs


def _padded(columns: Tensor, weights: Weights) -> Weights:
    return columns if columns.shape == weights.shape else torch.cat([columns, torch.zeros_like(weights[:, -1:])], 1)

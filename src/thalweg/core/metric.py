"""Metric: an estimate of the inverse Hessian of a linear problem, class by class, for the conjugate gradients of Newton's method."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.convex import Convex
from thalweg.core.design import Weights
from thalweg.core.dual import Smoothed

BLOCK_NUMBERS = 1 << 27
"""Numbers that the blocks of all classes may hold together (half a gigabyte in float32); above, all classes share one block."""

LARGEST_BLOCK = 1 << 26
"""Numbers that one block may hold; above, the diagonal alone is used."""

SAMPLE = 4096


@dataclass(frozen=True, eq=False)
class Metric:
    """M^-1, as an inverse matrix a class [K, D+1, D+1], one for all [1, D+1, D+1], or the inverse of a diagonal [K, D+1].

    `centred`: both sides are projected on weights whose rows add up to zero; otherwise only the biases are, where the loss has shifts.
    """

    inverse: Float[Tensor, "..."]
    centred: bool
    centred_biases: bool

    @classmethod
    def at(cls, problem: Convex, smoothed: Smoothed, extra: Float[Tensor, "classes columns"], *, shared: bool = False) -> "Metric":
        """Make the metric where the losses are `smoothed`; `extra` is the diagonal of the penalty's Hessian.

        With `shared`, and where the blocks of all classes would be too large, all classes have one: a tenth of the work for ten classes.
        """
        size = problem.design.inputs + 1
        diagonal = smoothed.diagonal(problem.labels).T
        floor = extra + (1e-6 * float(diagonal.mean()) + 2 * problem.l2 * problem.unit**2) * _free(extra)
        if size**2 > LARGEST_BLOCK:
            squares = _squares(problem, diagonal) + floor
            inverse = 1 / squares
        elif shared or size**2 * len(extra) > BLOCK_NUMBERS:
            inverse = _inverse(_block(problem, diagonal.mean(0)), floor.mean(0))[None]
        else:
            inverse = torch.stack([_inverse(_block(problem, weights), own) for weights, own in zip(diagonal, floor, strict=True)])
        return cls(inverse, problem.centred, problem.dual.shifts and not problem.penalise_biases)

    def __call__(self, gradient: Weights) -> Weights:
        """Return M^-1 g."""
        g = self.project(gradient)
        if self.inverse.ndim == 2:
            return self.project(self.inverse * g)
        if len(self.inverse) == 1:
            return self.project(g @ self.inverse[0])
        return self.project(torch.bmm(g[:, None], self.inverse)[:, 0])

    def project(self, weights: Weights) -> Weights:
        """Take the directions out in which the loss does not change."""
        if self.centred:
            return weights - weights.mean(0)
        if self.centred_biases:
            return torch.cat([weights[:, :-1], weights[:, -1:] - weights[:, -1:].mean(0)], 1)
        return weights


def _free(extra: Tensor) -> Tensor:
    """Return 1 for biases that no penalty holds, 0 elsewhere: their block may be singular."""
    return (extra == 0).to(extra)


def _block(problem: Convex, weights: Float[Tensor, " examples"]) -> Float[Tensor, "columns columns"]:
    """Return 1/N sum w_i (x_i, 1) (x_i, 1)^T, over all examples of positive weight, or over a sample of them where they are many.

    The sample is systematic: examples stand in a row, each as long as its weight, and one is taken every so far; each then counts alike.
    """
    positive = weights.nonzero()[:, 0]
    most = max(SAMPLE, 4 * problem.design.inputs)
    if len(positive) > most:
        ends = weights.double().cumsum(0)
        marks = (torch.arange(most, dtype=torch.float64, device=weights.device) + 0.5) * (ends[-1] / most)
        positive = torch.searchsorted(ends, marks).clamp_max(len(weights) - 1)
        share = (ends[-1] / most / len(problem)).to(weights).sqrt().expand(most)
    else:
        share = (weights[positive] / len(problem)).sqrt()
    rows = problem.design.pixels.index_select(0, positive).to(weights)
    scaled = torch.cat([rows, torch.ones_like(rows[:, :1])], 1).mul_(share[:, None])
    return scaled.T @ scaled


def _inverse(block: Float[Tensor, "inputs inputs"], diagonal: Float[Tensor, " inputs"]) -> Float[Tensor, "inputs inputs"]:
    block.diagonal().add_(diagonal)
    lift = torch.finfo(block.dtype).eps * float(block.diagonal().mean())
    for _ in range(30):
        factor, failed = torch.linalg.cholesky_ex(block)
        if not int(failed):
            return torch.cholesky_inverse(factor)
        lift *= 8
        block.diagonal().add_(lift)
    return torch.diag(1 / block.diagonal())


def _squares(problem: Convex, diagonal: Float[Tensor, "classes examples"]) -> Weights:
    total = diagonal.new_zeros(len(diagonal), problem.design.inputs)
    for start in range(0, len(problem), 512):
        piece = problem.design.pixels[start : start + 512].to(diagonal)
        total += diagonal[:, start : start + 512] @ piece.square()
    return torch.cat([total, diagonal.sum(1, keepdim=True)], 1) / len(problem)

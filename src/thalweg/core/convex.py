"""Convex problems of a linear score: the objective, its smooth twin, and lower bounds of the best objective from slopes of the losses.

    P(W, b) = 1/N sum l_i(W x_i + b) + l1 sum |W| + l2 sum W^2
    D(a)    = -1/N sum l_i*(a_i) - sum max(0, |G| - l1)^2 / (4 l2),    G = 1/N sum a_i x_i^T,  sum a_i = 0

D(a) <= P(W, b) for all a, W and b (weak duality of Fenchel): any a bounds the best objective from below. Where l2 is zero the second term
is replaced by the condition |G| <= l1; where biases are penalised, G has a column for them in place of the condition on the sum.
Where examples count more or less, c_i with mean 1, each stands in the sums c_i times: c_i l_i, c_i l_i*(a_i) and c_i a_i.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from thalweg.core.design import Design, Weights
from thalweg.core.dual import Dual, Smoothed
from thalweg.core.entries import Loss
from thalweg.core.errors import ConfigError
from thalweg.core.subject import LinearProblem

SEARCH = 40


@dataclass(frozen=True, eq=False, kw_only=True)
class Bound:
    """What a dual point proves: no W has an objective below `value`, up to `allowance` for the rounding of both."""

    value: float
    scale: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Convex:
    """A linear problem with a convex loss whose dual is known, and the penalty l1 sum |W| + l2 sum W^2."""

    design: Design
    labels: Int64[Tensor, " examples"]
    loss: Loss
    dual: Dual
    knobs: Mapping[str, Any]
    l1: float
    l2: float
    penalise_biases: bool
    counts: Float[Tensor, " examples"] | None = None

    @classmethod
    def of(cls, problem: LinearProblem) -> "Convex":
        """Read a problem; raise `ConfigError` where nothing can be proved of it."""
        why = unsuited(problem)
        if why:
            raise ConfigError(why)
        assert problem.loss.dual is not None
        l1, l2 = coefficients(problem)
        return cls(
            design=Design(problem.pixels), labels=problem.labels, loss=problem.loss, dual=problem.loss.dual, knobs=problem.knobs, l1=l1,
            l2=l2, penalise_biases=problem.penalise_biases, counts=problem.counts,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.labels)

    def only(self, rows: Int64[Tensor, " some"]) -> "Convex":
        """Return the problem on some of the examples."""
        counts = None if self.counts is None else self.counts[rows] / self.counts[rows].mean()
        return replace(self, design=self.design.only(rows), labels=self.labels[rows], counts=counts)

    def mean(self, values: Float[Tensor, " examples"]) -> float:
        """Return the mean over the examples, each as much as it counts, in double precision."""
        wide = values.double()
        return float((wide if self.counts is None else self.counts * wide).mean())

    def weighed(self, numbers: Float[Tensor, "examples classes"]) -> Float[Tensor, "examples classes"]:
        """Return numbers of the examples times what each counts."""
        return numbers if self.counts is None else self.counts.to(numbers)[:, None] * numbers

    def weighed_losses(self, smoothed: Smoothed) -> Smoothed:
        """Return losses times what each example counts, with their slopes and Hessians."""
        if self.counts is None:
            return smoothed
        counts = self.counts.to(smoothed.slope)
        rank = None if smoothed.rank is None else counts.sqrt()[:, None] * smoothed.rank
        slope, weights = self.weighed(smoothed.slope), self.weighed(smoothed.weights)
        return replace(smoothed, value=counts * smoothed.value, slope=slope, weights=weights, rank=rank)

    def pulled_back(self, slopes: Float[Tensor, "examples classes"]) -> Weights:
        """Return G of the slopes of the losses, with its column for the biases."""
        return self.design.pulled_back(self.weighed(slopes)) / len(self)

    @cached_property
    def unit(self) -> float:
        """The size of a weight that, on all inputs at once, moves a score by about 1: what weights are measured in."""
        mean_square = self.mean(torch.cat([piece.double().square().sum(1) for piece in self.design.pixels.split(4096)]))
        return 1 / math.sqrt(mean_square) if mean_square > 0 else 1.0

    @property
    def rounded(self) -> bool:
        """Whether there are kinks, of the loss or of the penalty, that have to be rounded off."""
        return self.dual.kinked or self.l1 > 0

    @property
    def centred(self) -> bool:
        """Whether the rows of the best W add up to zero: the loss looks at differences of scores, the penalty at squares."""
        return self.dual.shifts and self.l1 == 0

    def penalised(self, weights: Weights) -> Float[Tensor, "classes penalised"]:
        """Return the part that the penalty acts on, as a view."""
        return weights if self.penalise_biases else weights[:, :-1]

    def smooth(self, scores: Float[Tensor, "examples classes"], width: float) -> Smoothed:
        """Return the losses with their kinks rounded off over `width`."""
        return self.dual.smooth(scores, self.labels, width, **self.knobs)

    def primal(self, scores: Float[Tensor, "examples classes"], weights: Weights) -> float:
        """Return the objective."""
        acted = self.penalised(weights).double()
        data = self.mean(self.loss.value(scores, self.labels, **self.knobs))
        return data + self.l1 * float(acted.abs().sum()) + self.l2 * float(acted.square().sum())

    def feasible(self, slopes: Float[Tensor, "examples classes"]) -> Float[Tensor, "examples classes"]:
        """Return slopes that satisfy the condition of the biases."""
        if self.penalise_biases:
            return slopes
        counts = {} if self.counts is None else {"counts": self.counts.to(slopes)}
        return self.dual.balanced(slopes, self.labels, **counts, **self.knobs)

    def bound(self, slopes: Float[Tensor, "examples classes"], mean: Weights, *, search: bool = False) -> Bound:
        """Return D(t a) for feasible slopes a whose mean pull-back is G = `mean`, and t: 1, or the largest that is allowed without l2.

        With `search` t is the best found on [0, 1] by golden section: D is concave in t, and any t is valid.
        """
        pull = self.penalised(mean).double().abs()
        most = float(pull.max()) if pull.numel() else 0.0
        ceiling = 1.0 if self.l2 > 0 or most <= self.l1 else self.l1 / most * (1 - 1e-12)

        def at(scale: float) -> float:
            conjugate = self.mean(self.dual.conjugate(scale * slopes, self.labels, **self.knobs))
            beyond = (scale * pull - self.l1).clamp_min(0).square().sum() / (4 * self.l2) if self.l2 > 0 else 0.0
            return -conjugate - float(beyond)

        if not search:
            return Bound(value=at(ceiling), scale=ceiling)
        scale = _golden(at, ceiling)
        return max((Bound(value=at(each), scale=each) for each in (ceiling, scale, 0.0)), key=lambda bound: bound.value)


def unsuited(problem: LinearProblem) -> str:
    """Return why nothing can be proved of a problem, or an empty text."""
    if problem.loss.dual is None:
        return f"loss {problem.loss.name!r} has no dual, so nothing bounds its best value from below."
    unknown = [penalty.name for penalty, _ in problem.penalties if penalty.coefficients is None]
    if unknown:
        return f"penalty {unknown[0]!r} is not made of sum |W| and sum W^2, so its dual is not known."
    if not sum(coefficients(problem)) > 0:
        return NO_PENALTY
    return ""


NO_PENALTY = (
    "without a penalty of strength above 0 no finite gap can be proved: the best W may lie at infinity. Add a penalty, such as l2 1e-6."
)


def coefficients(problem: LinearProblem) -> tuple[float, float]:
    """Return (l1, l2): all penalties together are l1 sum |W| + l2 sum W^2."""
    pairs = [penalty.coefficients(**knobs) for penalty, knobs in problem.penalties if penalty.coefficients is not None]
    return math.fsum(pair[0] for pair in pairs), math.fsum(pair[1] for pair in pairs)


def _golden(function: Any, high: float) -> float:
    """Return where a concave function on [0, high] is largest."""
    share = (math.sqrt(5) - 1) / 2
    low = 0.0
    left, right = high - share * (high - low), low + share * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(SEARCH):
        if at_left < at_right:
            low, left, at_left = left, right, at_right
            right = low + share * (high - low)
            at_right = function(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - share * (high - low)
            at_left = function(left)
    return left if at_left > at_right else right

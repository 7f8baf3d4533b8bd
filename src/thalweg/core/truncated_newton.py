"""Truncated Newton: the minimiser of a linear problem, its kinks rounded off about ever better slopes, until a gap is proved."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.convex import Convex
from thalweg.core.design import Weights
from thalweg.core.dual import Smoothed
from thalweg.core.metric import Metric
from thalweg.core.proof import Proof, primal_of, prove
from thalweg.core.rounding import Rounding
from thalweg.core.seeds import generator

FORCING = 0.1
"""The residual, in the metric's norm, at which conjugate gradients stop, relative to the gradient."""

PRODUCTS = 100
"""The most Hessian products in one step."""

FEWEST = 20
"""A step may take so many, however little work is allowed."""

DAMPING = 1e-2
"""What is added to the Hessian where no square is in the penalty, in units of l1 / (unit of a weight), times the width."""

STALE = 12
"""A metric that made a step cost more products than this is made anew."""

SETTLED = 3.0
"""Kinks are rounded off about new slopes when the gap is at most so many times the rounding's share of it."""

NARROWER, WIDER = 0.5, 2.0
"""What the width is multiplied by at new slopes, and where no step gets lower."""

TRIALS = 25
"""The most lengths tried along a direction."""

TOO_GOOD = 1e3
"""A direction that promises to lower the objective, which is never below zero, by so many times itself is not followed any further: where
all rounded kinks are flat and nothing holds the biases, the Hessian is zero along them."""

LEAP = 1e3
"""The first length tried changes no score by more than so many times the largest one, for the same reason."""

FIRST_PART = 1 / 6
WORTH_A_PART = 20_000
ROUGHLY = 1e-2
"""Of so many examples or more a part is solved first, until a step promises less than this share of the objective."""


ANEW = Rounding()


@dataclass(frozen=True, eq=False, kw_only=True)
class Solution:
    """Where the solver stands: weights, how kinks are rounded off, what is proved, and what it took."""

    weights: Weights
    rounding: Rounding
    proof: Proof
    passes: int = 0


def improve(
    problem: Convex, weights: Weights, *, gap: float, iterations: int, rounding: Rounding = ANEW, fresh: bool = False,
    work: float = math.inf, seen: Callable[[Proof], None] = lambda proof: None,
) -> Solution:  # fmt: skip
    """Take Newton steps from `weights` until the relative gap is proved in double precision, or until `iterations` are done.

    `fresh`: nothing is known of these weights yet, so that a part of many examples is solved roughly first. `work`: how many bytes of
    weights times examples to multiply before no other step begins; a step takes no more products than that allows, or than `FEWEST`.
    """
    pass_work = len(problem) * weights.numel() * weights.element_size()
    most = int(min(PRODUCTS, max(FEWEST, work / pass_work)))
    passes = 0
    if problem.centred:
        weights = weights - weights.mean(0)
    if fresh and len(problem) >= WORTH_A_PART:
        part = problem.only(_part(len(problem)))
        roughly = _Descent(part, weights, ANEW, shared=True).down(iterations=20, until=_roughly)
        weights, passes = roughly.weights, math.ceil(roughly.passes * len(part) / len(problem))
    descent = _Descent(problem, weights, rounding, most=most)
    proof, lower = None, -math.inf
    for count in range(iterations):
        if count and passes * pass_work >= work:
            break
        step = descent.step()
        passes += step.passes
        goal = gap * abs(step.objective)
        if not problem.rounded and step.decrement > goal and not step.stuck:
            continue
        proof = prove(problem, descent.weights, descent.rounding)
        passes += 2
        if proof.relative <= gap:
            proof = prove(problem, descent.weights, descent.rounding, dtype=torch.float64)
        own = proof.gap
        if weights.dtype == torch.float64:  # the best bound so far holds; one measured in single precision would have to be measured again
            lower = max(lower, proof.lower)
            proof = replace(proof, lower=lower)
        seen(proof)
        if proof.relative <= gap or (step.stuck and not problem.rounded):
            break
        if problem.rounded and (step.stuck or own <= SETTLED * proof.rounding):
            descent.rounding = descent.rounding.moved(problem, descent.weights, times=WIDER if step.stuck else NARROWER)
    proof = proof or prove(problem, descent.weights, descent.rounding)
    if problem.l1 > 0:
        descent.weights, proof = _sparse(problem, descent, proof, gap)
    return Solution(weights=descent.weights, rounding=descent.rounding, proof=proof, passes=passes)


def _sparse(problem: Convex, descent: "_Descent", proof: Proof, gap: float) -> tuple[Weights, Proof]:
    """Return the weights with those inside the rounding of l1 put to exactly zero, where that costs less than the gap asked for."""
    sparse = descent.rounding.flat(problem, descent.weights)
    other = Proof(primal=primal_of(problem, sparse), lower=proof.lower, rounding=proof.rounding)
    return (sparse, other) if other.primal <= proof.primal or other.relative <= gap else (descent.weights, proof)


def _roughly(step: "_Step") -> bool:
    return step.decrement < ROUGHLY * step.objective


@dataclass(frozen=True, kw_only=True)
class _Step:
    objective: float
    decrement: float
    passes: int
    stuck: bool


class _Descent:
    """Weights on their way down at some width, with the metric that they use."""

    def __init__(self, problem: Convex, weights: Weights, rounding: Rounding, *, shared: bool = False, most: int = PRODUCTS) -> None:
        self.problem, self.weights, self.rounding, self.shared, self.most = problem, weights, rounding, shared, most
        self.passes = 0
        self.metric: Metric | None = None
        self.made_at = rounding.width

    def down(self, *, iterations: int, until: Callable[[_Step], bool]) -> "_Descent":
        """Take steps until one satisfies a condition."""
        for _ in range(iterations):
            step = self.step()
            self.passes += step.passes
            if step.stuck or until(step):
                break
        return self

    def step(self) -> _Step:
        """Take one Newton step with a line search."""
        problem, weights = self.problem, self.weights
        scores = problem.design.scores(weights)
        smoothed = problem.weighed_losses(self.rounding.losses(problem, scores))
        value, slope, curvature = self.rounding.penalty(problem, weights)
        if problem.l2 == 0:
            curvature = curvature + DAMPING * min(1.0, self.rounding.width) * problem.l1 / problem.unit
        objective = float(smoothed.value.double().mean()) + value
        gradient = problem.design.pulled_back(smoothed.slope) / len(problem) + slope
        if self.metric is None or self.made_at != self.rounding.width:
            self.metric, self.made_at = Metric.at(problem, smoothed, curvature, shared=self.shared), self.rounding.width
        gradient = self.metric.project(gradient)
        direction, products = self._direction(smoothed, gradient, curvature, most=TOO_GOOD * (1 + abs(objective)))
        if products > STALE:
            self.metric = None
        fall = -float((gradient.double() * direction.double()).sum())
        moved = self._along(scores, direction, objective, fall)
        if moved is None:
            return _Step(objective=objective, decrement=fall / 2, passes=products + 3, stuck=True)
        self.weights = moved
        return _Step(objective=objective, decrement=fall / 2, passes=products + 3, stuck=False)

    def _direction(self, smoothed: Smoothed, gradient: Weights, curvature: Weights, *, most: float) -> tuple[Weights, int]:
        """Solve (Hessian) d = -g by conjugate gradients in the metric, roughly, until d promises a fall of more than `most`."""
        problem, metric = self.problem, self.metric
        assert metric is not None

        def curved(scores: Tensor, start: int, stop: int) -> Tensor:
            return smoothed.only(start, stop).curved(scores, problem.labels[start:stop])

        direction, residual = torch.zeros_like(gradient), -gradient
        conditioned = metric(residual)
        towards, size = conditioned, _inner(residual, conditioned)
        first, promised = size, 0.0
        for count in range(1, self.most + 1):
            product = problem.design.there_and_back(towards, curved) / len(problem) + curvature * towards
            product = metric.project(product)
            steepness = _inner(towards, product)
            if not steepness > 0:
                return (direction if count > 1 else conditioned), count
            length = size / steepness
            direction, residual = direction + length * towards, residual - length * product
            conditioned = metric(residual)
            promised += length * size / 2
            before, size = size, _inner(residual, conditioned)
            if not size > FORCING**2 * first or promised > most:
                return direction, count
            towards = conditioned + (size / before) * towards
        return direction, self.most

    def _along(self, scores: Float[Tensor, "examples classes"], direction: Weights, objective: float, fall: float) -> Weights | None:
        """Return the weights at a length where the objective is lower and nearly as low as it gets on this line, or None.

        Scores are linear along the line, so a trial costs no product with the examples. Length 1 is taken where the slope there is at
        most a quarter of what it was; otherwise the zero of the slope is bracketed and bisected. A `LEAP` begins shorter.
        """
        if not fall > 0:
            return None
        problem, change = self.problem, self.problem.design.scores(direction)
        slack = 4 * torch.finfo(scores.dtype).eps * abs(objective)

        def at(length: float) -> tuple[float, float]:
            smoothed = problem.weighed_losses(self.rounding.losses(problem, scores + length * change))
            value, slope, _ = self.rounding.penalty(problem, self.weights + length * direction)
            steepness = float((smoothed.slope * change).double().sum()) / len(problem) + _inner(slope, direction)
            return float(smoothed.value.double().mean()) + value, steepness

        farthest = float(change.abs().max())
        low, high, length = 0.0, math.inf, min(1.0, LEAP * (1 + float(scores.abs().max())) / max(farthest, 1e-300))
        best, best_length = objective + slack, 0.0
        for _ in range(TRIALS):
            value, steepness = at(length)
            if value < best:
                best, best_length = value, length
            if abs(steepness) <= 0.25 * fall and best_length > 0:
                break
            low, high = (length, high) if steepness < 0 and math.isfinite(value) else (low, length)
            length = 2 * length if math.isinf(high) else (low + high) / 2
        if not best_length:
            return None
        weights = self.weights + best_length * direction
        return None if torch.equal(weights, self.weights) else weights


def _inner(left: Tensor, right: Tensor) -> float:
    return float((left.double() * right.double()).sum())


def _part(examples: int) -> Tensor:
    order = torch.randperm(examples, generator=generator(0, "exact", "part"))
    return order[: int(examples * FIRST_PART)].sort().values

"""A line search for the strong Wolfe conditions, each member on its own line.

With phi(t) = L(W + t d), a step length t is accepted when

    phi(t) <= phi(0) + decrease * t * phi'(0)      (sufficient decrease)
    |phi'(t)| <= curvature * |phi'(0)|             (curvature)

A trial is too long if the loss has not fallen enough or the slope has turned steeply upward, and too short if the slope still points
steeply down. Between a trial that is too short and one that is too long there is always an accepted one (the least value of
phi(t) - decrease * t * phi'(0) in between), so the bracket is narrowed by the minimum of the cubic through its ends.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

PerMember = Float[Tensor, " members"]
Evaluate = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Step lengths [members] -> loss [members] and gradient [members, total] there."""


class Trial(NamedTuple):
    """A step length, the loss there and the slope along the direction, one of each per member."""

    length: PerMember
    loss: PerMember
    slope: PerMember


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Where each member stops; length 0, where no trial was good enough, is the point where it began."""

    length: PerMember
    loss: PerMember
    gradient: Float[Tensor, "members total"]
    evaluations: PerMember


def choose(mask: Bool[Tensor, " members"], yes: Trial, no: Trial) -> Trial:
    """Return `yes` where the mask holds, `no` elsewhere."""
    return Trial(*(torch.where(mask, a, b) for a, b in zip(yes, no, strict=True)))


def cubic_minimum(low: Trial, high: Trial) -> PerMember:
    """Return the minimum of the cubic through two trials, at least a tenth of the bracket inside; the middle where there is none.

    Reference: Nocedal & Wright, Numerical Optimization, 2006, equation 3.59.

    >>> at = lambda t: Trial(*(torch.tensor([v]) for v in (t, (t - 1) ** 2, 2 * (t - 1))))
    >>> cubic_minimum(at(0.0), at(4.0))
    tensor([1.])
    """
    width = high.length - low.length
    d1 = low.slope + high.slope - 3 * (high.loss - low.loss) / width
    d2 = (d1.square() - low.slope * high.slope).sqrt()
    inner = high.length - width * (high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2)
    inner = torch.where(inner.isfinite(), inner, low.length + width / 2)
    return torch.minimum(torch.maximum(inner, low.length + width / 10), high.length - width / 10)


def strong_wolfe(
    evaluate: Evaluate,
    loss: PerMember,
    gradient: Float[Tensor, "members total"],
    direction: Float[Tensor, "members total"],
    first: PerMember,
    *,
    decrease: PerMember,
    curvature: PerMember,
    trials: int,
) -> Accepted:
    """Search from `first` (> 0) along a descent direction; members that have accepted stay where they are while others search.

    Without a bracket the length grows fourfold. A loss that is not finite counts as too long. Sufficient decrease is asked up to the
    rounding of the loss (ten units in its last place), without which no search ends near a minimum. A member that has used up
    `trials` evaluations takes the lowest trial with sufficient decrease, or length 0.
    """
    slope = (gradient * direction).sum(1)
    zero = torch.zeros_like(loss)
    low, high = Trial(zero, loss, slope), Trial(zero + math.inf, loss, slope)
    accepted = Accepted(length=zero, loss=loss, gradient=gradient, evaluations=zero)
    active, length = slope < 0, first
    slack = 10 * torch.finfo(loss.dtype).eps * loss.abs()
    for _ in range(trials):
        if not active.any():
            break
        value, gradient = evaluate(length)
        trial = Trial(length, value, (gradient * direction).sum(1))
        enough = (value <= loss + decrease * length * slope + slack) & trial.slope.isfinite()
        short = enough & (trial.slope < curvature * slope)
        long = ~enough | (trial.slope > -curvature * slope)
        ends = ~short & ~long
        accepted = _take(accepted, active, active & enough & (ends | (value < accepted.loss)), trial, gradient)
        active = active & ~ends
        low, high = choose(active & short, trial, low), choose(active & long, trial, high)
        inner = torch.where(high.length.isinf(), 4 * length, cubic_minimum(low, high))
        length = torch.where(active, inner, length)
    return accepted


def _take(accepted: Accepted, active: Tensor, take: Tensor, trial: Trial, gradient: Tensor) -> Accepted:
    return replace(
        accepted,
        length=torch.where(take, trial.length, accepted.length),
        loss=torch.where(take, trial.loss, accepted.loss),
        gradient=torch.where(take[:, None], gradient, accepted.gradient),
        evaluations=accepted.evaluations + active,
    )

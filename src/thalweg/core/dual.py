"""What a convex loss of the scores is made of for duality: its conjugate, a smooth twin, and slopes that balance over the examples."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Smoothed:
    """A loss at some scores, its kinks rounded off: value, slope a by the scores, and Hessian by the scores.

    Without `leads` the Hessian of an example is diag(weights) - rank rank^T in the scores s; with it, in s_k - s_true, where the true
    class's own weight and rank are zero. `rank` None is zero.
    """

    value: Float[Tensor, " batch"]
    slope: Float[Tensor, "batch classes"]
    weights: Float[Tensor, "batch classes"]
    rank: Float[Tensor, "batch classes"] | None = None
    leads: bool = False

    def only(self, start: int, stop: int) -> "Smoothed":
        """Return the examples from `start` up to `stop`."""
        rank = None if self.rank is None else self.rank[start:stop]
        return Smoothed(
            value=self.value[start:stop], slope=self.slope[start:stop], weights=self.weights[start:stop], rank=rank, leads=self.leads
        )

    def curved(self, change: Float[Tensor, "batch classes"], labels: Int64[Tensor, " batch"]) -> Float[Tensor, "batch classes"]:
        """Return the Hessian by the scores times a change of the scores."""
        if self.leads:
            change = change - change.gather(1, labels[:, None])
        out = self.weights * change
        if self.rank is not None:
            out = torch.addcmul(out, self.rank, (self.rank * change).sum(1, keepdim=True), value=-1)
        return out.scatter(1, labels[:, None], -out.sum(1, keepdim=True)) if self.leads else out

    def diagonal(self, labels: Int64[Tensor, " batch"]) -> Float[Tensor, "batch classes"]:
        """Return the diagonal of the Hessian by the scores; never negative, whatever rounding says."""
        own = self.weights if self.rank is None else self.weights - self.rank.square()
        if not self.leads:
            return own.clamp_min(0)
        total = self.weights.sum(1, keepdim=True)
        if self.rank is not None:
            total = total - self.rank.sum(1, keepdim=True).square()
        return own.scatter(1, labels[:, None], total).clamp_min(0)


@dataclass(frozen=True, kw_only=True)
class Dual:
    """The convex side of a loss l(s): what proves a lower bound, and what a solver needs. All take the loss's knobs as plain numbers.

    `conjugate(slopes [N, K], labels, **knobs)` -> l*(a) = max_s <a, s> - l(s) of each example, for slopes in its domain (to rounding).
    The domain is convex and holds 0, where l* <= 0.
    `smooth(scores, labels, width, **knobs)` -> the loss with its kinks rounded off over a range of about `width` margins; its slopes lie
    in the domain of the conjugate. A loss that has no kinks (`kinked` False) is itself at any width.
    `balanced(slopes, labels, counts=None, **knobs)` -> slopes in the domain, near the given ones, whose sum over the examples, each times
    its count where counts [N] are given, is zero to rounding.
    `offset(slopes, labels, width, **knobs)` -> what, added to the scores, makes `smooth` round off about these slopes, not about zero
    (`thalweg.core.rounding`); None where there are no kinks.
    `shifts`: adding a number to all scores of an example changes nothing.
    """

    conjugate: Callable[..., Float[Tensor, " batch"]]
    smooth: Callable[..., Smoothed]
    balanced: Callable[..., Float[Tensor, "batch classes"]]
    shifts: bool
    kinked: bool
    offset: Callable[..., Float[Tensor, "batch classes"]] | None = None

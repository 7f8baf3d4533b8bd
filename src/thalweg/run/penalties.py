"""All penalties of a recipe as one function of the parameters: value, gradient, Hessian-vector product, proximal step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Penalty
from thalweg.core.tree import Params, transform

Knobs = Mapping[str, Any]
"""Values of an entry's knobs; a tensor's first axis is the members, everything else is shared by them."""


def for_members(knobs: Knobs, members: int) -> dict[str, Any]:
    """Repeat per-member knobs where several candidates of every member are evaluated at once (member-major)."""
    return {
        name: value.repeat_interleave(members // len(value), dim=0) if isinstance(value, Tensor) and len(value) != members else value
        for name, value in knobs.items()
    }


def symmetric_product(slope: Tensor, point: Tensor, vector: Tensor) -> Tensor:
    """Return (d slope / d point) vector for a symmetric derivative, zero where the slope does not depend on the point."""
    if not slope.requires_grad:
        return torch.zeros_like(vector)
    (product,) = torch.autograd.grad(slope, point, vector, materialize_grads=True)
    return product


@dataclass(frozen=True)
class Penalties:
    """The penalties of a recipe, each with its knobs, on the parameters in `names`: R(W) is the sum over both.

    Gradients and Hessians are of the smooth parts; `proximal` serves the others.
    """

    entries: Sequence[tuple[Penalty, Knobs]]
    names: frozenset[str]

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return R(W), strengths included, one number per member."""
        first = next(iter(params.values()))
        total = first.new_zeros(len(first))
        for penalty, knobs in self.entries:
            own = for_members(knobs, len(first))
            for name in sorted(self.names):
                total = total + penalty.value(params[name], **own)
        return total

    def add_gradient(self, params: Params, gradient: Params) -> Params:
        """Return gradient + dR/dW."""
        return {name: self._add(params[name], slope) if name in self.names else slope for name, slope in gradient.items()}

    def _add(self, weight: Tensor, slope: Tensor) -> Tensor:
        for penalty, knobs in self.entries:
            slope = penalty.gradient(weight, **knobs).add_(slope)  # into a tensor that is new: adding is half of the penalty's time
        return slope

    def add_hessian_vector(self, params: Params, vectors: Params, product: Params) -> Params:
        """Return product + (Hessian of R) vectors."""
        if not self.entries:
            return product
        zeros = transform(torch.zeros_like, vectors)
        leaves = transform(lambda tensor: tensor.detach().requires_grad_(), params)
        slopes = self.add_gradient(leaves, zeros)
        own = {name: symmetric_product(slopes[name], leaves[name], vectors[name]) for name in params}
        return transform(torch.add, product, own)

    def proximal(self, params: Params, step: Float[Tensor, " members"]) -> Params:
        """Return the proximal step of length `step` of the parts that are not smooth."""
        for penalty, knobs in self.entries:
            if penalty.proximal is not None:
                moved = {name: penalty.proximal(params[name], step, **knobs) for name in self.names}
                params = {name: moved.get(name, weight) for name, weight in params.items()}
        return params

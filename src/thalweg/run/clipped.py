"""Clipping: an objective whose gradient is never longer than a bound."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.tree import Params, along, norm, transform


@dataclass(frozen=True, eq=False)
class Clipped:
    """The objective `inner` with its gradient scaled down to a Euclidean norm of at most `bound`, per member: g min(1, bound / |g|).

    The norm is over all parameters together, as in `torch.nn.utils.clip_grad_norm_`. A member's bound may be infinite.
    """

    inner: Objective
    bound: float | Float[Tensor, " members"]

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that penalties and decay act on."""
        return self.inner.penalised

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return the objective."""
        return self.inner.value(params)

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return the objective and its bounded gradient."""
        value, gradient = self.inner.value_and_gradient(params)
        length = norm(gradient)
        factor = torch.where(length <= self.bound, 1.0, self.bound / length)
        return value, transform(lambda slope: slope * along(factor, slope), gradient)

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian of the objective itself times `vectors`."""
        return self.inner.hessian_vector(params, vectors)

"""A quadratic as an objective: the example of evidence whose numbers can be checked by hand."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.tree import Params


class Quadratic:
    """L(w) = (1/2) w^T diag(curvatures) w, with w [members, n]."""

    penalised: frozenset[str] = frozenset()

    def __init__(self, curvatures: Sequence[float]) -> None:
        self.curvatures = torch.tensor(curvatures, dtype=torch.float64)

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return L."""
        return (params["w"].square() * self.curvatures).sum(1) / 2

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return L and its gradient."""
        return self.value(params), {"w": params["w"] * self.curvatures}

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian times a vector."""
        return {"w": vectors["w"] * self.curvatures}

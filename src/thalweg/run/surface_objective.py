"""The objective of a landscape: what optimisers ask when the parameters are the two coordinates of a point."""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from thalweg.core.tree import Params
from thalweg.run.surface_landscape import Landscape


@dataclass(eq=False)
class SurfaceObjective:
    """Value, gradient and Hessian-vector product of a landscape at stacked points {"point": [members, 2]}, all by autograd.

    Points are counted from `origin`, one a member. A race puts it at the start, so that a search which draws about zero begins where the
    others begin. `asked` counts questions a member: values, gradients (with their value) and Hessian-vector products, each as one.
    """

    landscape: Landscape
    origin: Float[Tensor, "members 2"]
    asked: int = 0
    _at: Tensor | None = field(default=None, repr=False)
    _graph: tuple[Tensor, Tensor] | None = field(default=None, repr=False)

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that a decay acts on: none, for it would make another surface."""
        return frozenset()

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return the surface's height at any multiple of the race's members."""
        each = len(params["point"]) // len(self.origin)
        self.asked += each
        with torch.no_grad():
            return self.landscape.value(params["point"] + self.origin.repeat_interleave(each, dim=0))

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return height and gradient."""
        self.asked += 1
        leaf = params["point"].detach().requires_grad_()
        height = self.landscape.value(leaf + self.origin)
        (slope,) = torch.autograd.grad(height.sum(), leaf)
        return height.detach(), {"point": slope}

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian times one vector a member; the graph is kept while `params` holds the same tensor."""
        self.asked += 1
        point = params["point"]
        if self._at is not point or self._graph is None:
            leaf = point.detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.landscape.value(leaf + self.origin).sum(), leaf, create_graph=True)
            self._at, self._graph = point, (leaf, slope)
        leaf, slope = self._graph
        (product,) = torch.autograd.grad(slope, leaf, vectors["point"], retain_graph=True)
        return {"point": product}


def hessian_eigenvalues(landscape: Landscape, points: Float64[Tensor, "n 2"]) -> Float64[Tensor, "n 2"]:
    """Return the two eigenvalues of the exact Hessian at every point, ascending: (a + c) / 2 -+ sqrt(((a - c) / 2)^2 + b^2).

    >>> from thalweg.run.surface_landscape import landscape
    >>> hessian_eigenvalues(landscape("saddle"), torch.tensor([[3.0, 4.0]], dtype=torch.float64)).tolist()
    [[-1.0, 1.0]]
    """
    objective, params = SurfaceObjective(landscape, torch.zeros_like(points)), {"point": points}
    along_x = objective.hessian_vector(params, {"point": torch.tensor([1.0, 0.0], dtype=points.dtype).expand_as(points)})["point"]
    along_y = objective.hessian_vector(params, {"point": torch.tensor([0.0, 1.0], dtype=points.dtype).expand_as(points)})["point"]
    middle, half = (along_x[:, 0] + along_y[:, 1]) / 2, torch.hypot((along_x[:, 0] - along_y[:, 1]) / 2, along_x[:, 1])
    return torch.stack([middle - half, middle + half], dim=1)

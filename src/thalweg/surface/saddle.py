"""The plain saddle: down along y, up along x, and a gradient of zero in between."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return (x^2 - y^2) / 2, whose Hessian has the eigenvalues 1 and -1 everywhere.

    >>> import torch
    >>> value(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    tensor([ 0.5000, -0.5000])
    """
    x, y = points.unbind(-1)
    return (x**2 - y**2) / 2


ENTRY = Surface(
    summary="Up along x, down along y: a critical point that is no minimum.",
    formula="f(x, y) = (x^2 - y^2) / 2",
    reference="Dauphin et al., Identifying and attacking the saddle point problem in high-dimensional non-convex optimization, 2014.",
    value=value,
    window=(-1.5, 1.5, -1.5, 1.5),
    start=(1.0, 0.01),
    critical=(Critical(point=(0.0, 0.0), kind="saddle", value=0.0),),
    finish=-0.5,
)

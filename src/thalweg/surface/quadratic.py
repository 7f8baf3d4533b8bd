"""A quadratic bowl stretched along x: what every smooth minimum looks like from near by."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface
from thalweg.core.knobs import Number


def value(points: Float[Tensor, "*points 2"], kappa: float) -> Float[Tensor, "*points"]:
    """Return (x^2 + kappa y^2) / 2, whose Hessian has the eigenvalues 1 and kappa.

    Gradient descent converges for rate < 2 / kappa; at its best rate, 2 / (1 + kappa), the distance shrinks by (kappa - 1) / (kappa + 1)
    a step, so that ten times the condition number takes ten times the steps.

    >>> import torch
    >>> value(torch.tensor([[2.0, 0.0], [0.0, 1.0]]), 100.0)
    tensor([ 2., 50.])
    """
    x, y = points.unbind(-1)
    return (x**2 + kappa * y**2) / 2


ENTRY = Surface(
    summary="A stretched bowl; kappa says how much.",
    formula="f(x, y) = (x^2 + kappa y^2) / 2",
    reference="Nocedal and Wright, Numerical Optimization, 2006, section 3.3.",
    knobs=(
        Number(name="kappa", default=100.0, low=1, high=1e6, meaning="condition number: the largest curvature divided by the smallest"),
    ),
    value=value,
    window=(-4.5, 4.5, -2.0, 2.0),
    start=(-4.0, 1.0),
    critical=(Critical(point=(0.0, 0.0), kind="minimum", value=0.0),),
)

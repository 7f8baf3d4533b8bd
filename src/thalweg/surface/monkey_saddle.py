"""The monkey saddle: three ways down, and a Hessian of zero where they meet."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return x^3 - 3 x y^2, in polar coordinates r^3 cos(3 angle): the same after a turn by 120 degrees.

    >>> import torch
    >>> value(torch.tensor([[1.0, 0.0], [1.0, 1.0]]))
    tensor([ 1., -2.])
    """
    x, y = points.unbind(-1)
    return x**3 - 3 * x * y**2


ENTRY = Surface(
    summary="Three ways down and three up; at the critical point the Hessian is zero.",
    formula="f(x, y) = x^3 - 3 x y^2",
    reference="Hilbert and Cohn-Vossen, Geometry and the Imagination, 1952, section 29.",
    value=value,
    window=(-1.5, 1.5, -1.5, 1.5),
    start=(0.6, 0.01),
    critical=(Critical(point=(0.0, 0.0), kind="degenerate", value=0.0),),
    finish=-0.5,
)

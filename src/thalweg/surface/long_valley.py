"""A long valley: steep walls that bound the rate, a floor that falls gently and at the same slope for a long way."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return (sqrt(1 + x^2) - 1) / 10 + 5 y^2.

    Far out the floor's slope is 1 / 10 and its curvature next to nothing, while the walls' curvature is 10 everywhere: gradient descent
    must keep its rate under 0.2 and so moves by less than 0.02 a step. A method that divides by the size of the gradient does not care.

    >>> import torch
    >>> value(torch.tensor([[0.0, 1.0], [0.75, 0.0]]))
    tensor([5.0000, 0.0250])
    """
    x, y = points.unbind(-1)
    return ((1 + x**2).sqrt() - 1) / 10 + 5 * y**2


ENTRY = Surface(
    summary="Steep walls, and a floor that falls gently for a long way.",
    formula="f(x, y) = (sqrt(1 + x^2) - 1) / 10 + 5 y^2",
    reference="Sutton, Two problems with backpropagation and other steepest-descent learning procedures for networks, 1986.",
    value=value,
    window=(-5.5, 1.5, -1.4, 1.4),
    start=(-5.0, 1.0),
    critical=(Critical(point=(0.0, 0.0), kind="minimum", value=0.0),),
)

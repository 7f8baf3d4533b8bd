"""Beale's function: flat arms, steep corners and a saddle beside the way to the minimum."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2; at y = 1 it is 14.203125 whatever x.

    >>> import torch
    >>> value(torch.tensor([[3.0, 0.5], [0.0, 1.0]], dtype=torch.float64)).tolist()
    [0.0, 14.203125]
    """
    x, y = points.unbind(-1)
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


ENTRY = Surface(
    summary="Flat arms, steep corners, and a saddle beside the way.",
    formula="f(x, y) = (1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2",
    reference="Beale, On an iterative method for finding a local minimum of a function of more than one variable, Princeton, 1958.",
    value=value,
    window=(-1.0, 4.5, -1.5, 2.0),
    start=(1.0, 1.5),
    critical=(
        Critical(point=(3.0, 0.5), kind="minimum", value=0.0),
        Critical(point=(0.0, 1.0), kind="saddle", value=14.203125),
    ),
)

"""Rosenbrock's banana: a curved valley that is easy to find and slow to follow."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface
from thalweg.core.knobs import Number


def value(points: Float[Tensor, "*points 2"], steepness: float) -> Float[Tensor, "*points"]:
    """Return (1 - x)^2 + steepness * (y - x^2)^2, zero only at (1, 1), whose Hessian has condition number 2508 at the default.

    >>> import torch
    >>> value(torch.tensor([[-1.2, 1.0], [1.0, 1.0]]), 100.0)
    tensor([24.2000,  0.0000])
    """
    x, y = points.unbind(-1)
    return (1 - x) ** 2 + steepness * (y - x**2) ** 2


ENTRY = Surface(
    summary="A curved valley with steep walls and a nearly level floor.",
    formula="f(x, y) = (1 - x)^2 + steepness * (y - x^2)^2",
    reference="Rosenbrock, An automatic method for finding the greatest or least value of a function, The Computer Journal 3, 1960.",
    knobs=(Number(name="steepness", default=100.0, low=0, high=1e6, low_open=True, meaning="how steep the walls of the valley are"),),
    value=value,
    window=(-2.0, 2.0, -1.0, 3.0),
    start=(-1.2, 1.0),
    critical=(Critical(point=(1.0, 1.0), kind="minimum", value=0.0),),
)

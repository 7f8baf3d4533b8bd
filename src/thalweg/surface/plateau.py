"""A plateau: nearly level everywhere, with one hole; where one begins the gradient hardly says where the hole is."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return 1 - exp(-(x^2 + 4 y^2) / 2), which tends to 1 far out, and its gradient to zero faster than any power.

    >>> import torch
    >>> value(torch.tensor([[0.0, 0.0], [1.0, 0.5]]))
    tensor([0.0000, 0.6321])
    """
    x, y = points.unbind(-1)
    return 1 - (-(x**2 + 4 * y**2) / 2).exp()


ENTRY = Surface(
    summary="Nearly level with one hole: gradients that vanish far from the minimum.",
    formula="f(x, y) = 1 - exp(-(x^2 + 4 y^2) / 2)",
    reference="Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010 (plateaus).",
    value=value,
    window=(-4.0, 4.0, -2.5, 2.5),
    start=(-3.0, 1.2),
    critical=(Critical(point=(0.0, 0.0), kind="minimum", value=0.0),),
)

"""A tilted double well: a shallow minimum, a ridge, and a deeper minimum behind it."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return x^4 / 4 - 0.62 x^2 + 0.24 x + y^2 / 2, whose slope along x is (x + 1.2) (x - 0.2) (x - 1).

    From the right, gradient descent at a small rate ends in the shallow well at x = 1; the ridge at x = 0.2 is 0.1536 above it.

    >>> import torch
    >>> value(torch.tensor([[1.0, 0.0], [0.2, 0.0], [-1.2, 0.0]]))
    tensor([-0.1300,  0.0236, -0.6624])
    """
    x, y = points.unbind(-1)
    return x**4 / 4 - 0.62 * x**2 + 0.24 * x + y**2 / 2


ENTRY = Surface(
    summary="A shallow minimum, a saddle, and a deeper minimum behind it.",
    formula="f(x, y) = x^4 / 4 - 0.62 x^2 + 0.24 x + y^2 / 2",
    reference="Strogatz, Nonlinear Dynamics and Chaos, 1994, section 2.7.",
    value=value,
    window=(-1.9, 1.9, -1.2, 1.2),
    start=(1.6, 1.0),
    critical=(
        Critical(point=(-1.2, 0.0), kind="minimum", value=-0.6624),
        Critical(point=(1.0, 0.0), kind="minimum", value=-0.13),
        Critical(point=(0.2, 0.0), kind="saddle", value=0.0236),
    ),
)

"""Himmelblau's function: four minima of equal depth; where one ends depends on the method."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return (x^2 + y - 11)^2 + (x + y^2 - 7)^2, zero at four points, (3, 2) among them.

    >>> import torch
    >>> value(torch.tensor([[3.0, 2.0], [0.0, 0.0]]))
    tensor([  0., 170.])
    """
    x, y = points.unbind(-1)
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


ENTRY = Surface(
    summary="Four minima of equal depth, four saddles between them, a maximum in the middle.",
    formula="f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    reference="Himmelblau, Applied Nonlinear Programming, 1972.",
    value=value,
    window=(-5.0, 5.0, -5.0, 5.0),
    start=(0.0, 0.0),
    critical=(
        Critical(point=(3.0, 2.0), kind="minimum", value=0.0),
        Critical(point=(-2.805118086952745, 3.131312518250573), kind="minimum", value=0.0),
        Critical(point=(-3.779310253377747, -3.2831859912861696), kind="minimum", value=0.0),
        Critical(point=(3.5844283403304917, -1.8481265269644036), kind="minimum", value=0.0),
        Critical(point=(-0.2708445906673476, -0.9230385564799813), kind="maximum", value=181.6165215225827),
        Critical(point=(-3.0730257507643897, -0.08135304428796751), kind="saddle", value=104.01516291755811),
        Critical(point=(-0.12796134673068005, -1.9537149802445766), kind="saddle", value=178.33723920192745),
        Critical(point=(0.08667750455539634, 2.884254701174776), kind="saddle", value=67.71915008752613),
        Critical(point=(3.385154183607021, 0.07385187983774928), kind="saddle", value=13.311926270405587),
    ),
)

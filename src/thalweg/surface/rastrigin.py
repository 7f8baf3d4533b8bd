"""Rastrigin's function: a bowl full of dents, a local minimum in each."""

import math

from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Critical, Surface

PEAK, PEAK_VALUE = 0.5025460365546747, 20.251272990990113
DENTS = ((0.0, 0.0), (0.9949586376523348, 0.9949590570932916), (1.9899122337085497, 3.979831190554087))
"""Along one axis: where the slope 2 x + 20 pi sin(2 pi x) is zero, and 10 + x^2 - 10 cos(2 pi x) there."""


def value(points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
    """Return 20 + x^2 - 10 cos(2 pi x) + y^2 - 10 cos(2 pi y), zero at the origin and above it everywhere else.

    >>> import torch
    >>> value(torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]])).round(decimals=3)
    tensor([ 0.0000,  1.0000, 20.2500])
    """
    x, y = points.unbind(-1)
    return 20 + x**2 + y**2 - 10 * ((2 * math.pi * x).cos() + (2 * math.pi * y).cos())


def _critical() -> tuple[Critical, ...]:
    """Return the 25 minima of the window, and the 4 saddles and 4 maxima round the origin."""
    lines = sorted({(sign * place, height) for place, height in DENTS for sign in (1, -1)})
    minima = [Critical(point=(x, y), kind="minimum", value=f + g) for x, f in lines for y, g in lines]
    saddles = [Critical(point=(x, y), kind="saddle", value=PEAK_VALUE) for x, y in ((PEAK, 0.0), (-PEAK, 0.0), (0.0, PEAK), (0.0, -PEAK))]
    maxima = [Critical(point=(x, y), kind="maximum", value=2 * PEAK_VALUE) for x in (-PEAK, PEAK) for y in (-PEAK, PEAK)]
    return (*minima, *saddles, *maxima)


ENTRY = Surface(
    summary="A bowl with a local minimum near every pair of whole numbers.",
    formula="f(x, y) = 20 + x^2 - 10 cos(2 pi x) + y^2 - 10 cos(2 pi y)",
    reference="Rastrigin, Systems of Extremal Control, 1974.",
    value=value,
    window=(-2.5, 2.5, -2.5, 2.5),
    start=(1.7, 2.2),
    critical=_critical(),
)

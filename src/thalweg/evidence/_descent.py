"""The proof of a saddle: the loss along the direction of the most negative curvature, seen to fall."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.tree import Params, dot, flatten, unflatten

LADDER = tuple(10.0 ** (power / 2) for power in range(-8, 3))
"""Step lengths tried, as shares of the weights' norm (of 1 where that is smaller)."""

POINTS = 41


@dataclass(frozen=True, kw_only=True)
class Descent:
    """The objective at W + t v for lengths t on both sides of 0; |v| = 1, v points downhill.

    By the second-order model it is start + slope t + curvature t^2 / 2. The lowest of all that were tried lies at `best`, `lowered` below
    the start (0 where none lies below it). Points where the objective is not finite are left out.
    """

    lengths: tuple[float, ...]
    values: tuple[float, ...]
    start: float
    slope: float
    curvature: float
    best: float
    lowered: float


def descend(
    objective: Objective, params: Params, gradient: Params, *, value: float, curvature: float, vector: Float[Tensor, "1 total"]
) -> Descent:
    """Follow an eigenvector of negative curvature: a ladder of lengths first, then an even grid twice as wide as the best of them."""
    direction = unflatten(vector / vector.norm(), params)
    slope = float(dot(gradient, direction)[0])
    if slope > 0:
        direction, slope = {name: -tensor for name, tensor in direction.items()}, -slope
    scale = max(1.0, float(flatten(params).norm()))

    def along(lengths: Sequence[float]) -> list[tuple[float, float]]:
        moved = ({name: params[name] + length * direction[name] for name in params} for length in lengths)
        pairs = [(length, float(objective.value(each)[0])) for length, each in zip(lengths, moved, strict=True)]
        return [pair for pair in pairs if math.isfinite(pair[1])]

    tried = along([sign * scale * share for share in LADDER for sign in (1, -1)])
    best, lowest = min(tried, key=lambda pair: pair[1], default=(scale, value))
    reach = 2 * abs(best) if lowest < value else scale * LADDER[0]
    grid = along(torch.linspace(-reach, reach, POINTS).tolist())
    best, lowest = min([*tried, *grid], key=lambda pair: pair[1], default=(0.0, value))
    return Descent(
        lengths=tuple(length for length, _ in grid), values=tuple(each for _, each in grid), start=value, slope=slope, curvature=curvature,
        best=best if lowest < value else 0.0, lowered=max(0.0, value - lowest),
    )  # fmt: skip

"""Directions in the space of weights: random ones at the scale of the weights, and those that lead to other weights."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.errors import ConfigError
from thalweg.core.seeds import generator
from thalweg.core.subject import Unsuited
from thalweg.core.tree import Params, add_scaled, dot, norm, transform

SCALES = ("filter", "layer", "norm")
PARALLEL = 1e-3
"""Two directions whose angle has a smaller sine span a line rather than a plane."""


def random_direction(params: Params, *, seed: int, number: int = 0, scale: str = "filter", biases: bool = False) -> Params:
    """Return a direction of independent normal numbers, scaled to the weights; the `number`-th of a seed.

    `filter`: each filter d_f of a weight (a slice along its first axis: what makes one output) becomes d_f |w_f| / |d_f|, so that a step
    of 1 is as long as the filter itself and networks whose layers are scaled against each other look alike. `layer`: the same for each
    tensor as a whole. `norm`: the same for all tensors together. Tensors with less than two axes - biases, the weights of
    normalisations - are left out (their direction is zero) as Li et al. do; with `biases` they take part, each tensor as one filter, where
    Li et al. would move them along themselves. Where the weights are zero so is the direction.

    Raises `ConfigError` on another scale, `Unsuited` where the direction is zero everywhere.

    Reference: Li et al., Visualizing the loss landscape of neural nets, NeurIPS 2018, section 4.

    >>> weights = {"w": torch.tensor([[[3.0, 4.0], [0.0, 2.0]]]), "b": torch.ones(1, 2)}
    >>> drawn = random_direction(weights, seed=0)
    >>> [round(float(row.norm()), 4) for row in drawn["w"][0]], drawn["b"].tolist()
    ([5.0, 2.0], [[0.0, 0.0]])
    """
    if scale not in SCALES:
        raise ConfigError(f"scale must be one of {', '.join(SCALES)}; got {scale!r}.")
    source = generator(seed, "direction", number)
    drawn = {name: _drawn(tensor, source, moves=biases or tensor.ndim > 2) for name, tensor in params.items()}
    if scale == "filter":
        drawn = transform(_filterwise, drawn, params)
    elif scale == "layer":
        drawn = transform(lambda d, w: _scaled(d, w, 1), drawn, params)
    else:
        moved = {name: params[name] if bool(tensor.any()) else torch.zeros_like(tensor) for name, tensor in drawn.items()}
        ratio = norm(moved) / norm(drawn).clamp_min(torch.finfo(norm(drawn).dtype).tiny)
        drawn = transform(lambda d: d * ratio.reshape(-1, *[1] * (d.ndim - 1)), drawn)
    if not any(bool(tensor.any()) for tensor in drawn.values()):
        raise Unsuited("the weights that a random direction may move are all zero or none, and directions have the weights' own scale.")
    return drawn


def _drawn(tensor: Tensor, source: torch.Generator, *, moves: bool) -> Tensor:
    """Return numbers drawn in double precision, so that a direction is the same one in both; all are drawn, whether kept or not."""
    numbers = torch.randn(tensor.shape, generator=source, dtype=torch.float64).to(tensor)
    return numbers if moves else torch.zeros_like(numbers)


def _filterwise(direction: Tensor, weight: Tensor) -> Tensor:
    return _scaled(direction, weight, 2 if weight.ndim > 2 else 1)


def _scaled(direction: Tensor, weight: Tensor, axes: int) -> Tensor:
    """Scale each slice along the first `axes` axes to the length of the weight's."""
    shape = (*weight.shape[:axes], -1)
    lengths = direction.reshape(shape).norm(dim=-1)
    ratios = weight.reshape(shape).norm(dim=-1) / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
    return direction * ratios.reshape(*ratios.shape, *[1] * (weight.ndim - axes))


def towards(params: Params, other: Params) -> Params:
    """Return the direction that leads to other weights at the coordinate 1."""
    return transform(lambda here, there: there - here, params, other)


def perpendicular(direction: Params, first: Params) -> Params:
    """Return the part of a direction that is perpendicular to `first`, as long as `first`, so that both axes have one unit.

    Raises `Unsuited` where the two are parallel.
    """
    rest = add_scaled(direction, -(dot(direction, first) / dot(first, first)), first)
    length = norm(rest)
    if float(length) <= PARALLEL * float(norm(direction)):
        raise Unsuited("these weights lie on one line, through which no plane is determined.")
    factor = norm(first) / length
    return transform(lambda d: d * factor.reshape(-1, *[1] * (d.ndim - 1)), rest)


def coordinates(offset: Params, directions: Sequence[Params]) -> tuple[float, ...]:
    """Return the coordinates of an offset along directions that are perpendicular to each other: <offset, d> / <d, d>."""
    return tuple(float(dot(offset, direction) / dot(direction, direction)) for direction in directions)


def cosine(first: Params, second: Params) -> float:
    """Return the cosine of the angle between two directions."""
    return float(dot(first, second) / (norm(first) * norm(second)))


def lengths(directions: Sequence[Params]) -> tuple[float, ...]:
    """Return the Euclidean lengths of directions."""
    return tuple(float(norm(direction)) for direction in directions)


def at_points(centre: Params, directions: Sequence[Params], points: Float[Tensor, "points axes"]) -> Params:
    """Return the weights [points, ...] at coordinates along directions."""

    def laid(origin: Tensor, *steps: Tensor) -> Tensor:
        moved = origin.expand(len(points), *origin.shape[1:])
        for axis, step in enumerate(steps):
            moved = moved + points[:, axis].to(origin).reshape(-1, *[1] * (origin.ndim - 1)) * step
        return moved

    return transform(laid, centre, *directions)

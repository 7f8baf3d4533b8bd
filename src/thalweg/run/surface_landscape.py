"""A landscape: a surface with its knobs set, turned by an angle about the origin."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.catalogue import settle
from thalweg.core.entries import Critical, Surface
from thalweg.core.errors import ConfigError
from thalweg.surface import SURFACES

Point = tuple[int | float, int | float]


@dataclass(frozen=True, kw_only=True)
class Landscape:
    """The function x -> f(R^T x), with R the rotation by `angle` degrees, counter-clockwise: the surface is turned by the angle.

    >>> saddle = landscape("saddle", angle=90)
    >>> round(float(saddle.value(torch.tensor([[0.0, 1.0]], dtype=torch.float64))), 12), saddle.turned((1.0, 0.0))[1]
    (0.5, 1.0)
    """

    surface: Surface
    knobs: Mapping[str, Any]
    angle: int | float = 0.0

    @cached_property
    def rotation(self) -> Float[Tensor, "2 2"]:
        """The matrix R, in double precision; the identity, exactly, at angle 0."""
        cosine, sine = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        return torch.tensor([[cosine, -sine], [sine, cosine]], dtype=torch.float64)

    def value(self, points: Float[Tensor, "*points 2"]) -> Float[Tensor, "*points"]:
        """Return f(R^T x) at every point."""
        return self.surface.value(points if self.angle == 0 else points @ self.rotation.to(points), **self.knobs)

    def turned(self, point: Point) -> Point:
        """Return R x."""
        if self.angle == 0:
            return point
        x, y = (self.rotation @ torch.tensor(point, dtype=torch.float64)).tolist()
        return (x, y)

    def turned_back(self, point: Point) -> Point:
        """Return R^T x: where a point of the landscape lies in the surface's own coordinates."""
        if self.angle == 0:
            return point
        x, y = (self.rotation.T @ torch.tensor(point, dtype=torch.float64)).tolist()
        return (x, y)

    @property
    def critical(self) -> tuple[Critical, ...]:
        """The known critical points, turned."""
        return tuple(replace(known, point=self.turned(known.point)) for known in self.surface.critical)

    @property
    def window(self) -> tuple[float, float, float, float]:
        """The upright box round the turned window: lowest x, highest x, lowest y, highest y."""
        left, right, bottom, top = self.surface.window
        corners = [self.turned((x, y)) for x in (left, right) for y in (bottom, top)]
        xs, ys = zip(*corners, strict=True)
        return (min(xs), max(xs), min(ys), max(ys))


def landscape(words: str, *, angle: int | float = 0.0) -> Landscape:
    """Read a surface as it is written on the command line, `quadratic` or `quadratic:1000`, where the number is its first knob.

    Raises `ConfigError` on an unknown surface (with the nearest), a value for a knob that it has not, one out of range, or an angle
    that is not finite.
    """
    if not math.isfinite(angle):
        raise ConfigError(f"angle must be a finite number of degrees; got {angle}.")
    name, colon, text = words.partition(":")
    surface = SURFACES.get(name)
    if colon and not surface.knobs:
        raise ConfigError(f"surface {name!r} has no knobs; got {words!r}. Write {name}.")
    given = {surface.knobs[0].name: surface.knobs[0].parse(text)} if colon else {}
    return Landscape(surface=surface, knobs=settle(surface, given, kind="surface"), angle=float(angle) % 360)

"""Two-dimensional points, the smallest pictures there are: 1 x 1 pixels with two float channels, x and y."""

import math

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import ReadOptions
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.seeds import generator
from thalweg.images._arrays import make_set
from thalweg.images._split import all_train

EXAMPLES = 300
"""How many points a set has unless asked for another number."""


def how_many(options: ReadOptions, *, classes: int) -> int:
    """Return the number of points asked for: at least one a class."""
    count = EXAMPLES if options.examples is None else options.examples
    if count < classes:
        raise ConfigError(f"examples must be at least {classes}, one a class; got {count}.")
    return count


def source_of_chance(options: ReadOptions, name: str) -> torch.Generator:
    """Return the generator of the set `name`: the same seed gives the same points, whatever else is drawn elsewhere."""
    return generator(options.seed, "points", name)


def alternate(count: int, classes: int) -> Tensor:
    """Return labels 0, 1, ..., 0, 1, ...: classes as equal in number as they can be."""
    return torch.arange(count) % classes


def point_set(points: Float[Tensor, "n 2"], labels: Tensor, *, name: str, options: ReadOptions, chance: torch.Generator) -> ImageSet:
    """Return the ImageSet of points to which normal noise of standard deviation `options.noise` is added; all are training rows.

    Where every class has fewer than 10 points (as in blobs3), `thalweg.images.load` holds none out either.
    """
    if not (math.isfinite(options.noise) and options.noise >= 0):
        raise ConfigError(f"noise must be a number in [0, inf), the standard deviation that is added; got {options.noise!r}.")
    moved = points + options.noise * torch.randn(points.shape, generator=chance)
    images = moved.to(torch.float32).numpy().reshape(-1, 1, 1, 2)
    classes = tuple(f"class {number}" for number in range(int(labels.max()) + 1))
    return make_set(np.ascontiguousarray(images), labels.numpy(), split=all_train(len(labels)), source=name, classes=classes)

"""A disc of points within a ring of points: x^2 + y^2 parts them, no straight line does."""

import math

import torch

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._points import alternate, how_many, point_set, source_of_chance


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Return points at uniform angles, with radius uniform in [0, 0.5] (class 0) or in [0.7, 1] (class 1)."""
    chance = source_of_chance(options, "circle")
    labels = alternate(how_many(options, classes=2), 2)
    share, turn = torch.rand(2, len(labels), generator=chance)
    radius = torch.where(labels == 0, 0.5 * share, 0.7 + 0.3 * share)
    angle = 2 * math.pi * turn
    points = radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    return point_set(points, labels, name="circle", options=options, chance=chance)


ENTRY = Reader(
    summary="points of a disc within a ring in the plane",
    formula="class 0: r in [0, 0.5]; class 1: r in [0.7, 1]; (x, y) = r (cos a, sin a), a uniform",
    reference="Smilkov et al.: Direct-manipulation visualization of deep networks (2017), the TensorFlow playground",
    matches=lambda source: source == "circle",
    read=read,
)

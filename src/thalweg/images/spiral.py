"""Two spirals wound into each other: what a network with a hidden layer is for."""

import math

import torch

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._points import alternate, how_many, point_set, source_of_chance

TURNS = 1.75


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Return points evenly along two arms of 1.75 turns; the second arm is the first one turned by half a circle."""
    chance = source_of_chance(options, "spiral")
    labels = alternate(how_many(options, classes=2), 2)
    steps = (len(labels) + 1) // 2
    along = (torch.arange(len(labels)) // 2 + 1) / steps
    angle = 2 * math.pi * TURNS * along + math.pi * labels
    points = along[:, None] * torch.stack([angle.sin(), angle.cos()], 1)
    return point_set(points, labels, name="spiral", options=options, chance=chance)


ENTRY = Reader(
    summary="points along two spirals in the plane, wound into each other",
    formula="(x, y) = t (sin a, cos a), a = 2 pi 1.75 t + pi class, t = 1/m, 2/m, ..., 1",
    reference="Lang, Witbrock: Learning to tell two spirals apart (1988); the TensorFlow playground",
    matches=lambda source: source == "spiral",
    read=read,
)

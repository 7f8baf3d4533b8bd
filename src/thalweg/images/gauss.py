"""Two clouds of points that a straight line parts."""

import torch

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._points import alternate, how_many, point_set, source_of_chance

CENTRE, SPREAD = 0.4, 0.12


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Return clouds around (0.4, 0.4) and (-0.4, -0.4), each with standard deviation 0.12 along both axes."""
    chance = source_of_chance(options, "gauss")
    labels = alternate(how_many(options, classes=2), 2)
    centres = CENTRE * (1 - 2 * labels)[:, None]
    points = centres + SPREAD * torch.randn(len(labels), 2, generator=chance)
    return point_set(points, labels, name="gauss", options=options, chance=chance)


ENTRY = Reader(
    summary="two round clouds of points in the plane that a straight line parts",
    formula="class 0 ~ N((0.4, 0.4), 0.12^2 I), class 1 ~ N((-0.4, -0.4), 0.12^2 I)",
    reference="Smilkov et al.: Direct-manipulation visualization of deep networks (2017), the TensorFlow playground",
    matches=lambda source: source == "gauss",
    read=read,
)

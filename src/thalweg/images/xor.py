"""Four squares of points, opposite ones of one class: no straight line does better than chance."""

import torch

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._points import alternate, how_many, point_set, source_of_chance

GAP = 0.05


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Return points uniform in the four squares 0.05 <= |x|, |y| <= 1; class 0 where x y > 0, class 1 where x y < 0."""
    chance = source_of_chance(options, "xor")
    labels = alternate(how_many(options, classes=2), 2)
    size = GAP + (1 - GAP) * torch.rand(len(labels), 2, generator=chance)
    right = torch.where(torch.rand(len(labels), generator=chance) < 0.5, 1.0, -1.0)
    up = right * (1 - 2 * labels)
    return point_set(size * torch.stack([right, up], 1), labels, name="xor", options=options, chance=chance)


ENTRY = Reader(
    summary="points in four squares of the plane, opposite squares of one class",
    formula="class = [x y < 0], 0.05 <= |x|, |y| <= 1",
    reference="Minsky, Papert: Perceptrons (1969); Smilkov et al.: Direct-manipulation visualization of deep networks (2017)",
    matches=lambda source: source == "xor",
    read=read,
)

"""Nine points in three classes of three, small enough to follow every number of a linear classifier by hand."""

import torch

from thalweg.core.entries import Reader, ReadOptions
from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.images._points import point_set, source_of_chance

POINTS = (
    ((0.5, 0.5), (0.8, 0.3), (0.3, 0.8)),
    ((-0.8, 0.3), (-0.4, 0.6), (-0.5, 0.1)),
    ((0.4, -0.5), (-0.1, -0.6), (0.2, -0.3)),
)
"""Three points of each class in [-1, 1] x [-1, 1]; straight lines can part the classes."""


def read(source: str, options: ReadOptions, progress: Progress) -> ImageSet:
    """Return the nine points, moved by normal noise where `options.noise` asks for it."""
    if options.examples not in (None, 9):
        raise ConfigError(f"blobs3 has exactly 9 examples; got {options.examples}. Leave it out, or take gauss, circle, xor or spiral.")
    points = torch.tensor(POINTS).reshape(9, 2)
    labels = torch.arange(3).repeat_interleave(3)
    return point_set(points, labels, name="blobs3", options=options, chance=source_of_chance(options, "blobs3"))


ENTRY = Reader(
    summary="nine points in the plane, three classes of three that straight lines can part",
    formula=f"points {POINTS}",
    reference="after the linear classification demo of Stanford's CS231n, with points of our own",
    matches=lambda source: source == "blobs3",
    read=read,
)

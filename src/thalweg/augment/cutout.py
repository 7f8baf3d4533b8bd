"""Cutout: black out a square of each picture."""

import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from thalweg.core.entries import Augmentation
from thalweg.core.knobs import Integer


def cutout(
    images: Shaped[Tensor, "batch height width channels"], generator: torch.Generator, *, size: int
) -> Shaped[Tensor, "batch height width channels"]:
    """Set a square of `size` x `size` pixels to 0 in each picture, its middle drawn uniformly from the picture's pixels.

    The square may stick out over the border, so less may go (as in the paper). The middle is pixel `size // 2` of the square. It acts on
    raw pixels, so the square is black; the paper's is the mean colour, as it cuts after centring.

    >>> cutout(torch.ones(1, 1, 1, 2), torch.Generator().manual_seed(0), size=1).flatten()
    tensor([0., 0.])
    """
    count, height, width, channels = images.shape
    rows = _covered(count, height, size, generator).to(images.device)
    columns = _covered(count, width, size, generator).to(images.device)
    picture = torch.arange(count, device=images.device)[:, None, None]
    pixels = (picture * height + rows[:, :, None]) * width + columns[:, None, :]
    return images.reshape(-1, channels).index_fill(0, pixels.flatten(), 0).reshape(images.shape)


def _covered(count: int, length: int, size: int, generator: torch.Generator) -> Int64[Tensor, "batch size"]:
    """Return the places along one side that each square covers; those outside count as the nearest, which is covered too."""
    middle = torch.randint(0, length, (count, 1), generator=generator, device=generator.device)
    return (middle - size // 2 + torch.arange(size, device=generator.device)).clamp(0, length - 1)


ENTRY = Augmentation(
    summary="black out a random square of each picture",
    formula="x[i, j] -> 0 where |i - a| and |j - b| are within size / 2, (a, b) uniform on the pixels",
    reference="DeVries and Taylor (2017), Improved regularization of convolutional neural networks with cutout",
    knobs=(Integer(name="size", default=8, low=1, meaning="side of the square in pixels"),),
    apply=cutout,
)

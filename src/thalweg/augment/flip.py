"""Flips: mirror some of the pictures."""

import torch
from jaxtyping import Shaped
from torch import Tensor

from thalweg.core.entries import Augmentation
from thalweg.core.knobs import Flag, Number


def flip(
    images: Shaped[Tensor, "batch height width channels"], generator: torch.Generator, *, chance: float, vertical: bool
) -> Shaped[Tensor, "batch height width channels"]:
    """Return each picture mirrored left to right with probability `chance`; with `vertical` also, independently, top to bottom.

    >>> row = torch.tensor([1, 2, 3], dtype=torch.uint8).reshape(1, 1, 3, 1)
    >>> flip(row, torch.Generator().manual_seed(0), chance=1.0, vertical=False).flatten()
    tensor([3, 2, 1], dtype=torch.uint8)
    """
    flipped = _flip_some(images, generator, chance=chance, axis=2)
    return _flip_some(flipped, generator, chance=chance, axis=1) if vertical else flipped


def _flip_some(
    images: Shaped[Tensor, "batch height width channels"], generator: torch.Generator, *, chance: float, axis: int
) -> Shaped[Tensor, "batch height width channels"]:
    draws = torch.rand(len(images), generator=generator, device=generator.device)
    rows = (draws < chance).nonzero()[:, 0].to(images.device)
    return images.index_copy(0, rows, images.index_select(0, rows).flip(axis))


ENTRY = Augmentation(
    summary="mirror pictures left to right, and top to bottom if asked",
    formula="x[i, j] -> x[i, W - 1 - j] with probability chance",
    reference="Krizhevsky, Sutskever, Hinton (2012), ImageNet classification with deep convolutional neural networks, section 4.1",
    knobs=(
        Number(name="chance", default=0.5, low=0, high=1, meaning="probability that a picture is flipped"),
        Flag(name="vertical", default=False, meaning="also flip top to bottom, drawn independently with the same chance"),
    ),
    apply=flip,
)

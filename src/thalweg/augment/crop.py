"""Padded random crops: shift each picture by a few pixels."""

from collections.abc import Callable

import torch
from jaxtyping import Shaped
from torch import Tensor

from thalweg.core.entries import Augmentation
from thalweg.core.knobs import Choice, Integer


def crop(
    images: Shaped[Tensor, "batch height width channels"], generator: torch.Generator, *, pad: int, mode: str
) -> Shaped[Tensor, "batch height width channels"]:
    """Pad each picture by `pad` pixels on all sides and cut its own size out again at a random place.

    The (2 pad + 1)^2 places are equally likely, drawn for each picture. The border is black (`zero`), repeats the outermost pixels
    (`edge`) or mirrors the picture without repeating them (`reflect`, as often as `pad` needs).
    """
    count, height, width, channels = images.shape
    padded = images.new_zeros(count, height + 2 * pad, width + 2 * pad, channels)
    padded[:, pad : pad + height, pad : pad + width] = images
    if mode in _SOURCES:
        _fill(padded, pad, axis=1, source=_SOURCES[mode])
        _fill(padded, pad, axis=2, source=_SOURCES[mode])
    top, left = torch.randint(0, 2 * pad + 1, (2, count), generator=generator, device=generator.device).to(images.device)
    first = torch.arange(count, device=images.device) * padded.shape[1] + top
    rows = first[:, None] + torch.arange(height, device=images.device)
    starts = rows * padded.shape[2] + left[:, None]
    # every run of `width` pixels in the padded batch, as an overlapping view: one copy of a run for each row of the result
    runs = padded.as_strided((count * padded.shape[1] * padded.shape[2] - width + 1, width * channels), (channels, 1))
    return runs.index_select(0, starts.flatten()).reshape(images.shape)


def _fill(padded: Shaped[Tensor, "batch height width channels"], pad: int, *, axis: int, source: Callable[[int, int], int]) -> None:
    """Fill the border along one axis, in place, with the places inside that `source` names."""
    size = padded.shape[axis] - 2 * pad
    for place in (*range(-pad, 0), *range(size, size + pad)):
        padded.select(axis, place + pad).copy_(padded.select(axis, source(place, size) + pad))


def _edge(place: int, size: int) -> int:
    return min(max(place, 0), size - 1)


def _reflect(place: int, size: int) -> int:
    """Return the pixel that a place mirrors: 0 1 2 goes on as 1 0 1 2 1 0 ...

    >>> [_reflect(place, 3) for place in range(-3, 6)]
    [1, 2, 1, 0, 1, 2, 1, 0, 1]
    """
    period = max(2 * (size - 1), 1)
    inside = place % period
    return min(inside, period - inside)


_SOURCES = {"edge": _edge, "reflect": _reflect}

ENTRY = Augmentation(
    summary="shift each picture by up to `pad` pixels, filling the border",
    formula="x[i, j] -> padded[i + a, j + b] with a, b uniform on 0..2 pad",
    reference="He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition, section 4.2",
    knobs=(
        Integer(name="pad", default=4, low=0, meaning="pixels of border on each side, the largest shift"),
        Choice(name="mode", default="zero", choices=("zero", "reflect", "edge"), meaning="what the border is filled with"),
    ),
    apply=crop,
)

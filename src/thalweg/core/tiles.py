"""Matrix products of all members at once, in tiles of a fixed size: what a member gets does not depend on who else is there."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

ROWS = 200
"""Rows that one product has, about. Libraries choose the order of a sum by the size of the product; one size for all keeps the order."""

_AGREED: dict[tuple[Any, ...], bool] = {}
"""For each size of product that has occurred: whether one product over all members gives the bits that tiles give."""


def members_a_tile(rows: int) -> int:
    """Return how many members of so many rows each make one tile: the power of two nearest to 200 / rows.

    >>> members_a_tile(10), members_a_tile(64), members_a_tile(100), members_a_tile(1000)
    (16, 4, 2, 1)
    """
    return 1 << max(0, round(math.log2(ROWS / rows)))


def tiled(stacked: Float[Tensor, "members rows inputs"], shared: Float[Tensor, "inputs outputs"]) -> Float[Tensor, "members rows outputs"]:
    """Return stacked @ shared, a tile of members at a time; the last tile is filled up with zeros.

    A product of one size gives every row the same sum in the same order wherever in the tile it stands, so a member's numbers are the
    same bits in any population of two or more (tested, not promised by the libraries).
    """
    members, rows, inputs = stacked.shape
    step = rows * members_a_tile(rows)
    flat = stacked.reshape(members * rows, inputs)
    out = flat.new_empty(len(flat), shared.shape[1])
    whole = len(flat) - len(flat) % step
    for begin in range(0, whole, step):
        torch.mm(flat[begin : begin + step], shared, out=out[begin : begin + step])
    if whole < len(flat):
        filled = flat.new_zeros(step, inputs)
        filled[: len(flat) - whole] = flat[whole:]
        out[whole:] = (filled @ shared)[: len(flat) - whole]
    return out.view(members, rows, -1)


def spread(stacked: Float[Tensor, "members rows inputs"], shared: Float[Tensor, "inputs outputs"]) -> Float[Tensor, "members rows outputs"]:
    """Return stacked @ shared with the bits of `tiled`; one member is one plain product.

    One product over all members is a tenth faster than tiles. Whether it gives the same bits is tried on random numbers the first time that
    a size occurs (for large populations it does), and from then on the faster of the two that are right is taken.

    >>> spread(torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]]), torch.tensor([[1.0], [10.0]])).flatten()
    tensor([21., 43.])
    """
    if len(stacked) == 1:
        return (stacked[0] @ shared)[None]
    size = (stacked.shape, stacked.stride(), shared.shape, shared.stride(), stacked.dtype, stacked.device, torch.get_num_threads())
    if size not in _AGREED:
        _AGREED[size] = _agree(stacked, shared)
    return _together(stacked, shared) if _AGREED[size] else tiled(stacked, shared)


def _together(stacked: Tensor, shared: Tensor) -> Tensor:
    members, rows, inputs = stacked.shape
    return torch.mm(stacked.reshape(members * rows, inputs), shared).view(members, rows, -1)


def _agree(stacked: Tensor, shared: Tensor) -> bool:
    """Whether one product gives the bits of tiles for operands of this size and layout, seen on random numbers."""
    source = torch.Generator().manual_seed(0)
    probes = []
    for like in (stacked, shared):
        probe = torch.empty_strided(like.shape, like.stride(), dtype=like.dtype, device=like.device)
        probes.append(probe.copy_(torch.randn(like.shape, generator=source, dtype=like.dtype)))
    return torch.equal(_together(*probes), tiled(*probes))


class Spread(torch.autograd.Function):
    """`spread` with its gradient by the stacked matrices: d stacked = d out @ shared^T. Differentiable once; none for what is shared."""

    @staticmethod
    def forward(stacked: Tensor, shared: Tensor) -> Tensor:
        """Return stacked @ shared."""
        return spread(stacked, shared)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        """Keep what is shared."""
        ctx.save_for_backward(inputs[1])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:
        """Return the slope by the stacked matrices."""
        (shared,) = ctx.saved_tensors
        return spread(slope.contiguous(), shared.T), None

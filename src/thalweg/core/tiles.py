"""Matrix products of all members at once, in tiles of a fixed size: what a member gets does not depend on who else is there."""

import math
from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

ROWS = 200
"""Rows that one product has, about. Libraries choose the order of a sum by the size of the product; one size for all keeps the order."""

Product = Callable[[Tensor, Tensor], Any]
"""Rows [rows, a] and where to write their products [rows, b]."""


def members_a_tile(rows: int) -> int:
    """Return how many members of so many rows each make one product: the power of two nearest to 200 / rows.

    >>> members_a_tile(10), members_a_tile(64), members_a_tile(100), members_a_tile(1000)
    (16, 4, 2, 1)
    """
    return 1 << max(0, round(math.log2(ROWS / rows)))


def tiled(product: Product, stacked: Float[Tensor, "members rows inputs"], out: Float[Tensor, "members rows outputs"]) -> None:
    """Write the product of every member's rows into `out`, a tile of members at a time; the last tile is filled up with zeros.

    A product of one size gives every row the same sum in the same order wherever in the tile it stands, so a member's numbers are the
    same bits in any population of two or more (tested, not promised by the libraries). Tiles run at nine tenths of the speed of one large
    product.
    """
    members, rows, _ = stacked.shape
    tile = members_a_tile(rows)
    whole = members - members % tile
    for begin in range(0, whole, tile):
        product(stacked[begin : begin + tile].flatten(0, 1), out[begin : begin + tile].flatten(0, 1))
    if whole < members:
        filled = stacked.new_zeros(tile, *stacked.shape[1:])
        filled[: members - whole] = stacked[whole:]
        answer = out.new_empty(tile, *out.shape[1:])
        product(filled.flatten(0, 1), answer.flatten(0, 1))
        out[whole:] = answer[: members - whole]


def spread(stacked: Float[Tensor, "members rows inputs"], shared: Float[Tensor, "inputs outputs"]) -> Float[Tensor, "members rows outputs"]:
    """Return stacked @ shared for every member; one member is one plain product.

    >>> spread(torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]]), torch.tensor([[1.0], [10.0]])).flatten()
    tensor([21., 43.])
    """
    members, rows, _ = stacked.shape
    if members == 1:
        return (stacked[0] @ shared)[None]
    out = stacked.new_empty(members, rows, shared.shape[1])
    tiled(lambda left, into: torch.mm(left, shared, out=into), stacked, out)
    return out


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

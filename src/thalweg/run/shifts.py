"""Shifts: whether adding the same row to all rows of the last linear map leaves every loss as it is, as it does for softmax."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from thalweg.core.seeds import generator
from thalweg.core.tree import Params


def shift_of(
    module: nn.Module, params: Params, losses: Callable[[Params], Float[Tensor, "candidates examples"]]
) -> tuple[str, str | None] | None:
    """Return the names of weight and bias of the last linear map, where shifting all its rows alike changes no loss; else None.

    Found by trying: the last parameter of two axes is shifted by a random row of its own size (and its bias by a random number), and the
    losses are compared to rounding. So it holds for any module whose scores come from such a map, with any loss of score differences.
    """
    weights = [name for name, tensor in module.named_parameters() if tensor.ndim == 2]
    if not weights:
        return None
    weight = weights[-1]
    beside = f"{weight.rpartition('.')[0]}.bias".lstrip(".")
    bias = beside if beside in params and params[beside].shape[1:] == params[weight].shape[1:2] else None
    noise = generator(0, "shift")
    scale = params[weight].square().mean().sqrt().clamp_min(1e-3)
    moved = dict(params)
    row = torch.randn(params[weight].shape[2], generator=noise, dtype=torch.float64).to(params[weight])
    moved[weight] = params[weight] + scale * row
    if bias is not None:
        moved[bias] = params[bias] + 1.0
    before, after = losses(params), losses(moved)
    size = 1 + before.abs().max()
    return (weight, bias) if bool(((before - after).abs() <= 1e3 * torch.finfo(before.dtype).eps * size).all()) else None

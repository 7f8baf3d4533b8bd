"""The slope of penalties' parts that are not smooth, read off their proximal step."""

from collections.abc import Callable

import torch
from torch import Tensor

from thalweg.core.tree import Params


def rough_slopes(params: Params, proximal: Callable[[Params, Tensor], Params]) -> tuple[Params, dict[str, Tensor]]:
    """Return (w - prox_t(w)) / t for the tensors that the step moves, and which of their coordinates lie on a kink (their slope is 0).

    That is a subgradient at prox_t(w); where the part is linear between the two, its slope at w. For each coordinate the largest power
    of two t counts with which the step neither reaches zero nor changes with t/4. A coordinate that is exactly zero, or so near that no
    t is small enough, lies on the kink.

    Reference: Parikh and Boyd, Proximal algorithms, 2014, section 3.2.
    """
    first = next(iter(params.values()))

    def step(power: int) -> Params:
        length = 2.0**power
        moved = proximal(params, first.new_full((1,), length))
        return {name: (tensor - moved[name]) / length for name, tensor in params.items()}

    ones = {name: torch.ones_like(tensor) for name, tensor in params.items()}
    moved = proximal(ones, first.new_ones(1))
    own = {name: tensor for name, tensor in params.items() if bool((moved[name] != 1).any())}
    slopes = {name: torch.zeros_like(tensor) for name, tensor in own.items()}
    found = {name: torch.zeros_like(tensor, dtype=torch.bool) for name, tensor in own.items()}
    for power in range(4, -45, -2):
        long, short = step(power), step(power - 2)
        for name, tensor in own.items():
            rounding = 8 * torch.finfo(tensor.dtype).eps * tensor.abs() / 2.0 ** (power - 2)
            fits = ((long[name] - short[name]).abs() <= rounding) & (tensor != 0) & ~found[name]
            slopes[name] = torch.where(fits, long[name], slopes[name])
            found[name] |= fits
    return slopes, {name: ~each for name, each in found.items()}

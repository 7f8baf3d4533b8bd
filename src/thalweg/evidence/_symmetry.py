"""Exact zero directions that a loss of score differences has: the same row added to all rows of the last weight, a number to all biases."""

from collections.abc import Callable, Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.seeds import generator
from thalweg.core.tree import Params, flatten, unflatten
from thalweg.evidence._blocks import BlockProduct


def flat_shifts(
    product: BlockProduct, params: Params, shifts: tuple[str, str | None] | None, value: Callable[[Params], Tensor]
) -> dict[str, int]:
    """Return the parameters whose rows may be shifted alike without a change of the objective, and how many directions each has.

    `shifts` names the weight and the bias for which the loss allows it; a penalty may not. Where neither the objective changes along a
    random shift nor the Hessian sends it anywhere, to rounding, all shifts are flat, because penalties treat all columns alike.
    """
    flat = {}
    size = float(product(_random(product.like)).norm())
    bound = 1e5 * torch.finfo(product.like.dtype).eps * max(size, 1e-12)
    for name in filter(None, shifts or ()):
        shape = params[name].shape[2:]
        row = torch.randn(shape, generator=generator(0, "shift"), dtype=torch.float64).to(params[name])
        tree = {each: torch.zeros_like(tensor) for each, tensor in params.items()}
        tree[name] = tree[name] + row
        vector = flatten(tree)
        before, after = value(params), value({each: params[each] + tree[each] for each in params})
        same = float((after - before).abs()) <= 1e3 * torch.finfo(product.like.dtype).eps * max(1.0, float(before.abs()))
        if same and float(product(vector / vector.norm()).norm()) <= bound:
            flat[name] = row.numel()
    return flat


def without_shifts(vector: Float[Tensor, "1 total"], params: Params, flat: Sequence[str] | Mapping[str, int]) -> Float[Tensor, "1 total"]:
    """Return the part of a vector that is orthogonal to the shifts of some parameters: the mean over their rows taken off.

    >>> without_shifts(torch.tensor([[1.0, 3.0]]), {"bias": torch.zeros(1, 2)}, ["bias"])
    tensor([[-1.,  1.]])
    """
    tree = unflatten(vector, params)
    return flatten({name: each - each.mean(1, keepdim=True) if name in flat else each for name, each in tree.items()})


def _random(like: Tensor) -> Tensor:
    vector = torch.randn(like.shape, generator=generator(0, "size"), dtype=torch.float64).to(like)
    return vector / vector.norm()

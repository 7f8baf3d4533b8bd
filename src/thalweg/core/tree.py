"""Arithmetic on parameters: named tensors that all carry the member axis first.

`Params` maps a parameter's name to a tensor [members, ...]. Settings are tensors [members]; `along` lays a setting along a
parameter so that the product is per member. Every reduction keeps the member axis.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float, Shaped
from torch import Tensor

Params = dict[str, Tensor]


def along(setting: Shaped[Tensor, " members"], like: Tensor) -> Tensor:
    """Reshape one value per member to [members, 1, 1, ...] so that it broadcasts over `like`.

    >>> along(torch.tensor([1.0, 2.0]), torch.zeros(2, 3, 4)).shape
    torch.Size([2, 1, 1])
    """
    if len(setting) == 1:
        return setting  # one member: [1] broadcasts over anything as it is
    return setting.reshape(-1, *([1] * (like.ndim - 1)))


def transform(function: Callable[..., Tensor], *trees: Params) -> Params:
    """Apply `function` to the tensors of the same name in all trees."""
    return {name: function(*(tree[name] for tree in trees)) for name in trees[0]}


def zeros_like(params: Params) -> Params:
    """Return zeros in the shape of `params`."""
    return transform(torch.zeros_like, params)


def add_scaled(params: Params, scale: Float[Tensor, " members"], direction: Params) -> Params:
    """Return params + scale * direction, with one scale per member."""
    return transform(lambda p, d: torch.addcmul(p, d, along(scale, p)), params, direction)


def dot(left: Params, right: Params) -> Float[Tensor, " members"]:
    """Return the inner product over all parameters, one per member.

    >>> dot({"w": torch.tensor([[1.0, 2.0]])}, {"w": torch.tensor([[3.0, 4.0]])})
    tensor([11.])
    """
    products = [(left[name] * right[name]).reshape(len(left[name]), -1).sum(1) for name in left]
    return torch.stack(products).sum(0)


def norm(params: Params) -> Float[Tensor, " members"]:
    """Return the Euclidean norm over all parameters, one per member."""
    return dot(params, params).sqrt()


def at(tree: Any, places: Sequence[int]) -> Any:
    """Return the members at some places of every tensor in a tree, however deep.

    >>> at({"w": torch.tensor([[1.0], [2.0], [3.0]]), "state": {"count": torch.tensor([4, 5, 6])}}, [2, 0])
    {'w': tensor([[3.],
            [1.]]), 'state': {'count': tensor([6, 4])}}
    """
    if isinstance(tree, Tensor):
        return tree[torch.tensor(places, dtype=torch.int64, device=tree.device)]
    return {name: at(branch, places) for name, branch in tree.items()}


def flatten(params: Params) -> Float[Tensor, "members total"]:
    """Lay all parameters of a member in one row, in the order of the names."""
    return torch.cat([tensor.reshape(len(tensor), -1) for tensor in params.values()], dim=1)


def unflatten(rows: Float[Tensor, "members total"], like: Params) -> Params:
    """Undo `flatten`, taking names and shapes from `like` (whose member axis may differ in length)."""
    sizes = [tensor[0].numel() for tensor in like.values()]
    pieces = rows.split(sizes, dim=1)
    return {name: piece.reshape(-1, *like[name].shape[1:]) for name, piece in zip(like, pieces, strict=True)}

"""Decoupled weight decay, shared by `adamw` and `muon`."""

from collections.abc import Set as AbstractSet

from jaxtyping import Float
from torch import Tensor

from thalweg.core.tree import Params, along


def decay(params: Params, names: AbstractSet[str], share: Float[Tensor, " members"]) -> Params:
    """Return the parameters with those in `names` multiplied by 1 - share; the others are the same tensors.

    >>> import torch
    >>> decay({"w": torch.tensor([[2.0]]), "b": torch.tensor([[2.0]])}, {"w"}, torch.tensor([0.25]))
    {'w': tensor([[1.5000]]), 'b': tensor([[2.]])}
    """
    keep = 1 - share
    return {name: weight * along(keep, weight) if name in names else weight for name, weight in params.items()}

"""What penalties are made of: sums over a member's weights, and the soft threshold."""

from jaxtyping import Float
from torch import Tensor

from thalweg.core.tree import along

Setting = float | Float[Tensor, "..."]
"""A knob's value: one number for all members, or a tensor with one value per member."""


def over_weight(setting: Setting, weight: Float[Tensor, "members ..."]) -> Setting:
    """Lay a setting along the weight so that the product is per member; a number stays a number."""
    return along(setting, weight) if isinstance(setting, Tensor) else setting


def sum_squares(weight: Float[Tensor, "members ..."]) -> Float[Tensor, " members"]:
    """Return the sum of W^2 over each member's weights."""
    return weight.square().reshape(len(weight), -1).sum(1)


def sum_magnitudes(weight: Float[Tensor, "members ..."]) -> Float[Tensor, " members"]:
    """Return the sum of |W| over each member's weights."""
    return weight.abs().reshape(len(weight), -1).sum(1)


def soft_threshold(weight: Float[Tensor, "members ..."], threshold: Float[Tensor, " members"]) -> Float[Tensor, "members ..."]:
    """Return sign(w) max(0, |w| - threshold), written w - clamp(w): a weight within the threshold becomes exactly 0.

    >>> import torch
    >>> soft_threshold(torch.tensor([[3.0, -0.5, -2.0]]), torch.tensor([1.0]))
    tensor([[ 2.,  0., -1.]])
    """
    reach = along(threshold, weight)
    return weight - weight.clamp(-reach, reach)

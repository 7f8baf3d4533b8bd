"""Divergence: members whose step made something that is not finite, and what it was."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Objective
from thalweg.core.tree import Params


def diverged(loss: Float[Tensor, " members"], params: Params) -> list[int]:
    """Return the places of members whose loss or weights are not finite in the single precision that models are kept in.

    One sum over everything decides, and only a sum that is not finite is looked into.
    """
    total = loss.float().sum() + torch.stack([tensor.float().sum() for tensor in params.values()]).sum()
    if math.isfinite(total.item()):
        return []
    fine = loss.isfinite()
    for tensor in params.values():
        fine = fine & tensor.float().isfinite().flatten(1).all(1)
    return [place for place, good in enumerate(fine.tolist()) if not good]


def culprit(objective: Objective, before: Params, params: Params, loss: Float[Tensor, " members"], place: int) -> str:
    """Name the first tensor of a member that is not finite: the loss, a gradient or a weight."""
    if not math.isfinite(loss[place].item()):
        return "the loss"
    _, gradient = objective.value_and_gradient(before)
    for kind, tensors in (("gradient of", gradient), ("weights", params)):
        for name, tensor in tensors.items():
            if not torch.isfinite(tensor[place]).all():
                return f"the {kind} {name}"
    return "the weights"

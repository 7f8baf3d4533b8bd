"""Divergence: a step that made something that is not finite, and what it was."""

import math

import torch

from thalweg.core.entries import Objective
from thalweg.core.tree import Params
from thalweg.run.state import State


class Divergence(Exception):  # noqa: N818  (an event inside the loop that becomes an Outcome)
    """Something stopped being finite; the message says what and when, `before` is the last state in which all was finite."""

    def __init__(self, event: str, before: State) -> None:
        super().__init__(event)
        self.before = before


def culprit(objective: Objective, before: State, params: Params, loss: float) -> str:
    """Name the first tensor that is not finite: the loss, a gradient or a weight."""
    if not math.isfinite(loss):
        return "the loss"
    _, gradient = objective.value_and_gradient(before.params)
    for kind, tensors in (("gradient of", gradient), ("weights", params)):
        for name, tensor in tensors.items():
            if not torch.isfinite(tensor).all():
                return f"the {kind} {name}"
    return "the weights"


def finite(params: Params) -> bool:
    """Whether every weight is finite in the single precision that models are kept in.

    One sum per tensor decides, and only a sum that is not finite is looked into.
    """
    total = sum(tensor.float().sum().item() for tensor in params.values())
    return math.isfinite(total) or all(bool(torch.isfinite(tensor.float()).all()) for tensor in params.values())

"""Divergence: members whose step made something that is not finite, and what it was."""

import math
from collections.abc import Callable, Sequence

from jaxtyping import Float
from torch import Tensor

from thalweg.core.tree import Params


def diverged(loss: Float[Tensor, " members"], params: Params) -> list[int]:
    """Return the places of members whose loss or weights are not finite in the single precision that models are kept in.

    One sum over everything decides, and only a sum that is not finite is looked into.
    """
    if math.isfinite(sum([tensor.float().sum().item() for tensor in params.values()], start=loss.sum().item())):
        return []
    fine = loss.isfinite()
    for tensor in params.values():
        fine = fine & tensor.float().isfinite().flatten(1).all(1)
    return [place for place, good in enumerate(fine.tolist()) if not good]


def culprits(
    gradient: Callable[[], Params], params: Params, loss: Float[Tensor, " members"], places: Sequence[int]
) -> list[str]:  # fmt: skip
    """Name for each of some members the first tensor that is not finite: the loss, a gradient or a weight.

    `gradient()` computes the gradient of all members again; it is asked once, and only where a loss is finite.
    """
    slopes: Params | None = None
    names = []
    for place in places:
        if not math.isfinite(loss[place].item()):
            names.append("the loss")
            continue
        slopes = gradient() if slopes is None else slopes
        tensors = [
            *((f"the gradient of {name}", each) for name, each in slopes.items()),
            *((f"the weights {name}", each) for name, each in params.items()),
        ]
        names.append(next((name for name, each in tensors if not each[place].isfinite().all()), "the weights"))
    return names

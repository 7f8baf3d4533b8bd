"""Adam's two running moments and its step, shared by `adam`, `adamw` and, for what is not a matrix, `muon`."""

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.entries import Settings, State
from thalweg.core.tree import Params, along, transform, zeros_like
from thalweg.optimise._scaled import running_square, scaled_step
from thalweg.optimise._state import tensor_in, tree_in


def zero_moments(params: Params) -> State:
    """Return both moments at zero and the number of steps taken, 0 for every member."""
    like = next(iter(params.values()))
    count = torch.zeros(like.shape[0], dtype=torch.int64, device=like.device)
    return {"first": zeros_like(params), "second": zeros_like(params), "count": count}


def adam_step(
    params: Params, rate: Float[Tensor, " members"], gradient: Params, state: State, settings: Settings, *, correct_bias: bool
) -> tuple[Params, State]:
    """Return the parameters after Adam's step, and the new moments.

    m <- beta1 * m + (1 - beta1) * g, v <- beta2 * v + (1 - beta2) * g^2 at step t = 1, 2, ... The step divided by the rate is

        (m / a) / (sqrt(v / b) + epsilon) = (sqrt(b) / a) * m / (sqrt(v) + epsilon * sqrt(b)),  a = 1 - beta1^t,  b = 1 - beta2^t

    whose right side puts both corrections on one number per member instead of on every parameter. Without correction a = b = 1.
    """
    beta1, beta2, epsilon = settings["beta1"], settings["beta2"], settings["epsilon"]
    count = tensor_in(state, "count") + 1
    fresh = 1 - beta1
    first = transform(lambda m, g: torch.lerp(m, g, along(fresh, m)), tree_in(state, "first"), gradient)
    second = running_square(tree_in(state, "second"), gradient, beta2)
    if correct_bias:
        root = (1 - beta2**count).sqrt_()
        epsilon, rate = epsilon * root, rate * root / (1 - beta1**count)
    moved = scaled_step(params, -rate, first, second, epsilon)
    return moved, {"first": first, "second": second, "count": count}
